"""What the minutes are composed from: the record of one meeting, in a fixed number of queries."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from meetings.choices import LATER, NOT_EXPECTED, PRESENT, AttendanceState, LeaveKind
from meetings.models import AgendaItem, Candidate, Expected, Meeting, Minutes, Vote
from meetings.queries.tally import Tally, tally_of
from meetings.queries.votes import on_the_ballot
from meetings.rules.minutes import Absence, Evening, Item, Said, Stood, Voted
from members.fields import opened

NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE, AttendanceState.UNKNOWN)
NO_KIND = ("", LeaveKind.OTHER)
"""Of these the minutes say only that somebody was on leave: neither is a reason."""


def evening_of(meeting: Meeting) -> Evening:
    """The record of the meeting as plain values."""
    return as_evening(
        meeting,
        tally_of(meeting),
        expected=list(meeting.expected.order_by("pk")),
        items=[item_of(item) for item in meeting.agenda.prefetch_related("speeches", "votes__candidates", "tasks")],
        observers=[_observer(one.name, one.office) for one in meeting.observers.all()],
    )


def facts_in(meeting: Meeting) -> str:
    """A digest of all that minutes say of the meeting, whatever language they are written in."""
    with translation.override(settings.LANGUAGE_CODE):
        evening = asdict(evening_of(meeting))
    return sha256(json.dumps(evening, sort_keys=True).encode()).hexdigest()


def has_changed(minutes: Minutes) -> bool:
    """Whether the record says something else than when the text was composed or compared with it."""
    return bool(minutes.facts) and not minutes.is_locked and minutes.facts != facts_in(minutes.meeting)


def as_evening(
    meeting: Meeting,
    tally: Tally,
    *,
    expected: Iterable[Expected],
    items: Sequence[Item],
    observers: Sequence[str] = (),
) -> Evening:
    """The same from rows that are in memory; nothing is read."""
    listed = list(expected)
    people = [one for one in listed if one.not_counted not in NOT_EXPECTED]
    return Evening(
        organization=meeting.organization.name,
        name=meeting.name,
        when=_when(meeting),
        place=meeting.place or meeting.online_link,
        chair=str(meeting.chair or ""),
        recorder=str(meeting.recorder or ""),
        expected=tally.expected,
        present=tally.present,
        entitled=tally.entitled,
        entitled_present=tally.entitled_present,
        on_site=[one.name for one in people if one.state == AttendanceState.ON_SITE],
        online=[one.name for one in people if one.state == AttendanceState.ONLINE],
        absences=[_absence(one) for one in people if one.state in NOT_THERE],
        visited=[one.name for one in people if one.state in LATER],
        guests=[one.name for one in listed if one.is_guest and one.state in PRESENT],
        observers=observers,
        items=items,
    )


def _when(meeting: Meeting) -> str:
    hours = [f"{moment:%H:%M}" for moment in (meeting.starts_at, meeting.ends_at) if moment]
    return " ".join([meeting.day.isoformat(), "–".join(hours)]).strip()


def _absence(one: Expected) -> Absence:
    """An attendance that nobody recorded is said to be unrecorded, not absent."""
    if one.state == AttendanceState.UNKNOWN:
        return Absence(one.name, False, _("not recorded"))
    is_leave = one.state == AttendanceState.LEAVE
    kind = str(one.get_leave_kind_display()) if is_leave and one.leave_kind not in NO_KIND else ""
    return Absence(one.name, is_leave, opened(one.reason) or kind)


def _observer(name: str, office: str) -> str:
    return f"{name} {office}".strip()


def item_of(item: AgendaItem) -> Item:
    """A point of the agenda with what hangs on it."""
    return Item(
        title=item.title,
        presenter=item.presenter,
        report=item.report,
        speeches=[Said(one.speaker, one.points, one.is_dissent) for one in item.speeches.all()],
        decision=item.decision,
        votes=[voted(vote, on_the_ballot(vote)) for vote in item.votes.all() if vote.is_decided],
        tasks=[_task(one.what, one.who, one.due_on) for one in item.tasks.all()],
    )


def voted(vote: Vote, candidates: Iterable[Candidate] = ()) -> Voted:
    """A vote whose outcome stands, as the minutes tell it."""
    counted = None if vote.votes_for is None else (vote.votes_for, vote.votes_against or 0, vote.abstained or 0)
    papers = None if vote.issued is None else (vote.issued, vote.returned or 0, vote.void or 0)
    return Voted(
        about=vote.about,
        entitled=vote.entitled,
        present=vote.present,
        sentence=vote.sentence,
        figures=counted if vote.seats is None else None,
        written_for=vote.written_for,
        papers=papers,
        candidates=[
            Stood(one.name, one.votes_for or 0, one.votes_against, one.abstained, bool(one.is_elected))
            for one in candidates
        ],
    )


def _task(what: str, who: str, due_on: date | None) -> str:
    return " · ".join(part for part in (what, who, due_on.isoformat() if due_on else "") if part)
