"""Writing a wording in Chromium: the preview follows what is typed, and without JavaScript a button shows it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reminders.models import Wording
from tests import browsers
from tests.cast import PASSWORD, make_cast

ADDRESS = "/messages/wordings/district/dues/member/zh-hans/"
TYPED = "{姓名}同志，{月份}的党费{金额}，方便时交一下"
TOLD = "张英同志，2026年9月至11月的党费120.00元，方便时交一下"


@pytest.fixture
def known(transactional_db):
    return make_cast()


def log_in(page, live_server, address=ADDRESS):
    page.goto(f"{live_server.url}{address}")
    page.fill("[name=login]", "district_staff")
    page.fill("[name=password]", PASSWORD)
    page.click(".entrance-form button[type=submit], main button[type=submit]")
    page.wait_for_url(f"**{address}")


@pytest.mark.usefixtures("known")
def test_the_preview_follows_what_is_typed_and_stores_nothing(page, live_server):
    log_in(page, live_server)
    preview, text = page.locator("#preview"), page.locator("#id_text")
    text.fill(TYPED)
    expect(preview).to_contain_text(TOLD)
    text.fill("{姓名}，{金饿}")
    expect(preview).to_contain_text("{金饿}")
    expect(text).to_have_value("{姓名}，{金饿}")
    assert not Wording.objects.filter(organization__isnull=False).exists()

    text.fill(TYPED)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**{reverse('reminders:wording-list')}?org=district")

    assert Wording.objects.get(organization__isnull=False).text == TYPED


@pytest.mark.usefixtures("known")
def test_a_telephone_without_javascript_previews_by_a_button(browser, live_server):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport=browsers.TELEPHONE)
    page = context.new_page()
    log_in(page, live_server)
    page.fill("#id_text", TYPED)
    page.locator("button[name=preview]").click()

    expect(page.locator("#preview")).to_contain_text(TOLD)
    expect(page.locator("#id_text")).to_have_value(TYPED)
    context.close()


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("address", [ADDRESS, "/messages/channels/new/"])
def test_no_form_is_wider_than_a_telephone(page, live_server, address):
    page.set_viewport_size(browsers.TELEPHONE)
    log_in(page, live_server, address)

    assert page.evaluate("document.documentElement.scrollWidth") == browsers.TELEPHONE["width"]
