"""A member's own side: what comes next, the own attendance, leave, and making up."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.attendance.services import AttendanceFields, ask_leave, decide_leave, mark
from meetings.choices import AttendanceState, MeetingKind
from meetings.meeting.services import WrongState
from meetings.models import Attendance, AttendanceChange, LeaveRequest, Meeting
from meetings.pages.services import open_meeting
from tests.cast import TODAY
from tests.meetings.ending import end
from tests.meetings.votes.voting import hold, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MINE = reverse("meetings:mine")


@pytest.fixture
def meeting(cast):
    return plan(cast, formal=2, kind=MeetingKind.THEME_DAY)


def url(name, row):
    return reverse(f"meetings:{name}", args=[row.pk])


def held(cast, state=None, **fields):
    meeting = hold(cast, formal=4, present=0, **fields)
    if state:
        mark(
            meeting=meeting,
            member_id=cast.zhang.pk,
            attendance=AttendanceFields(state),
            key=uuid.uuid4(),
            by="secretary",
        )
    return end(meeting, by=cast.secretary)


def asked(meeting, cast, **more):
    given = {"kind": "sick", "reason": "住院", **more}
    return ask_leave(meeting=meeting, member_id=cast.zhang.pk, by=cast.member, **given)


def own(meeting, cast):
    return Attendance.objects.get(meeting=meeting, member=cast.zhang)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_and_three_meetings(cast, as_user, django_assert_num_queries, rows):
    for _number in range(rows):
        plan(cast, formal=2)
        held(cast, "leave")
    client = as_user(cast.member)
    with django_assert_num_queries(10):
        page = client.get(MINE)

    assert (len(page.context["coming"]), len(page.context["attended"])) == (rows, rows)


def test_unknown_leave_and_absent_are_three_things(cast, as_user):
    for state in ("on_site", "leave", "absent", None):
        held(cast, state)
    tally = as_user(cast.member).get(MINE).context["tally"]

    assert (tally.expected, tally.present) == (4, 1)
    assert (tally.is_leave, tally.is_absent, tally.is_unknown) == (1, 1, 1)


def test_last_years_meetings_are_not_this_years_attendance(cast, as_user):
    held(cast, "absent", day=TODAY - timedelta(days=365))

    assert as_user(cast.member).get(MINE).context["attended"] == []


def test_who_is_no_member_is_told_so(cast, as_user):
    page = as_user(cast.stranger).get(MINE)

    assert (page.status_code, page.context["tally"]) == (200, None)


def test_only_meetings_one_is_asked_to_come_next(cast, as_user):
    own = plan(cast, formal=2)
    plan(cast, formal=2, organization=cast.next_branch)
    plan(cast, formal=2, day=TODAY - timedelta(days=1))

    assert [row["meeting"] for row in as_user(cast.member).get(MINE).context["coming"]] == [own]


def test_decisions_are_read_when_the_minutes_are_locked(cast, as_user):
    meeting = held(cast, "on_site")
    meeting.agenda.update(decision="同意预备党员转正")
    meeting.agenda.filter(position=2).update(is_open_to_members=False, decision="内部讨论")
    before = as_user(cast.member).get(meeting.get_absolute_url()).content.decode()
    Meeting.objects.update(state="locked")
    after = as_user(cast.member).get(meeting.get_absolute_url()).content.decode()

    assert "同意预备党员转正" not in before
    assert "同意预备党员转正" in after
    assert "内部讨论" not in before + after


# --- Leave ----------------------------------------
def test_a_member_asks_for_leave_and_says_it_differently(meeting, cast, as_user):
    client = as_user(cast.member)
    for kind in ("personal", "sick", "sick"):
        client.post(url("leave-ask", meeting), {"key": "", "kind": kind, "reason": "住院"})

    request = LeaveRequest.objects.get()
    assert (request.member, request.kind, request.reason.open()) == (cast.zhang, "sick", "住院")
    assert Entry.objects.filter(action="ask_leave").count() == 2


def test_the_way_back_from_asking_for_leave_is_to_ones_own_meetings(meeting, cast, as_user):
    page = as_user(cast.member).get(url("leave-ask", meeting)).content.decode()

    assert f'<a href="{reverse("meetings:mine")}">' in page
    assert f'href="{reverse("meetings:meeting-list")}"' not in page


def test_a_request_is_taken_back_until_it_is_answered(meeting, cast, as_user):
    client = as_user(cast.member)
    asked(meeting, cast)
    client.post(url("leave-take-back", meeting))
    assert not LeaveRequest.objects.exists()
    answered = asked(meeting, cast)
    decide_leave(request=answered, granted=True, by=cast.secretary)
    client.post(url("leave-take-back", meeting))
    assert LeaveRequest.objects.get().state == "granted"


def test_a_reason_is_given_once_and_only_for_an_absence(cast, as_user):
    absent, there = held(cast, "absent"), held(cast, "on_site")
    client = as_user(cast.member)
    for meeting, reason in ((absent, "生病了"), (absent, "在外地"), (there, "在外地")):
        client.post(url("absence-why", meeting), {"reason": reason})
    assert (own(absent, cast).reason.open(), own(absent, cast).reason_source) == ("生病了", "member")
    assert not own(there, cast).reason


def test_leave_without_a_kind_is_asked_again(meeting, cast, as_user):
    assert "kind" in as_user(cast.member).post(url("leave-ask", meeting), {"reason": "住院"}).context["form"].errors


@pytest.mark.parametrize("part", ["stranger", "next_secretary"])
def test_who_is_not_asked_to_a_meeting_asks_for_no_leave(meeting, cast, as_user, part):
    assert as_user(getattr(cast, part)).post(url("leave-ask", meeting), {"kind": "sick"}).status_code == 404


def test_after_the_meeting_nobody_asks_for_leave(cast, as_user):
    answer = as_user(cast.member).post(url("leave-ask", held(cast)), {"kind": "sick"})

    assert answer.context["form"].non_field_errors()
    assert not LeaveRequest.objects.exists()


@pytest.mark.parametrize(("recorded", "offered"), [("unknown", True), ("on_site", False), ("leave", False)])
def test_leave_is_offered_until_the_attendance_is_recorded(cast, as_user, recorded, offered):
    meeting = hold(cast, formal=2, present=0)
    kind = {"leave_kind": "sick"} if recorded == "leave" else {}
    Attendance.objects.filter(meeting=meeting, member=cast.zhang).update(state=recorded, **kind)

    assert as_user(cast.member).get(meeting.get_absolute_url()).context["may_ask"] is offered


def test_the_officer_reads_the_reason_and_grants(meeting, cast, as_user):
    request = asked(meeting, cast)
    client = as_user(cast.secretary)
    page = client.get(meeting.get_absolute_url()).content.decode()
    client.post(url("leave-decide", request), {"answer": "granted"})
    opened = open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)

    assert "住院" in page
    assert (own(opened, cast).state, own(opened, cast).leave_kind) == (AttendanceState.LEAVE, "sick")
    assert (own(opened, cast).leave_granted_by, own(opened, cast).reason.open()) == ("secretary", "住院")
    assert own(opened, cast).reason_source == "member"


def test_granting_in_an_open_meeting_marks_at_once_and_once(cast, as_user):
    meeting = hold(cast, formal=2, present=0)
    request = asked(meeting, cast)
    for _turn in range(2):
        as_user(cast.secretary).post(url("leave-decide", request), {"answer": "granted"})

    assert own(meeting, cast).state == AttendanceState.LEAVE
    assert (AttendanceChange.objects.count(), Entry.objects.filter(action="decide_leave").count()) == (1, 1)


def test_granting_does_not_overwrite_who_came_after_all(cast):
    meeting = hold(cast, formal=2, present=0)
    request = asked(meeting, cast)
    mark(
        meeting=meeting, member_id=cast.zhang.pk, attendance=AttendanceFields("on_site"), key=uuid.uuid4(), by="officer"
    )
    decide_leave(request=request, granted=True, by=cast.secretary)

    assert own(meeting, cast).state == AttendanceState.ON_SITE


def test_a_refused_request_marks_nothing(meeting, cast, as_user):
    as_user(cast.secretary).post(url("leave-decide", asked(meeting, cast)), {"answer": "refused"})

    assert own(open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary), cast).state == AttendanceState.UNKNOWN


def test_an_answer_stands(meeting, cast):
    request = decide_leave(request=asked(meeting, cast), granted=False, by=cast.secretary)

    with pytest.raises(WrongState):
        decide_leave(request=request, granted=True, by=cast.officer)
    with pytest.raises(WrongState):
        asked(meeting, cast, kind="personal")


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_an_answer_is_yes_or_no(meeting, cast, as_user, answer):
    as_user(cast.secretary).post(url("leave-decide", asked(meeting, cast)), {"answer": answer})

    assert LeaveRequest.objects.get().state == "asked"


def test_nobody_else_answers(meeting, cast, as_user):
    request = asked(meeting, cast)

    assert as_user(cast.next_secretary).post(url("leave-decide", request), {"answer": "granted"}).status_code == 404
    assert as_user(cast.member).post(url("leave-decide", request), {"answer": "granted"}).status_code == 403
    assert as_user(cast.secretary).get(url("leave-decide", request)).status_code == 405
    assert LeaveRequest.objects.get().state == "asked"


# --- Making up ----------------------------------------
def line(**more):
    return {"key": uuid.uuid4(), "made_up_on": TODAY.isoformat(), "made_up_with": "材料", "answer": "学了", **more}


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("state", [None, "leave", "absent"])
def test_who_missed_it_reads_and_answers_with_a_line(cast, as_user, state, locked):
    meeting = held(cast, state)
    meeting.materials.create(title="会议材料", text="读")
    if locked:
        Meeting.objects.update(state="locked")
    client, form = as_user(cast.member), line()
    page = client.get(url("make-up", meeting))
    for _turn in range(2):
        client.post(url("make-up", meeting), form)

    one = own(meeting, cast)
    assert page.context["form"].initial["made_up_with"] == "会议材料"
    assert (one.state, one.answer, one.answer_source) == (AttendanceState.MADE_UP, "学了", "member")
    assert Entry.objects.filter(action="follow_up_attendance").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answer": ""}, "answer"),
        ({"made_up_with": ""}, "made_up_with"),
        ({"made_up_on": ""}, "made_up_on"),
        ({"made_up_on": "2026-11-25"}, "made_up_on"),
        ({"made_up_on": "2026-11-01"}, "made_up_on"),
        ({"key": ""}, "key"),
    ],
)
def test_a_line_that_cannot_be_is_refused_at_its_field(cast, as_user, change, field):
    meeting = held(cast, "absent")
    answer = as_user(cast.member).post(url("make-up", meeting), line(**change))

    assert field in answer.context["form"].errors
    assert own(meeting, cast).state == AttendanceState.ABSENT


def test_who_was_there_makes_up_for_nothing(cast, as_user):
    meeting = held(cast, "on_site")
    answer = as_user(cast.member).post(url("make-up", meeting), line())

    assert answer.context["form"].non_field_errors()
    assert own(meeting, cast).state == AttendanceState.ON_SITE


def test_nobody_makes_up_for_a_meeting_that_is_not_over(meeting, cast, as_user):
    assert as_user(cast.member).post(url("make-up", meeting), line()).status_code == 200
    assert not AttendanceChange.objects.exists()


def test_a_stranger_makes_up_for_nothing(cast, as_user):
    assert as_user(cast.stranger).get(url("make-up", held(cast))).status_code == 404
