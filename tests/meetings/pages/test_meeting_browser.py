"""Meetings in Chromium, on a desk and on a phone: taps that patch rows, the same without JavaScript, the code."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from meetings.attendance.rules import slot_of, token
from meetings.attendance.services import open_sign_in
from meetings.choices import AttendanceState, MeetingKind
from meetings.models import Attendance, AttendanceChange, Meeting
from tests import browsers
from tests.cast import make_cast
from tests.meetings.votes.test_votes_browser import log_in
from tests.meetings.votes.voting import hold, plan

PHONE_TARGET = 44
"""Pixels that a thumb hits."""


@pytest.fixture
def cast(transactional_db, today):
    return make_cast()


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=6, present=0, kind=MeetingKind.THEME_DAY, title="学习党章", place="活动室")


def address(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.pk])


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def keep_picture(page, name):
    """For looking at the pages: set TEST_PICTURES to a folder."""
    if folder := os.environ.get("TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def present_on(page):
    return page.locator("#counts .heads li:nth-child(2) strong")


@pytest.mark.parametrize("viewport", [browsers.DESKTOP, browsers.TELEPHONE], ids=["desk", "phone"])
def test_pages_of_a_meeting_fit_the_screen(page, live_server, cast, meeting, viewport):
    planned = plan(cast, formal=6, place="会议室")
    log_in(page, live_server, "secretary", reverse("meetings:meeting-list"))
    page.set_viewport_size(viewport)
    item = reverse("meetings:item", args=[meeting.agenda.first().pk])
    person = reverse("meetings:attendance-person", args=[meeting.pk, cast.zhang.pk])
    pages = {
        "list": reverse("meetings:meeting-list"),
        "plan": reverse("meetings:meeting-plan", args=["branch"]),
        "planned": planned.get_absolute_url(),
        "item": item,
        "person": person,
        "open": meeting.get_absolute_url(),
    }
    names = ("attendance", "record", "sheet-blank", "material-add", "observer-add", "code", "meeting-edit")
    for name, place in {**pages, **{name: address(name, meeting) for name in names}}.items():
        page.goto(f"{live_server.url}{place}")
        keep_picture(page, f"{name}-{viewport['width']}")
        assert fits(page), name


@pytest.mark.parametrize("viewport", [browsers.DESKTOP, browsers.TELEPHONE], ids=["desk", "phone"])
def test_pages_of_a_member_fit_the_screen(page, live_server, cast, meeting, viewport):
    planned = plan(cast, formal=6)
    log_in(page, live_server, "member", reverse("meetings:mine"))
    page.set_viewport_size(viewport)
    places = (reverse("meetings:mine"), planned.get_absolute_url(), address("leave-ask", planned))
    for number, place in enumerate(places):
        page.goto(f"{live_server.url}{place}")
        keep_picture(page, f"mine{number}-{viewport['width']}")
        assert fits(page), place


def test_a_tap_patches_row_counts_and_quorum(page, live_server, meeting):
    log_in(page, live_server, "secretary", address("attendance", meeting))
    page.set_viewport_size(browsers.TELEPHONE)
    first = page.locator(".person").first
    box = first.locator("button[value=on_site]").bounding_box()
    first.locator("button[value=on_site]").click()
    expect(present_on(page)).to_have_text("1")
    expect(page.locator("#quorum .quorum-figures strong").first).to_have_text("1")
    keep_picture(page, "tapped-360")
    first.locator("button[value=leave]").click()
    expect(present_on(page)).to_have_text("0")

    assert min(box["width"], box["height"]) >= PHONE_TARGET
    assert page.url.endswith("/attendance/")
    assert Attendance.objects.filter(state=AttendanceState.LEAVE).count() == 1


def test_on_a_slow_network_an_impatient_thumb_taps_once(browser, live_server, meeting):
    """A page of its own: htmx reports the patch that it no longer waits for on the console."""
    context = browsers.new_context(browser, str(live_server), browsers.TELEPHONE)
    page = context.new_page()
    log_in(page, live_server, "secretary", address("attendance", meeting))
    held = []
    page.route("**/mark/", lambda route: held.append(route) if len(held) < 1 else route.continue_())
    button = page.locator(".person").first.locator("button[value=on_site]")
    button.click()
    page.wait_for_timeout(200)
    button.click()
    expect(present_on(page)).to_have_text("1")
    context.close()

    assert AttendanceChange.objects.count() == 1


def test_without_javascript_the_evening_is_recorded_too(browser, live_server, meeting):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport=browsers.TELEPHONE)
    page = context.new_page()
    try:
        log_in(page, live_server, "secretary", address("attendance", meeting))
        page.locator(".person").nth(0).locator("button[value=leave]").click()
        page.locator(".exceptions summary").click()
        page.locator(".exception input").first.check()
        page.click("form[action$='/rest/'] button[type=submit]")
        expect(present_on(page)).to_have_text("4")
        page.click(".undo-rest button")
        expect(present_on(page)).to_have_text("0")
    finally:
        context.close()


def test_the_code_on_the_wall_is_shown_and_leads_to_the_name(page, browser, live_server, cast, meeting):
    open_sign_in(meeting=meeting, by=cast.secretary)
    log_in(page, live_server, "secretary", address("code", meeting))
    assert page.locator(".wall-code img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    keep_picture(page, "wall-1280")
    stored = Meeting.objects.get(pk=meeting.pk)
    guest = browsers.new_context(browser, str(live_server), browsers.TELEPHONE)
    theirs = guest.new_page()
    try:
        theirs.goto(f"{live_server.url}{address('sign-in', meeting)}?code={code_of(stored)}")
        keep_picture(theirs, "sign-in-360")
        assert fits(theirs)
        theirs.fill("[name=name]", "张英")
        theirs.fill("[name=tail]", "0689")
        theirs.click("main form button[type=submit]")
        expect(theirs.locator("main form")).to_have_count(0)
        keep_picture(theirs, "signed-in-360")
    finally:
        guest.close()

    assert Attendance.objects.get(member=cast.zhang).state == AttendanceState.ON_SITE


def code_of(meeting):
    return token(meeting.sign_in_secret.open(), meeting.pk, slot_of(timezone.now()))
