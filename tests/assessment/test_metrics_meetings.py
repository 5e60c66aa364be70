"""What assessments count of meetings: which record stands behind each fact, and when nobody knows."""

from datetime import date

import pytest

from meetings.choices import AttendanceState, MeetingState
from meetings.models import Attendance, Meeting, Session
from members.models import LocalRule
from tests.assessment.measuring import FIRST, LAST, facts_of, told
from tests.cast import make_member, make_organization


def hold(organization, kind, day, *, state=MeetingState.HELD, counts_for_year=None, **fields):
    return Meeting.objects.create(
        organization=organization,
        kind=kind,
        day=day,
        state=state,
        counts_for_year=counts_for_year or day.year,
        **fields,
    )


def expect(meeting, member, state, **fields):
    return Attendance.objects.create(
        meeting=meeting, member=member, name=member.name, is_formal=True, state=state, **fields
    )


def rule(organization, key, value, **days):
    said = {"document": "通知", "approved_by": "镇党委", "approved_on": days["valid_from"]}
    return LocalRule.objects.create(organization=organization, rule_key=key, value=value, **said, **days)


def asked(name, organization, **days):
    return told(f"meetings.{name}", organization, **days)


def held(meeting):
    return (f"meeting:{meeting.pk}", 1, 1, 0)


def missing(kind, period, count=1):
    return (f"duty:{kind}:{period}", 0, count, 0)


def test_each_quarter_has_its_general_meeting_or_says_that_it_is_missing(cast):
    spring = hold(cast.branch, "general_meeting", date(2026, 4, 9))
    assert asked("general_meeting", cast.branch) == [
        missing("general_meeting", "2026-Q1"),
        held(spring),
        missing("general_meeting", "2026-Q3"),
        missing("general_meeting", "2026-Q4"),
    ]


def test_removing_one_meeting_changes_exactly_its_fact(cast):
    meetings = [hold(cast.branch, "theme_day", date(2026, month, 5)) for month in range(1, 13)]
    before, gone = asked("theme_day", cast.branch), held(meetings[6])
    meetings[6].delete()
    after = asked("theme_day", cast.branch)
    assert set(before) - set(after) == {gone}
    assert set(after) - set(before) == {missing("theme_day", "2026-07")}
    assert len(before) == len(after) == 12


def test_what_is_not_due_yet_is_not_there(cast):
    meeting = hold(cast.branch, "theme_day", date(2026, 3, 2))
    on = date(2026, 3, 20)
    assert asked("theme_day", cast.branch, last=on) == [
        missing("theme_day", "2026-01"), missing("theme_day", "2026-02"), held(meeting),
    ]  # fmt: skip


def test_a_period_is_due_on_its_last_day(cast):
    hold(cast.branch, "theme_day", date(2025, 12, 2))
    assert asked("theme_day", cast.branch, last=date(2026, 1, 30)) == []
    assert asked("theme_day", cast.branch, last=date(2026, 1, 31)) == [missing("theme_day", "2026-01")]


def test_a_meeting_beyond_what_is_due_is_one_more_of_one_more(cast):
    first, second = (hold(cast.branch, "general_meeting", date(2026, 2, day)) for day in (3, 17))
    found = asked("general_meeting", cast.branch, last=date(2026, 3, 31))
    assert found == [held(first), held(second)]


def test_a_theme_day_that_was_also_a_general_meeting_counts_as_both(cast):
    meeting = hold(cast.branch, "theme_day", date(2026, 2, 3))
    Session.objects.create(meeting=meeting, kind="general_meeting")
    Session.objects.create(meeting=meeting, kind="theme_day")
    assert asked("general_meeting", cast.branch, last=date(2026, 3, 31)) == [held(meeting)]
    assert asked("theme_day", cast.branch, last=date(2026, 2, 28)) == [missing("theme_day", "2026-01"), held(meeting)]


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.CANCELLED])
def test_a_meeting_that_did_not_take_place_is_missing(cast, state):
    because = "停电" if state == MeetingState.CANCELLED else ""
    hold(cast.branch, "theme_day", date(2026, 1, 5), state=state, cancelled_because=because)
    assert asked("theme_day", cast.branch, last=date(2026, 1, 31)) == [missing("theme_day", "2026-01")]


