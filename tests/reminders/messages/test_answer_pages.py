"""The page behind a link: one tap, no log-in, no cookie, and nothing about anybody."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import Attendance, AttendanceChange, Meeting
from members.fields import opened
from members.models import ContactPerson
from reminders.choices import Addressee, MessageKind
from reminders.messages import views
from reminders.messages.rules import PURPOSES
from reminders.messages.services import answer_link
from reminders.models import Answer, Message
from tests.reminders.messages.test_links import forged
from tests.reminders.messages.told import missed_meeting, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def meeting(cast):
    return missed_meeting(cast)


@pytest.fixture
def message(cast, meeting):
    return asked(cast, meeting)


@pytest.fixture
def client():
    """A browser that checks forms as a real one's are checked."""
    return Client(enforce_csrf_checks=True)


def asked(cast, meeting, **fields):
    """Of use for another week from now: a page reads the real clock."""
    return tell(cast.branch, cast.li, about=meeting.pk, expires_at=timezone.now() + timedelta(days=7), **fields)


def address(message, kind=None):
    return reverse("reminders:answer", args=[answer_link(message.key, kind or message.kind).split("/")[-2]])


def of_li(cast):
    return Attendance.objects.get(member=cast.li)


# --- Works ----------------------------------------
def test_one_tap_is_recorded_and_said(cast, client, message):
    page = client.get(address(message)).content.decode()
    assert re.findall(r'name="choice" value="(\w+)"', page) == ["ill", "away", "did_not_know", "other"]

    answered = client.post(address(message), {"choice": "ill"}, follow=True)

    assert answered.redirect_chain == [(address(message), 302)]
    assert "已记下：我生病了" in answered.content.decode()
    assert (opened(of_li(cast).reason), of_li(cast).reason_source) == ("生病了", "member")


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_records_nothing(cast, client, message, method):
    for _time in range(3):
        assert getattr(client, method)(f"{address(message)}?choice=ill").status_code == 200

    assert (Answer.objects.count(), AttendanceChange.objects.count(), opened(of_li(cast).reason)) == (0, 0, "")


def test_a_changed_mind_is_one_tap_away(cast, client, message):
    client.post(address(message), {"choice": "ill"})
    page = client.get(address(message)).content.decode()
    assert re.findall(r'name="choice" value="(\w+)"', page) == ["away", "did_not_know", "other"]

    client.post(address(message), {"choice": "away"})

    assert opened(of_li(cast).reason) == "在外地"
    assert Answer.objects.count() == 1


def test_after_the_minutes_the_page_says_what_stands(cast, client, meeting, message):
    client.post(address(message), {"choice": "ill"})
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")

    page = client.post(address(message), {"choice": "away"}, follow=True).content.decode()

    assert "已记下：我生病了" in page
    assert "会议记录已经定稿" in page
    assert 'name="choice"' not in page


def test_to_have_studied_is_one_tap(cast, client, meeting):
    message = asked(cast, meeting, kind=MessageKind.MAKE_UP)

    page = client.post(address(message), {"choice": "studied"}, follow=True).content.decode()

    assert "已记下：我已学习材料" in page
    assert of_li(cast).state == "made_up"


def test_it_speaks_the_language_of_the_message(cast, client, meeting):
    answer = client.get(address(asked(cast, meeting, language="en")))

    assert answer.headers["Content-Language"] == "en"
    assert '<html lang="en"' in answer.content.decode()
    assert "I was ill" in answer.content.decode()
    assert "Nov. 24, 2026" in answer.content.decode()


# --- Nothing about anybody ----------------------------------------
def test_the_page_names_nobody_and_no_branch(cast, client, meeting):
    daughter = ContactPerson.objects.create(member=cast.li, name="李小兰", phone="13811112222")
    given = {"addressee": Addressee.CONTACT_PERSON, "contact_person": daughter}
    message = asked(cast, meeting, values={"姓名": "李国强", "金额": "120.00"}, **given)
    Meeting.objects.filter(pk=meeting.pk).update(title="讨论李国强", place="村委会", online_link="https://x.example/1")
    private = [
        "李国强",
        "李小兰",
        "女儿",
        "红旗社区",
        "村委会",
        "x.example",
        "13811112222",
        "120.00",
        "讨论",
        str(message.key),
    ]

    client.post(address(message), {"choice": "ill"})
    for page in (client.get(address(message)), client.get(address(message)[:-2] + "/")):
        assert [word for word in private if word in page.content.decode()] == []


