"""Planning a year in Chromium: a meeting is dragged or its day typed, and on a telephone nothing is cut off."""

from datetime import date

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
    page.wait_for_url(lambda url: "/meetings/?org=" in url)

    assert wide == browsers.TELEPHONE["width"]
    assert Meeting.objects.count() == count - 1
    assert Meeting.objects.filter(day="2027-01-27").exists()


THIS_YEAR = "/meetings/plan/branch/2026/"


@pytest.fixture
def theme_day(known):
    return Meeting.objects.create(
        organization=known.branch, kind="theme_day", day=date(2026, 12, 21), counts_for_year=2026
    )


def drag(page, field, day):
    """As a hand does it: press, begin to move, go there, let go."""
    page.locator("#year-grid tbody").scroll_into_view_if_needed()
    page.hover(f'[data-field="{field}"]')
    page.mouse.down()
    box = page.locator(f'[data-field="{field}"]').bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2, steps=3)
    box = page.locator(f'[data-day="{day}"]').bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()


def where(page, field):
    """The day in whose cell the meeting stands."""
    return page.locator(f'[data-day]:has([data-field="{field}"])').get_attribute("data-day")


@pytest.mark.usefixtures("today")
def test_a_planned_meeting_is_dragged_to_another_day_and_stored_there(page, live_server, theme_day):
    field = f"day-{theme_day.pk}"
    log_in(page, live_server, "secretary", THIS_YEAR)
    with page.expect_response("**/shift/**"):
        drag(page, field, "2026-12-28")
    page.locator("#year .messages").wait_for()
    theme_day.refresh_from_db()
    patched = page.locator("#year-grid tbody").inner_text(), where(page, field), page.input_value(f"#{field}")
    page.reload()
    fresh = page.locator("#year-grid tbody").inner_text(), where(page, field), page.input_value(f"#{field}")

    assert theme_day.day == date(2026, 12, 28)
    assert patched == fresh
    assert fresh[1:] == ("2026-12-28", "2026-12-28")


@pytest.mark.usefixtures("today")
def test_a_proposal_is_dragged_and_planned_on_that_day_although_a_meeting_was_moved_meanwhile(
    page, live_server, theme_day
):
    log_in(page, live_server, "secretary", THIS_YEAR)
    line = page.locator("form .plan-lines tbody tr", has_text="2026-12").first
    field = line.locator("input[type=date]").get_attribute("id")
    drag(page, field, "2026-12-03")
    with page.expect_response("**/shift/**"):
        drag(page, f"day-{theme_day.pk}", "2026-12-28")
    page.locator("#year .messages").wait_for()
    stands = where(page, field)
    page.locator("main form button[type=submit]", has_text="安排").click()
    page.wait_for_url(lambda url: "/meetings/?org=" in url)

    assert stands == "2026-12-03"
    assert Meeting.objects.filter(day=date(2026, 12, 3)).count() == 1


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("day", ["2026-11-20", "2027-01-05"])
def test_a_meeting_is_not_dropped_where_it_cannot_be(page, live_server, theme_day, day):
    """On a day that is over, or in a year for which it doesn't count."""
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    log_in(page, live_server, "secretary", THIS_YEAR)
    sent.clear()
    drag(page, f"day-{theme_day.pk}", day)

    assert where(page, f"day-{theme_day.pk}") == "2026-12-21"
    assert "POST" not in sent


@pytest.mark.usefixtures("today")
def test_a_day_that_is_typed_moves_the_meeting_in_the_grid_and_one_left_out_goes(page, live_server):
    log_in(page, live_server, "secretary", THIS_YEAR)
    line = page.locator(".plan-lines tbody tr").last
    field = line.locator("input[type=date]").get_attribute("id")
    page.locator("form details.fold > summary").last.click()
    line.locator("input[type=date]").fill("2026-12-29")
    line.locator("input[type=date]").dispatch_event("change")
    stands = where(page, field)
    line.locator("input[type=checkbox]").check()

    assert stands == "2026-12-29"
    assert page.locator(f'[data-field="{field}"]').is_hidden()


@pytest.mark.usefixtures("today")
def test_without_a_script_the_same_form_moves_it(browser, live_server, theme_day):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    log_in(page, live_server, "secretary", THIS_YEAR)
    page.fill(f"#day-{theme_day.pk}", "2026-12-28")
    page.press(f"#day-{theme_day.pk}", "Enter")
    page.locator(".messages").wait_for()
    theme_day.refresh_from_db()
    context.close()

    assert theme_day.day == date(2026, 12, 28)


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("secretary", "/meetings/figures/"),
        ("secretary", "/meetings/plan/branch/theme-day/"),
        ("secretary", "/meetings/plan/branch/2026/"),
        ("administrator", "/meetings/days/"),
        ("administrator", "/meetings/days/add/"),
        ("district_staff", "/meetings/kinds/"),
        ("member", "/meetings/feed/"),
        ("member", "/meetings/figures/mine/"),
    ],
)
def test_no_page_around_planning_is_wider_than_a_telephone(page, live_server, user, address):
    page.set_viewport_size(browsers.TELEPHONE)
    log_in(page, live_server, user, address)

    assert page.evaluate("document.documentElement.scrollWidth") == browsers.TELEPHONE["width"]
