"""Answers, links, releases, wordings, and sending once more."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy

from audit.services import record
from meetings.attendance.models import Attendance, AttendanceChange
from meetings.attendance.services import AttendanceFields, attendance_of, follow_up
from meetings.choices import AttendanceState, ReasonSource
from meetings.meeting.models import Meeting
from meetings.meeting.services import lock_meeting
from members.models import Organization, User
from members.paths import subtree
from members.refused import Refused
from members.trail.retention import RetainedKind, RetentionRequest, one_batch
from reminders.choices import WAITING, Addressee, AnswerChoice, AnswerSource, MessageKind, MessageState
from reminders.messages.models import GIVEN_BACK, Answer, Message, MessageQuerySet, Release, Wording
from reminders.messages.queries import CAN_BE_SENT_AGAIN, CLOSED, REASONS, Question, mark_key, meeting_of, question_of
from reminders.messages.rules import PURPOSES, Closed, Purpose, choices_of, is_reason, is_signed, key_in, make_token
from reminders.messages.text_rules import objections
from reminders.messages.wording_queries import Slot, program_texts


@transaction.atomic
def program_wordings() -> int:
    """Make sure that the program's own texts, as this version has them, are stored; says how many were added.

    A text that any version stored before is found again, so that two versions side by side don't add in turns.
    """
    rows = Wording.objects.filter(organization__isnull=True)
    stored = set(rows.values_list("kind", "addressee", "language", "subject", "text"))
    missing = [(slot, text) for slot, text in program_texts().items() if (*slot, *text) not in stored]
    for slot, text in missing:
        Wording.objects.create(**slot._asdict(), **text._asdict())
    return len(missing)


@transaction.atomic
def write_wording(*, organization: Organization, slot: Slot, subject: str, text: str, by: User) -> Wording:
    """The organization's own wording from now on, for itself and everybody below without one of their own.

    The same text again stores nothing. Raises Refused for what couldn't be sent, with the field that it is about.
    """
    for field, sentence in objections(MessageKind(slot.kind), subject, text, slot.language):
        raise Refused(sentence, field)
    newest = _newest_locked(organization, slot)
    if newest and (newest.subject, newest.text) == (subject, text):
        return newest
    return _store(organization, slot, subject, text, by, action="write_wording")


@transaction.atomic
def give_wording_back(*, organization: Organization, slot: Slot, by: User) -> None:
    """From now on the wording of the level above holds here again. What was written stays on record."""
    newest = _newest_locked(organization, slot)
    if newest and not newest.is_given_back:
        _store(organization, slot, GIVEN_BACK, "", by, action="give_wording_back")


def _newest_locked(organization: Organization, slot: Slot) -> Wording | None:
    """The lock is the organization's row: two who write at once, and two clicks, come one after the other."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    return Wording.objects.filter(organization=organization, **slot._asdict()).order_by("-pk").first()


def _store(organization: Organization, slot: Slot, subject: str, text: str, by: User, *, action: str) -> Wording:
    row = Wording.objects.create(organization=organization, written_by=by, subject=subject, text=text, **slot._asdict())
    record(
        action=action,
        by=by,
        subject=row,
        organization_code=organization.code,
    )
    return row


NOTHING = Purpose.WHY_ABSENT
"""Checked for a message that doesn't exist, so that it takes as long as one that does."""


def answer_link(message_key: UUID, kind: str) -> str:
    """The whole address at which a message of that kind is answered; empty for kinds that ask nothing.

    The message needn't be stored yet: its key and our secret are enough.
    """
    purpose = PURPOSES.get(MessageKind(kind))
    if purpose is None:
        return ""
    return settings.PUBLIC_URL + reverse("reminders:answer", args=[make_token(message_key, purpose, _secrets()[0])])


def message_of(token: str) -> Message | None:
    """The message that a link leads to, however old. None alike for a forged token, for no such message, and for a
    token of another purpose."""
    key = key_in(token)
    found = Message.objects.select_related("wording", "organization", "member").filter(pk=key).first() if key else None
    purpose = PURPOSES.get(found.kind) if found else None
    signed = is_signed(token, purpose or NOTHING, _secrets())
    return found if signed and purpose else None


