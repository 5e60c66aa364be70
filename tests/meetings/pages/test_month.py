"""A secretary's month in Chromium, counted: three meetings to locked minutes, dues of all, two calls, a visit.

Every click, field and choice counts, from the home page on, by the minutes of one meeting to the next; the
signatures of the others and the way back home too; log-ins don't.
"""

import sys
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from dues.models import Payment, Remittance
from meetings.choices import MeetingKind, MeetingState
from meetings.models import Meeting
from members.contacts.services import record_contact
from members.models import Affiliation, Contact, LocalRule, Member
from reminders.models import Answer
from reminders.sending import queries
from tests import browsers
from tests.cast import TODAY, make_user
from tests.dues.making import charge, pay
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
from tests.reminders.sending.test_calling import to_call

MOST = {1280: 49, 360: 50}
"""On a phone the search is behind a sign."""
ILL = "李国强"
SEND = "main form[method=post] button.btn-primary[type=submit]"
SIGN = "form[action$='/sign/'] button[type=submit]"


@pytest.fixture
def month(cast, monkeypatch):  # noqa: F811
    """Four of the branch are in its group, which met last month."""
    four = Member.objects.filter(name__in=["党员08", "党员09", "党员10", "党员11"]).order_by("name")
    Affiliation.objects.filter(member__in=four).update(organization=cast.group)
    leader, scribe, *_others = four
    four.update(roster_path=cast.group.path)
    cast.group_leader.member = leader
    cast.group_leader.save()
    make_user("scribe", member=scribe)
    for member in Member.objects.below(cast.branch.path):
        charge(member, "2026-11", 4000)
    charge(cast.zhang, "2026-10", 4000)
    pay(cast.zhang, 4000, "2026-10-20")
    LocalRule.objects.create(
        organization=cast.district, rule_key="dues.remit.ratio", value="0.2", document="镇委〔2026〕3号",
        approved_by="镇党委", approved_on=TODAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    record_contact(
        key=uuid4(), member=Member.objects.get(name=ILL), on=TODAY, by=cast.secretary, help_wanted=None,
        values={"kind": "visit", "happened_on": TODAY - timedelta(days=60), "made_by": "陈书记", "needs": "腿伤。"},
    )  # fmt: skip
    monkeypatch.setattr(queries, "undone", lambda messages, at: ({one.pk: one.values for one in messages}, []))
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


def go_home(hand):
    hand.click("a[href='/'] >> visible=true")
    hand.page.locator(".doors").wait_for()


def collect(hand, browser, live_server):
    """Cash from everybody, then last month's goes up; the officer says that the secretary paid too."""
    hand.click(f"main a[href^='{reverse('dues:collect')}'] >> visible=true")
    hand.click("button[name=tick]")
    hand.page.wait_for_url("**tick=1**")
    hand.click("form[data-collects] .btn-primary")
    hand.page.locator(".collect-check").wait_for()
    hand.click(SEND)
    hand.page.locator(".receipt").first.wait_for()
    hand.click(f"main a[href^='{reverse('dues:remittance-new')}'] >> visible=true")
    hand.click(SEND)
    hand.page.locator(".notice-success, .notice-good").first.wait_for()
    context = browsers.new_context(browser, str(live_server))
    other = Hand(context.new_page())
    log_in(other.page, live_server, "officer", reverse("dues:proposal-list"))
    other.click("form[action$='/confirm/'] button")
    other.page.locator(".notice-success, .notice-good").first.wait_for()
    context.close()
    hand.count += other.count


def call(hand, cast):  # noqa: F811
    """Those who weren't there, without an account: why, and with their numbers open."""
    meeting = Meeting.objects.get(day=TODAY, kind=MeetingKind.THEME_DAY)
    names = ["党员07", "党员05"]
    for name in names:
        to_call(cast, Member.objects.get(name=name), about=meeting.pk)
    go_home(hand)
    hand.click(f".doors a[href='{reverse('reminders:call-list')}']")
    hand.fill("main input[name=reason]", "通知缺席的党员补课")
    hand.click("main form:has(input[name=reason]) button[type=submit]")
    waiting = hand.page.locator("details.call:has(.call-taps)")
    for left in range(len(names), 0, -1):
        expect(waiting).to_have_count(left)
        hand.click("details.call .call-taps button[name=result] >> visible=true")
    expect(waiting).to_have_count(0)


def visit(hand):
    """Somebody who lies ill at home, found by the search in the frame, which offers to write a contact down."""
    member = Member.objects.get(name=ILL)
    if hand.page.locator(".search-link").is_visible():
        hand.click(".search-link")
    hand.fill("input[name=q] >> visible=true", ILL)
    hand.click(f".search-group a[href='{reverse('members:contact-add', args=[member.key])}'] >> visible=true")
    hand.fill("[name=needs]", "腿伤好转，想看报纸。")
    hand.click(SEND)
    hand.page.locator(".notice-success, .notice-good").first.wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("viewport", LOOKS, ids=["desk", "phone"])
def test_a_month_of_the_secretary(page, browser, live_server, month, viewport, capsys):
    page.set_viewport_size(viewport)
    page.set_default_timeout(8000)
    log_in(page, live_server, "secretary", "/")
    hand, spent = Hand(page), {}
    jobs = {
        "theme day": lambda: keep_theme_day(hand, browser, live_server),
        "group": lambda: keep_group(hand, browser, live_server),
        "committee": lambda: keep_committee(hand, browser, live_server),
        "dues": lambda: collect(hand, browser, live_server),
        "calls": lambda: call(hand, month),
        "visit": lambda: visit(hand),
    }
    for name, job in jobs.items():
        before = hand.count
        job()
        spent[name] = hand.count - before

    with capsys.disabled():
        sys.stdout.write(f"\na month at {viewport['width']} px: {hand.count} interactions {spent}\n")
    assert list(Meeting.objects.filter(day=TODAY).values_list("state", flat=True)) == [MeetingState.LOCKED] * 3
    owing = Member.objects.below(month.branch.path).count()
    assert (Payment.objects.count(), Remittance.objects.count()) == (owing + 1, 1)
    assert Answer.objects.count() == 2
    assert Contact.objects.filter(kind="visit").count() == 2
    assert hand.count <= MOST[viewport["width"]]
