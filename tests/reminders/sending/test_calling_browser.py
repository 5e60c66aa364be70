"""The list to call from, in Chromium: one person at a time on a phone, all of them on paper."""

import pytest
from django.urls import reverse

from reminders.sending import queries
from tests import browsers
from tests.cast import make_cast
from tests.meetings.votes.test_votes_browser import log_in
from tests.reminders.sending.test_calling import LIST, missed_meeting, to_call


@pytest.fixture
def cast(transactional_db, today, monkeypatch):
    cast = make_cast()
    monkeypatch.setattr(queries, "undone", lambda messages, at: ({one.pk: one.values for one in messages}, []))
    about = missed_meeting(cast).pk
    for member in (cast.li, cast.zhang):
        to_call(cast, member, about=about)
    return cast


def opened(page):
    return page.locator("details.call").evaluate_all("calls => calls.map(call => call.open)")


@pytest.mark.parametrize(
    ("viewport", "open_ones"), [(browsers.TELEPHONE, [True, False]), (browsers.DESKTOP, [True, True])]
)
def test_a_phone_opens_one_person_at_a_time_and_paper_shows_all(page, live_server, cast, viewport, open_ones):
    page.set_viewport_size(viewport)
    log_in(page, live_server, "secretary", reverse(LIST))
    assert opened(page) == open_ones

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened(page) == [True, True]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened(page) == open_ones
