"""Which meetings are due, and what closes them."""

from datetime import date

import pytest

from meetings.models import Meeting, Session
from meetings.planning import duty_queries
from meetings.planning.duty_queries import meeting_duties
from meetings.planning.duty_rules import Held, OrganizationFacts, called_for, duties, periods
from members.choices import Membership, OrganizationKind
from members.models import LocalRule
from members.regulations.queries import PlacesBelow
from rulebook.local import LocalRule as Rule
from tests.cast import make_member, make_organization

BRANCH = OrganizationFacts("branch", OrganizationKind.BRANCH)
WITH_COMMITTEE = OrganizationFacts("branch", OrganizationKind.BRANCH, has_committee=True)
GROUP = OrganizationFacts("group", OrganizationKind.GROUP)
MARCH = date(2026, 3, 20)


def found(place, held=(), on=MARCH):
    return [(duty.kind, duty.period, str(duty.state)) for duty in duties(place, held, on=on)]


def test_a_branch_in_march_is_asked_for_what_has_begun():
    assert found(BRANCH) == [
        ("general_meeting", "2026-Q1", "open"),
        ("theme_day", "2026-01", "overdue"),
        ("theme_day", "2026-02", "overdue"),
        ("theme_day", "2026-03", "open"),
        ("org_life_meeting", "2026", "open"),
        ("democratic_evaluation", "2026", "open"),
    ]


def test_only_a_branch_with_a_committee_is_asked_for_its_meetings():
    assert [row for row in found(WITH_COMMITTEE) if row[0] == "committee_meeting"] == [
        ("committee_meeting", "2026-01", "overdue"),
        ("committee_meeting", "2026-02", "overdue"),
        ("committee_meeting", "2026-03", "open"),
    ]


def test_a_group_is_asked_for_its_monthly_meeting_only():
    assert {row[0] for row in found(GROUP)} == {"group_meeting"}


def test_committees_are_asked_for_none_of_these():
    assert found(OrganizationFacts("district", OrganizationKind.COMMITTEE)) == []


@pytest.mark.parametrize(
    ("held", "closed"),
    [
        (Held("general_meeting", date(2026, 3, 31), 2026), ("general_meeting", "2026-Q1", "done")),
        (Held("theme_day", date(2026, 2, 28), 2026), ("theme_day", "2026-02", "done")),
        (Held("org_life_meeting", date(2026, 1, 10), 2026), ("org_life_meeting", "2026", "done")),
    ],
)
def test_the_meeting_of_the_period_closes_the_duty(held, closed):
    assert closed in found(BRANCH, [held])


def test_a_january_meeting_for_the_year_before_does_not_close_this_years():
    assert ("org_life_meeting", "2026", "open") in found(BRANCH, [Held("org_life_meeting", date(2026, 1, 10), 2025)])


def test_a_meeting_of_another_period_closes_nothing():
    assert ("theme_day", "2026-02", "overdue") in found(BRANCH, [Held("theme_day", date(2026, 3, 1), 2026)])


def test_a_branch_is_not_asked_for_the_time_before_it_was_founded():
    young = OrganizationFacts("branch", OrganizationKind.BRANCH, first_day=date(2026, 2, 10))

    assert found(young) == [("theme_day", "2026-03", "open")]


NOTICE = Rule(
    "meet.org_life_meeting.window", "next_first_quarter", "关于召开组织生活会的通知", "县委〔2026〕9号", "县委",
    date(2026, 11, 1), "county", date(2026, 11, 1), date(2027, 12, 1),
)  # fmt: skip
"""Organizational life of 2026 moves into the next first quarter; that of 2027 doesn't."""


def yearly(held=(), local=(NOTICE,), **days):
    """The yearly duties: kind, period, the day by which they are due, state."""
    kinds = ("org_life_meeting", "democratic_evaluation")
    return [
        (duty.kind, duty.period, duty.due_on, str(duty.state))
        for duty in duties(BRANCH, held, local=local, **days)
        if duty.kind in kinds
    ]


MOVED, USUAL = date(2027, 3, 31), date(2027, 12, 31)


def test_a_notice_moves_the_day_by_which_organizational_life_is_due():
    assert yearly(on=date(2026, 12, 1)) == [
        ("org_life_meeting", "2026", MOVED, "open"),
        ("democratic_evaluation", "2026", MOVED, "open"),
    ]
    assert yearly(on=date(2026, 12, 1), local=()) == [
        ("org_life_meeting", "2026", date(2026, 12, 31), "open"),
        ("democratic_evaluation", "2026", date(2026, 12, 31), "open"),
    ]


@pytest.mark.parametrize(
    ("on", "state"),
    [(date(2027, 1, 1), "open"), (date(2027, 3, 31), "open"), (date(2027, 4, 1), "overdue")],
)
def test_what_was_moved_into_the_next_year_is_due_there(on, state):
    assert yearly(on=on) == [
        ("org_life_meeting", "2026", MOVED, state),
        ("org_life_meeting", "2027", USUAL, "open"),
        ("democratic_evaluation", "2026", MOVED, state),
        ("democratic_evaluation", "2027", USUAL, "open"),
    ]


@pytest.mark.parametrize(
    ("day", "counts_for", "listed"),
    [
        (date(2027, 2, 1), 2026, [("2026", "done"), ("2027", "open")]),
        (date(2026, 12, 10), 2026, [("2027", "open")]),  # done in its own year: nothing to carry over
        (date(2027, 2, 1), 2027, [("2026", "open"), ("2027", "done")]),
    ],
)
def test_the_year_a_meeting_counts_for_says_which_duty_it_closes(day, counts_for, listed):
    held = [Held("org_life_meeting", day, counts_for)]
    found = yearly(held, on=date(2027, 3, 1))

    assert [(period, state) for kind, period, _due, state in found if kind == "org_life_meeting"] == listed


