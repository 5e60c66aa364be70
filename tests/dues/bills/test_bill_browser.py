"""A bill in Chromium: uploaded, the clear rows confirmed at once, a doubtful one decided with one click."""

import pytest
from django.utils import timezone

from dues.models import BillRow
from tests.cast import PASSWORD, TODAY, make_cast
from tests.dues.bills.bill_files import wechat_bill, wechat_row
from tests.dues.making import charge, fix, settled

NUMBER = "27815005961001261407922953{:02}"
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def owing(transactional_db, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *moment: TODAY)
    cast = make_cast()
    for member, fen in ((cast.zhang, 4000), (cast.li, 1000)):
        fix(member, fen)
        for month in ("2026-10", "2026-11"):
            charge(member, month, fen)
    return cast


def test_a_bill_is_settled_with_three_clicks_and_fits_a_phone(page, live_server, owing, tmp_path):
    rows = [
        wechat_row(NUMBER.format(1), "金瑞", "党费 张英", "40.00"),
        wechat_row(NUMBER.format(2), "李国强", "/", "10.00"),
        wechat_row(NUMBER.format(3), "金瑞", "张英和李国强党费", "40.00"),
    ]
    page.goto(f"{live_server.url}/dues/bills/new/")
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click(".entrance-form button[type=submit], main button[type=submit]")
    page.set_input_files("[name=file]", wechat_bill(tmp_path / "微信支付账单.csv", rows))
    page.click("form[enctype] button[type=submit]")

    page.click("#certain button.btn-primary")
    page.locator("#posted").wait_for()
    assert settled(owing.li) == {"2026-10": 1000}
    page.click("#doubtful form >> nth=0 >> button")
    page.locator("#doubtful").wait_for(state="detached")
    assert settled(owing.zhang) == {"2026-10": 4000, "2026-11": 4000}
    assert not BillRow.objects.waiting().exists()

    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
