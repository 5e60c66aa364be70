"""Each sample, built by import and scored on a filled branch, equals a calculation by hand.

What happened is counted here straight from the tables; the arithmetic of each line is written out below.
"""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import pytest
from django.db.models import Q
from django.utils import timezone

from assessment.assessments.computing_queries import computed
from assessment.assessments.rules import recomputed
from assessment.choices import ClauseKind, ScoreState, ValueState
from assessment.models import Assessment, BranchView, Clause, ManualValue
from assessment.schemes.import_services import BY_NUMBER, read_workbook, store_read_plan
from dues.models import Allocation, Charge
from meetings.choices import MeetingState
from meetings.models import Attendance, Meeting
from members.models import Contact, Situation, Term
from tests.assessment.test_metrics_meetings import expect, hold
from tests.dues.making import charge, pay

pytestmark = pytest.mark.django_db

D = Decimal
YEAR, LAST = 2026, date(2026, 12, 31)
HELD = {
    "general_meeting": (2, 5, 11),
    "committee_meeting": range(1, 12),
    "theme_day": range(3, 13),
    "party_lecture": (3, 6, 12),
    "org_life_meeting": (12,),
}
GROUP_MONTHS = range(1, 9)
LOCKED_UNTIL = 10
"""Minutes of meetings until this month are locked; those after it are not, though every day for it has passed."""
UNKNOWN = None


@pytest.fixture
def filled(cast):
    """A branch with a year on record: some of it missing, some late, some never written down."""
    _meetings(cast)
    _attendance(cast)
    _dues(cast)
    _people(cast)
    return cast.branch


def _meetings(cast):
    for kind, months in HELD.items():
        for month in months:
            hold(cast.branch, kind, date(YEAR, month, 6), state=_state(month))
    for month in GROUP_MONTHS:
        hold(cast.group, "group_meeting", date(YEAR, month, 7), state=_state(month))


def _attendance(cast):
    evenings = Meeting.objects.filter(organization=cast.branch, kind="theme_day").order_by("day")
    for number, evening in enumerate(evenings):
        expect(evening, cast.zhang, "on_site")
        said = {"reason": "生病", "reason_source": "officer"} if number == 0 else {}
        expect(evening, cast.li, "absent" if number < 3 else "on_site", **said)


def _dues(cast):
    for member, later in ((cast.zhang, 6000), (cast.li, 4000)):
        for month in range(1, 13):
            charge(member, f"{YEAR}-{month:02}", 1000)
        pay(member, 6000, f"{YEAR}-06-05")
        pay(member, later, f"{YEAR}-11-05")


def _people(cast):
    Term.objects.create(
        organization=cast.branch, elected_on=date(2025, 3, 1), ends_on=date(2028, 3, 1), rule="term.years@2018-07-12"
    )
    for member, days in ((cast.zhang, 20), (cast.li, 200)):
        Situation.objects.create(member=member, kind="mobile", valid_from=date(2025, 1, 1))
        Contact.objects.create(
            member=member, happened_on=LAST - timedelta(days=days), kind="phone", made_by="支书",
            recorded_by=cast.secretary,
        )  # fmt: skip


def _state(month):
    return MeetingState.LOCKED if month <= LOCKED_UNTIL else MeetingState.HELD


