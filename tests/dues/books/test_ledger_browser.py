"""An officer brings the branch's old ledger in Chromium: looks, stores, prints the year, takes it back."""

import pytest
from playwright.sync_api import Page

from dues.models import Charge, Payment
from tests.cast import PASSWORD, make_cast
from tests.dues.books.ledger_files import ledger, row


def log_in(page: Page, server: str, address: str) -> None:
    page.goto(server + address)
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit], .entrance-form button[type=submit]")
    page.wait_for_load_state()


def fits(page: Page) -> bool:
    """Nothing leaves the screen, on a desk or on a phone."""
    overflow = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        overflow.append(int(page.evaluate("document.documentElement.scrollWidth")) - width)
    return max(overflow) <= 0


@pytest.fixture
def workbook(tmp_path):
    rows = [
        row(1, "张英", None, 40, [40] * 10, 400), row(2, "李国强", None, 20, [20] * 9, 999),
        row(3, "没有人", None, 1, [1]),
    ]  # fmt: skip
    return ledger(tmp_path / "2026年党费台账.xlsx", rows)


def test_a_ledger_from_upload_to_undoing(page: Page, live_server, workbook) -> None:
    make_cast()
    server = str(live_server)
    log_in(page, server, "/dues/ledgers/new/")
    assert fits(page)
    page.set_input_files("[name=file]", str(workbook))
    page.click("main form.panel button[type=submit]")
    page.wait_for_selector("table")
    assert fits(page)
    text = page.inner_text("main")
    assert all(said in text for said in ("580.00", "600.00", "B5", "没有人", "999.00"))

    page.click("form[action$='/confirm/'] button")
    page.wait_for_selector("form[action$='/undo/']")
    assert (Charge.objects.count(), Payment.objects.count()) == (20, 19)

    page.goto(f"{server}/dues/ledgers/year/?org=branch&year=2026")
    assert fits(page)
    page.emulate_media(media="print")
    assert page.is_visible("text=580.00")
    assert page.is_hidden(".page-actions")
    page.emulate_media(media="screen")

    page.go_back()
    page.click("form[action$='/undo/'] button")
    page.click("dialog[open] .btn-primary, dialog[open] [value=yes], dialog[open] button[type=submit]")
    page.wait_for_selector("form[action$='/undo/']", state="detached")
    assert Charge.objects.count() == 40
