"""The desk on a phone, in Chromium: read, opened, said not to apply, and taken back."""

import pytest
from django.urls import reverse

from reminders.models import NotApplicable
from tests import browsers
from tests.cast import PASSWORD, TODAY, make_cast

HOME = reverse("reminders:desk")


@pytest.fixture
def phone(browser, live_server, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *moment: TODAY)
    make_cast()
    context = browsers.new_context(browser, str(live_server), viewport=browsers.TELEPHONE)
    page = context.new_page()
    problems = browsers.problems_of(page)
    page.goto(reverse("account_login"))
    page.fill("[name=login]", "secretary")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit], form button[type=submit]").first.click()
    page.wait_for_url(f"**{HOME}")
    yield page
    context.close()
    assert problems == []


ALL = f"{HOME}?all=1"


def test_the_day_fits_a_phone_and_leads_to_every_single_line(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") <= browsers.TELEPHONE["width"]
    assert phone.locator(".first-things .btn").count() == 3

    phone.get_by_role("link", name="逐项列出（附依据）").click()
    phone.wait_for_url(f"**{ALL}")
    assert phone.locator(".duty").count() > 3


def test_a_secretary_says_on_the_phone_that_something_doesnt_apply(phone):
    phone.goto(ALL)
    assert phone.evaluate("document.documentElement.scrollWidth") <= browsers.TELEPHONE["width"]

    pile = phone.locator(".duty-pile", has_text="主题党日").first
    assert not pile.locator(".duty").first.is_visible()
    pile.locator("summary").first.click()
    line = pile.locator(".duty").first
    assert "《" in pile.locator("p").first.inner_text()
    line.get_by_text("不适用…").click()
    line.get_by_label("不适用，原因是").fill("冬训期间党员外出")
    assert phone.evaluate("document.documentElement.scrollWidth") <= browsers.TELEPHONE["width"]
    line.get_by_role("button", name="记下").click()

    phone.wait_for_url(f"**{HOME}")
    phone.goto(ALL)
    phone.get_by_text("已注明不适用", exact=False).last.click()
    assert phone.get_by_text("冬训期间党员外出").is_visible()
    phone.get_by_role("button", name="恢复").click()
    phone.wait_for_url(f"**{HOME}")
    assert NotApplicable.objects.get().taken_back_at is not None


def test_the_button_of_a_line_leads_to_where_it_is_done_with_the_form_open(phone):
    phone.goto(f"{HOME}?kind=theme_day")
    phone.locator(".duty .btn", has_text="安排").first.click()

    assert phone.locator("form [name=kind]").first.input_value() == "theme_day"


def test_a_line_on_its_own_says_the_article_on_demand(phone):
    phone.goto(ALL)
    line = phone.locator(".desk-part > .duty-list > .duty").first
    assert not line.locator(".duty-more p").is_visible()
    line.get_by_text("依据").click()

    assert "《" in line.locator(".duty-more p").inner_text()


def test_by_keyboard_a_fold_opens(phone):
    phone.goto(ALL)
    summary = phone.locator(".duty-pile summary").first
    summary.focus()
    phone.keyboard.press("Enter")

    assert phone.locator(".duty-pile details[open]").count() == 1