def test_no_session_is_made_and_no_cookie_set(client, message):
    for answer in (
        client.get(address(message)),
        client.post(address(message), {"choice": "ill"}),
        client.post(address(message), {"choice": "x"}),
        client.get("/a/wrong/"),
    ):
        assert not answer.cookies
    assert Session.objects.count() == 0
    assert not client.cookies


def test_nobody_keeps_the_page_or_is_told_its_address(client, message):
    for answer in (client.get(address(message)), client.get("/a/wrong/")):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_it_asks_nothing_of_a_script(client, message):
    page = client.get(address(message)).content.decode()

    assert "<form" in page
    assert "hx-" not in page.replace("htmx-config", "")


# --- Wrong, old and guessed links ----------------------------------------
def shown(answer):
    return answer.status_code, answer.content, sorted(answer.headers.items())


def test_every_wrong_link_is_answered_alike(cast, client, message, monkeypatch):
    monkeypatch.setattr(views, "WRONG_A_MINUTE", 1000)
    announced = asked(cast, Meeting.objects.get(), kind=MessageKind.DUES)
    wrong = [
        forged(address(message)),
        address(message, MessageKind.MAKE_UP),
        address(announced, MessageKind.MISSED),
        address(message)[:-2] + "/",
        "/a/x/",
        "/a/%E4%BA%8C/",
        f"/a/{'A' * 43}/",
        f"/a/{'A' * 4000}/",
    ]
    for method in (client.get, client.post):
        told = [shown(method(one, {"choice": "ill"})) for one in wrong]
        assert {one[0] for one in told} == {404}
        assert {one[1] for one in told} == {told[0][1]}
        names = {tuple(name for name, _value in one[2]) for one in told}
        assert len(names) == 1
    assert "链接已经打不开了" in client.get("/a/x/").content.decode()
    assert Answer.objects.count() == 0


def test_an_old_link_says_what_helps(cast, client, meeting, message):
    Message.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    for method in (client.get, client.post):
        answer = method(address(message), {"choice": "ill"})
        assert answer.status_code == 410
        assert "给支部书记打个电话" in answer.content.decode()
    assert Answer.objects.count() == 0


def test_whoever_guesses_is_kept_waiting_and_whoever_holds_a_link_is_not(client, message, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)  # a minute that ends meanwhile would begin to count anew
    told = [client.get("/a/guess/").status_code for _time in range(views.WRONG_A_MINUTE + 1)]

    assert told == [404] * views.WRONG_A_MINUTE + [429]
    assert client.get(address(message)).status_code == 200


def test_without_the_check_of_the_signature_a_forged_link_records(cast, client, message, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("reminders.messages.services.is_signed", lambda *given: True)

    client.post(forged(address(message)), {"choice": "ill"})

    assert Answer.objects.count() == 1


def test_without_its_end_an_old_link_records(cast, client, message, monkeypatch):
    """The second negative control: the moment until which it is of use."""
    old = timezone.now() - timedelta(days=1)
    Message.objects.update(expires_at=old)
    monkeypatch.setattr(timezone, "now", lambda: old - timedelta(hours=1))

    client.post(address(message), {"choice": "ill"})

    assert Answer.objects.count() == 1


# --- Bad input ----------------------------------------
@pytest.mark.parametrize("choice", ["", "studied", "x", "\0", "ill,away"])
def test_what_is_no_answer_is_not_recorded(client, message, choice):
    answer = client.post(address(message), {"choice": choice})

    assert answer.status_code == 400
    assert "请选择一个回答" in answer.content.decode()
    assert Answer.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method_is_refused(client, message, method):
    assert getattr(client, method)(address(message)).status_code == 405


def test_kinds_that_ask_nothing_have_no_page(cast, client, meeting, monkeypatch):
    for kind in set(MessageKind) - set(PURPOSES):
        message = asked(cast, meeting, kind=kind)
        assert answer_link(message.key, kind) == ""
