"""The meetings' part of `manage.py generate`: theme days and quarterly general meetings with everybody's attendance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby, islice, product
from random import Random
from uuid import UUID

from django.db import transaction

from audit.services import record
from meetings.attendance.models import Attendance
from meetings.attendance.rules import not_counted
from meetings.choices import AttendanceState, LeaveKind, MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from meetings.minutes.models import Minutes
from members import bulk
from members.choices import Membership, OrganizationKind, SituationKind
from members.models import Affiliation, Organization, Situation
from members.paths import STEP, subtree
from members.people import membership_on
from rulebook.dates import add_months

BRANCHES_AT_ONCE, AFFILIATIONS_AT_ONCE = 200, 20_000
LAST_DAY = 28
PLACE, BY = "党群服务中心会议室", "system"
BEGINS, ENDS = time(7, tzinfo=UTC), time(8, 30, tzinfo=UTC)
"""Three in the afternoon in Shanghai."""
MEETING_COLUMNS = (
    "key", "organization_id", "kind", "local_kind_id", "title", "state", "day", "starts_at", "ends_at",
    "counts_for_year", "place", "online_link", "chair_id", "recorder_id", "opened_at", "closed_at", "cancelled_because",
    "sign_in_secret", "sheet", "version",
)  # fmt: skip
EXPECTED_COLUMNS = (
    "meeting_id", "member_id", "name", "group", "is_formal", "not_counted", "state", "leave_kind", "leave_granted_by",
    "reason", "reason_source", "made_up_on", "made_up_with", "answer", "answer_source", "marked_by", "marked_at",
)  # fmt: skip
MINUTES_COLUMNS = (
    "meeting_id", "text", "chair_signed_by", "chair_signed_at", "chair_paper_on", "recorder_signed_by",
    "recorder_signed_at", "recorder_paper_on", "locked_at", "facts",
)  # fmt: skip

ON_SITE, ONLINE, VISITED, LEAVE, ABSENT = (
    AttendanceState.ON_SITE, AttendanceState.ONLINE, AttendanceState.VISITED, AttendanceState.LEAVE,
    AttendanceState.ABSENT,
)  # fmt: skip
WELL = [ON_SITE] * 87 + [ONLINE] * 3 + [LEAVE] * 7 + [ABSENT] * 3
FRAIL = [ON_SITE] * 12 + [VISITED] * 48 + [LEAVE] * 38 + [ABSENT] * 2
AWAY = [ONLINE] * 65 + [LEAVE] * 25 + [ABSENT] * 10
UNHEARD = [ABSENT] * 100
"""A hundred ways each, as often as they occur: guesses, nobody counts them."""
WAYS = {
    SituationKind.LOST_CONTACT: UNHEARD, SituationKind.SUSPENDED: UNHEARD, SituationKind.BEDRIDDEN: FRAIL,
    SituationKind.FRAIL: FRAIL, SituationKind.MOBILE: AWAY, SituationKind.RELOCATED: AWAY,
    SituationKind.SECONDED: AWAY, SituationKind.ABROAD_PRIVATE: AWAY, SituationKind.ABROAD_SENT: AWAY,
}  # fmt: skip
"""The first that somebody is in decides."""
LEAVES = [LeaveKind.PERSONAL] * 40 + [LeaveKind.OFFICIAL] * 30 + [LeaveKind.SICK] * 25 + [""] * 5


@dataclass(frozen=True)
class Generated:
    meetings: int
    attendances: int


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody on a branch's roster. `group` is empty for those of the branch itself."""

    member_id: int
    name: str
    group: str
    since: date | None
    full_on: date | None
    membership: str
    situations: tuple[tuple[str, date | None], ...]

    def is_formal(self, day: date) -> bool:
        return membership_on(day, full_on=self.full_on, recorded=Membership(self.membership)) == Membership.FORMAL

    def befallen(self, day: date) -> set[str]:
        return {kind for kind, since in self.situations if since is None or since <= day}


@dataclass(frozen=True, slots=True)
class MeetingWithRoll:
    """One meeting that took place, and who belonged there on its day."""

    key: UUID
    branch_id: int
    kind: MeetingKind
    day: date
    people: list[Resident]


@transaction.atomic
def generate_meetings(*, root: Organization, months: int, seed: int, on: date, by: str = "system") -> Generated:
    """Add the meetings of the last so many months, this one included, to every branch at and below `root`.

    The same county and the same arguments give the same rows, keys of meetings included.
    """
    random = Random(f"{seed} meetings {root.code}")  # noqa: S311 - invented people, no secret
    meetings = attendances = 0
    branches = _branches(root)
    while part := list(islice(branches, BRANCHES_AT_ONCE)) if months else []:
        evenings = [one for branch in part for one in _evenings(branch, months, on, random) if len(one.people) > 1]
        meetings += bulk.insert(Meeting, MEETING_COLUMNS, map(_meeting_row, evenings))
        attendances += bulk.insert(Attendance, EXPECTED_COLUMNS, _expected_rows(evenings, random))
        bulk.insert(Minutes, MINUTES_COLUMNS, map(_minutes_row, evenings))
    if meetings:
        bulk.refresh_statistics(Meeting, Attendance, Minutes)
        record(
            action="generate_meetings", by=by, subject=root, organization_code=root.code,
            details={"months": months, "meetings": meetings, "attendances": attendances},
        )  # fmt: skip
    return Generated(meetings, attendances)


