"""The look in a real browser: on a phone, by keyboard, on paper, in the dark and without JavaScript."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import Resolver404, include, path, resolve, reverse
from playwright.sync_api import Browser, BrowserContext, Page

from members.access.policy import signed_in
from members.models import User
from tests import browsers
from tests.cast import PASSWORD, Cast

PAGE = '{% extends "base.html" %}{% block content %}CONTENT{% endblock %}'
PROGRESS = '{% include "includes/progress.html" %}'
DANGER = """<form method="post" data-confirm="Burn it?">{% csrf_token %}
{% include "includes/confirm_box.html" with sentence="Burn it?" %}<button>Burn</button></form>"""
HTMX_SAYS = "Response Status Error Code"  # its word for every answer of 4xx and 5xx
STEPS = count(1)
BURNT: list[str] = []


@signed_in
def progress(request: HttpRequest) -> HttpResponse:
    """A job of three steps; each look at it does one."""
    done = min(next(STEPS), 3)
    context = {"done": done, "total": 3, "sentence": f"step {done}", "url": "" if done == 3 else "/progress/"}
    return _show(request, PROGRESS if request.headers.get("HX-Request") else PAGE.replace("CONTENT", PROGRESS), context)


@signed_in
def danger(request: HttpRequest) -> HttpResponse:
    """Something that can't be undone."""
    if request.method == "POST":
        BURNT.append(str(request.user))
    return _show(request, PAGE.replace("CONTENT", DANGER), {})


@signed_in
def slow(request: HttpRequest) -> HttpResponse:
    """A job that is never done."""
    context = {"done": 1, "total": 3, "sentence": "step 1", "url": "/slow/"}
    return _show(request, PROGRESS if request.headers.get("HX-Request") else PAGE.replace("CONTENT", PROGRESS), context)


