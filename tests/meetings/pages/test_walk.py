"""A theme day from the home page to locked minutes, counted: at most 25 clicks and fields of the secretary."""

import sys
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import Expected, Meeting
from tests import browsers
from tests.cast import TODAY, make_cast, make_member
from tests.meetings.votes.test_votes_browser import log_in

MEMBERS, MOST = 30, 25
ITEMS = ("集中学习党章", "清扫社区楼道", "安排下月工作")
DECISION = "同意下月工作安排。"
LOOKS = [browsers.DESKTOP, browsers.TELEPHONE]


@pytest.fixture
def cast(transactional_db, today):
    cast = make_cast()
    for number in range(5, MEMBERS + 1):
        make_member(f"党员{number:02}", cast.branch)
    for user, name in ((cast.secretary, "陈书记"), (cast.officer, "林委员")):
        user.member = make_member(name, cast.branch)
        user.save()
    Meeting.objects.create(
        organization=cast.branch, kind=MeetingKind.THEME_DAY, day=TODAY - timedelta(days=30), counts_for_year=2026,
        state=MeetingState.LOCKED, place="会议室", chair=cast.secretary.member, recorder=cast.officer.member,
    )  # fmt: skip
    return cast


class Hand:
    """What somebody does on a page; every click, every field and every choice counts as one."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def click(self, place):
        self.count += 1
        self.page.locator(place).first.click()

    def fill(self, place, text):
        self.count += 1
        self.page.fill(place, text)

    def choose(self, place, value):
        self.count += 1
        self.page.select_option(place, value)


def mark(hand, name, state):
    """Another way than being here, from the menu of the row."""
    row = f".person:has(strong:text-is('{name}'))"
    hand.click(f"{row} summary")
    hand.click(f"{row} button[value={state}]")
    hand.page.locator(f"{row} button.tap[aria-pressed=false]").wait_for()
    hand.page.wait_for_load_state("networkidle")


def plan(hand, viewport):
    entry = "a.bar-entry" if viewport == browsers.TELEPHONE else "a.nav-entry"
    hand.click(f"{entry}[href='{reverse('meetings:meeting-list')}']:visible")
    form = reverse("meetings:meeting-plan", args=["branch"])
    if not hand.page.locator(f"a[href='{form}']").first.is_visible():
        hand.click(f"details:has(a[href='{form}']) summary")
    hand.click(f"a[href='{form}']")
    hand.choose("[name=kind]", MeetingKind.THEME_DAY)
    hand.fill("[name=items]", "\n".join(ITEMS))
    hand.click("main form button[type=submit]")


def hold(hand, meeting):
    hand.click("form[action$='/open/'] button")
    mark(hand, "党员05", AttendanceState.LEAVE)
    mark(hand, "党员06", AttendanceState.LEAVE)
    mark(hand, "党员07", AttendanceState.ABSENT)
    hand.click("form[action$='/rest/'] button[type=submit]")
    hand.click(f"main a.btn[href='{meeting.get_absolute_url()}']")
    hand.click(f"#agenda a[href='{reverse('meetings:item', args=[meeting.agenda.last().pk])}']")
    hand.fill("[name=decision]", DECISION)
    hand.click("main form.panel button[type=submit]")
    hand.click("form[action$='/close/'] button")
    hand.click("#confirm-dialog button[value=yes]")


def sign(hand, meeting):
    hand.click("form[action$='/draft/'] button")
    hand.click("form[action$='/sign/'] button[type=submit]")
    hand.page.get_by_text("陈书记").locator("visible=true").first.wait_for()


def sign_as_recorder(browser, live_server, meeting):
    """The officer, elsewhere: no work of the secretary's."""
    context = browsers.new_context(browser, str(live_server))
    page = context.new_page()
    log_in(page, live_server, "officer", reverse("meetings:minutes", args=[meeting.pk]))
    page.click("form[action$='/sign/'] button[type=submit]")
    page.wait_for_load_state("networkidle")
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("viewport", LOOKS, ids=["desk", "phone"])
def test_a_theme_day_from_the_home_page_to_locked_minutes(page, browser, live_server, cast, viewport, capsys):
    page.set_viewport_size(viewport)
    log_in(page, live_server, "secretary", "/")
    hand = Hand(page)
    plan(hand, viewport)
    page.wait_for_selector("form[action$='/open/']")
    meeting = Meeting.objects.get(day=TODAY)
    hold(hand, meeting)
    sign(hand, meeting)
    page.wait_for_load_state("networkidle")
    sign_as_recorder(browser, live_server, meeting)

    with capsys.disabled():
        sys.stdout.write(
            f"\nfrom the home page to locked minutes at {viewport['width']} px: {hand.count} interactions\n"
        )
    meeting.refresh_from_db()
    states = list(Expected.objects.filter(meeting=meeting).values_list("state", flat=True))
    assert meeting.state == MeetingState.LOCKED
    assert [states.count(one) for one in ("on_site", "leave", "absent")] == [27, 2, 1]
    assert [item.title for item in meeting.agenda.all()] == list(ITEMS)
    assert DECISION in meeting.minutes.text
    assert hand.count <= MOST
