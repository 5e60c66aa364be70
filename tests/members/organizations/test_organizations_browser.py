"""The tree and the users in Chromium: levels open in place and by address, acts are asked about, phones hold it all."""

import pytest
from playwright.sync_api import expect

from members.models import Organization, User
from tests.browsers import TELEPHONE
from tests.cast import PASSWORD, make_cast

PAGES = [
    "/organizations/",
    "/organizations/?open=branch",
    "/organizations/?q=红旗",
    "/organizations/branch/",
    "/organizations/branch/move/",
    "/organizations/branch/dissolve/",
    "/organizations/district/add/",
    "/organizations/branch/term/",
    "/users/",
    "/users/secretary/",
    "/users/secretary/offices/",
    "/new-user/",
    "/api/docs/",
]


def log_in(page, address, name, password=PASSWORD):
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click(".entrance-form button[type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.fixture
def administrator(page, live_server):
    """The county's administrator in front of the tree."""
    make_cast()
    log_in(page, live_server.url, "administrator")
    page.goto(f"{live_server.url}/organizations/")
    return page


def lines(page):
    return page.locator("#tree tbody th a:not(.tree-toggle)").all_inner_texts()


def test_a_level_opens_in_place_and_the_address_knows_it(administrator):
    administrator.locator("#tree tbody tr", has_text="城关镇党委").locator(".tree-toggle").click()
    administrator.wait_for_url("**/organizations/?open=district")
    expect(administrator.locator("#tree tbody tr")).to_have_count(5)
    patched = administrator.inner_html("#tree")

    administrator.reload()

    assert administrator.inner_html("#tree") == patched
    assert "红旗社区第一党支部" in lines(administrator)

    administrator.locator("#tree tbody tr", has_text="城关镇党委").locator(".tree-toggle").click()
    expect(administrator.locator("#tree tbody tr")).to_have_count(3)


def test_without_javascript_the_tree_opens_too(browser, live_server, transactional_db):
    make_cast()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, "administrator")

    page.goto(f"{live_server.url}/organizations/")
    page.locator("#tree tbody tr", has_text="城关镇党委").locator(".tree-toggle").click()
    page.wait_for_url("**/organizations/?open=district*")

    assert "红旗社区第一党支部" in lines(page)
    context.close()


def test_a_move_is_asked_about_and_shows_where_it_stands_then(administrator, live_server):
    administrator.goto(f"{live_server.url}/organizations/branch/move/")
    administrator.select_option("[name=under]", label="\u3000东山镇党委")
    administrator.fill("[name=reason]", "区划调整")
    administrator.click("main form button[type=submit]")
    assert Organization.objects.get(code="branch").parent_path == Organization.objects.get(code="district").path

    administrator.click("#confirm-dialog button[value=yes]")
    administrator.wait_for_url("**/organizations/branch/")

    assert "东山镇党委" in administrator.inner_text(".way-back")


def test_a_new_user_gets_a_password_and_must_change_it(administrator, live_server, browser):
    administrator.goto(f"{live_server.url}/new-user/?org=branch")
    administrator.fill("[name=username]", "wang.li")
    administrator.fill("[name=display_name]", "王丽")
    administrator.select_option("[name=kind]", "publicity_officer")
    administrator.click("main form button[type=submit]")
    password = administrator.inner_text("main code")

    context = browser.new_context()
    page = context.new_page()
    log_in(page, live_server.url, "wang.li", password)
    assert page.url.endswith("/account/password/")
    context.close()
    assert User.objects.get(username="wang.li").must_change_password


def test_nothing_leaves_a_phones_screen(administrator, live_server):
    administrator.set_viewport_size(TELEPHONE)
    for address in PAGES:
        administrator.goto(live_server.url + address)
        assert administrator.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"], address


def test_in_large_type_and_dark_nothing_does_either(administrator, live_server):
    User.objects.filter(username="administrator").update(text_size="large", theme="dark")
    administrator.set_viewport_size(TELEPHONE)
    for address in PAGES:
        administrator.goto(live_server.url + address)
        assert administrator.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"], address