@signed_in
def failing(request: HttpRequest) -> HttpResponse:
    """A job whose progress can't be told."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=503)
    context = {"done": 1, "total": 3, "sentence": "step 1", "url": "/failing/"}
    return _show(request, PAGE.replace("CONTENT", PROGRESS), context)


def _show(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


urlpatterns = [
    path("", include("branchweb.urls")),
    *[path(f"{view.__name__}/", view) for view in (progress, slow, failing, danger)],
]

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, live_server: object, transactional_db: None) -> Iterator[Visit]:
    """Open a page, as somebody or as a stranger; anything that playwright's context takes may be set.

    Fails when a script or the security policy complains.
    """
    opened: list[BrowserContext] = []
    problems: list[list[str]] = []

    def open_page(address: str, user: User | None = None, **options: object) -> Page:
        context = browser.new_context(base_url=str(live_server), **({"viewport": browsers.DESKTOP} | options))
        opened.append(context)
        if user:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": str(live_server)}])
        page = context.new_page()
        problems.append(browsers.problems_of(page))
        page.goto(address)
        return page

    yield open_page
    for context in opened:
        context.close()
    unasked = [problem for one in problems for problem in one if not problem.startswith(HTMX_SAYS)]
    assert unasked == []


def log_in(page: Page) -> Page:
    page.get_by_label("用户名").fill("secretary")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def theme_of(page: Page) -> str | None:
    return page.locator("html").get_attribute("data-bs-theme")


# --- Colours and size ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_device_until_somebody_chooses(visit: Visit, scheme: str) -> None:
    page = visit("/account/login/", color_scheme=scheme)
    assert theme_of(page) == scheme
    page.get_by_role("button", name="深色").click()
    assert theme_of(page) == "dark"
    page.get_by_role("button", name="浅色").click()
    assert theme_of(page) == "light"


def test_large_type_makes_everything_a_quarter_larger(visit: Visit) -> None:
    page = visit("/account/login/")
    before = page.locator("h1").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    page.get_by_role("button", name="大字").click()
    after = page.locator("h1").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert after == pytest.approx(before * 1.25)


@pytest.mark.parametrize("viewport", [browsers.DESKTOP, browsers.TELEPHONE], ids=["desk", "phone"])
def test_large_type_and_help_stand_in_the_head_of_every_page(visit: Visit, cast: Cast, viewport: object) -> None:
    page = visit("/preferences/", cast.secretary, viewport=viewport)
    head = page.get_by_role("banner")
    head.get_by_role("button", name="大字").click()
    assert page.locator("html.large-type").count() == 1
    assert page.url.endswith("/preferences/")
    assert head.get_by_role("button", name="大字", pressed=True).is_visible()
    head.locator("summary", has_text="帮助").click()
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    assert head.locator(".menu-items:visible").bounding_box()["x"] >= 0
    head.get_by_role("link", name="制度规定").click()
    assert page.url.endswith("/regulations/")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "address", ["/", "/preferences/", "/account/password/", "/account/codes/", "/account/sessions/", "/no-such-page/"]
)
def test_nothing_is_wider_than_a_phone(visit: Visit, cast: Cast, address: str, large: bool) -> None:
    if large:
        cast.secretary.prefer(text_size="large")
    page = visit(address, cast.secretary, viewport=browsers.TELEPHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= browsers.TELEPHONE["width"]


ENTRIES = ".site-bar a, .site-head .menu-items a, .site-head-tools > a"
BELOW = ".tabs a, main :is(h1, h2, h3, th, li) a, main .page-actions a"
ADDRESSES = "links => links.map(link => link.pathname + link.search)"
FILES = re.compile("export|workbook|xlsx|docx|/files?/|/paper")
MOST_OF_A_KIND = 2
"""Pages below an entry that are looked at, of those with the same view."""
CONTROLS = "a[href], button, summary, select, textarea, input:not([type=hidden])"
TOO_LOW = """controls => {
  const shown = one => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width > 2 &&
    !one.closest(".visually-hidden, .skip-link");
  const height = one => Math.max(
    one.getBoundingClientRect().height,
    ...["::before", "::after"].map(part => getComputedStyle(one, part)).filter(
      style => style.content !== "none" && style.position === "absolute").map(style => parseFloat(style.height) || 0),
    ...(["checkbox", "radio"].includes(one.type) ? [...one.labels] : []).map(
      label => label.getBoundingClientRect().height));
  const words = (of, except) => [...of.childNodes].map(
    node => node.nodeType === 3 ? node.data : node.matches?.(except) ? "" : words(node, except)).join("");
  const around = one => words(one.closest("p, li, dd, td, div, blockquote"), "a, button, summary, label");
  const is_in_a_sentence = one => one.localName === "a" && getComputedStyle(one).display === "inline" &&
    around(one).replace(/[\\s·,，、]/g, "").length > 3;
  return controls.filter(one => shown(one) && height(one) < 43.9 && !is_in_a_sentence(one)).map(
    one => [one.closest("[class]").className, one.innerText || one.name || one.value, height(one)]);
}"""
"""The controls below 44 px, a link inside a sentence apart (WCAG 2.5.8). A box to tick is pressed by its label too, and
what a control lays over its surroundings belongs to it."""


def addresses_on(page: Page, selector: str) -> list[str]:
    return [one for one in page.locator(selector).evaluate_all(ADDRESSES) if not FILES.search(one)]


def kind_of(address: str) -> str:
    try:
        return resolve(address.split("?")[0]).view_name
    except Resolver404:
        return ""


def pages_from(page: Page) -> Iterator[str]:
    """Open the entries of who is logged in, their tabs, and what these lead to, each once and few of a kind."""
    met: set[str] = set()
    kinds: Counter[str] = Counter()
    for links in (ENTRIES, BELOW):
        for address in [found for one in (met or {"/"}) if page.goto(one) for found in addresses_on(page, links)]:
            kinds[kind_of(address)] += address not in met
            if address not in met and kinds[kind_of(address)] <= MOST_OF_A_KIND and kind_of(address):
                met.add(address)
                answer = page.goto(address)
                if answer and answer.ok and "html" in answer.headers["content-type"]:
                    yield address


@pytest.mark.parametrize("part", ["secretary", "county_staff", "county_secretary", "administrator", "member"])
def test_a_finger_meets_every_control_and_no_page_is_wider_than_a_phone(visit: Visit, cast: Cast, part: str) -> None:
    page = visit("/", cast.users()[part], viewport=browsers.TELEPHONE)
    wrong: dict[str, object] = {}
    looked_at = 0
    for address in pages_from(page):
        for look in ("normal", "large-type"):
            page.evaluate("look => document.documentElement.classList.add(look)", look)
            width = page.evaluate("document.documentElement.scrollWidth")
            low = page.locator(CONTROLS).evaluate_all(TOO_LOW)
            if low or width > browsers.TELEPHONE["width"]:
                wrong[f"{address} {look}"] = (width, low[:3])
        looked_at += 1
    assert wrong == {}
    assert looked_at > len(ENTRIES.split())


def test_a_table_becomes_cards_on_a_phone(visit: Visit, cast: Cast) -> None:
    page = log_in(visit("/account/login/?next=/account/sessions/"))
    cell = page.locator("td[data-label]").first
    label = "element => getComputedStyle(element, '::before').content"
    assert cell.evaluate(label) == "none"
    page.set_viewport_size(browsers.TELEPHONE)
    assert cell.evaluate(label) == '"网络地址"'


# --- Keyboard and paper ----------------------------------------------------------------------------------------------
def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(visit: Visit, cast: Cast) -> None:
    page = visit("/", cast.secretary)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_menu_opens_by_keyboard_and_closes_by_escape(visit: Visit, cast: Cast) -> None:
    page = visit("/", cast.secretary)
    page.locator("summary", has_text="我的账号").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="个人设置").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="个人设置").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_paper_shows_the_page_its_place_and_day_and_nothing_around(visit: Visit, cast: Cast) -> None:
    page = visit("/", cast.secretary, color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("header.site-head").is_visible()
    assert not page.locator("nav.site-nav").is_visible()
    assert not page.locator("footer").is_visible()
    assert "红旗社区第一党支部" in page.locator(".print-head").inner_text()
    colours = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"
    assert page.locator("body").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_the_plan_of_the_year_is_printed_without_its_fields(visit: Visit, cast: Cast) -> None:
    page = visit(reverse("meetings:year-plan", args=["branch", 2026]), cast.secretary)
    assert page.locator("[data-prints]").is_visible()
    assert page.locator(".plan-lines").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".year-grid").is_visible()
    assert not page.locator(".plan-lines, main [data-prints]").locator("visible=true").count()
    sheets = page.pdf(prefer_css_page_size=True)
    widths = re.findall(rb"/MediaBox \[0 0 (\d+)", sheets)
    assert widths in ([b"841"], [b"842"])


def test_what_was_refused_has_the_focus_and_leads_to_the_field(visit: Visit, cast: Cast) -> None:
    page = visit(reverse("members:user-create"), cast.administrator)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_selector(".form-summary:focus")
    way = page.locator(".form-summary a").first
    way.click()
    assert page.evaluate("document.activeElement.id") == way.get_attribute("href").removeprefix("#")


def test_the_button_of_a_long_form_stays_above_the_bar_and_covers_no_field(visit: Visit, cast: Cast) -> None:
    page = visit(reverse("members:member-create"), cast.secretary, viewport=browsers.TELEPHONE, reduced_motion="reduce")
    top, bottom = "element => element.getBoundingClientRect().top", "element => element.getBoundingClientRect().bottom"
    actions, bar = page.locator("main form .form-actions"), page.locator(".site-bar")
    fields = page.locator("main form :is(input:not([type=hidden]), select, textarea)").locator("visible=true")
    assert fields.last.evaluate(top) > browsers.TELEPHONE["height"]
    assert actions.evaluate(bottom) <= bar.evaluate(top)
    fields.first.focus()
    for _ in range(fields.count() - 1):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().bottom") <= actions.evaluate(top)


# --- Questions and progress ------------------------------------------------------------------------------------------
def test_a_question_is_asked_before_something_ends(visit: Visit, cast: Cast) -> None:
    elsewhere = log_in(visit("/account/login/"))
    page = log_in(visit("/account/login/?next=/account/sessions/"))
    button = page.get_by_role("button", name="退出其他所有设备")
    button.click()
    assert page.get_by_text("确定退出其他所有设备吗？").is_visible()
    page.keyboard.press("Escape")
    elsewhere.reload()
    assert elsewhere.url.endswith("/")
    button.click()
    page.get_by_role("button", name="确定", exact=True).click()
    page.get_by_text("其他设备都已退出登录。").wait_for()
    elsewhere.reload()
    assert "/account/login/" in elsewhere.url


@pytest.mark.urls(__name__)
def test_long_work_shows_how_far_it_is_until_it_is_done(visit: Visit, cast: Cast) -> None:
    page = visit("/progress/", cast.secretary)
    page.get_by_text("step 3").wait_for()
    assert page.locator("progress").get_attribute("value") == "3"
    assert page.locator("main [hx-get]").count() == 0


@pytest.mark.urls(__name__)
def test_when_the_session_ends_meanwhile_the_log_in_comes_and_leads_back(visit: Visit, cast: Cast) -> None:
    page = visit("/slow/", cast.secretary)
    Session.objects.all().delete()
    page.wait_for_url("**/account/login/?next=/slow/")


@pytest.mark.urls(__name__)
def test_a_patch_that_fails_is_said(visit: Visit, cast: Cast) -> None:
    page = visit("/failing/", cast.secretary)
    page.get_by_text("这一部分没能刷新").wait_for()
    assert page.get_by_text("step 1").is_visible()


# --- Without JavaScript ----------------------------------------------------------------------------------------------
def test_a_phone_without_javascript_logs_in_goes_round_and_leaves(visit: Visit, cast: Cast) -> None:
    page = log_in(visit("/account/login/", java_script_enabled=False, viewport=browsers.TELEPHONE))
    page.locator(".site-bar summary").click()
    page.get_by_role("navigation", name="主导航（底部）").get_by_role("link", name="监督").click()
    page.get_by_role("button", name="大字").click()
    assert page.locator("html.large-type").count() == 1
    page.locator("summary", has_text="我的账号").click()
    page.get_by_role("button", name="退出登录").click()
    page.goto(reverse("reminders:desk"))
    assert "/account/login/" in page.url


@pytest.mark.urls(__name__)
def test_without_javascript_a_question_is_a_box_to_tick(visit: Visit, cast: Cast) -> None:
    BURNT.clear()
    page = visit("/danger/", cast.secretary, java_script_enabled=False)
    page.get_by_role("button", name="Burn").click()
    assert BURNT == []
    page.get_by_label("Burn it?").check()
    page.get_by_role("button", name="Burn").click()
    assert BURNT == ["secretary"]


@pytest.mark.urls(__name__)
def test_with_javascript_the_same_question_is_a_dialog(visit: Visit, cast: Cast) -> None:
    BURNT.clear()
    page = visit("/danger/", cast.secretary)
    assert page.get_by_role("checkbox").count() == 0
    page.get_by_role("button", name="Burn").click()
    page.get_by_role("button", name="取消").click()
    assert BURNT == []
    page.get_by_role("button", name="Burn").click()
    with page.expect_navigation():
        page.get_by_role("button", name="确定", exact=True).click()
    assert BURNT == ["secretary"]
