"""The generated county's meetings: everybody who belonged there, and the same rows for the same seed."""

import json
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from branchweb.demo.generator.meetings import generate_meetings
from branchweb.demo.generator.members import generate_county
from meetings.attendance.queries import roll
from meetings.choices import AttendanceState, MeetingKind, MeetingState, NotCountedBecause
from meetings.minutes.queries import missing_in
from meetings.models import Attendance, Meeting, Minutes
from members import bulk
from members.choices import SituationKind
from members.models import Affiliation, Member, Organization, Situation
from tests.cast import TODAY, make_cast, make_member

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 24)


@pytest.fixture
def county():
    return generate_county(members=120, branches=6, seed=3, on=TODAY).root


def generate(root, months=12, seed=3, on=TODAY):
    return generate_meetings(root=root, months=months, seed=seed, on=on)


def test_each_branch_has_a_theme_day_a_month_and_a_general_meeting_a_quarter(county):
    generated = generate(county)

    kinds = Counter(Meeting.objects.values_list("kind", flat=True))
    assert kinds == {MeetingKind.THEME_DAY: 6 * 12, MeetingKind.GENERAL_MEETING: 6 * 4}
    assert generated.meetings == 96
    assert generated.attendances == Attendance.objects.count()
    assert Meeting.objects.values("organization").distinct().count() == 6


def test_the_months_end_with_this_one_and_no_day_is_to_come(county):
    generate(county, months=3, on=NOVEMBER.replace(day=2))

    days = Meeting.objects.filter(kind=MeetingKind.THEME_DAY).values_list("day", flat=True)
    assert {(day.year, day.month) for day in days} == {(2026, 9), (2026, 10), (2026, 11)}
    assert max(days) <= NOVEMBER.replace(day=2)


def test_minutes_are_locked_by_two_signatures(county):
    generate(county, months=1)

    assert set(Meeting.objects.values_list("state", flat=True)) == {MeetingState.LOCKED}
    assert all(one.is_locked for one in Minutes.objects.all())
    assert Minutes.objects.count() == Meeting.objects.count()
    assert all(one.chair_paper_on == one.recorder_paper_on == one.meeting.day for one in Minutes.objects.all())
    assert {gap.sentence for one in Meeting.objects.all() for gap in missing_in(one)} == {"没有议题。"}


def test_the_lists_are_those_that_would_have_been_frozen(county):
    generate(county, months=2)

    for meeting in Meeting.objects.select_related("organization"):
        frozen = meeting.expected.values_list("member", "name", "group", "is_formal", "not_counted")
        asked = {(one.member_id, one.name, one.group, one.is_formal, one.not_counted) for one in roll(meeting)}
        assert set(frozen) == asked


def test_everybody_attended_somehow_and_most_were_there(county):
    generate(county)

    states = Counter(Attendance.objects.values_list("state", flat=True))
    assert AttendanceState.UNKNOWN not in states
    assert states[AttendanceState.ON_SITE] > sum(states.values()) / 2
    assert states[AttendanceState.LEAVE] and states[AttendanceState.ABSENT] and states[AttendanceState.VISITED]


def test_no_reason_is_invented(county):
    generate(county)

    assert not Attendance.objects.exclude(reason="").exists()


def test_who_joined_the_branch_after_a_meeting_was_not_asked():
    cast = make_cast()
    make_member("陈明", cast.branch)
    yesterday = TODAY - timedelta(days=1)
    Affiliation.objects.filter(member=cast.zhang).update(valid_from=yesterday)

    generate(cast.branch, months=2)

    assert set(Attendance.objects.filter(member=cast.zhang).values_list("meeting__day", flat=True)) <= {
        yesterday,
        TODAY,
    }
    assert Attendance.objects.filter(member=cast.li, meeting__day__lt=yesterday, group=cast.group.name).exists()
    assert not Attendance.objects.filter(member=cast.wang).exists()


@pytest.mark.parametrize(
    ("kind", "since", "states", "counted"),
    [
        (SituationKind.LOST_CONTACT, None, {"absent"}, NotCountedBecause.COUNTED),
        (SituationKind.SUSPENDED, None, {"absent"}, NotCountedBecause.SUSPENDED),
        (SituationKind.MOBILE, date(2020, 1, 1), {"online", "leave", "absent"}, NotCountedBecause.COUNTED),
        (SituationKind.SUSPENDED, TODAY + timedelta(days=1), set(AttendanceState), NotCountedBecause.COUNTED),
    ],
)
def test_situations_of_the_day_decide_how_somebody_attends(kind, since, states, counted):
    cast = make_cast()
    member = make_member("孙外出", cast.branch)
    Situation.objects.create(member=member, kind=kind, valid_from=since)

    generate(cast.branch)

    rows = Attendance.objects.filter(member=member)
    assert set(rows.values_list("state", flat=True)) <= states
    assert set(rows.values_list("not_counted", flat=True)) == {counted}


def test_the_same_seed_gives_the_same_rows(county):
    def rows():
        return list(
            Attendance.objects.order_by("meeting", "member").values_list("meeting", "member", "state", "leave_kind")
        )

    generate(county)
    once = rows()
    Meeting.objects.all().delete()
    generate(county)
    again = rows()
    Meeting.objects.all().delete()
    generate(county, seed=4)

    assert once == again != rows()


def test_it_is_written_into_the_trail_once(county):
    generate(county, months=1)

    entry = Entry.objects.get(action="generate_meetings")
    assert (entry.organization_code, entry.details["meetings"]) == (county.code, Meeting.objects.count())


def test_the_database_looks_at_what_is_new_once(county):
    with mock.patch.object(bulk, "refresh_statistics") as looked:
        generate(county, months=2)

    looked.assert_called_once_with(Meeting, Attendance, Minutes)


def test_no_months_leave_no_trace(county):
    assert generate(county, months=0).meetings == 0
    assert not Entry.objects.filter(action="generate_meetings").exists()


def test_the_cost_does_not_grow_with_the_branches(django_assert_max_num_queries):
    root = generate_county(members=400, branches=40, seed=3, on=TODAY).root

    with django_assert_max_num_queries(25):
        generate(root)


def test_the_command_prints_what_was_stored():
    answer = StringIO()
    call_command(
        "generate", "--members", "60", "--branches", "4", "--months", "4", "--seed", "5", "--json", stdout=answer
    )

    told = json.loads(answer.getvalue())
    assert (told["meetings"], told["attendances"]) == (Meeting.objects.count(), Attendance.objects.count())
    assert told["attendances"] > told["meetings"] > 4 * 4


def test_too_many_months_are_refused_and_nothing_stored():
    with pytest.raises(CommandError) as refusal:
        call_command("generate", "--members", "10", "--branches", "1", "--months", "121")

    assert refusal.value.returncode == 2
    assert not Organization.objects.exists() and not Member.objects.exists()