def test_a_branch_that_never_put_a_meeting_on_record_is_unknown_once_something_is_due(cast):
    assert asked("theme_day", cast.branch, last=date(2026, 1, 30)) == []
    assert asked("theme_day", cast.branch, last=date(2026, 1, 31)) is None
    assert asked("minutes", cast.branch) is None


def test_a_branch_without_a_committee_is_asked_for_no_committee_meetings(cast):
    hold(cast.next_branch, "theme_day", date(2026, 1, 5))
    assert asked("committee_meeting", cast.next_branch) == []
    hold(cast.branch, "theme_day", date(2026, 1, 5))
    assert len(asked("committee_meeting", cast.branch)) == 12


def test_groups_below_the_branch_name_their_place(cast):
    meeting = hold(cast.group, "group_meeting", date(2026, 1, 5))
    assert asked("group_meeting", cast.branch, last=date(2026, 2, 28)) == [
        held(meeting), ("duty:group_meeting:2026-02:group", 0, 1, 0),
    ]  # fmt: skip
    facts = facts_of("meetings.group_meeting", cast.branch, last=date(2026, 2, 28), on=LAST)
    assert all(cast.group.name in fact.label for fact in facts)


def test_a_neighbours_meetings_count_nowhere_else(cast):
    hold(cast.branch, "theme_day", date(2026, 1, 5))
    hold(cast.next_branch, "theme_day", date(2026, 2, 5))
    assert missing("theme_day", "2026-02") in asked("theme_day", cast.branch)


def test_lectures_have_no_number_of_the_rules_but_could_have_been_held(cast):
    hold(cast.branch, "theme_day", date(2026, 1, 5))
    assert asked("party_lecture", cast.branch) == [("none:party_lecture:2026", 0, 0, 0)]
    meeting = hold(cast.branch, "party_lecture", date(2026, 5, 5))
    assert asked("party_lecture", cast.branch) == [held(meeting)]


def test_a_committee_may_set_a_number_of_lectures(cast):
    rule(cast.district, "meet.party_lecture.per_year", 2, valid_from=FIRST)
    meeting = hold(cast.branch, "party_lecture", date(2026, 5, 5))
    assert asked("party_lecture", cast.branch) == [held(meeting), missing("party_lecture", "2026")]


ORG_LIFE = "org_life_meeting"


def test_organizational_life_held_late_counts_on_the_day_it_was_due(cast):
    hold(cast.branch, "theme_day", date(2026, 1, 5))
    meeting = hold(cast.branch, ORG_LIFE, date(2027, 1, 9), counts_for_year=2026)
    assert asked(ORG_LIFE, cast.branch, on=date(2027, 1, 8)) == [missing(ORG_LIFE, "2026")]
    assert asked(ORG_LIFE, cast.branch, on=date(2027, 1, 9)) == [held(meeting)]
    (fact,) = facts_of(f"meetings.{ORG_LIFE}", cast.branch, on=date(2027, 2, 1))
    assert fact.on == LAST


def test_a_january_meeting_for_the_year_before_is_not_this_years(cast):
    hold(cast.branch, ORG_LIFE, date(2026, 1, 9), counts_for_year=2025)
    assert asked(ORG_LIFE, cast.branch) == [missing(ORG_LIFE, "2026")]


def test_what_a_notice_moves_into_the_next_year_is_assessed_there(cast):
    days = {"valid_from": date(2025, 1, 1), "valid_until": date(2026, 1, 1)}
    rule(cast.district, "meet.org_life_meeting.window", "next_first_quarter", **days)
    hold(cast.branch, "theme_day", date(2025, 1, 5))
    assert asked(ORG_LIFE, cast.branch, last=date(2026, 3, 31)) == [missing(ORG_LIFE, "2025")]
    meeting = hold(cast.branch, ORG_LIFE, date(2026, 2, 9), counts_for_year=2025)
    assert asked(ORG_LIFE, cast.branch, last=date(2026, 3, 31)) == [held(meeting)]
    assert asked(ORG_LIFE, cast.branch, first=date(2025, 1, 1), last=date(2025, 12, 31), on=LAST) == []


