"""Who can't be written to, or belongs no longer, is still recorded as what happened that evening."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.attendance.services import AttendanceFields, mark
from meetings.models import Attendance, LeaveRequest, Meeting
from meetings.pages.queries import months_of
from meetings.pages.services import open_meeting
from meetings.votes.correction_services import Truth, confirm_correction, propose_correction
from members.choices import LeavingReason, SituationKind
from members.fields import opened
from members.models import Situation
from members.roster.services import end_belonging
from tests.cast import TODAY, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DAY = TODAY - timedelta(days=10)


@pytest.fixture
def chen(cast):
    """No account, no phone, no address, nobody to turn to; last seen in spring."""
    member = make_member("陈远山", cast.branch)
    Situation.objects.create(member=member, kind=SituationKind.LOST_CONTACT, valid_from=date(2026, 4, 1))
    return member


@pytest.fixture
def planned(cast, chen):
    return Meeting.objects.create(organization=cast.branch, kind="theme_day", day=DAY, counts_for_year=2026)


def leave_branch(member, because=LeavingReason.DECEASED, days=3):
    end_belonging(member=member, on=DAY + timedelta(days=days), today=TODAY, because=because, by="secretary")


def form(**typed):
    return {"key": str(uuid.uuid4()), **typed}


STATES = [
    {"state": "leave"},
    {"state": "leave", "leave_kind": "sick", "reason": "女儿来电话说住院", "reason_source": "contact_person"},
    {"state": "absent"},
    {"state": "absent", "reason": "多方寻找未联系上", "reason_source": "officer"},
    {"state": "visited"},
    {"state": "made_up", "made_up_on": (DAY + timedelta(days=1)).isoformat(), "made_up_with": "入户送学"},
]


@pytest.mark.parametrize("leaves", [None, LeavingReason.DECEASED, LeavingReason.LEFT_SYSTEM], ids=str)
@pytest.mark.parametrize("typed", STATES[:4:3])
def test_an_officer_records_it_whatever_became_of_the_member(cast, chen, planned, as_user, typed, leaves):
    """Also where the branch writes down the evening after he has left it."""
    if leaves:
        leave_branch(chen, leaves)
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    url = reverse("meetings:attendance-person", args=[planned.pk, chen.pk])
    answer = as_user(cast.secretary).post(url, form(**typed))

    assert answer.status_code == 302
    assert Attendance.objects.get(member=chen).state == typed["state"]


@pytest.mark.parametrize("typed", STATES)
def test_every_way_it_can_have_been_is_recorded_of_who_has_no_channel(cast, chen, planned, as_user, typed):
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    url = reverse("meetings:attendance-person", args=[planned.pk, chen.pk])

    assert as_user(cast.secretary).post(url, form(**typed)).status_code == 302
    assert Attendance.objects.get(member=chen).state == typed["state"]


@pytest.mark.parametrize("typed", STATES[3:4])
def test_after_the_minutes_it_is_completed_of_who_has_left(cast, chen, planned, as_user, typed):
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    mark(
        meeting=planned, member_id=chen.pk, attendance=AttendanceFields("absent"), key=uuid.uuid4(), by=cast.secretary
    )  # fmt: skip
    Meeting.objects.update(state="locked")
    leave_branch(chen)
    url = reverse("meetings:attendance-person", args=[planned.pk, chen.pk])

    assert as_user(cast.secretary).post(url, form(**typed)).status_code == 302
    assert Attendance.objects.get(member=chen).state == typed["state"]


def test_it_is_corrected_of_who_has_left(cast, chen, planned):
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    Attendance.objects.filter(member=chen).update(state="absent")
    Meeting.objects.update(state="locked")
    leave_branch(chen)
    truth = Truth(chen, "on_site", "照片上能看到他坐在第二排")
    one = propose_correction(key=uuid.uuid4(), meeting=planned, truth=truth, by=cast.secretary)
    confirm_correction(correction=one, by=cast.officer, on=TODAY)

    assert Attendance.objects.get(member=chen).state == "on_site"


def test_who_left_before_the_day_is_not_expected_and_his_request_can_still_be_answered(cast, chen, planned, as_user):
    asked = LeaveRequest.objects.create(meeting=planned, member=chen, kind="sick")
    leave_branch(chen, days=-1)
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    url = reverse("meetings:leave-decide", args=[asked.pk])
    as_user(cast.secretary).post(url, {"answer": "granted"})

    assert LeaveRequest.objects.get().state == "granted"
    assert not Attendance.objects.filter(member=chen).exists()


@pytest.mark.parametrize("role", ["chair", "recorder"])
def test_a_meeting_is_changed_whose_chair_or_recorder_has_left_since(cast, chen, planned, as_user, role):
    """Whoever changes the place doesn't lose who led it."""
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    Attendance.objects.update(state="on_site")
    Meeting.objects.update(**{role: chen})
    leave_branch(chen)
    typed = {"day": DAY.isoformat(), "place": "村委会", role: chen.pk}
    as_user(cast.secretary).post(reverse("meetings:meeting-edit", args=[planned.pk]), typed)
    meeting = Meeting.objects.get()

    assert (meeting.place, getattr(meeting, role)) == ("村委会", chen)