class Counted:
    """What the tables say, without any code of the assessment."""

    def __init__(self, place):
        self.here = Meeting.objects.filter(organization__path__startswith=place.path, day__year=YEAR)
        self.expected = Attendance.objects.filter(meeting__in=self.here)
        self.place = place

    def held(self, kind):
        return self.here.filter(kind=kind).count()

    def quarters(self, kind):
        return len({(day.month - 1) // 3 for day in self.here.filter(kind=kind).values_list("day", flat=True)})

    def halves(self, kind):
        return len({(day.month - 1) // 6 for day in self.here.filter(kind=kind).values_list("day", flat=True)})

    @property
    def without_minutes(self):
        return self.here.exclude(state=MeetingState.LOCKED).count()

    @property
    def unexcused(self):
        return self.expected.filter(state="absent", reason="").count()

    @property
    def took_part(self):
        return D(100 * self.expected.filter(state="on_site").count()) / self.expected.count()

    @property
    def dues(self):
        """Months of members charged, and those of them that are paid in full."""
        charged = Charge.objects.filter(organization=self.place, month__year=YEAR)
        paid = dict.fromkeys(charged.values_list("member", "month"), 0)
        for one in Allocation.objects.filter(month__year=YEAR):
            paid[one.member_id, one.month] += one.amount_fen
        return len(paid), sum(paid[one.member_id, one.month] >= one.amount_fen for one in charged)

    @property
    def out_of_contact(self):
        recent = Contact.objects.filter(happened_on__gte=LAST - timedelta(days=31)).values("member")
        return Situation.objects.filter(~Q(member__in=recent), kind="mobile").count()


def most(points, *taken):
    """A line begins with its points and never goes below nothing."""
    return max(D(0), D(points) - sum(map(D, taken), D(0)))


def by_hand_1(seen):
    charged, paid = seen.dues
    return {
        "1.1": most(2),  # the term runs until 2028
        "1.2": most(2, 1),  # handed in late once
        "1.3": most(4, 2 if seen.without_minutes else 0),
        "1.4": most(2, 0 if seen.held("org_life_meeting") else 2, 0 if seen.held("democratic_evaluation") else 2),
        "1.5": D(1),  # one honour of the school
        "1.6": most(2, 1 if paid < charged else 0),
        "1.7": most(
            4, 4 - seen.quarters("general_meeting"), 12 - seen.held("committee_meeting"),
            12 - seen.held("group_meeting"), 4 - seen.quarters("party_lecture"),
        ),
        "1.8": most(2),
        "1.9": most(3, 1, 2 * seen.unexcused),
        "1.10": most(5, 12 - seen.held("theme_day")),
        "1.11": UNKNOWN,  # no talk was ever put on record
        "1.12": most(3, 1),  # the dues of the year were never made public
        "2.1": most(8),
        "2.2": most(6),
        "2.3": most(6, D("0.5") * seen.out_of_contact),
        "3.1": D(20),  # ninety per cent
        "3.2": most(20),
        "4": D(0),
    }  # fmt: skip


def by_hand_2(seen):
    charged, paid = seen.dues
    lost = D(90) - seen.took_part
    return {
        "1.1": most(2),
        "1.2": most(4, 2 * (2 - seen.halves("party_lecture"))),
        "1.3": most(4),
        "2.1": UNKNOWN,  # no talk was ever put on record
        "2.2": most(8),
        "2.3": most(6, 2 if paid < charged else 0),
        "2.4": most(6),
        "3.1": most(10, ceil(lost / 5) if lost > 0 else 0),
        "3.2": most(10, D("0.5") * seen.out_of_contact),
        "3.3": most(10),
        "4.1": D(15),
    }


def by_hand_3(seen):
    charged, paid = seen.dues
    share = D(100 * paid) / charged
    return {
        "1.1": most(4, D("0.5") * (12 - seen.held("committee_meeting"))),
        "1.2": most(1, "0.5"),  # nothing was studied, once a year is asked for
        "1.3": most(1),
        "1.4": most(4),
        "2.1": most(12, 3 * (4 - seen.quarters("general_meeting"))),
        "2.2": most(12, 12 - seen.held("group_meeting")),
        "2.3": most(12, 12 - seen.held("theme_day")),
        "2.4": most(7, D("0.5") * seen.without_minutes),
        "2.5": most(7, 0 if seen.held("org_life_meeting") else 7),
        "3.1": most(10, D("0.1") * ceil(100 - share)),
        "3.2": most(10, min(D(8), D("0.5") * seen.unexcused)),
        "3.3": most(10),
        "3.4": most(10, D("0.5") * seen.out_of_contact),
        "4": D(0),
    }


def tier(value, *tiers):
    return next(D(points) for bound, points in tiers if value >= bound)


def by_hand_4(seen):
    charged, paid = seen.dues
    return {
        "1.1": D(3),
        "1.2": most(4),
        "1.3": D(4),
        "2.1": tier(seen.quarters("general_meeting"), (4, 5), (2, 2), (1, 1), (0, 0)),
        "2.2": tier(seen.held("committee_meeting"), (12, 2), (4, 1), (1, "0.5"), (0, 0)),
        "2.3": tier(seen.halves("party_lecture"), (2, 2), (1, 1), (0, 0)),
        "2.4": D(2),
        "2.5": tier(seen.held("democratic_evaluation"), (1, 3), (0, 0)),
        "2.6": most(2),
        "2.7": tier(seen.held("theme_day"), (12, 13), (4, 6), (1, 2), (0, 0)),
        "3.1": tier(seen.took_part, (90, 16), (80, 12), (60, 6), (0, 0)),
        "3.2": most(10, 5 if paid < charged else 0),
        "4.1": D(15),
        "4.2": D(8),
    }


BY_HAND = {"1": by_hand_1, "2": by_hand_2, "3": by_hand_3, "4": by_hand_4}
EVERY = pytest.mark.parametrize("number", BY_NUMBER)


@pytest.fixture
def built(cast):
    """The scheme of a sample, with everything entered and confirmed that no record says."""

    def building(number):
        sample = BY_NUMBER[number]
        read = read_workbook(sample.path, name=sample.name, organization=cast.district, year=YEAR)
        scheme = store_read_plan(read.plan, organization=cast.district, by="shell").scheme
        assessment = Assessment.objects.create(scheme=scheme, organization=cast.branch)
        for clause in Clause.objects.filter(indicator__scheme=scheme, metric=""):
            ManualValue.objects.create(
                assessment=assessment, clause=clause, value=found_by_person(clause), basis="查看材料",
                state=ValueState.CONFIRMED, entered_by=cast.district_staff, decided_by=cast.county_staff,
                decided_at=timezone.now(),
            )  # fmt: skip
        return scheme, assessment

    return building


def found_by_person(clause):
    """Late once, one honour of the lowest kind, the second tier of each, 15 points where points are given."""
    if clause.kind == ClauseKind.TIERED:
        return D(clause.tiers[1][0])
    if clause.kind == ClauseKind.MANUAL:
        return D(15)
    if clause.kind == ClauseKind.BONUS:
        return D(int("校级" in clause.text))
    return D(int("迟" in clause.text))


def leaves(result):
    return {line.indicator.code: line.points for line in result.leaves}


@EVERY
def test_a_sample_comes_to_what_is_calculated_by_hand(filled, built, number):
    scheme, _assessment = built(number)
    result, expected = computed(scheme, filled, on=LAST), BY_HAND[number](Counted(filled))

    assert leaves(result) == expected
    assert result.known_points == sum(points for points in expected.values() if points is not None)


@EVERY
def test_the_traced_list_computes_every_score_again(filled, built, number):
    scheme, _assessment = built(number)
    clauses = [one for line in computed(scheme, filled, on=LAST).leaves for one in line.clauses]
    scored = [one for one in clauses if one.result.state == ScoreState.SCORED]

    assert len(scored) > len(clauses) - 2
    assert [recomputed(one.result.terms, one.result.facts) for one in scored] == [one.result.points for one in scored]


@pytest.mark.parametrize(
    ("number", "kind", "month", "changes"),
    [
        ("1", "theme_day", 12, {"1.10": -1}),
        ("3", "theme_day", 3, {"2.3": -1}),
        ("3", "committee_meeting", 5, {"1.1": D("-0.5")}),
        ("3", "general_meeting", 2, {"2.1": -3}),
        ("3", "org_life_meeting", 12, {"2.5": -7, "2.4": D("0.5")}),
        ("4", "party_lecture", 12, {"2.3": -1}),
        ("4", "general_meeting", 11, {}),
        ("2", "party_lecture", 12, {"1.2": -2}),
    ],
)
def test_removing_one_record_changes_exactly_the_points_it_carried(filled, built, number, kind, month, changes):
    scheme, _assessment = built(number)
    before = leaves(computed(scheme, filled, on=LAST))
    meeting = Meeting.objects.get(organization=filled, kind=kind, day__month=month)
    Attendance.objects.filter(meeting=meeting).delete()
    meeting.delete()
    after = leaves(computed(scheme, filled, on=LAST))

    assert {code: after[code] - before[code] for code in before if after[code] != before[code]} == changes


def test_the_total_weighs_both_views_and_falls_into_its_band(filled, built, cast):
    scheme, assessment = built("4")
    BranchView.objects.create(
        assessment=assessment, organization=filled, source="self", points=D(90), by=cast.secretary, given_on=LAST
    )
    record = sum(BY_HAND["4"](Counted(filled)).values())
    result = computed(scheme, filled, on=LAST)

    assert result.total == (D(30) * 90 + D(70) * record) / 100
    assert result.band.name == next(
        name for name, from_ in (("优秀", 90), ("良好", 75), ("一般", 60), ("较差", 0)) if result.total >= from_
    )
