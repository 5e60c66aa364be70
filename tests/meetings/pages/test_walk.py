"""A theme day from the home page to locked minutes, counted: at most 16 clicks, fields and choices.

34 people, three items with what was decided, one vote, three who don't come, both signatures and the Word document.
"""

import sys
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import AgendaItem, Attendance, Meeting, Vote
from tests import browsers
from tests.cast import TODAY, make_cast, make_member
from tests.meetings.votes.test_votes_browser import log_in

MEMBERS, MOST = 34, 16
ITEMS = ("集中学习党章", "清扫社区楼道", "安排下月工作")
DECISIONS = ("领学第一章，谈体会。", "分三组，周五前完成。", "同意下月工作安排。")
LOOKS = [browsers.DESKTOP, browsers.TELEPHONE]


@pytest.fixture
def cast(transactional_db, today):
    cast = make_cast()
    for number in range(5, MEMBERS + 1):
        make_member(f"党员{number:02}", cast.branch)
    for user, name in ((cast.secretary, "陈书记"), (cast.officer, "林委员")):
        user.member = make_member(name, cast.branch)
        user.save()
    last = Meeting.objects.create(
        organization=cast.branch, kind=MeetingKind.THEME_DAY, day=TODAY - timedelta(days=30), counts_for_year=2026,
        state=MeetingState.LOCKED, place="会议室", chair=cast.secretary.member, recorder=cast.officer.member,
    )  # fmt: skip
    AgendaItem.objects.create(meeting=last, position=1, title="学习条例")
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


def mark(hand, name, state):
    """Another way than being here."""
    row = f".person:has(strong:text-is('{name}'))"
    hand.click(f"{row} button[value={state}]")
    hand.page.locator(f"{row} button[value={state}][aria-pressed=true]").wait_for()


def plan(hand):
    """By the door on the home page: only this month's items are typed."""
    hand.click(f".doors a[href='{reverse('meetings:meeting-plan', args=['branch'])}']")
    hand.fill("[name=items]", "\n".join(ITEMS))
    hand.click("[name=then]")
    hand.page.wait_for_selector("form[action$='/rest/']")


def hold(hand):
    mark(hand, "党员05", AttendanceState.LEAVE)
    mark(hand, "党员06", AttendanceState.LEAVE)
    mark(hand, "党员07", AttendanceState.ABSENT)
    hand.click("form[action$='/rest/'] button[type=submit]")


def record(hand, meeting):
    """All on one page; the last item was put to the vote."""
    items = list(meeting.agenda.all())
    hand.fill(f"[name='{items[0].pk}-presenter']", "陈书记")
    for item, words in zip(items, DECISIONS, strict=True):
        hand.fill(f"[name='{item.pk}-decision']", words)
    hand.click(f"[name='{items[-1].pk}-all_in_favour']")
    hand.click("button[name=then][value=end]")


def sign_as_recorder(browser, live_server, meeting):
    """The officer, elsewhere; logging in leads to the minutes, and isn't counted."""
    context = browsers.new_context(browser, str(live_server))
    page = context.new_page()
    log_in(page, live_server, "officer", reverse("meetings:minutes", args=[meeting.pk]))
    hand = Hand(page)
    hand.click("form[action$='/sign/'] button[type=submit]")
    page.locator(".notice-good").first.wait_for()
    context.close()
    return hand.count


@pytest.mark.slow
@pytest.mark.parametrize("viewport", LOOKS, ids=["desk", "phone"])
def test_a_theme_day_from_the_home_page_to_locked_minutes(page, browser, live_server, cast, viewport, capsys):
    page.set_viewport_size(viewport)
    log_in(page, live_server, "secretary", "/")
    hand = Hand(page)
    plan(hand)
    meeting = Meeting.objects.get(day=TODAY)
    hold(hand)
    page.wait_for_selector("button[name=then][value=end]")
    record(hand, meeting)
    hand.click("form[action$='/sign/'] button[type=submit]")
    page.get_by_text("陈书记").locator("visible=true").first.wait_for()
    hand.count += sign_as_recorder(browser, live_server, meeting)
    with page.expect_download() as download:
        hand.click(f"a[href='{reverse('meetings:minutes-word', args=[meeting.pk])}']")

    with capsys.disabled():
        sys.stdout.write(
            f"\nfrom the home page to locked minutes at {viewport['width']} px: {hand.count} interactions\n"
        )
    meeting.refresh_from_db()
    states = list(Attendance.objects.filter(meeting=meeting).values_list("state", flat=True))
    assert meeting.state == MeetingState.LOCKED
    assert (meeting.kind, meeting.place, meeting.recorder.name) == (MeetingKind.THEME_DAY, "会议室", "林委员")
    assert [states.count(one) for one in ("on_site", "leave", "absent")] == [31, 2, 1]
    assert [(item.title, item.decision) for item in meeting.agenda.all()] == list(zip(ITEMS, DECISIONS, strict=True))
    assert list(Vote.objects.values_list("votes_for", "is_passed")) == [(31, True)]
    assert all(words in meeting.minutes.text for words in ("陈书记", *DECISIONS))
    assert download.value.suggested_filename.endswith(".docx")
    assert hand.count <= MOST
