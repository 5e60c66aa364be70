"""Minutes, absences and leave as duties: the rules as tables, the facts from the records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from meetings.models import Attendance, LeaveRequest, Meeting
from meetings.planning.duty_queries import record_duties
from meetings.planning.duty_rules import (
    LeaveAsked,
    MeetingDone,
    TaskGiven,
    leave_duty,
    limit,
    month_duties,
    task_duties,
)
from members.models import LocalRule
from members.regulations.queries import PlacesBelow
from rulebook.local import LocalRule as LocalValue
from tests.cast import TODAY, make_member, make_organization


def day(text):
    return date.fromisoformat(text)


def local(key, value):
    return LocalValue(key, Decimal(value), "镇党委通知", "1", "镇党委", TODAY, "district", date(2026, 1, 1))


# --- Rules -----------------------------------------------------------------------------------------------------------
def months(*evenings, on=TODAY, given=None):
    held = [MeetingDone(day(one.rstrip("+")), one.endswith("+")) for one in evenings]
    found = month_duties("minutes", "branch", held, given or limit("minutes", on=on), on=on)
    return [(duty.period, str(duty.due_on), str(duty.state)) for duty in found]


@pytest.mark.parametrize(
    ("evenings", "expected"),
    [
        ([], []),
        (["2026-11-09"], [("2026-11", "2026-11-24", "open")]),
        (["2026-11-08"], [("2026-11", "2026-11-23", "overdue")]),
        (["2026-11-08+"], [("2026-11", "2026-11-23", "done")]),
        (["2026-11-20", "2026-11-08"], [("2026-11", "2026-11-23", "overdue")]),
        (["2026-11-20", "2026-11-08+"], [("2026-11", "2026-12-05", "open")]),
        (["2026-11-20+", "2026-11-08+"], [("2026-11", "2026-12-05", "done")]),
        (
            ["2026-11-20", "2026-02-08", "2026-03-01+"],
            [
                ("2026-02", "2026-02-23", "overdue"),
                ("2026-03", "2026-03-16", "done"),
                ("2026-11", "2026-12-05", "open"),
            ],
        ),
        (["2026-11-25"], []),
        (["2025-12-18"], [("2025-12", "2026-01-02", "overdue")]),
        (["2025-12-16"], []),
    ],
)
def test_a_month_is_due_with_its_earliest_meeting_that_is_undone(evenings, expected):
    assert months(*evenings) == expected


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        # owner, day, day of its end
        ([(1, "2026-12-01", None)], [("1", "2026-12", "2026-12-01", "open")]),
        ([(1, "2026-12-02", None)], []),  # more than a week away
        ([(1, "2026-11-24", None)], [("1", "2026-11", "2026-11-24", "open")]),
        ([(1, "2026-11-23", None)], [("1", "2026-11", "2026-11-23", "overdue")]),
        ([(1, "2026-11-23", "2026-11-20")], [("1", "2026-11", "2026-11-23", "done")]),
        ([(1, "2025-11-23", "2025-11-20")], []),  # last year's news
        ([(1, "2025-11-23", None)], [("1", "2025-11", "2025-11-23", "overdue")]),
        (
            [
                (1, "2026-11-20", "2026-11-20"),
                (1, "2026-11-28", None),
                (2, "2026-11-10", None),
                (None, "2026-11-12", None),
            ],
            [
                (None, "2026-11", "2026-11-12", "overdue"),
                ("1", "2026-11", "2026-11-28", "open"),
                ("2", "2026-11", "2026-11-10", "overdue"),
            ],
        ),
    ],
)
def test_a_task_is_a_duty_from_a_week_before_until_its_end(tasks, expected):
    given = [TaskGiven(owner, day(due), day(done) if done else None) for owner, due, done in tasks]
    found = task_duties("branch", given, on=TODAY)

    assert [(one.member, one.period, str(one.due_on), str(one.state)) for one in found] == expected


@pytest.mark.parametrize("kind", ["minutes", "absences", "leave_request"])
def test_none_of_these_days_claims_a_national_rule(kind):
    citation = limit(kind, on=TODAY).citation

    assert (citation.level, citation.verification, citation.article) == ("L", "U", "none")


def test_a_committee_may_set_other_days_and_is_cited():
    given = limit("minutes", on=TODAY, local=[local("meet.minutes.days", 7)])

    assert months("2026-11-16", given=given) == [("2026-11", "2026-11-23", "overdue")]
    assert given.citation.document == "镇党委通知"


@pytest.mark.parametrize(
    ("asked_on", "meeting", "done", "expected"),
    [
        ("2026-11-20", "2026-12-05", False, ("2026-11", "2026-12-05", "open")),
        ("2026-11-20", "2026-11-24", False, ("2026-11", "2026-11-24", "open")),
        ("2026-11-20", "2026-11-23", False, ("2026-11", "2026-11-23", "overdue")),
        ("2026-11-20", "2026-11-23", True, ("2026-11", "2026-11-23", "done")),
        ("2026-11-25", "2026-12-05", False, None),
    ],
)
def test_leave_is_answered_by_the_day_of_the_meeting(asked_on, meeting, done, expected):
    asked = LeaveAsked(7, day(asked_on), day(meeting), done)
    duty = leave_duty(asked, "branch", limit("leave_request", on=TODAY), on=TODAY)

    assert (duty and (duty.period, str(duty.due_on), str(duty.state))) == expected
    assert duty is None or (duty.organization, duty.member) == ("branch", "7")


def test_who_asks_too_late_for_the_days_a_committee_set_is_answered_the_same_day():
    given = limit("leave_request", on=TODAY, local=[local("meet.leave.days", 3)])
    due = [
        leave_duty(LeaveAsked(7, day(asked), day("2026-12-05"), False), "branch", given, on=day("2026-12-05")).due_on
        for asked in ("2026-11-20", "2026-12-04")
    ]

    assert due == [day("2026-12-02"), day("2026-12-04")]


# --- Facts -----------------------------------------------------------------------------------------------------------
def meeting(place, on, state="held", **facts):
    on = day(on)
    return Meeting.objects.create(
        organization=place, kind="theme_day", day=on, counts_for_year=on.year, state=state, **facts
    )


def expect(at, member, state="absent", **facts):
    return Attendance.objects.create(meeting=at, member=member, name=member.name, is_formal=True, state=state, **facts)


def ask(at, member, on, **facts):
    asked = LeaveRequest.objects.create(meeting=at, member=member, kind="sick", **facts)
    LeaveRequest.objects.filter(pk=asked.pk).update(asked_at=datetime.combine(day(on), datetime.min.time(), UTC))
    return asked


def found(path, on=TODAY):
    return [
        (one.kind, one.organization, one.member, one.period, str(one.due_on), str(one.state))
        for one in record_duties(PlacesBelow(path, on))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "expected"),
    [("planned", None), ("open", "overdue"), ("held", "overdue"), ("locked", "done"), ("cancelled", None)],
)
def test_minutes_are_asked_of_what_took_place(cast, state, expected):
    because = {"cancelled_because": "暴雨"} if state == "cancelled" else {}
    meeting(cast.group, "2026-11-01", state, **because)

    assert found(cast.branch.path) == (
        [("minutes", "group", None, "2026-11", "2026-11-16", expected)] if expected else []
    )


@pytest.mark.django_db
def test_absences_wait_until_everybodys_reason_is_on_record(cast):
    evening = meeting(cast.branch, "2026-11-20", "locked")
    absent = expect(evening, cast.zhang)
    expect(evening, cast.li, reason="住院", reason_source="member")
    expect(meeting(cast.branch, "2026-10-20", "locked"), cast.zhang, "on_site")

    def absences():
        return [one[3:] for one in found(cast.branch.path) if one[0] == "absences"]

    assert absences() == [("2026-11", "2026-12-05", "open")]
    absent.reason, absent.reason_source = "不知道", "member"
    absent.save()
    assert absences() == [("2026-11", "2026-12-05", "done")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"state": "unknown"},
        {"state": "made_up", "made_up_on": TODAY},
        {"state": "leave", "leave_kind": "sick"},
        {"state": "absent", "not_counted": "excluded"},
    ],
)
def test_unrecorded_made_up_on_leave_and_left_out_are_no_absences(cast, facts):
    expect(meeting(cast.branch, "2026-11-20", "locked"), cast.zhang, **facts)

    assert {one[0] for one in found(cast.branch.path)} == {"minutes"}


@pytest.mark.django_db
@pytest.mark.parametrize(("on", "asked"), [("2026-04-30", False), ("2026-05-01", True)])
def test_nobody_is_asked_for_reasons_that_can_no_longer_count(cast, on, asked):
    expect(meeting(cast.branch, on, "locked"), cast.zhang)

    assert ("absences" in {one[0] for one in found(cast.branch.path)}) is asked


@pytest.mark.django_db
def test_an_absence_of_an_evening_that_still_goes_on_is_nobodys_duty(cast):
    expect(meeting(cast.branch, "2026-11-24", "open"), cast.zhang)

    assert {one[0] for one in found(cast.branch.path)} == {"minutes"}


@pytest.mark.django_db
def test_a_request_for_leave_is_the_branchs_to_answer(cast):
    planned = meeting(cast.branch, "2026-12-05", "planned")
    asked = ask(planned, cast.zhang, "2026-11-20")
    zhang = str(cast.zhang.pk)

    assert found(cast.branch.path) == [("leave_request", "branch", zhang, "2026-11", "2026-12-05", "open")]
    assert found(cast.branch.path, on=day("2026-11-19")) == []
    LeaveRequest.objects.filter(pk=asked.pk).update(state="granted", decided_by=cast.secretary)
    assert found(cast.branch.path) == [("leave_request", "branch", zhang, "2026-11", "2026-12-05", "done")]


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "because"), [("cancelled", "暴雨"), ("locked", "")])
def test_what_can_no_longer_be_answered_is_no_duty(cast, state, because):
    ask(meeting(cast.branch, "2026-11-23", state, cancelled_because=because), cast.zhang, "2026-11-20")

    assert not [one for one in found(cast.branch.path) if one[0] == "leave_request"]


@pytest.mark.django_db
def test_the_days_of_a_committee_bind_its_own_branches_only(cast):
    for place in (cast.branch, cast.other_branch):
        meeting(place, "2026-11-20")
    LocalRule.objects.create(
        organization=cast.district, rule_key="meet.minutes.days", value="3", document="镇党委通知", number="1",
        approved_by="镇党委", approved_on=TODAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip

    assert [(one[1], *one[4:]) for one in found(cast.county.path)] == [
        ("branch", "2026-11-23", "overdue"),
        ("other-branch", "2026-12-05", "open"),
    ]


@pytest.mark.django_db
def test_nothing_of_another_branch_is_in_the_list(cast):
    expect(meeting(cast.next_branch, "2026-11-20"), cast.wang)

    assert found(cast.branch.path) == []


@pytest.mark.django_db
@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_doesnt_grow_with_the_tree(cast, django_assert_num_queries, more):
    for number in range(more):
        place = make_organization(f"more-{number}", f"第{number}党支部", "branch", cast.district)
        for person in range(more):
            one = make_member(f"党员{person}", place)
            evening = meeting(place, str(TODAY - timedelta(days=31 * person)))
            expect(evening, one)
            ask(evening, one, "2026-09-01")
    with django_assert_num_queries(6):
        assert len(record_duties(PlacesBelow(cast.county.path, TODAY))) == 3 * more**2
