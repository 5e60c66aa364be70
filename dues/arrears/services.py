"""Reasons and arrangements for arrears, and the review after six months."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from dues.ledger.models import Arrangement, ArrearsReason, ArrearsReview
from dues.ledger.queries import arrears_of, branch_of
from dues.ledger.services import lock_members
from dues.payments.services import is_own
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from members.fields import opened, unended_on
from members.models import Member, User
from members.refused import Refused

Row = TypeVar("Row", ArrearsReason, Arrangement)


@transaction.atomic
def record_reason(
    *, key: UUID, member: Member, first: date, until: date | None, reason: str, by: User, on: date
) -> ArrearsReason:
    """A reason that stops the ladder for the months from `first` until before `until`. Raises Refused.

    The same key twice stores it once.
    """
    lock_members([member.pk])
    if known := ArrearsReason.objects.filter(pk=key).first():
        return known
    demand_other(member, by)
    demand_months(first, until)
    if not reason.strip():
        raise Refused(_("Write the reason down in a few words."), "reason")
    stored = ArrearsReason.objects.create(
        key=key, member=member, valid_from=first, valid_until=until, reason=reason.strip(), recorded_on=on,
        recorded_by=str(by),
    )  # fmt: skip
    _record_act("record_arrears_reason", stored, by, since=f"{first:%Y-%m}")
    return stored


@transaction.atomic
def end_reason(*, reason: ArrearsReason, until: date, by: User) -> ArrearsReason:
    """From the month `until` on the reason no longer holds. Raises Refused."""
    return _end(reason, until, by, action="end_arrears_reason")


@transaction.atomic
def agree_quarterly(
    *, key: UUID, member: Member, first: date, agreed_on: date, because: str, by: User, on: date
) -> Arrangement:
    """The branch agrees that the member pays once a quarter (article 12). Raises Refused.

    The same key twice stores it once.
    """
    lock_members([member.pk])
    if known := Arrangement.objects.filter(pk=key).first():
        return known
    demand_other(member, by)
    if agreed_on > on:
        raise Refused(_("The day lies in the future."), "agreed_on")
    if not because.strip():
        raise Refused(_("Article 12 asks for special circumstances: write them down in a few words."), "because")
    later = unended_on(first)
    if Arrangement.objects.filter(later, member=member).exists():
        raise Refused(_("Quarterly payment is agreed for these months already: end that first."), "first")
    stored = Arrangement.objects.create(
        key=key, member=member, valid_from=first, agreed_on=agreed_on, because=because.strip(), recorded_by=str(by)
    )
    _record_act("agree_quarterly_dues", stored, by, since=f"{first:%Y-%m}")
    return stored


@transaction.atomic
def end_quarterly(*, arrangement: Arrangement, until: date, by: User) -> Arrangement:
    """From the month `until` on the member pays monthly again. Raises Refused."""
    return _end(arrangement, until, by, action="end_quarterly_dues")


def _end(row: Row, until: date, by: User, *, action: str) -> Row:
    """Said twice, it is said once."""
    demand_other(row.member, by)
    demand_months(row.valid_from, until)
    another_end = Q(valid_until=None) | ~Q(valid_until=until)
    if type(row).objects.filter(another_end, pk=row.pk).update(valid_until=until):
        _record_act(action, row, by, until=f"{until:%Y-%m}")
    row.refresh_from_db()
    return row


def demand_other(member: Member, by: User) -> None:
    """Nobody puts on record what excuses himself. Raises Refused."""
    if is_own(member, by):
        raise Refused(_("Nobody decides about his own dues: another officer of the branch records this."))


def demand_months(first: date, until: date | None) -> None:
    """Raises Refused where the end lies before the beginning."""
    if until is not None and until < first:
        raise Refused(_("The end lies before the beginning."), "until")


def _record_act(action: str, row: ArrearsReason | Arrangement, by: User, **details: object) -> None:
    record(action=action, by=by, subject=row, organization_code=code_of(row.member), details=details)


def code_of(member: Member) -> str:
    """Code of the branch on whose roster the member is; empty: on none."""
    branch = branch_of(member)
    return branch.code if branch else ""


@transaction.atomic
def open_review(*, key: UUID, member: Member, by: User, on: date) -> ArrearsReview:
    """Begin to look at a case of six months. An open one is given back. Raises Refused while it isn't that far."""
    lock_members([member.pk])
    if known := ArrearsReview.objects.open().filter(member=member).first():
        return known
    demand_other(member, by)
    found = arrears_of([member.pk], on=on).get(member.pk)
    if found is None or found.since is None or not found.to_review:
        raise Refused(_("There aren't six months without a reason on record, so there is nothing to review."))
    review = ArrearsReview.objects.create(key=key, member=member, since=found.since, opened_on=on)
    _record_step("open_arrears_review", review, by, months=len(found.counted))
    return review