def test_attendance_is_told_meeting_by_meeting_with_what_is_not_recorded(cast):
    meeting = hold(cast.branch, "theme_day", date(2026, 1, 5))
    expect(meeting, cast.zhang, AttendanceState.ONLINE)
    expect(meeting, cast.li, AttendanceState.UNKNOWN)
    expect(meeting, cast.wang, AttendanceState.LEAVE, leave_kind="sick")
    expect(meeting, cast.zhao, AttendanceState.ON_SITE, not_counted="excluded")
    assert asked("attendance", cast.branch) == [(f"meeting:{meeting.pk}", 1, 3, 1)]


def test_attendance_that_nobody_recorded_is_unknown(cast):
    assert asked("attendance", cast.branch) == []
    meeting = hold(cast.branch, "theme_day", date(2026, 1, 5))
    expect(meeting, cast.zhang, AttendanceState.UNKNOWN)
    assert asked("attendance", cast.branch) is None
    assert asked("explained", cast.branch) is None


def test_removing_one_attendance_changes_the_fact_of_its_meeting_alone(cast):
    first, second = (hold(cast.branch, "theme_day", date(2026, month, 5)) for month in (1, 2))
    for meeting in (first, second):
        expect(meeting, cast.zhang, AttendanceState.ON_SITE)
        expect(meeting, cast.li, AttendanceState.ABSENT)
    Attendance.objects.get(meeting=first, member=cast.li).delete()
    assert asked("attendance", cast.branch) == [(f"meeting:{first.pk}", 1, 1, 0), (f"meeting:{second.pk}", 1, 2, 0)]


def test_absences_are_explained_when_somebody_has_said_why(cast):
    meeting = hold(cast.branch, "theme_day", date(2026, 1, 5))
    expect(meeting, cast.zhang, AttendanceState.ABSENT, reason="出差", reason_source="officer")
    expect(meeting, cast.li, AttendanceState.ABSENT)
    expect(meeting, cast.wang, AttendanceState.UNKNOWN)
    full = hold(cast.branch, "theme_day", date(2026, 2, 5))
    expect(full, cast.zhang, AttendanceState.ON_SITE)
    assert asked("explained", cast.branch) == [(f"meeting:{meeting.pk}", 1, 2, 0)]


def test_minutes_are_due_after_their_days(cast):
    locked = hold(cast.branch, "theme_day", date(2026, 1, 5), state=MeetingState.LOCKED)
    waiting = hold(cast.branch, "theme_day", date(2026, 2, 5))
    assert asked("minutes", cast.branch, on=date(2026, 2, 6)) == [held(locked)]
    assert asked("minutes", cast.branch) == [held(locked), (f"meeting:{waiting.pk}", 0, 1, 0)]


def test_a_fact_of_a_meeting_leads_to_its_page(cast):
    meeting = hold(cast.branch, "theme_day", date(2026, 1, 5), title="为张英送行")
    facts = facts_of("meetings.theme_day", cast.branch)
    assert [fact.url for fact in facts if fact.done] == [meeting.get_absolute_url()]
    assert {fact.url for fact in facts if not fact.done} == {""}
    assert not any(cast.zhang.name in fact.label for fact in facts)


@pytest.mark.parametrize(
    ("name", "queries"), [("theme_day", 8), ("party_lecture", 9), ("attendance", 1), ("explained", 1), ("minutes", 2)]
)
@pytest.mark.parametrize("groups", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, name, queries, groups, django_assert_num_queries):
    for number in range(groups):
        group = make_organization(f"g{number}", f"第{number}小组", "group", cast.branch)
        meeting = hold(group, "group_meeting", date(2026, 1, 5))
        expect(meeting, make_member(f"周{number}", group), AttendanceState.ON_SITE)
    with django_assert_num_queries(queries):
        asked(name, cast.branch)
