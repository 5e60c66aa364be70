"""What holds for every page: nothing inline, vendored files as listed, contrast, one wording for every refusal."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import include, path, reverse
from django.views.defaults import server_error

from members.access.policy import public, signed_in
from members.templatetags.look import BROWSERS, SHAPES, device
from tests.cast import Cast

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
VENDOR = STATIC / "vendor"
INLINE = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on|hx-vals=['\"]js:", re.IGNORECASE
)
SPRITE = (VENDOR / "bootstrap-icons" / "icons.svg").read_text()


# --- Nothing inline --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_holds_no_inline_script_or_style(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "<style>p {}</style>",
        '<p style="color: red">',
        "<script>alert()</script>",
        '<button onclick="x()">',
        '<a href="javascript:x()">',
    ],
)
def test_the_scan_finds_inline_code(line: str) -> None:
    assert INLINE.search(line)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_compiles_and_names_icons_of_the_sprite(template: Path) -> None:
    get_template(str(template.relative_to(settings.BASE_DIR / "templates")))
    names = re.findall(r"{% icon \"([^\"]+)\" %}", template.read_text())
    assert [name for name in names if f'id="{name}"' not in SPRITE] == []


@pytest.mark.parametrize("shape", [*SHAPES.values(), "exclamation-triangle-fill"])
def test_the_shapes_of_badges_are_in_the_sprite(shape: str) -> None:
    assert f'id="{shape}"' in SPRITE


def test_pages_forbid_what_is_inline_or_from_elsewhere(client: Client, db: None) -> None:
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


# --- Vendored files --------------------------------------------------------------------------------------------------
VENDORED = tomllib.loads((VENDOR / "vendor.toml").read_text())["file"]


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["path"])
def test_a_vendored_file_is_the_one_listed_and_has_its_licence(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["path"]).read_bytes()
    assert "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode() == entry["sha384"]
    assert (VENDOR / entry["path"]).with_name("LICENSE").read_text()
    assert len(content) <= 1024 * 1024


def test_every_vendored_file_is_listed() -> None:
    listed = {entry["path"] for entry in VENDORED}
    found = {str(file.relative_to(VENDOR)) for file in VENDOR.rglob("*") if file.is_file()}
    assert found - listed == {"vendor.toml", *{str(Path(name).parent / "LICENSE") for name in listed}}


@pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_loads_nothing_from_elsewhere(sheet: Path) -> None:
    addresses = re.findall(r"url\(\"?([^)\"]+)", sheet.read_text())
    assert [address for address in addresses if not (sheet.parent / address).resolve().is_file()] == []


HEAD_LINKS = TEMPLATES[0].parent / "includes" / "head_links.html"


@pytest.mark.parametrize("file", re.findall(r"{% static '([^']+)' %}", HEAD_LINKS.read_text()))
def test_what_the_base_page_asks_for_exists(file: str) -> None:
    assert finders.find(file)


# --- Type -----------------------------------------------------------------------------------------------------------
SIZES = {"0.875rem", "1rem", "1.125rem", "1.375rem", "1.75rem", "2.25rem"}


@pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.stem)
def test_screens_have_six_sizes_of_type(sheet: Path) -> None:
    sizes = re.findall(r"font-size: ([\d.]+rem);", sheet.read_text())
    assert set(sizes) <= SIZES


# --- Contrast --------------------------------------------------------------------------------------------------------
PAIRS = [
    *[(text, ground) for text in ("text", "text-quiet", "accent-text", "link") for ground in ("ground", "surface")],
    ("text", "surface-sunk"),
    ("text-quiet", "surface-sunk"),
    ("accent-text", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    *[(kind, f"{kind}-soft") for kind in ("good", "warn", "bad", "info")],
    *[("bad", ground) for ground in ("ground", "surface")],
    *[("focus", ground) for ground in ("ground", "surface")],
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = _colours(theme)
    assert _contrast(colours[text], colours[ground]) >= 4.5


def test_contrast_is_computed_as_the_guideline_says() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def _colours(theme: str) -> dict[str, str]:
    sheet = (STATIC / "css" / "branchweb.css").read_text()
    rules = re.findall(r"\[data-bs-theme=\"" + theme + r"\"\] {([^}]+)}", sheet)
    return dict(re.findall(r"--bw-([a-z-]+): (#[0-9a-f]{6});", rules[0]))


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- Refusals --------------------------------------------------------------------------------------------------------
@public
def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a mistake of ours")


@signed_in
def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("因为职务已经到期。")


urlpatterns = [
    path("", include("branchweb.urls")),
    path("breaks/", break_down),
    path("refuses/", refuse),
]


def test_what_is_missing_and_what_is_out_of_scope_read_the_same(cast: Cast, as_user) -> None:
    client = as_user(cast.secretary)
    missing = client.get("/no-such-page/")
    assert missing.status_code == 404
    assert "页面不存在，或者属于不归您管的组织。" in missing.text
    assert "no-such-page" not in _without_the_foot(missing)


@pytest.mark.urls(__name__)
def test_a_refusal_says_why(cast: Cast, as_user) -> None:
    answer = as_user(cast.secretary).get("/refuses/")
    assert answer.status_code == 403
    assert "因为职务已经到期。" in answer.text


@pytest.mark.urls(__name__)
def test_a_mistake_of_ours_is_owned_and_shows_nothing(client: Client, db: None) -> None:
    client.raise_request_exception = False
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    assert "系统出了问题" in answer.text
    assert "a mistake of ours" not in answer.text


def test_the_page_for_mistakes_needs_no_database_and_no_middleware(rf: RequestFactory) -> None:
    assert server_error(rf.get("/")).status_code == 500


def test_a_form_from_a_stale_page_is_refused_in_words(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "刚才的内容没有保存" in answer.text


def test_a_stranger_meets_the_log_in_and_comes_back_to_the_page(client: Client, db: None) -> None:
    answer = client.get(reverse("members:preference-edit"))
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/preferences/")


def _without_the_foot(response: HttpResponse) -> str:
    return response.text.split("<footer")[0]


# --- Small words -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "Windows · Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Windows · Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) MicroMessenger/8.0", "iPhone · WeChat"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", "Android · Chrome"),
        ("curl/8.0", "curl/8.0"),
    ],
)
def test_a_device_is_named_as_people_name_it(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


def test_the_special_browser_is_looked_for_before_the_general() -> None:
    names = [name for _, name in BROWSERS]
    assert names.index("Edge") < names.index("Chrome") < names.index("Safari")
