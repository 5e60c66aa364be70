"""Signing in by the code on the wall: what it is derived from, how long it holds, and that nobody can try numbers."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from meetings.attendance.rules import SLOT, WITHIN, WRONG_ANSWERS, WRONG_ANSWERS_FOR_ALL, is_valid, slot_of, token
from meetings.attendance.services import (
    AttendanceFields,
    close_sign_in,
    mark,
    open_sign_in,
    sign_in_by_name,
    sign_in_member,
)
from meetings.choices import AttendanceState
from meetings.meeting.services import WrongState
from meetings.models import Attendance, AttendanceChange, Meeting, SignInAttempt
from tests.cast import make_member
from tests.meetings.ending import end
from tests.meetings.votes.voting import hold, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NOW = timezone.make_aware(datetime(2026, 11, 24, 19, 0, 10))
SECRET, KEY, OTHER = "s" * 43, uuid.UUID(int=1), uuid.UUID(int=2)
TAIL = "0689"


@pytest.fixture
def meeting(cast):
    return open_sign_in(meeting=hold(cast, formal=3, present=0), by=cast.secretary)


@pytest.fixture
def code(meeting):
    """What the code on the wall says at this moment."""
    return token(meeting.sign_in_secret, meeting.pk, slot_of(timezone.now()))


def url(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.pk])


def state(member):
    return Attendance.objects.get(member=member).state


# --- The code ----------------------------------------
@pytest.mark.parametrize(
    ("age", "valid"), [(0, True), (20, True), (49, True), (50, False), (60, False), (3600, False), (-11, False)]
)
def test_a_code_holds_for_two_half_minutes(age, valid):
    """It was read ten seconds into a half-minute."""
    offered = token(SECRET, KEY, slot_of(NOW))

    assert is_valid(offered, SECRET, KEY, NOW + timedelta(seconds=age)) == valid


@pytest.mark.parametrize(
    ("secret", "key"), [("t" * 43, KEY), (SECRET, OTHER), ("", KEY)], ids=["secret", "meeting", "closed"]
)
def test_a_code_is_bound_to_secret_and_meeting(secret, key):
    assert not is_valid(token(SECRET, KEY, slot_of(NOW)), secret, key, NOW)


@pytest.mark.parametrize("offered", ["", "x", "二维码", "A" * 22])
def test_what_is_no_code_is_not_valid(offered):
    assert not is_valid(offered, SECRET, KEY, NOW)


def test_an_empty_secret_makes_no_code_valid():
    assert not is_valid(token("", KEY, slot_of(NOW)), "", KEY, NOW)


def test_codes_do_not_repeat():
    assert len({token(SECRET, KEY, slot_of(NOW + number * SLOT)) for number in range(200)}) == 200


# --- The officer's page ----------------------------------------
def test_the_officer_opens_it_once_and_ends_it(cast, as_user):
    meeting = hold(cast, formal=2, present=0)
    client = as_user(cast.secretary)
    for _turn in range(2):
        client.post(url("code-open", meeting))
    first = Meeting.objects.get().sign_in_secret.open()
    page = client.get(url("code", meeting)).content.decode()
    client.post(url("code-close", meeting))

    assert len(first) > 40 and first not in page
    assert url("code-image", meeting) in page
    assert not Meeting.objects.get().sign_in_secret
    assert Entry.objects.filter(action__in=["open_sign_in", "close_sign_in"]).count() == 2


def test_the_code_is_an_image_that_no_cache_keeps(meeting, cast, as_user):
    answer = as_user(cast.secretary).get(url("code-image", meeting))

    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg") and b"style=" not in answer.content
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_meeting_that_has_not_opened_shows_no_code(cast, as_user):
    meeting = plan(cast, formal=2)
    client = as_user(cast.secretary)
    answer = client.post(url("code-open", meeting), follow=True)

    assert len(answer.context["messages"]) == 1
    assert client.get(url("code-image", meeting)).status_code == 404


@pytest.mark.parametrize("name", ["code", "code-image"])
def test_nobody_else_sees_the_code(meeting, cast, as_user, name):
    assert as_user(cast.next_secretary).get(url(name, meeting)).status_code == 404
    assert as_user(cast.member).get(url(name, meeting)).status_code == 403
    assert as_user(cast.secretary).post(url(name, meeting)).status_code == 405


@pytest.mark.parametrize("name", ["code-open", "code-close"])
def test_nobody_else_opens_or_ends_it(meeting, cast, as_user, name):
    assert as_user(cast.next_secretary).post(url(name, meeting)).status_code == 404
    assert as_user(cast.member).post(url(name, meeting)).status_code == 403
    assert as_user(cast.secretary).get(url(name, meeting)).status_code == 405
    assert Meeting.objects.get().sign_in_secret.open()


# --- Who is logged in ----------------------------------------
def test_a_member_signs_in_by_one_tap(meeting, code, cast, as_user):
    client = as_user(cast.member)
    page = client.get(url("sign-in", meeting), {"code": code}, follow=True)
    for _turn in range(2):
        client.post(url("sign-in", meeting))

    assert page.context["own"].member == cast.zhang
    assert (state(cast.zhang), AttendanceChange.objects.count()) == (AttendanceState.ON_SITE, 1)


def test_who_is_recorded_already_is_told_so_and_asked_for_nothing(meeting, code, cast, as_user):
    client = as_user(cast.member)
    client.get(url("sign-in", meeting), {"code": code})
    client.post(url("sign-in", meeting))
    page = client.get(url("sign-in", meeting))

    assert page.context["is_recorded"]
    assert "<form method=" not in page.content.decode().split("<main")[1].split("</main")[0]


def test_a_wrong_answer_is_said_once(meeting, code, client):
    client.get(url("sign-in", meeting), {"code": code})
    page = client.post(url("sign-in", meeting), {"name": "张英", "tail": "0000"}).content.decode()

    assert page.count("姓名和号码与应到名单不符") == 1


def test_without_the_code_nobody_signs_in(meeting, cast, as_user):
    answer = as_user(cast.member).post(url("sign-in", meeting))

    assert answer.status_code == 403
    assert state(cast.zhang) == AttendanceState.UNKNOWN


@pytest.mark.parametrize("offered", ["x", "二维码"])
def test_a_wrong_code_leads_nowhere(meeting, cast, as_user, offered):
    client = as_user(cast.member)

    assert client.get(url("sign-in", meeting), {"code": offered}).status_code == 403
    assert client.post(url("sign-in", meeting)).status_code == 403


def test_a_code_of_one_meeting_opens_no_other(meeting, code, cast, as_user):
    other = open_sign_in(meeting=hold(cast, formal=3, present=0), by=cast.secretary)
    client = as_user(cast.member)
    client.get(url("sign-in", meeting), {"code": code})

    assert client.get(url("sign-in", other), {"code": code}).status_code == 403
    assert client.post(url("sign-in", other)).status_code == 403


def test_what_an_officer_recorded_stands(meeting, cast):
    mark(
        meeting=meeting,
        member_id=cast.zhang.pk,
        attendance=AttendanceFields("online"),
        key=uuid.uuid4(),
        by=cast.secretary,
    )
    sign_in_member(meeting=meeting, member_id=cast.zhang.pk, by="member")

    assert state(cast.zhang) == AttendanceState.ONLINE


def test_a_tap_that_an_officer_took_back_is_not_repeated(meeting, cast):
    sign_in_member(meeting=meeting, member_id=cast.zhang.pk, by="member")
    mark(
        meeting=meeting,
        member_id=cast.zhang.pk,
        attendance=AttendanceFields("unknown"),
        key=uuid.uuid4(),
        by=cast.secretary,
    )
    sign_in_member(meeting=meeting, member_id=cast.zhang.pk, by="member")

    assert state(cast.zhang) == AttendanceState.UNKNOWN


def test_a_member_of_another_branch_is_not_expected(meeting, code, cast, as_user):
    cast.stranger.member = cast.wang
    cast.stranger.save()
    client = as_user(cast.stranger)

    assert client.get(url("sign-in", meeting), {"code": code}, follow=True).status_code == 404


# --- Who has no account ----------------------------------------
def answer_of(meeting, name="张英", tail=TAIL, address="192.0.2.1", now=NOW):
    return sign_in_by_name(meeting=meeting, name=name, tail=tail, address=address, now=now)


def test_name_and_last_digits_sign_somebody_in(meeting, code, client, cast):
    client.get(url("sign-in", meeting), {"code": code})
    answer = client.post(url("sign-in", meeting), {"name": " 张 英", "tail": TAIL})

    assert answer.templates[0].name == "meetings/attendance/sign_in_done.html"
    assert state(cast.zhang) == AttendanceState.ON_SITE
    assert Attendance.objects.get(member=cast.zhang).marked_by.startswith("张英")


def plain(answer):
    """The page without the token and without what was typed."""
    text = answer.content.decode()
    return text.split("csrfmiddlewaretoken")[0], answer.context["form"].non_field_errors(), answer.status_code


def test_wrong_answers_cannot_be_told_apart(meeting, code, client, cast):
    make_member("无号", cast.branch)
    Attendance.objects.create(meeting=meeting, member=make_member("同名", cast.branch), name="同名", is_formal=True)
    client.get(url("sign-in", meeting), {"code": code})
    wrong = [("张英", "0000"), ("没有", TAIL), ("同名", "0000"), (cast.wang.name, "8389"), (cast.li.name, TAIL)]
    pages = [plain(client.post(url("sign-in", meeting), {"name": name, "tail": tail})) for name, tail in wrong]

    assert all(page == pages[0] for page in pages)
    assert not AttendanceChange.objects.exists()


@pytest.mark.parametrize("form", [{"name": "张英"}, {"tail": TAIL}, {"name": "张英", "tail": "12a4"}])
def test_half_an_answer_is_no_attempt(meeting, code, client, form):
    client.get(url("sign-in", meeting), {"code": code})
    answer = client.post(url("sign-in", meeting), form)

    assert answer.context["form"].errors
    assert not SignInAttempt.objects.exists()


def test_too_many_wrong_answers_from_one_address_end_it_there(meeting, cast):
    for _turn in range(WRONG_ANSWERS):
        assert not answer_of(meeting, tail="0000")

    with pytest.raises(WrongState):
        answer_of(meeting)
    assert state(cast.zhang) == AttendanceState.UNKNOWN
    assert answer_of(meeting, address="192.0.2.2")


def test_after_ten_minutes_one_may_try_again(meeting):
    for _turn in range(WRONG_ANSWERS):
        answer_of(meeting, tail="0000")

    assert answer_of(meeting, now=NOW + WITHIN + timedelta(seconds=1))


def test_many_addresses_together_cannot_try_all_numbers(meeting):
    for number in range(WRONG_ANSWERS_FOR_ALL):
        answer_of(meeting, tail="0000", address=f"198.51.100.{number}")

    with pytest.raises(WrongState):
        answer_of(meeting, address="203.0.113.1")


def test_wrong_answers_of_one_meeting_do_not_close_another(meeting, cast):
    for _turn in range(WRONG_ANSWERS):
        answer_of(meeting, tail="0000")
    other = open_sign_in(meeting=hold(cast, formal=3, present=0), by=cast.secretary)

    assert answer_of(other)


def test_no_address_is_kept_in_the_clear(meeting):
    answer_of(meeting, tail="0000")

    assert "192.0.2.1" not in SignInAttempt.objects.get().address


def test_two_of_one_name_and_number_are_told_to_the_officer(meeting, cast):
    Attendance.objects.create(
        meeting=meeting, member=make_member("张英", cast.branch, phone="13900000689"), name="张英", is_formal=True
    )

    assert not answer_of(meeting)


@pytest.mark.parametrize("stop", [close_sign_in, end])
def test_when_it_has_ended_nobody_signs_in(meeting, cast, stop):
    stop(meeting=meeting, by=cast.secretary)

    with pytest.raises(WrongState):
        answer_of(meeting)
    with pytest.raises(WrongState):
        sign_in_member(meeting=meeting, member_id=cast.zhang.pk, by="member")


def test_a_meeting_that_does_not_exist_answers_like_an_old_code(client, cast):
    assert client.get(reverse("meetings:sign-in", args=[uuid.uuid4()])).status_code == 403