@transaction.atomic
def record_talk(*, review: ArrearsReview, talked_on: date, talked_by: str, reason: str, by: User, on: date) -> None:
    """Somebody of the branch talked to the member, who said why. Raises Refused."""
    _demand_open(review, by)
    _demand_past(talked_on, on, "talked_on")
    if _set(review, talked_on=talked_on, talked_by=talked_by.strip(), reason=reason.strip()):
        _record_step("record_arrears_talk", review, by)


@transaction.atomic
def record_meeting(
    *, review: ArrearsReview, meeting_on: date, meeting: Meeting | None, decision: str, by: User, on: date
) -> None:
    """The general meeting looked at the case and decided. Raises Refused before anybody talked to the member."""
    _demand_open(review, by)
    _demand_past(meeting_on, on, "meeting_on")
    if review.talked_on is None or review.talked_on > meeting_on:
        raise Refused(_("First somebody talks to the member and hears the reason."), "meeting_on")
    if meeting is not None and (meeting.day != meeting_on or meeting.state == MeetingState.PLANNED):
        raise Refused(_("The meeting was on another day, or hasn't been held yet."), "meeting")
    if _set(review, meeting_on=meeting_on, meeting=meeting, decision=decision.strip()):
        _record_step("record_arrears_decision", review, by)


@transaction.atomic
def report_review(*, review: ArrearsReview, reported_on: date, by: User, on: date) -> None:
    """The decision was reported to the level above, which has to approve it. Raises Refused before the meeting."""
    _demand_open(review, by)
    _demand_past(reported_on, on, "reported_on")
    if review.meeting_on is None or review.meeting_on > reported_on:
        raise Refused(_("First the general meeting decides."), "reported_on")
    if _set(review, reported_on=reported_on):
        _record_step("report_arrears_review", review, by)


@transaction.atomic
def answer_review(*, review: ArrearsReview, answered_on: date, answer: str, by: User, on: date) -> None:
    """What the committee above answered. Raises Refused before the branch reported."""
    _demand_open(review, by)
    _demand_past(answered_on, on, "answered_on")
    if review.reported_on is None or review.reported_on > answered_on:
        raise Refused(_("The branch hasn't reported this case yet."), "answered_on")
    if _set(review, answered_on=answered_on, answer=answer.strip()):
        _record_step("answer_arrears_review", review, by)


@transaction.atomic
def close_review(*, review: ArrearsReview, outcome: str, by: User, on: date) -> None:
    """What came of it, in words; the member's status isn't touched. Raises Refused before anybody talked."""
    _demand_open(review, by)
    if review.talked_on is None:
        raise Refused(_("First somebody talks to the member and hears the reason."))
    if review.reported_on is not None and review.answered_on is None:
        raise Refused(_("The level above hasn't answered yet."))
    if not outcome.strip():
        raise Refused(_("Say what came of it."), "outcome")
    _set(review, closed_on=on, outcome=outcome.strip())
    _record_step("close_arrears_review", review, by)


def _set(review: ArrearsReview, **fields: Any) -> bool:
    """Whether anything is another: a step that is sent twice is one."""
    changed = [name for name, value in fields.items() if opened(getattr(review, name)) != value]
    for name in changed:
        setattr(review, name, fields[name])
    review.save(update_fields=changed)
    return bool(changed)


def _demand_open(review: ArrearsReview, by: User) -> None:
    """Reads the row anew and holds it, so that two tabs don't write over each other."""
    fresh = ArrearsReview.objects.select_for_update().get(pk=review.pk)
    for field in ArrearsReview._meta.concrete_fields:
        setattr(review, field.attname, getattr(fresh, field.attname))
    if review.closed_on is not None:
        raise Refused(_("This review is closed."))
    demand_other(review.member, by)


def _demand_past(day: date, on: date, field: str) -> None:
    if day > on:
        raise Refused(_("The day lies in the future."), field)


def _record_step(action: str, review: ArrearsReview, by: User, **details: object) -> None:
    record(action=action, by=by, subject=review, organization_code=code_of(review.member), details=details)
