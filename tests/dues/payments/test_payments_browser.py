"""Payments in Chromium: the open months follow the amount, and a whole list is collected by keyboard."""

import re

import pytest
from django.urls import reverse

from dues.models import Payment
from tests import browsers
from tests.cast import make_cast, make_member
from tests.dues.making import charge
from tests.meetings.votes.test_votes_browser import log_in


@pytest.fixture
def cast(transactional_db, today):
    cast = make_cast()
    for month in ("2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    return cast


@pytest.fixture
def thirty(cast):
    """Each owes 40 yuan."""
    people = [make_member(f"党员{number:02}", cast.branch) for number in range(29)]
    for member in people:
        charge(member, "2026-11", 4000)
    return [*people, cast.zhang]


def settles(page):
    return [text.strip() for text in page.locator("#effect tbody td:nth-child(3)").all_inner_texts()]


def test_what_an_amount_settles_follows_the_typing(page, live_server, cast):
    log_in(page, live_server, "officer", reverse("dues:payment-new", args=[cast.zhang.key]))
    assert settles(page) == ["40.00", "40.00"]

    page.fill("#id_amount", "50")
    page.locator("#effect tbody td:nth-child(3)", has_text="10.00").wait_for()
    page.fill("#id_voluntary", "20")
    page.locator("#effect tbody td:nth-child(3)", has_text="30.00").wait_for()
    assert settles(page) == ["30.00", "—"]


def test_only_the_payer_that_was_chosen_is_asked_for(page, live_server, cast):
    log_in(page, live_server, "officer", reverse("dues:payment-new", args=[cast.zhang.key]))
    shown = {}
    for kind in ("self", "relative", "other_member"):
        page.select_option("#id_payer_kind", kind)
        shown[kind] = (page.is_visible("#id_payer_name"), page.is_visible("#id_payer"))

    assert shown == {"self": (False, False), "relative": (True, False), "other_member": (False, True)}


def test_thirty_people_are_collected_from_by_keyboard(page, live_server, cast, thirty):
    log_in(page, live_server, "officer", reverse("dues:collect"))
    page.locator("[data-hand]").first.focus()
    for _person in thirty:
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    assert re.sub(r"\s+", " ", page.inner_text("[data-sums]")) == "已勾选 30 · 1,240.00 元"

    page.keyboard.press("Enter")
    page.locator(".collect-check li").first.wait_for()
    page.locator("form .btn-primary", has_text="登记").focus()
    page.keyboard.press("Enter")
    page.locator(".receipt").first.wait_for()
    assert (page.locator(".receipt").count(), Payment.objects.count()) == (30, 30)


def test_an_amount_that_is_typed_ticks_its_line_and_nothing_reaches_over_a_telephone(
    browser, live_server, cast, thirty
):
    context = browsers.new_context(browser, live_server.url, browsers.TELEPHONE)
    page = context.new_page()
    log_in(page, live_server, "officer", reverse("dues:collect"))
    page.locator("[data-amount]").nth(3).fill("12.50")

    assert page.inner_text("[data-sum]") == "12.50"
    assert page.locator("[data-hand]").nth(3).is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


def test_receipts_print_two_on_a_page(page, live_server, cast, thirty):
    log_in(page, live_server, "officer", reverse("dues:collect"))
    for place in range(3):
        page.locator("[data-hand]").nth(place).check()
    page.click("form[data-collects] .btn-primary")
    page.locator("form .btn-primary", has_text="登记").click()
    page.locator(".receipt").first.wait_for()

    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))) == 2


def test_on_a_phone_a_members_year_is_two_lines_and_read_aloud_whole(page, live_server, thirty):
    log_in(page, live_server, "officer", reverse("dues:grid"))
    page.set_viewport_size(browsers.TELEPHONE)
    rows = page.locator(".dues-grid tbody tr")
    assert rows.evaluate_all("rows => Math.max(...rows.map(row => row.offsetHeight))") <= 100
    cell = rows.filter(has_text="党员00").locator(".dues-cell").nth(10)
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"11月"'
    assert cell.inner_text().split()[-1] == "40.00"
    assert page.evaluate("document.documentElement.scrollWidth") == browsers.TELEPHONE["width"]
