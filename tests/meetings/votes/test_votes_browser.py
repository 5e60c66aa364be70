"""Votes in Chromium: the quorum moves as people are marked, and two people count on their telephones."""

import uuid

import pytest

from meetings.attendance.services import AttendanceFields, mark
from meetings.choices import AttendanceState, VoteMethod, VoteSubject
from meetings.models import Attendance, Count, Vote
from meetings.votes.services import Question, add_vote
from tests import browsers
from tests.cast import PASSWORD, make_cast
from tests.meetings.votes.voting import hold

PAPERS = {"issued": 4, "returned": 4, "void": 0, "votes_for": 3, "votes_against": 1, "abstained": 0}


@pytest.fixture
def meeting(transactional_db):
    """Five with a vote, two of them present: one more is needed."""
    return hold(make_cast(), formal=5, present=2)


def log_in(page, live_server, user, address):
    page.goto(f"{live_server.url}{address}")
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.click(".entrance-form button[type=submit], main button[type=submit]")
    page.wait_for_url(f"**{address}")


def present_on(page):
    return page.inner_text("#quorum .quorum-figures strong")


def test_the_quorum_on_an_open_page_follows_each_mark(page, live_server, meeting):
    log_in(page, live_server, "secretary", f"/meetings/{meeting.pk}/votes/")
    before = (present_on(page), page.locator("#quorum .tag-warn").count())
    late = Attendance.objects.filter(meeting=meeting, state=AttendanceState.UNKNOWN).first()
    mark(
        meeting=meeting,
        member_id=late.member_id,
        attendance=AttendanceFields(AttendanceState.ON_SITE),
        key=uuid.uuid4(),
        by="officer",
    )
    page.evaluate("document.body.dispatchEvent(new CustomEvent('attendance-marked'))")
    page.locator("#quorum .quorum-figures strong", has_text="3").first.wait_for()

    assert before[0] == "2"
    assert before[1] > page.locator("#quorum .tag-warn").count()


def test_the_page_also_asks_by_itself(page, live_server, meeting):
    log_in(page, live_server, "secretary", f"/meetings/{meeting.pk}/votes/")

    assert "every" in page.get_attribute("#quorum", "hx-trigger")
    assert page.get_attribute("#quorum", "hx-get").endswith(f"?version={meeting.version}")


def test_two_people_count_a_secret_ballot_on_their_telephones(page, browser, live_server, meeting):
    Attendance.objects.filter(meeting=meeting, state=AttendanceState.UNKNOWN).update(state=AttendanceState.ON_SITE)
    question = Question(VoteSubject.ADMISSION, VoteMethod.SECRET_BALLOT, "接收周明为预备党员")
    vote = add_vote(key=uuid.uuid4(), item=meeting.agenda.first(), question=question, by="secretary")
    context = browsers.new_context(browser, str(live_server), browsers.TELEPHONE)
    page.set_viewport_size(browsers.TELEPHONE)
    try:
        for typist, theirs in (("secretary", page), ("officer", context.new_page())):
            log_in(theirs, live_server, typist, f"/meetings/votes/{vote.pk}/count/")
            assert theirs.evaluate("document.documentElement.scrollWidth <= innerWidth")
            for name, value in PAPERS.items():
                theirs.fill(f"[name={name}]", str(value))
            theirs.click("main form button[type=submit]")
            theirs.wait_for_url(f"**/votes/{vote.pk}/")
    finally:
        context.close()

    vote = Vote.objects.get()
    assert (vote.is_passed, vote.counted_by, vote.confirmed_by) == (True, "secretary", "officer")
    assert not Count.objects.exists()