# --- Who belongs where ----------------------------------------------------------------------------------------------
def _branches(root: Organization) -> Iterator[tuple[int, list[Resident]]]:
    """Each branch that has members, in tree order, with its id and those who belong to it or to one of its groups."""
    ids = dict(Organization.objects.below(root.path).branches().values_list("path", "pk"))
    befallen = _situations(root)
    rows = (
        Affiliation.objects.formal()
        .filter(subtree("organization__path", [root.path]))
        .order_by("organization__path", "member_id")
        .values_list(
            "organization__path", "organization__kind", "organization__name", "member_id", "member__name", "valid_from",
            "member__full_on", "member__membership",
        )
        .iterator(AFFILIATIONS_AT_ONCE)
    )  # fmt: skip
    for path, here in groupby(rows, key=lambda row: row[0][:-STEP] if row[1] == OrganizationKind.GROUP else row[0]):
        yield (
            ids[path],
            [
                Resident(
                    member_id, name, place if kind == OrganizationKind.GROUP else "", since, full_on, membership,
                    tuple(befallen.get(member_id, ())),
                )
                for _path, kind, place, member_id, name, since, full_on, membership in here
            ],
        )  # fmt: skip


def _situations(root: Organization) -> dict[int, list[tuple[str, date | None]]]:
    kinds = [*WAYS, SituationKind.PROBATION_WITHIN_PARTY]
    rows = Situation.objects.of(*kinds).filter(subtree("member__roster_path", [root.path]))
    found: dict[int, list[tuple[str, date | None]]] = {}
    for member_id, kind, since in rows.values_list("member", "kind", "valid_from"):
        found.setdefault(member_id, []).append((kind, since))
    return found


# --- Rows -----------------------------------------------------------------------------------------------------------
def _evenings(branch: tuple[int, list[Resident]], months: int, on: date, random: Random) -> Iterator[MeetingWithRoll]:
    """A theme day a month on the branch's fixed day, a general meeting in the middle of every quarter."""
    branch_id, people = branch
    theme_day, general_day = random.randrange(1, LAST_DAY + 1), random.randrange(1, LAST_DAY + 1)
    days = {MeetingKind.THEME_DAY: theme_day, MeetingKind.GENERAL_MEETING: general_day}
    for back, kind in product(range(months - 1, -1, -1), days):
        month = add_months(on.replace(day=1), -back)
        if kind == MeetingKind.THEME_DAY or month.month % 3 == 2:
            day = min(month.replace(day=days[kind]), on)
            there = [one for one in people if one.since is None or one.since <= day]
            yield MeetingWithRoll(UUID(int=random.getrandbits(128), version=4), branch_id, kind, day, there)


def _meeting_row(one: MeetingWithRoll) -> tuple[object, ...]:
    chair, recorder = one.people[0].member_id, one.people[-1].member_id
    return (
        one.key, one.branch_id, one.kind, None, "", MeetingState.LOCKED, one.day, "15:00:00", "16:30:00", one.day.year,
        PLACE, "", chair, recorder, _moment(one.day, BEGINS), _moment(one.day, ENDS), "", "", "", 1,
    )  # fmt: skip


def _minutes_row(one: MeetingWithRoll) -> tuple[object, ...]:
    """Signed on paper: nobody in a generated county logs in."""
    signed = _moment(one.day, ENDS)
    text = f"{one.kind.label} {one.day} {one.people[0].name} {one.people[-1].name}"
    return one.key, text, BY, signed, one.day, BY, signed, one.day, signed, ""


def _expected_rows(evenings: Iterable[MeetingWithRoll], random: Random) -> Iterator[tuple[object, ...]]:
    for one in evenings:
        chair, marked = one.people[0].name, _moment(one.day, BEGINS)
        for who in one.people:
            yield _expected_row(one, who, random, chair, marked)


def _expected_row(
    one: MeetingWithRoll, who: Resident, random: Random, chair: str, marked: datetime
) -> tuple[object, ...]:
    befallen = who.befallen(one.day)
    is_formal = who.is_formal(one.day)
    way = _way(befallen)[int(random.random() * 100)]
    state = ON_SITE if who in (one.people[0], one.people[-1]) else way
    leave, granted_by = (LEAVES[int(random.random() * 100)], chair) if state == LEAVE else ("", "")
    return (
        one.key, who.member_id, who.name, who.group, is_formal,
        not_counted(is_formal=is_formal, situations=befallen, is_excluded=False), state, leave, granted_by,
        "", "", None, "", "", "", chair, marked,
    )  # fmt: skip


def _way(befallen: set[str]) -> list[AttendanceState]:
    return next((ways for kind, ways in WAYS.items() if kind in befallen), WELL) if befallen else WELL


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour)
