"""Whoever was absent opens the link on a telephone, without logging in, and taps once: the meeting knows, and nobody
asks again."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from meetings.models import Attendance, Meeting
from reminders.choices import Addressee, ChannelKind, MessageState
from reminders.messages.services import answer_link
from reminders.models import Message, Release
from reminders.planning.services import plan
from reminders.sending.services import dispatch
from tests import browsers
from tests.cast import TODAY, make_cast
from tests.meetings.pages.test_meeting_browser import PHONE_TARGET, fits, keep_picture
from tests.meetings.votes.test_votes_browser import log_in
from tests.meetings.votes.voting import hold
from tests.reminders.messages.told import many_members, of_use_now, tell

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
"""In Shanghai; the clock of these tests begins there."""


@pytest.fixture
def cast(transactional_db, today, monkeypatch):
    began = time.monotonic()
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(seconds=time.monotonic() - began))
    return make_cast()


@pytest.fixture
def missed(cast, live_server, settings):
    """A meeting that is over; 张英 and 李国强 weren't there, and the planner has been round."""
    settings.PUBLIC_URL = live_server.url
    meeting = hold(cast, formal=3, present=3)
    Attendance.objects.filter(meeting=meeting, member__in=[cast.zhang, cast.li]).update(state="absent")
    Meeting.objects.filter(pk=meeting.pk).update(state="held", closed_at=NOON)
    go_round(NOON + timedelta(minutes=1))
    return Meeting.objects.get(pk=meeting.pk)


def go_round(at):
    plan(at)
    dispatch(at)


def asked(member):
    """The stages after an absence of which this member was told."""
    return sorted(Message.objects.filter(member=member, kind="missed").values_list("step", "state"))


def link_of(member):
    message = Message.objects.get(member=member, kind="missed", step=1)
    return answer_link(message.pk, message.kind)


@pytest.fixture
def telephone(browser, live_server):
    """Somebody who isn't logged in, without JavaScript, at 360 px."""
    options = {"viewport": browsers.TELEPHONE, "locale": "en-US", "java_script_enabled": False}
    context = browser.new_context(**options)
    page = context.new_page()
    yield page
    context.close()


def test_one_tap_on_the_link_and_the_meeting_knows_why(page, telephone, live_server, cast, missed):
    link = link_of(cast.li)
    assert link.startswith(f"{live_server.url}/a/")

    telephone.goto(link)
    keep_picture(telephone, "answer-360")
    assert fits(telephone)
    buttons = telephone.get_by_role("button")
    assert [one.bounding_box()["height"] >= PHONE_TARGET for one in buttons.all()] == [True] * 4
    telephone.get_by_role("button", name="我在外地").click()
    expect(telephone.get_by_text("已记下：我在外地")).to_be_visible()
    keep_picture(telephone, "answered-360")
    assert telephone.context.cookies() == []

    log_in(page, live_server, "secretary", missed.get_absolute_url())
    line = page.locator(".missing li", has_text="李国强")
    expect(line).to_contain_text("在外地")
    expect(line).to_contain_text("本人说明")
    keep_picture(page, "meeting-with-reason")

    go_round(NOON + timedelta(days=4))
    assert len(asked(cast.li)) == 1
    assert [step for step, _state in asked(cast.zhang)] == [1, 2]  # the control: who says nothing is asked again


def test_a_mistaken_tap_is_put_right(telephone, cast, missed):
    telephone.goto(link_of(cast.li))
    telephone.get_by_role("button", name="我生病了").click()
    telephone.get_by_text("点错了").click()
    telephone.get_by_role("button", name="我不知道要开会").click()

    expect(telephone.get_by_text("已记下：我不知道要开会")).to_be_visible()


def test_a_link_that_is_cut_off_says_what_helps(telephone, cast, missed):
    answer = telephone.goto(link_of(cast.li)[:-9])

    assert answer.status == 404
    expect(telephone.get_by_text("给支部书记打个电话")).to_be_visible()
    assert fits(telephone)
    keep_picture(telephone, "answer-cut-360")


def test_a_call_is_taken_off_the_list_and_the_numbers_of_the_others_stay(page, live_server, cast, missed):
    by_hand = {"channel": ChannelKind.BY_HAND, "state": MessageState.TO_CALL}
    tell(cast.branch, cast.zhang, about=missed.pk, **of_use_now(**by_hand))
    log_in(page, live_server, "secretary", reverse("reminders:call-list"))
    page.get_by_label("这份名单做什么用").fill("通知缺席党员")
    page.get_by_role("button", name="显示号码").click()
    calls = page.locator("details.call:visible")
    expect(calls).to_have_count(2)
    expect(page.get_by_text("13630098818")).to_be_visible()

    calls.filter(has=page.get_by_role("heading", name="李国强")).get_by_role("button", name="生病了").click()

    expect(calls).to_have_count(1)
    expect(page.locator("#calls-left")).to_contain_text("要打给1人")
    expect(page.get_by_text("15695900689")).to_have_count(1)
    expect(page.get_by_text("13630098818")).not_to_be_visible()


@pytest.mark.parametrize("viewport", [browsers.DESKTOP, browsers.TELEPHONE], ids=["desk", "phone"])
def test_the_pages_fit_the_screen(page, live_server, cast, missed, viewport):
    held = [tell(cast.branch, one, about=missed.pk, state=MessageState.HELD) for one in many_members(cast, 2)]
    Release.objects.create(organization=cast.branch, kind="dues", released_by=cast.secretary)
    lost = tell(cast.branch, cast.li, about=missed.pk, **of_use_now(state=MessageState.UNKNOWN, problem="程序中断"))
    own = tell(
        cast.branch, cast.zhang, about=missed.pk, user=cast.secretary, **of_use_now(addressee=Addressee.CONTACT_PERSON)
    )
    log_in(page, live_server, "secretary", reverse("reminders:message-list"))
    page.set_viewport_size(viewport)
    assert len(held) == 2
    pages = {
        "messages": reverse("reminders:message-list"),
        "message": reverse("reminders:message-detail", args=[lost.key]),
        "calls": reverse("reminders:call-list"),
        "review-list": reverse("reminders:review-list"),
        "review": reverse("reminders:review-detail", args=["branch", "missed"]),
        "inbox": reverse("reminders:inbox"),
        "inbox-message": reverse("reminders:inbox-message", args=[own.key]),
        "meeting": missed.get_absolute_url(),
    }
    for name, place in pages.items():
        page.goto(f"{live_server.url}{place}")
        keep_picture(page, f"{name}-{viewport['width']}")
        assert fits(page), name
