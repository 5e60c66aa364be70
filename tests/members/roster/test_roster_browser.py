"""The roster in Chromium: searched, filtered, paged and kept, on a desk and on a phone, patched without a page load."""

from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page

from members.choices import SituationKind
from members.models import SavedFilter, Situation
from tests.cast import PASSWORD, Cast, make_cast, make_member

Desk = Callable[[int], Page]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    cast = make_cast()
    for number in range(70):
        member = make_member(f"王{chr(0x4E00 + number)}", cast.branch)
        Situation.objects.create(member=member, kind=SituationKind.RETIRED)
        Situation.objects.create(member=member, kind=SituationKind.RELOCATED)
    return cast


@pytest.fixture
def desk(cast: Cast, page: Page) -> Desk:
    def sit_down(width: int) -> Page:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/roster/")
        page.fill("[name=login]", "secretary")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/roster/")
        return page

    return sit_down


def names(page: Page) -> list[str]:
    return page.locator(".roster-table tbody .phone-name").all_inner_texts()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_roster_is_searched_paged_and_filtered_in_place(desk: Desk, width: int) -> None:
    page = desk(width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.body.dataset.loaded = 'once'")
    first = names(page)
    page.click("a[rel=next]")
    page.wait_for_url("**after=*")
    page.wait_for_selector("a[rel=prev]")
    assert len(first + names(page)) == 70
    page.fill("#id_q", "zhangying")
    page.press("#id_q", "Enter")
    page.wait_for_url("**q=zhangying*")
    page.wait_for_selector("text=张英")
    assert names(page) == ["张英"]
    assert page.evaluate("document.body.dataset.loaded") == "once"
    page.fill("#id_q", "0689")
    page.press("#id_q", "Enter")
    page.wait_for_url("**?s=*")
    assert names(page) == ["张英"]
    assert "0689" not in page.url
    assert page.input_value("#id_q") == "0689"
    page.go_back()
    page.wait_for_url("**q=zhangying*")
    page.wait_for_selector("#id_q[value=zhangying]")  # one page back is there before the next is asked for
    page.go_back()
    page.wait_for_selector("a[rel=prev]")
    assert page.locator("h1").count() == 1


def test_columns_and_filters_are_kept_under_a_name(desk: Desk) -> None:
    page = desk(1280)
    page.click("summary:has(svg use[href*=columns-gap])")
    for column in ("sex", "category", "joined"):
        page.uncheck(f"[name=columns][value={column}]")
    page.click(".roster-menus [name=columns] >> xpath=ancestor::form >> button")
    page.wait_for_url("**columns=*")
    assert page.locator(".roster-table thead th").count() == 5  # the branch is a heading above its rows
    page.click("summary:has(svg use[href*=bookmark])")
    page.fill("#filter-name", "短表")
    page.click("#filter-name >> xpath=ancestor::form >> button")
    page.wait_for_selector(".messages")
    assert (
        SavedFilter.objects.get().query
        == "columns=age&columns=branch&columns=membership&columns=situations&columns=reach"
    )
    page.goto("/roster/")
    page.click("summary:has(svg use[href*=bookmark])")
    page.click("text=短表")
    page.wait_for_url("**columns=*")
    assert page.locator(".roster-table thead th").count() == 5  # the branch is a heading above its rows


def test_what_is_listed_is_downloaded(desk: Desk) -> None:
    page = desk(1280)
    page.goto("/roster/?q=张英")
    page.click("summary:has(svg use[href*=download])")
    with page.expect_download() as download:
        page.click("form[action*='/roster/export/'] button")
    with download.value.path().open("rb") as file:
        rows = list(openpyxl.load_workbook(file).active.values)
    assert [row[0] for row in rows] == ["姓名", "张英"]


def test_without_javascript_everything_is_a_link_or_a_form(desk: Desk) -> None:
    page = desk(1280)
    context = page.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=page.context.storage_state(), base_url=page.url.replace("/roster/", "")
    )
    plain = context.new_page()
    plain.goto("/roster/")
    plain.click("a[rel=next]")
    plain.wait_for_load_state()
    assert len(names(plain)) == 35
    plain.click(".filter-more summary")
    plain.select_option("[name=situation]", "relocated")
    plain.click(".filter-row button")
    plain.wait_for_load_state()
    assert "situation=relocated" in plain.url
    assert len(names(plain)) == 35
    context.close()


def test_on_a_phone_a_member_takes_two_lines_below_the_heading_of_the_branch(desk: Desk) -> None:
    page = desk(360)
    rows = page.locator(".roster-table tbody tr:not(.row-group)")
    assert rows.count() == 35
    heights = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert min(heights) >= 44  # the whole row is the link
    assert max(heights) <= 66
    assert page.locator(".roster-table tbody .row-group").all_inner_texts()[0].startswith("红旗社区第一党支部")
    page.evaluate("scrollTo(0, 1500)")
    assert page.locator(".row-group").first.evaluate("row => row.getBoundingClientRect().top") == 0
    rows.nth(30).click(position={"x": 300, "y": 40})
    page.wait_for_url("**/members/**")
