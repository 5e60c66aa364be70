"""The three meetings of a secretary's month in Chromium, counted: theme day, committee, group, each to locked minutes.

Every click, field and choice counts, from the home page on, by the
minutes of one meeting to the next; the signatures of the others too; log-ins don't.
"""

import sys
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Meeting
from members.models import Affiliation, Member
from tests import browsers
from tests.cast import TODAY, make_user
from tests.meetings.pages.test_walk import (
    LOOKS,
    Hand,
    cast,  # noqa: F401
    hold,
    plan,
    record,
    sign_as_recorder,
)
from tests.meetings.votes.test_votes_browser import log_in

MOST = 32
SIGN = "form[action$='/sign/'] button[type=submit]"


@pytest.fixture
def month(cast):  # noqa: F811
    """Four of the branch are in its group, which met last month."""
    four = Member.objects.filter(name__in=["党员08", "党员09", "党员10", "党员11"]).order_by("name")
    Affiliation.objects.filter(member__in=four).update(organization=cast.group)
    leader, scribe, *_others = four
    four.update(roster_path=cast.group.path)
    cast.group_leader.member = leader
    cast.group_leader.save()
    make_user("scribe", member=scribe)
    Meeting.objects.create(
        organization=cast.group, kind=MeetingKind.GROUP_MEETING, day=TODAY - timedelta(days=30), counts_for_year=2026,
        state=MeetingState.LOCKED, place="会议室", chair=leader, recorder=scribe,
    )  # fmt: skip
    return cast


def sign_elsewhere(browser, live_server, meeting, login):
    """Somebody else's one tap; logging in leads to the minutes."""
    context = browsers.new_context(browser, str(live_server))
    page = context.new_page()
    log_in(page, live_server, login, reverse("meetings:minutes", args=[meeting.pk]))
    hand = Hand(page)
    hand.click(SIGN)
    page.locator(SIGN).wait_for(state="detached")
    context.close()
    return hand.count


def sign_myself(hand):
    hand.click(SIGN)
    hand.page.locator(SIGN).wait_for(state="detached")


def keep_theme_day(hand, browser, live_server):
    plan(hand)
    meeting = Meeting.objects.get(day=TODAY, kind=MeetingKind.THEME_DAY)
    hold(hand)
    hand.page.wait_for_selector("button[name=then][value=end]")
    record(hand, meeting)
    sign_myself(hand)
    hand.count += sign_as_recorder(browser, live_server, meeting)
    with hand.page.expect_download():
        hand.click(f"a[href='{reverse('meetings:minutes-word', args=[meeting.pk])}']")


def keep_small_meeting(hand, kind):
    """By the minutes of the last one, to the end: everybody there, one item with what was decided."""
    hand.click(f"#left a:has-text('{kind.label}')")
    hand.fill("[name=items]", "研究下月工作")
    hand.click("[name=then]")
    hand.click("form[action$='/rest/'] button[type=submit]")
    hand.page.wait_for_selector("button[name=then][value=end]")
    meeting = Meeting.objects.get(day=TODAY, kind=kind)
    hand.fill(f"[name='{meeting.agenda.get().pk}-decision']", "同意。")
    hand.click("button[name=then][value=end]")
    hand.page.wait_for_url("**/minutes/**")
    return meeting


def keep_committee(hand, browser, live_server):
    meeting = keep_small_meeting(hand, MeetingKind.COMMITTEE_MEETING)
    sign_myself(hand)
    hand.count += sign_elsewhere(browser, live_server, meeting, "officer")


def keep_group(hand, browser, live_server):
    meeting = keep_small_meeting(hand, MeetingKind.GROUP_MEETING)
    for login in ("group_leader", "scribe"):
        hand.count += sign_elsewhere(browser, live_server, meeting, login)


@pytest.mark.slow
@pytest.mark.parametrize("viewport", LOOKS, ids=["desk", "phone"])
def test_the_three_meetings_of_a_month(page, browser, live_server, month, viewport, capsys):
    page.set_viewport_size(viewport)
    log_in(page, live_server, "secretary", "/")
    hand, spent = Hand(page), {}
    jobs = {
        "theme day": lambda: keep_theme_day(hand, browser, live_server),
        "committee": lambda: keep_committee(hand, browser, live_server),
        "group": lambda: keep_group(hand, browser, live_server),
    }
    for name, job in jobs.items():
        before = hand.count
        job()
        spent[name] = hand.count - before

    with capsys.disabled():
        sys.stdout.write(f"\nthree meetings at {viewport['width']} px: {hand.count} interactions {spent}\n")
    assert list(Meeting.objects.filter(day=TODAY).values_list("state", flat=True)) == [MeetingState.LOCKED] * 3
    assert hand.count <= MOST
