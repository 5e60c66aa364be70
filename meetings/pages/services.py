"""From plan to closed meeting; that figures left the program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from meetings.attendance.models import Attendance
from meetings.attendance.queries import roll, with_granted_leave
from meetings.choices import MeetingState, VoteMethod, VoteSubject
from meetings.meeting.models import AgendaItem, Meeting
from meetings.meeting.services import (
    WrongState,
    add_item,
    edit_item,
    lock_meeting,
    named_to_lead,
    refuse_one_for_both,
)
from meetings.minutes.queries import missing_in, there
from meetings.minutes.services import draft_minutes
from meetings.votes.queries import by_hands, heads_of
from meetings.votes.rules import Figures
from meetings.votes.services import Question, add_vote, known_vote
from members.models import User


@transaction.atomic
def move_meeting(*, meeting: Meeting, changes: dict[str, Any], items: Iterable[str] = (), by: User | str) -> Meeting:
    """Change day, hours, place, link, chair or recorder until somebody has signed; the day only until the end.

    `items`: titles for an agenda that has none yet.

    Raises WrongState, also for a chair or recorder who wasn't there.
    """
    meeting = lock_meeting(meeting)
    _demand(meeting, MeetingState.PLANNED, MeetingState.OPEN, MeetingState.HELD)
    _refuse_change_of_what_was(meeting, changes)
    refuse_one_for_both(meeting, changes)
    _refuse_who_was_not_there(meeting, changes)
    if not meeting.agenda.exists():
        for title in items:
            add_item(meeting=meeting, key=uuid4(), title=title, by=by)
    audited = [(name, before, value) for name, value in changes.items() if (before := getattr(meeting, name)) != value]
    if not audited:
        return meeting
    for name, _before, value in audited:
        setattr(meeting, name, value)
    meeting.save(update_fields=[name for name, _before, _value in audited])
    record(action="move_meeting", by=by, subject=meeting, organization_code=meeting.organization.code, changes=audited)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, because: str, by: User | str) -> Meeting:
    """Call off a meeting that was planned, or opened without anybody there, with a reason. Raises WrongState."""
    meeting = lock_meeting(meeting)
    _demand(meeting, MeetingState.PLANNED, MeetingState.OPEN)
    if Attendance.objects.filter(meeting=meeting).present().exists():
        raise WrongState(_("People are recorded as there. A meeting that took place is ended, not called off."))
    meeting.state, meeting.cancelled_because = MeetingState.CANCELLED, because
    meeting.save(update_fields=["state", "cancelled_because"])
    _record("cancel_meeting", meeting, by, reason=because)
    return meeting


@transaction.atomic
def open_meeting(*, meeting: Meeting, on: date, by: User | str) -> Meeting:
    """Freeze who is expected and let attendance be recorded; opening twice changes nothing.

    Raises WrongState, also before the meeting's day: who belongs to the branch that day isn't known yet.
    """
    meeting = lock_meeting(meeting)
    if meeting.state == MeetingState.OPEN:
        return meeting
    _demand(meeting, MeetingState.PLANNED)
    if on < meeting.day:
        raise WrongState(
            _("The meeting is planned for %(day)s. Open it on that day; if you meet earlier, change the day first.")
            % {"day": meeting.day.isoformat()}
        )
    expected = Attendance.objects.bulk_create(with_granted_leave(meeting, roll(meeting)))
    if not expected:
        raise WrongState(
            _("Nobody is expected: on that day nobody belongs here or sits on the committee. Record that first.")
        )
    meeting.state, meeting.opened_at = MeetingState.OPEN, timezone.now()
    meeting.save(update_fields=["state", "opened_at"])
    _record("open_meeting", meeting, by, expected=len(expected))
    return meeting


@transaction.atomic
def close_meeting(*, meeting: Meeting, by: User | str) -> Meeting:
    """What closes a meeting: somebody says that it took place; attendance can still be completed, votes can't be added.

    Raises WrongState, also while something is missing that minutes need.
    """
    meeting = lock_meeting(meeting)
    _demand(meeting, MeetingState.OPEN)
    if missing := missing_in(meeting):
        raise WrongState(" ".join([_("The meeting can't end yet."), *(one.sentence for one in missing)]))
    meeting.state, meeting.closed_at = MeetingState.HELD, timezone.now()
    meeting.save(update_fields=["state", "closed_at"])
    _record("close_meeting", meeting, by)
    return meeting


@transaction.atomic
def end_meeting(*, meeting: Meeting, by: User | str) -> Meeting:
    """Close the meeting and compose its minutes. Raises WrongState."""
    meeting = close_meeting(meeting=meeting, by=by)
    draft_minutes(meeting=meeting, by=by)
    return meeting


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is typed under an item. `vote`: the key of the show of hands on it in which all present were in favour."""

    item: AgendaItem
    changes: dict[str, Any]
    vote: UUID | None = None


@transaction.atomic
def record_items(*, meeting: Meeting, recorded: Iterable[Recorded], present: int, by: User | str) -> None:
    """Store all of it, or nothing. `present`: how many with a vote were in favour, as the page said.

    Raises WrongState, also when another number is there by now.
    """
    meeting = lock_meeting(meeting)
    for one in recorded:
        edit_item(item=one.item, changes=one.changes, by=by)
        if one.vote and not known_vote(one.vote, meeting):
            _show_hands(meeting, one.item, one.vote, present, by)


def _show_hands(meeting: Meeting, item: AgendaItem, key: UUID, present: int, by: User | str) -> None:
    if heads_of(meeting).present != present:
        raise WrongState(_("Attendance has changed since you opened the page. Look who is here, and store it again."))
    question = Question(by_hands(meeting) or VoteSubject.MOTION, VoteMethod.SHOW_OF_HANDS, item.title)
    add_vote(key=key, item=item, question=question, figures=Figures(present), by=by)


def _refuse_change_of_what_was(meeting: Meeting, changes: dict[str, Any]) -> None:
    if meeting.state != MeetingState.HELD:
        return
    if "day" in changes:
        raise WrongState(_("The meeting has taken place: its day stays."), "day")
    if hasattr(meeting, "minutes") and meeting.minutes.is_signed:
        raise WrongState(
            _("Somebody has signed these minutes. A changed text takes the signatures back; edit it first.")
        )


def _refuse_who_was_not_there(meeting: Meeting, changes: dict[str, Any]) -> None:
    """Chair and recorder were there; before the meeting nobody knows that yet."""
    named = named_to_lead(changes)
    if meeting.opened_at is None:
        return
    were_there = set(there(meeting).filter(pk__in=[one.pk for one in named.values()]).values_list("pk", flat=True))
    for name, member in named.items():
        if member.pk not in were_there:
            raise WrongState(_("%(name)s isn't recorded as there. Record it first.") % {"name": member}, name)


def _demand(meeting: Meeting, *states: str) -> None:
    if meeting.state not in states:
        raise WrongState(
            _("This meeting is in the state “%(state)s”; that can't be done now.")
            % {"state": meeting.get_state_display()}
        )


def _record(action: str, meeting: Meeting, by: User | str, reason: str = "", **details: int) -> None:
    record(
        action=action, by=by, subject=meeting, organization_code=meeting.organization.code, reason=reason,
        details=details,
    )  # fmt: skip
