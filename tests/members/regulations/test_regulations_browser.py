"""The regulations in Chromium: what htmx patches equals the fresh page, and nothing leaves a phone's screen."""

import pytest

from tests.cast import PASSWORD, make_cast

PAGES = [
    "/regulations/",
    "/regulations/vote.election.quorum/",
    "/regulations/try/vote/",
    "/regulations/local/",
    "/regulations/dues.rounding/local/",
]


@pytest.fixture
def staff_page(page, live_server):
    make_cast()
    page.goto(f"{live_server.url}/regulations/try/dues/")
    page.fill("[name=login]", "county_staff")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit], .entrance-form button[type=submit]")
    page.wait_for_selector("#trial")
    return page


def test_the_patched_answer_equals_the_fresh_page(staff_page):
    staff_page.fill("[name=base]", "5100")
    staff_page.click("#trial button")
    staff_page.wait_for_selector("#trial section")
    assert "76.50" in staff_page.inner_text("#trial section")
    patched = staff_page.inner_html("#trial .trial-outcome")
    staff_page.reload()
    assert staff_page.inner_html("#trial .trial-outcome") == patched


def test_what_is_wrong_is_said_in_the_patched_form(staff_page):
    staff_page.fill("[name=base]", "")
    staff_page.click("#trial button")
    staff_page.wait_for_selector("#trial .invalid-feedback")
    assert staff_page.query_selector("#trial section") is None


def test_an_address_with_an_anchor_opens_that_subject(staff_page, live_server):
    staff_page.goto(f"{live_server.url}/regulations/#votes")
    staff_page.wait_for_selector("#votes", state="visible")
    assert staff_page.evaluate("document.querySelectorAll('details.fold[open]').length") == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_leaves_the_screen(staff_page, live_server, width):
    staff_page.set_viewport_size({"width": width, "height": 800})
    for address in PAGES:
        staff_page.goto(live_server.url + address)
        assert staff_page.evaluate("document.documentElement.scrollWidth") <= width, address
