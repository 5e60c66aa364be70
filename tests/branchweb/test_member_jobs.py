"""A member's four jobs in Chromium, counted from the own home page: every click, field and choice.

Why one was absent and the make-up, leave from the next meeting, the yearly appraisal, a letter to supervision.
"""

import sys
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import Attendance, LeaveRequest, Meeting
from supervision.choices import RoundState
from supervision.models import Appraisee
from tests.cast import TODAY, make_cast
from tests.meetings.pages.test_walk import LOOKS, Hand
from tests.meetings.votes.test_votes_browser import log_in
from tests.meetings.votes.voting import hold, plan
from tests.supervision.appraisals.making import led_to, people, step, sums
from tests.supervision.letters.letterbox import open_box

MOST = {"reason": 2, "make-up": 3, "leave": 2, "self-appraisal": 3, "ballot": 4, "letter": 6}
SEND = "main form[method=post] button.btn-primary[type=submit]"


@pytest.fixture
def cast(transactional_db, today):
    return make_cast()


def missed(cast):
    meeting = hold(cast, formal=3, present=2, kind=MeetingKind.THEME_DAY, day=TODAY - timedelta(days=2))
    Attendance.objects.filter(meeting=meeting, member=cast.zhang).update(state=AttendanceState.ABSENT)
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.HELD)
    return meeting


def say_why(hand):
    hand.click("main .menu:has(form[action$='/why/']) summary")
    hand.click("form[action$='/why/'] button >> nth=0")
    hand.page.locator(".notice-success").wait_for()


def make_up(hand):
    hand.click("main a[href$='/make-up/']")
    hand.fill("[name=answer]", "读了材料，会上的安排我照做。")
    hand.click(SEND)
    hand.page.locator(".notice-success").wait_for()


def ask_leave(hand):
    hand.click("main .menu:has(form[action$='/leave/']) summary")
    hand.click("form[action$='/leave/'] button[value=sick]")
    hand.page.locator(".notice-success").wait_for()


def appraise_oneself(hand, held):
    hand.click(f"main a[href='{reverse('supervision:appraisal-text', args=[held.pk])}']")
    hand.fill("[name=text]", "按时参加学习，值班时为群众办事；与同志谈心不够。")
    hand.click(SEND)
    hand.page.locator(".step-line").wait_for()


def vote(hand, held):
    """Somebody is excellent, the rest qualified."""
    hand.click(f"main a[href='{reverse('supervision:appraisal-ballot', args=[held.pk])}']")
    hand.click(".ballot fieldset label")
    hand.click(".ballot button[name=rest]")
    hand.page.locator(".ballot .notice-info").wait_for()
    hand.click(".ballot .btn-primary")
    hand.page.locator(".step-line").wait_for()


def write_letter(hand, cast):
    hand.click(f"a[href='{reverse('letterbox:about')}'] >> visible=true")
    hand.click(f"a[href^='{reverse('letterbox:write')}']")
    hand.fill("[name=search]", cast.branch.name)
    hand.click("button[value=find]")
    hand.fill("[name=text]", "十一月收的党费没有出收据，当时在场的有五人。")
    hand.click("button[value=send]")
    hand.page.locator(".letters-receipt").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("viewport", LOOKS, ids=["desk", "phone"])
def test_what_a_member_does_takes_few_steps(page, live_server, cast, viewport, capsys):
    absent, coming = missed(cast), plan(cast, formal=2, day=TODAY + timedelta(days=3))
    people(cast)
    held = led_to(cast, RoundState.SELF)
    open_box(cast)
    page.set_viewport_size(viewport)
    page.set_default_timeout(8000)
    log_in(page, live_server, "member", "/")
    hand, spent = Hand(page), {}

    def count(name, job, *given):
        page.goto(f"{live_server}/")
        before = hand.count
        job(hand, *given)
        spent[name] = hand.count - before

    count("reason", say_why)
    own = Attendance.objects.get(meeting=absent, member=cast.zhang)
    assert (own.reason.open(), own.reason_source) == ("生病了", "member")
    count("make-up", make_up)
    count("leave", ask_leave)
    assert LeaveRequest.objects.get().meeting == coming
    page.click("form[action$='/leave/take-back/'] button")
    page.locator("form[action$='/leave/']").wait_for(state="attached")
    assert not LeaveRequest.objects.exists()
    count("self-appraisal", appraise_oneself, held)
    held = step(cast, step(cast, held), method="online")
    count("ballot", vote, held)
    count("letter", write_letter, cast)

    with capsys.disabled():
        sys.stdout.write(f"\na member's jobs at {viewport['width']} px: {spent}\n")
    own.refresh_from_db()
    assert own.state == AttendanceState.MADE_UP
    assert Appraisee.objects.get(round=held, member=cast.zhang).self_appraised_on == TODAY
    graded = Appraisee.objects.filter(round=held, is_graded=True).exclude(member=cast.zhang).count()
    marks = [mark for marks in sums(held).values() for mark in marks]
    assert (marks.count("excellent"), marks.count("qualified")) == (1, graded - 1)
    assert {name for name, steps in spent.items() if steps > MOST[name]} == set()