def _secrets() -> list[str]:
    """The secret that signs, and those before it that still open links."""
    return [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


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
    return lock_meeting(meeting)


def _tell_the_meeting(question: Question, choice: AnswerChoice, words: str, *, at: datetime, by: User | str) -> None:
    meeting, expected = question.meeting, question.expected
    assert meeting is not None and expected is not None  # an open question has both
    change = _reason if is_reason(choice) else _study
    with translation.override(settings.LANGUAGE_CODE):
        wanted = change(question, expected, words.strip() or str(REASONS[choice]), at)
    if wanted == attendance_of(expected):  # another stage was answered alike
        return
    key = mark_key(question.message.pk, AttendanceChange.objects.filter(attendance=expected).count())
    follow_up(meeting=meeting, member_id=expected.member_id, attendance=wanted, key=key, is_own=True, by=by)


def _reason(question: Question, expected: Attendance, text: str, _at: datetime) -> AttendanceFields:
    source = SOURCES[Addressee(question.message.addressee)]
    return replace(attendance_of(expected), reason=text, reason_source=source)


def _study(question: Question, expected: Attendance, text: str, at: datetime) -> AttendanceFields:
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


@transaction.atomic
def release(organization: Organization, kind: MessageKind, *, by: User) -> int:
    """Let messages of the kind go out from here and below, those that wait and those to come; how many waited.

    Twice is once.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    is_new = not Release.objects.in_force().filter(organization=organization, kind=kind).exists()
    if is_new:
        Release.objects.create(organization=organization, kind=kind, released_by=by)
    let_go = _waiting(organization, kind).update(state=MessageState.READY)
    if is_new or let_go:
        _record("release_messages", organization, kind, by, let_go)
    return let_go


@transaction.atomic
def decline(
    organization: Organization, kind: MessageKind, *, by: User, reason: str, keys: Collection[UUID] | None = None
) -> int:
    """Let waiting messages of the kind not go out: all from here and below, or those with the keys; how many.

    Raises Refused without a reason. What is planned later waits again.
    """
    if not reason.strip():
        raise Refused(_("Say why they aren't sent."), "reason")
    waiting = _waiting(organization, kind)
    declined = (waiting if keys is None else waiting.filter(pk__in=keys)).update(
        state=MessageState.DECLINED, problem=reason.strip()[:300]
    )
    if declined:
        _record("decline_messages", organization, kind, by, declined, reason.strip())
    return declined


@transaction.atomic
def take_back(release_given: Release, *, by: User) -> None:
    """From now on messages of the kind are looked at again. What has gone out stays as it is. Twice is once."""
    taken = Release.objects.in_force().filter(pk=release_given.pk).update(taken_back_at=timezone.now())
    if taken:
        _record("take_back_release", release_given.organization, MessageKind(release_given.kind), by, 0)


def _waiting(organization: Organization, kind: MessageKind) -> MessageQuerySet:
    return Message.objects.held().filter(subtree("organization__path", [organization.path]), kind=kind)


def _record(
    action: str, organization: Organization, kind: MessageKind, by: User, messages: int, reason: str = ""
) -> None:
    record(
        action=action,
        by=by,
        subject=organization,
        organization_code=organization.code,
        reason=reason,
        details={"kind": str(kind), "messages": messages},
    )


@transaction.atomic
def send_again(*, message: Message, at: datetime, by: User) -> Message:
    """Plan the message anew; the dispatcher looks once more whether it is still to be said. Raises Refused.

    A second click changes nothing.
    """
    message = Message.objects.select_for_update(of=("self",)).select_related("organization").get(pk=message.pk)
    if message.state in (MessageState.READY, MessageState.SENDING):
        return message
    if message.state not in CAN_BE_SENT_AGAIN:
        raise Refused(_("Only what could not be sent, or perhaps wasn't, is sent again."))
    if message.settled_at:
        raise Refused(_("What this was about is done. Nobody needs to be told any more."))
    if message.emptied_on or at >= message.expires_at:
        raise Refused(_("It is too late for this to be of use."))
    message.state, message.due_at, message.claimed_at, message.problem = MessageState.READY, at, None, ""
    message.save(update_fields=["state", "due_at", "claimed_at", "problem"])
    record(action="send_again", by=by, subject=message, organization_code=message.organization.code)
    return message


TOLD = Message.objects.exclude(state__in=WAITING).filter(emptied_on=None)


def empty_messages(due: RetentionRequest) -> int:
    """Text and answer go; that somebody was told, of what kind of thing, how and when, stays. What waits is let be."""
    over = TOLD.filter(due.rows("planned_at", "organization__path", moments=True)).order_by("planned_at", "pk")
    keys = one_batch(over)
    Answer.objects.filter(message__in=keys).delete()
    return Message.objects.filter(pk__in=keys).update(values={}, emptied_on=due.on)


RETAINED = (
    RetainedKind(
        code="messages",
        title=gettext_lazy("Texts of messages"),
        goes=gettext_lazy("The text, and what was answered."),
        stays=gettext_lazy("Who was told, of what kind of thing, by which channel, when, and what became of it."),
        since=gettext_lazy("after it was planned"),
        rule_key="keep.messages.months",
        remove=empty_messages,
        kept=lambda paths: TOLD.filter(subtree("organization__path", paths)).count(),
    ),
)
