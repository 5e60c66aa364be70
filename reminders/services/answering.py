"""An answer to a message: by its link, in Branchweb, or told to whoever called."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import AttendanceState, ReasonSource
from meetings.models import Expected, Mark, Meeting
from meetings.services.attendance import Attendance, attendance_of, follow_up
from meetings.services.meeting import locked
from members.models import User
from members.services.refused import Refused
from reminders.choices import Addressee, AnswerChoice, AnswerSource
from reminders.models import Answer, Message
from reminders.queries.answering import CLOSED, REASONS, Question, mark_key, meeting_of, question_of
from reminders.rules.answering import Closed, is_reason
from reminders.rules.links import choices_of

SOURCES = {Addressee.MEMBER: ReasonSource.MEMBER, Addressee.CONTACT_PERSON: ReasonSource.CONTACT_PERSON}
"""Who is told is who answers, whichever way."""


@transaction.atomic
def answer(
    *, message: Message, choice: str, source: str, at: datetime, words: str = "", by: User | None = None
) -> Answer:
    """Record the answer and what it says about the attendance. The same answer again changes nothing.

    `words`: what was said beside the choice, for the meeting's record. `by`: who is logged in; None for a link.
    Raises Refused with a sentence for whoever answered.
    """
    if choice not in choices_of(message.kind):
        raise Refused(_("Choose one of the answers."))
    hold_meeting(message)
    message = Message.objects.select_related("organization", "member", "contact_person").get(pk=message.pk)
    question = question_of(message, locked=True)
    if question.given and question.given.choice == choice and not words:
        return question.given
    if question.closed:
        raise Refused(str(question.why_closed))
    _tell_the_meeting(question, AnswerChoice(choice), words, at=at, by=by or _signature(message))
    return _stored(question, choice, source, at=at, by=by)


def hold_meeting(message: Message) -> Meeting:
    """The meeting's row until the transaction ends: one answer after the other. Raises Refused when there is none.

    Whoever holds the message too takes this first.
    """
    meeting = meeting_of(message)
    if meeting is None:
        raise Refused(str(CLOSED[Closed.NOT_EXPECTED]))
    return locked(meeting)


def _tell_the_meeting(question: Question, choice: AnswerChoice, words: str, *, at: datetime, by: User | str) -> None:
    meeting, expected = question.meeting, question.expected
    assert meeting is not None and expected is not None  # an open question has both
    change = _reason if is_reason(choice) else _study
    with translation.override(settings.LANGUAGE_CODE):
        wanted = change(question, expected, words.strip() or str(REASONS[choice]), at)
    if wanted == attendance_of(expected):  # another rung of the ladder was answered alike
        return
    key = mark_key(question.message.pk, Mark.objects.filter(expected=expected).count())
    follow_up(meeting=meeting, member_id=expected.member_id, attendance=wanted, key=key, is_own=True, by=by)


def _reason(question: Question, expected: Expected, text: str, _at: datetime) -> Attendance:
    source = SOURCES[Addressee(question.message.addressee)]
    return replace(attendance_of(expected), reason=text, reason_source=source)


def _study(question: Question, expected: Expected, text: str, at: datetime) -> Attendance:
    assert question.meeting is not None
    return replace(
        attendance_of(expected),
        state=AttendanceState.MADE_UP,
        made_up_on=timezone.localdate(at),
        made_up_with=_material_of(question.meeting),
        answer=text,
        answer_source=SOURCES[Addressee(question.message.addressee)],
    )


def _material_of(meeting: Meeting) -> str:
    """What was there to be studied, as the member's own page names it."""
    titles = meeting.materials.filter(is_open_to_members=True).order_by("title", "key").values_list("title", flat=True)
    return "、".join(titles)[:200] or _("the material that was sent")


def _stored(question: Question, choice: str, source: str, *, at: datetime, by: User | None) -> Answer:
    message = question.message
    fields = {"sealed_choice": choice, "source": source, "answered_at": at, "recorded_by": str(by) if by else ""}
    stored, _made = Answer.objects.update_or_create(message=message, defaults=fields)
    Message.objects.filter(pk=message.pk, settled_at__isnull=True).update(settled_at=at)
    record(
        action="answer_message", by=by or _signature(message), subject=message,
        organization_code=message.organization.code, details={"source": AnswerSource(source).value},
    )  # fmt: skip
    return stored


def _signature(message: Message) -> str:
    """In whose name an answer by the link is put on record."""
    who = message.contact_person or message.member
    return f"{who} ({_('by the link')})"