def test_a_year_that_is_over_is_told_as_it_ended():
    """Its December isn't open any more, and what was made good in the next year is done."""
    held = [Held("org_life_meeting", date(2027, 2, 1), 2026)]
    told = {
        (duty.kind, duty.period): str(duty.state)
        for duty in duties(BRANCH, held, on=date(2027, 5, 1), through=date(2026, 12, 31), local=[NOTICE])
    }

    assert told["theme_day", "2026-12"] == "overdue"
    assert told["org_life_meeting", "2026"] == "done"
    assert told["democratic_evaluation", "2026"] == "overdue"


@pytest.mark.parametrize(
    ("every", "count", "last"),
    [("month", 12, "2026-12"), ("quarter", 4, "2026-Q4"), ("year", 1, "2026")],
)
def test_the_periods_of_a_year(every, count, last):
    names = [period.name for period in periods(2026, every)]

    assert (len(names), names[-1]) == (count, last)


@pytest.mark.django_db
def test_duties_of_a_district_cover_every_branch_and_group_below_it(cast):
    codes = [duty.organization for duty in meeting_duties(PlacesBelow(cast.district.path, MARCH))]

    assert list(dict.fromkeys(codes)) == ["branch", "group", "next-branch"]


@pytest.mark.django_db
def test_a_theme_day_that_was_also_a_general_meeting_closes_both(cast):
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=MARCH, counts_for_year=2026, state="held"
    )
    Session.objects.create(meeting=meeting, kind="general_meeting")
    done = {duty.kind for duty in meeting_duties(PlacesBelow(cast.branch.path, MARCH)) if duty.state == "done"}

    assert done == {"theme_day", "general_meeting"}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_a_meeting_that_did_not_take_place_closes_nothing(cast, state):
    because = "停电" if state == "cancelled" else ""
    Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=MARCH, counts_for_year=2026, state=state,
        cancelled_because=because,
    )  # fmt: skip

    assert not [duty for duty in meeting_duties(PlacesBelow(cast.branch.path, MARCH)) if duty.state == "done"]


@pytest.mark.django_db
@pytest.mark.parametrize(("formal", "asked"), [(6, False), (7, True)])
def test_a_branch_of_seven_formal_members_must_have_a_committee_and_so_its_meetings(cast, formal, asked):
    for number in range(formal - 1):
        make_member(f"党员{number}", cast.next_branch)
    make_member("预备党员", cast.next_branch, membership=Membership.PROBATIONARY)
    kinds = {duty.kind for duty in meeting_duties(PlacesBelow(cast.next_branch.path, MARCH))}

    assert ("committee_meeting" in kinds) is asked


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_tree(cast, django_assert_num_queries):
    with django_assert_num_queries(6):
        meeting_duties(PlacesBelow(cast.branch.path, MARCH))
    with django_assert_num_queries(6):
        meeting_duties(PlacesBelow(cast.county.path, MARCH))


@pytest.mark.django_db
@pytest.mark.parametrize("more", [1, 3])
def test_what_the_rules_ask_is_worked_out_once_for_all_that_are_alike(cast, monkeypatch, more):
    for number in range(more):
        make_organization(f"more-{number}", f"第{number}党支部", OrganizationKind.BRANCH, cast.district)
    worked_out = []
    monkeypatch.setattr(
        duty_queries, "called_for", lambda place, **days: worked_out.append(place) or called_for(place, **days)
    )
    meeting_duties(PlacesBelow(cast.district.path, MARCH))

    assert len(worked_out) == 3, "branches with and without a committee, and a group"


@pytest.mark.django_db
def test_a_meeting_that_names_its_own_kind_once_more_counts_once(cast):
    branch, local = cast.branch, {"document": "通知", "approved_by": "镇党委", "approved_on": date(2026, 1, 1)}
    LocalRule.objects.create(
        organization=branch, rule_key="meet.party_lecture.per_year", value=2, valid_from=date(2026, 1, 1), **local
    )
    meeting = Meeting.objects.create(
        organization=branch, kind="party_lecture", day=MARCH, counts_for_year=2026, state="held"
    )
    Session.objects.create(meeting=meeting, kind="party_lecture")
    found = [
        str(duty.state) for duty in meeting_duties(PlacesBelow(branch.path, MARCH)) if duty.kind == "party_lecture"
    ]

    assert found == ["done", "open"]


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(2026, 12, 10), date(2027, 2, 1)])
def test_a_committees_notice_moves_it_for_the_branches_below(cast, day):
    LocalRule.objects.create(
        organization=cast.district, rule_key="meet.org_life_meeting.window", value="next_first_quarter",
        document="关于召开组织生活会的通知", approved_by="镇党委", approved_on=date(2026, 11, 1),
        valid_from=date(2026, 11, 1), valid_until=date(2027, 12, 1),
    )  # fmt: skip
    Meeting.objects.create(
        organization=cast.branch, kind="org_life_meeting", day=day, counts_for_year=2026, state="held"
    )
    due = {
        duty.organization: (duty.period, duty.due_on, str(duty.state))
        for duty in reversed(meeting_duties(PlacesBelow(cast.county.path, date(2027, 3, 1))))
        if duty.kind == "org_life_meeting"
    }

    assert due["next-branch"] == ("2026", MOVED, "open")
    assert due["branch"] == (("2026", MOVED, "done") if day.year == 2027 else ("2027", USUAL, "open"))
    assert due["other-branch"] == ("2027", USUAL, "open")
