"""Planning a year in Chromium: on a telephone nothing is cut off, and a day is shifted by typing."""

import pytest
from django.utils import timezone

from meetings.models import Meeting
from tests import browsers
from tests.cast import PASSWORD, TODAY, make_cast

NEXT_YEAR = "/meetings/plan/branch/2027/"


@pytest.fixture
def known(transactional_db):
    return make_cast()


def log_in(page, live_server, user, address):
    page.goto(f"{live_server.url}{address}")
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.click(".entrance-form button[type=submit], main button[type=submit]")
    page.wait_for_url(f"**{address}")


@pytest.fixture
def today(known, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *moment: TODAY)


@pytest.mark.usefixtures("today")
def test_the_planner_fits_a_telephone_and_plans_what_was_shifted(page, live_server):
    page.set_viewport_size(browsers.TELEPHONE)
    log_in(page, live_server, "secretary", NEXT_YEAR)
    wide = page.evaluate("document.documentElement.scrollWidth")
    lines = page.locator(".plan-lines tbody tr")
    count = lines.count()
    lines.first.locator("input[type=date]").fill("2027-01-27")
    lines.nth(1).locator("input[type=checkbox]").check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/meetings/duties/**")

    assert wide == browsers.TELEPHONE["width"]
    assert Meeting.objects.count() == count - 1
    assert Meeting.objects.filter(day="2027-01-27").exists()


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("secretary", "/meetings/figures/"),
        ("secretary", "/meetings/plan/branch/theme-day/"),
        ("district_staff", "/meetings/kinds/"),
        ("member", "/meetings/feed/"),
        ("member", "/meetings/figures/mine/"),
    ],
)
def test_no_page_around_planning_is_wider_than_a_telephone(page, live_server, user, address):
    page.set_viewport_size(browsers.TELEPHONE)
    log_in(page, live_server, user, address)

    assert page.evaluate("document.documentElement.scrollWidth") == browsers.TELEPHONE["width"]