def test_pages_of_the_evening_open(cast, chen, planned, as_user):
    open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
    Attendance.objects.filter(member=chen).update(state="absent")
    leave_branch(chen)
    client = as_user(cast.secretary)
    for name in ("meeting-detail", "attendance", "sheet-blank", "minutes"):
        assert client.get(reverse(f"meetings:{name}", args=[planned.pk])).status_code == 200
    assert months_of([chen.pk], on=TODAY).get(chen.pk, 0) == 0


class TestLeaveByTelephone:
    """Before the meeting; from the opening on it is marked at the sign-in."""

    def note(self, cast, planned, as_user, member, by=None, **typed):
        url = reverse("meetings:leave-note", args=[planned.pk])
        return as_user(by or cast.secretary).post(url, {"member_id": member.pk, "kind": "sick", "reason": "", **typed})

    def test_who_has_no_account_is_on_leave_when_the_meeting_opens(self, cast, chen, planned, as_user):
        answer = self.note(cast, planned, as_user, chen, reason="女儿来电话说住院")
        open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
        one = Attendance.objects.get(member=chen)

        assert answer.status_code == 302
        assert (one.state, one.leave_kind, opened(one.reason)) == ("leave", "sick", "女儿来电话说住院")
        assert LeaveRequest.objects.get().decided_by == cast.secretary
        actions = Entry.objects.filter(action__endswith="_leave").order_by("pk").values_list("action", "actor")
        assert list(actions) == [("ask_leave", "secretary"), ("decide_leave", "secretary")]

    def test_what_the_member_asked_is_granted_with_it(self, cast, chen, planned, as_user):
        LeaveRequest.objects.create(meeting=planned, member=chen, kind="personal")
        self.note(cast, planned, as_user, chen)

        assert LeaveRequest.objects.values_list("kind", "state").get() == ("sick", "granted")

    @pytest.mark.parametrize("when", ["answered", "open"])
    def test_what_is_too_late_is_refused_with_a_sentence(self, cast, chen, planned, as_user, when):
        if when == "answered":
            LeaveRequest.objects.create(
                meeting=planned, member=chen, kind="personal", state="refused", decided_by=cast.officer
            )
        else:
            open_meeting(meeting=planned, on=TODAY, by=cast.secretary)
        answer = self.note(cast, planned, as_user, chen)

        assert answer.context["form"].non_field_errors()
        assert not LeaveRequest.objects.filter(state="granted").exists()

    @pytest.mark.parametrize("wrong", [{"member_id": ""}, {"member_id": "0"}, {"kind": "dog"}])
    def test_what_cannot_be_is_said_on_the_form(self, cast, chen, planned, as_user, wrong):
        assert self.note(cast, planned, as_user, chen, **wrong).context["form"].errors
        assert not LeaveRequest.objects.exists()

    def test_nobody_from_elsewhere_is_offered(self, cast, planned, as_user):
        assert self.note(cast, planned, as_user, cast.wang).context["form"].errors
