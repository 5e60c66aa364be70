"""A secretary imports the branch's workbook in Chromium: looks, corrects, confirms, undoes; at a desk, on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from members import tasks
from members.models import Member, RosterImport
from tests.cast import PASSWORD, make_cast
from tests.members.imports.roster_files import HEADINGS, person, roster


@pytest.fixture(autouse=True)
def work_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "start", lambda task, key: task(str(key)))


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    people = [
        person("张三", 1),
        person("李四", 2, 入党时间="八几年"),
        person("王五", 3, 备注="年老体弱,行动不便", 爱好="下棋"),
        person("赵六", 4, 身份证号码=None),
    ]
    return roster(tmp_path / "红旗社区第一党支部_党员花名册.xlsx", people, headings=[*HEADINGS, "爱好"])


def log_in(page: Page, server: str, name: str, address: str) -> None:
    page.goto(server + address)
    page.fill("[name=login]", name)
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


def upload(page: Page, server: str, workbook: Path) -> None:
    page.goto(f"{server}/imports/new/")
    page.set_input_files("[name=workbook]", str(workbook))
    page.click("main form.panel button[type=submit]")
    page.wait_for_selector("table")


def test_the_whole_import(page: Page, live_server, workbook: Path) -> None:
    make_cast()
    server, before = str(live_server), Member.objects.count()
    log_in(page, server, "secretary", "/imports/")
    assert fits(page)
    upload(page, server, workbook)
    assert fits(page)
    assert "八几年" in page.inner_text("table") and Member.objects.count() == before

    page.click("a[href$='columns/']")
    page.wait_for_selector("select[name=column-0]")
    assert fits(page)
    page.select_option(f"select[name=column-{len(HEADINGS)}]", "remark")
    page.click("main form button[type=submit]")
    assert page.wait_for_selector(".invalid-feedback"), "two columns can't be one thing"
    page.select_option(f"select[name=column-{len(HEADINGS)}]", "former_names")
    page.click("main form button[type=submit]")
    page.wait_for_selector("table")

    page.click("form[action$='confirm/'] button")
    page.wait_for_selector("form[action$='undo/']")
    assert fits(page)
    assert Member.objects.get(name="王五").former_names == "下棋"
    with page.expect_download() as download:
        page.click("a[href$='refused/']")
    assert download.value.suggested_filename.startswith("退回-")

    page.click("form[action$='undo/'] button")
    page.click("dialog[open] button[value=yes]")
    page.wait_for_selector(".tag-quiet")
    assert Member.objects.count() == before


def test_progress_ends_in_the_preview_by_itself(page: Page, live_server, workbook: Path) -> None:
    cast = make_cast()
    begun = RosterImport.objects.create(
        organization=cast.branch, file_name="a.xlsx", state="applying", rows_total=400, rows_done=100
    )
    log_in(page, str(live_server), "secretary", begun.get_absolute_url())
    assert page.get_attribute("progress", "value") == "100"
    RosterImport.objects.update(rows_done=300)
    page.wait_for_selector("progress[value='300']")
    RosterImport.objects.update(state="preview")
    page.wait_for_selector(".figures")


def test_a_stranger_gets_nothing(page: Page, live_server, workbook: Path) -> None:
    cast = make_cast()
    begun = RosterImport.objects.create(organization=cast.branch, file_name="秘密.xlsx", state="preview")
    log_in(page, str(live_server), "stranger", begun.get_absolute_url())
    assert "秘密" not in page.content()
    page.goto(f"{live_server}/imports/new/")
    assert page.query_selector("[name=workbook]") is None
