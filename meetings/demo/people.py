"""Who was asked to the demo's meetings, and how they attended: believable for their age, health and whereabouts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Protocol

from meetings.choices import AttendanceState, LeaveKind, MeetingKind, ReasonSource
from meetings.demo import words
from meetings.models import Expected, Meeting
from meetings.queries.roll import ABOVE, SEATS, as_expected
from members.choices import AffiliationKind, OfficeKind, OrganizationKind, SituationKind
from members.models import Affiliation, Member, Office, Organization, Situation

AT_HOME = {SituationKind.FRAIL, SituationKind.BEDRIDDEN}
ELSEWHERE = {
    SituationKind.MOBILE, SituationKind.RELOCATED, SituationKind.SECONDED, SituationKind.ABROAD_SENT,
    SituationKind.ABROAD_PRIVATE,
}  # fmt: skip
UNHEARD = {SituationKind.LOST_CONTACT, SituationKind.SUSPENDED}
ON_SITE, ONLINE, VISITED, MADE_UP, LEAVE, ABSENT = (
    AttendanceState.ON_SITE, AttendanceState.ONLINE, AttendanceState.VISITED, AttendanceState.MADE_UP,
    AttendanceState.LEAVE, AttendanceState.ABSENT,
)  # fmt: skip
WELL = ((ON_SITE, 88), (ONLINE, 3), (LEAVE, 6), (MADE_UP, 1), (ABSENT, 2))
FRAIL = ((ON_SITE, 12), (VISITED, 48), (LEAVE, 38), (ABSENT, 2))
AWAY = ((ONLINE, 58), (MADE_UP, 14), (LEAVE, 20), (ABSENT, 8))
"""Ways to attend, of a hundred."""


class Lasting(Protocol):
    valid_from: date | None
    valid_until: date | None


def holds(row: Lasting, day: date) -> bool:
    """`periods.holding` of a row in memory."""
    return (row.valid_from or day) <= day and (row.valid_until is None or row.valid_until > day)


@dataclass(frozen=True)
class Rolls:
    """Who belongs where, what has befallen them and who holds an office: read once for the whole county."""

    affiliations: dict[str, list[Affiliation]]
    situations: dict[int, list[Situation]]
    offices: dict[int, list[Office]]

    def expected_at(self, meeting: Meeting) -> list[Expected]:
        """The list as it would have been frozen that evening, unsaved."""
        day, seen = meeting.day, dict[int, Affiliation]()
        for one in self._near(meeting.organization):
            if holds(one, day) and (one.member_id not in seen or one.kind == AffiliationKind.FORMAL):
                seen[one.member_id] = one
        if meeting.kind == MeetingKind.COMMITTEE_MEETING or meeting.organization.kind in ABOVE:
            seats = self.seats(meeting)
            seen = {member_id: one for member_id, one in seen.items() if member_id in seats}
        return [as_expected(meeting, one, self.befallen(one.member_id, day)) for one in seen.values()]

    def _near(self, place: Organization) -> Iterable[Affiliation]:
        """The roster of a branch or group; of a committee, everybody's: its members belong anywhere."""
        return chain.from_iterable(self.affiliations.values()) if place.kind in ABOVE else self.affiliations[place.path]

    def befallen(self, member_id: int, day: date) -> set[str]:
        return {row.kind for row in self.situations[member_id] if holds(row, day)}

    def seats(self, meeting: Meeting) -> set[int]:
        offices = self.offices[meeting.organization_id]
        return {one.member_id for one in offices if one.kind in SEATS and one.member_id}

    def holder(self, meeting: Meeting, kind: OfficeKind) -> Member | None:
        return next((one.member for one in self.offices[meeting.organization_id] if one.kind == kind), None)


def read_rolls() -> Rolls:
    affiliations: dict[str, list[Affiliation]] = defaultdict(list)
    rows = Affiliation.objects.select_related("member", "organization")
    for row in rows.order_by("organization__path", "member__name_key", "member_id"):
        affiliations[row.organization.path].append(row)
        if row.organization.kind == OrganizationKind.GROUP:
            affiliations[row.organization.parent_path].append(row)
    situations: dict[int, list[Situation]] = defaultdict(list)
    for situation in Situation.objects.all():
        situations[situation.member_id].append(situation)
    offices: dict[int, list[Office]] = defaultdict(list)
    for office in Office.objects.select_related("member").order_by("valid_from", "member_id"):
        offices[office.organization_id].append(office)
    return Rolls(affiliations, situations, offices)


def attend(people: Iterable[Expected], rolls: Rolls, rng: Random) -> None:
    """Write down how everybody attended; whoever leads the meeting or writes it down is there."""
    for one in people:
        meeting = one.meeting
        leads = one.member_id in (meeting.chair_id, meeting.recorder_id)
        one.state = ON_SITE if leads else _state(rolls.befallen(one.member_id, meeting.day), rng)
        one.marked_by, one.marked_at = str(meeting.recorder or meeting.chair or "system"), meeting.opened_at
        {LEAVE: _on_leave, VISITED: _visited, MADE_UP: _made_up}.get(AttendanceState(one.state), _as_it_is)(one, rng)


def stay_away(people: Iterable[Expected], missing: Collection[int]) -> None:
    """These were absent, and nobody said why; whoever else would have been came after all."""
    for one in people:
        if one.member_id in missing:
            one.state = ABSENT
            one.leave_kind = one.leave_granted_by = one.reason = one.reason_source = ""
            one.made_up_on, one.made_up_with, one.answer, one.answer_source = None, "", "", ""
        elif one.state == ABSENT:
            one.state = ON_SITE


def explain(people: Iterable[Expected], rolls: Rolls, before: date) -> None:
    """Why somebody was absent before that day was asked since, and is on record."""
    for number, one in enumerate(people):
        if one.state == ABSENT and one.meeting.day < before:
            lost = rolls.befallen(one.member_id, one.meeting.day) & UNHEARD
            one.reason = words.OUT_OF_TOUCH if lost else words.ABSENCE_REASONS[number % len(words.ABSENCE_REASONS)]
            one.reason_source = ReasonSource.OFFICER


def _state(befallen: set[str], rng: Random) -> AttendanceState:
    if befallen & UNHEARD:
        return ABSENT
    ways = FRAIL if befallen & AT_HOME else AWAY if befallen & ELSEWHERE else WELL
    return rng.choices([state for state, _share in ways], [share for _state, share in ways])[0]


def _as_it_is(one: Expected, rng: Random) -> None:
    """Nothing more is known; an absence is given no reason that nobody gave."""


def _on_leave(one: Expected, rng: Random) -> None:
    one.leave_kind = rng.choices((LeaveKind.PERSONAL, LeaveKind.SICK, LeaveKind.OFFICIAL, ""), (40, 25, 30, 5))[0]
    one.leave_granted_by = str(one.meeting.chair or "")
    one.reason = rng.choice(words.LEAVE_REASONS[one.leave_kind])
    one.reason_source = ReasonSource.OFFICER if one.reason else ""


def _visited(one: Expected, rng: Random) -> None:
    one.made_up_with = words.AT_HOME
    _answer(one, rng, ReasonSource.CONTACT_PERSON)


def _made_up(one: Expected, rng: Random) -> None:
    one.made_up_on = one.meeting.day + timedelta(days=rng.randint(1, 3))
    one.made_up_with = rng.choice((words.BY_RECORDING, words.BY_TEXT))
    _answer(one, rng, ReasonSource.MEMBER)


def _answer(one: Expected, rng: Random, source: ReasonSource) -> None:
    one.answer = rng.choice(words.LINES)
    one.answer_source = source if one.answer else ""
