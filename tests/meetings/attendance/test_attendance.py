"""Attendance: one tap a person, everybody except a few, and the way back."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from meetings.attendance.queries import tally_of
from meetings.attendance.services import AttendanceFields, mark, mark_rest_present, undo_mark
from meetings.choices import AttendanceState, MeetingKind, MeetingState, NotCountedBecause
from meetings.meeting.services import WrongState, plan_meeting
from meetings.models import Attendance, AttendanceChange, LeaveRequest, Meeting
from meetings.pages.services import open_meeting
from members.choices import Membership, SituationKind
from members.models import Affiliation, Situation
from tests.cast import make_member
from tests.meetings.ending import end

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 14)


@pytest.fixture
def meeting(cast):
    planned = Meeting(organization=cast.branch, kind=MeetingKind.THEME_DAY, day=DAY, counts_for_year=2026)
    return plan_meeting(meeting=planned, by=cast.secretary)


@pytest.fixture
def opened(meeting, cast):
    return open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)


def names(meeting):
    return sorted(meeting.expected.values_list("name", flat=True))


def tap(meeting, member, state=AttendanceState.ON_SITE, key=None, by="secretary", **more):
    return mark(
        meeting=meeting, member_id=member.pk, attendance=AttendanceFields(state, **more), key=key or uuid.uuid4(), by=by
    )


def test_opening_freezes_everybody_of_the_branch_and_its_groups(opened):
    assert names(opened) == ["张英", "李国强"]
    assert opened.state == MeetingState.OPEN


def test_opening_twice_changes_nothing(opened, cast):
    open_meeting(meeting=opened, on=opened.day, by=cast.secretary)

    assert opened.expected.count() == 2
    assert Entry.objects.filter(action="open_meeting").count() == 1


def test_a_member_who_joins_later_is_not_absent_from_it(opened, cast):
    newcomer = make_member("新来", cast.branch)

    assert not Attendance.objects.filter(member=newcomer).exists()


def test_who_belongs_is_a_matter_of_the_meetings_day(meeting, cast):
    late = make_member("晚到", cast.branch)
    Affiliation.objects.filter(member=late).update(valid_from=date(2026, 11, 15))

    assert "晚到" not in names(open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary))


def test_a_later_situation_does_not_move_the_figures(opened, cast):
    Situation.objects.create(member=cast.zhang, kind=SituationKind.SUSPENDED, valid_from=date(2026, 11, 1))

    assert tally_of(opened).entitled == 2


def test_probationary_members_are_expected_without_a_vote(meeting, cast):
    make_member("预备", cast.branch, membership=Membership.PROBATIONARY)
    opened = open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)

    assert tally_of(opened).expected == 3
    assert tally_of(opened).entitled == 2
    assert opened.expected.get(name="预备").not_counted == NotCountedBecause.PROBATIONARY


def test_one_tap_records_one_person(opened, cast):
    tap(opened, cast.zhang)

    assert tally_of(opened).present == 1
    assert opened.expected.get(member=cast.zhang).marked_by == "secretary"


def test_the_same_tap_twice_is_one_tap(opened, cast):
    key = uuid.uuid4()
    tap(opened, cast.zhang, key=key)
    tap(opened, cast.zhang, AttendanceState.ABSENT, key=key)

    assert opened.expected.get(member=cast.zhang).state == AttendanceState.ON_SITE
    assert AttendanceChange.objects.count() == 1


def test_one_tap_gives_leave_no_kind_and_absence_no_reason(opened, cast):
    assert tap(opened, cast.zhang, AttendanceState.LEAVE).leave_kind == ""
    assert tap(opened, cast.li, AttendanceState.ABSENT).reason == ""


@pytest.mark.parametrize("field", ["leave_kind", "leave_granted_by"])
def test_the_database_keeps_what_is_said_of_leave_only_of_leave(opened, field):
    with pytest.raises(IntegrityError, match="expected_kind_only_of_leave"), transaction.atomic():
        Attendance.objects.filter(state="unknown").update(**{field: "sick"})


def test_everybody_except_leaves_the_exceptions_unrecorded(opened, cast):
    marked = mark_rest_present(meeting=opened, except_for=[cast.li.pk], key=uuid.uuid4(), by=cast.secretary)

    assert [one.member for one in marked] == [cast.zhang]
    assert opened.expected.get(member=cast.li).state == AttendanceState.UNKNOWN


def test_whoever_waits_for_an_answer_about_leave_is_not_marked_with_the_rest(cast, opened):
    LeaveRequest.objects.create(meeting=opened, member=cast.li, kind="sick")

    assert len(mark_rest_present(meeting=opened, key=uuid.uuid4(), by=cast.secretary)) == 1
    assert Attendance.objects.get(meeting=opened, member=cast.li).state == AttendanceState.UNKNOWN


def test_everybody_except_does_not_overwrite_what_is_recorded(opened, cast):
    tap(opened, cast.li, AttendanceState.LEAVE)
    mark_rest_present(meeting=opened, key=uuid.uuid4(), by=cast.secretary)

    assert opened.expected.get(member=cast.li).state == AttendanceState.LEAVE


def test_a_tap_can_be_undone(opened, cast):
    tap(opened, cast.zhang, AttendanceState.ABSENT, reason="生病", reason_source="officer")
    wrong = uuid.uuid4()
    tap(opened, cast.zhang, key=wrong)
    undo_mark(meeting=opened, mark_key=wrong, key=uuid.uuid4(), by=cast.secretary)

    expected = opened.expected.get(member=cast.zhang)
    assert (expected.state, expected.reason.open()) == (AttendanceState.ABSENT, "生病")


def test_an_undo_does_not_overwrite_what_somebody_else_did_since(opened, cast):
    wrong = uuid.uuid4()
    tap(opened, cast.zhang, key=wrong)
    tap(opened, cast.zhang, AttendanceState.LEAVE, by="officer")

    with pytest.raises(WrongState):
        undo_mark(meeting=opened, mark_key=wrong, key=uuid.uuid4(), by=cast.secretary)


def test_attendance_waits_until_the_meeting_opens(meeting, cast):
    with pytest.raises(WrongState):
        tap(meeting, cast.zhang)


def test_attendance_can_be_completed_after_closing(opened, cast):
    end(opened, by=cast.secretary)
    tap(opened, cast.zhang, AttendanceState.ONLINE)

    assert (tally_of(opened).present, tally_of(opened).is_online) == (2, 1)


def test_a_strangers_member_cannot_be_marked(opened, cast):
    with pytest.raises(Attendance.DoesNotExist):
        tap(opened, cast.wang)


def test_every_change_turns_the_version(opened, cast):
    tap(opened, cast.zhang)

    assert Meeting.objects.get().version == opened.version + 1
