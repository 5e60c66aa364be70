"""The frame of every page: navigation, language and look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy as _

from members.choices import Capability, OfficeKind, TextSize, Theme
from members.models.user import User
from members.offices import Access

YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Look:
    language: str = settings.LANGUAGE_CODE
    text_size: str = TextSize.NORMAL
    theme: str = Theme.AUTO


CHOICES: dict[str, list[tuple[str, Any]]] = {
    "language": settings.LANGUAGES,
    "text_size": TextSize.choices,
    "theme": Theme.choices,
}
VALUES = {name: frozenset(value for value, _label in options) for name, options in CHOICES.items()}
LABELS = {
    "language": (_("Language"), "translate"),
    "text_size": (_("Type size"), "type"),
    "theme": (_("Colours"), "circle-half"),
}


def look_of(request: HttpRequest) -> Look:
    """What the person chose, else what this browser's cookies say, else the defaults. Unknown values are left out."""
    user = getattr(request, "user", None)
    chosen = {name: getattr(user, name, "") or request.COOKIES.get(cookie_name(name), "") for name in CHOICES}
    return Look(**valid(chosen))


def valid(chosen: Mapping[str, str]) -> dict[str, str]:
    """The choices that exist, by field of `Look`."""
    return {name: chosen[name] for name in CHOICES if chosen.get(name) in VALUES[name]}


def cookie_name(name: str) -> str:
    return f"look_{name}"


def remember_on(response: HttpResponse, chosen: Mapping[str, str]) -> None:
    """Set the cookies from which pages take their look before somebody has logged in."""
    for name, value in chosen.items():
        response.set_cookie(
            cookie_name(name), value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )


@lru_cache
def switches(look: Look, _language: str | None) -> dict[str, str]:
    """The switches by what they change, each with its options and the one that is on: written once for a look."""
    return {
        field.name: render_to_string("includes/switches.html", {"choice": _switch(field.name, look)})
        for field in fields(Look)
    }


def language_switch(language: str) -> dict[str, Any]:
    """That of the language alone, for pages that remember nothing."""
    return _switch("language", Look(language=language))


def _switch(name: str, look: Look) -> dict[str, Any]:
    label, icon = LABELS[name]
    options = [{"value": value, "label": text, "chosen": value == getattr(look, name)} for value, text in CHOICES[name]]
    return {"name": name, "label": label, "icon": icon, "options": options}


class PersonLanguageMiddleware:
    """Speaks the person's language, Chinese unless they chose otherwise; what the browser prefers is not asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = look_of(request).language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


May = Capability | tuple[Capability, ...] | None
"""What opens a page: a capability, one of several, or nothing but being logged in.

Pages, tabs and entries are compared by identity: their names differ by language."""


@dataclass(frozen=True, eq=False)
class Page:
    """A page that is an entry or a tab; shown to those who hold the capability somewhere."""

    url_name: str
    label: Promise
    may: May
    below: tuple[str, ...] = ()
    """How the names of the pages below it begin."""
    for_members: bool = False
    """Only for those who are recorded as a member themselves."""
    unless: Capability | None = None
    """Not for those who hold this somewhere: another page shows them the same and more."""

    def current(self, url_name: str) -> str:
        """What aria-current says on that page: the page itself, one below this one, or nothing."""
        if url_name == self.url_name:
            return "page"
        others = _page_names() - {self.url_name}
        return "true" if url_name.startswith(self.below) and url_name not in others else ""

    def shown_to(self, held: frozenset[Capability], *, recorded: bool) -> bool:
        """`held`: what somebody's offices allow somewhere; `recorded`: whether they are on record as a member."""
        if self.unless in held or (self.for_members and not recorded):
            return False
        if isinstance(self.may, tuple):
            return not held.isdisjoint(self.may)
        return self.may is None or self.may in held


@dataclass(frozen=True, eq=False)
class Tab:
    """Pages that belong together, under one name."""

    label: Promise
    pages: tuple[Page, ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry of the navigation. `short`: its name in the bar of a phone. A page alone is a tab by its own name."""

    label: Promise
    short: Promise
    icon: str
    parts: tuple[Page | Tab, ...]

    @property
    def tabs(self) -> tuple[Tab, ...]:
        return tuple(part if isinstance(part, Tab) else Tab(part.label, (part,)) for part in self.parts)

    @property
    def pages(self) -> tuple[Page, ...]:
        return tuple(page for tab in self.tabs for page in tab.pages)


@dataclass(frozen=True, eq=False)
class Role:
    """The entries of those who hold one of the offices; of everybody where there are none."""

    offices: frozenset[OfficeKind]
    entries: tuple[Entry, ...]


HOME = "reminders:desk"
HOMES = (HOME, "reminders:desk-below")
"""The brand leads there; they stand in no account menu."""
MOST_ENTRIES = 7
IN_BAR = 4
"""Entries in the bar at the bottom of a phone; the others stand under "More"."""
TABS_ON_A_PHONE = 3


@cache
def _roles() -> tuple[Role, ...]:
    return tuple(import_string(f"{settings.NAVIGATION}.ROLES"))


@cache
def _apart() -> tuple[Page, ...]:
    return tuple(import_string(f"{settings.NAVIGATION}.APART"))


@cache
def pages() -> tuple[Page, ...]:
    """Every page of the navigation, each once."""
    entries = (entry for role in _roles() for entry in role.entries)
    return tuple(dict.fromkeys([*(page for entry in entries for page in entry.pages), *_apart()]))


@cache
def _help() -> frozenset[Page]:
    return frozenset(import_string(f"{settings.NAVIGATION}.HELP_PAGES"))


@cache
def _page_names() -> frozenset[str]:
    return frozenset(page.url_name for page in pages())


@dataclass(frozen=True)
class Seen:
    """What a person may open: their entries, each with the pages shown, and what stands in the menus of the head."""

    entries: tuple[tuple[Entry, frozenset[Page]], ...]
    apart: tuple[Page, ...]


def seen_by(access: Access) -> Seen:
    """The entries of that person's offices, of each only what they may open, seven at most."""
    shown = _pages_shown(access.capabilities, access.member_id is not None)
    kinds = frozenset(office.kind for office in access.held)
    return _seen(shown, kinds)


def first_page(access: Access) -> Page:
    """Where that person begins: the first page of their first entry."""
    entry, shown = seen_by(access).entries[0]
    return next(page for page in entry.pages if page in shown)


@lru_cache(maxsize=256)
def _pages_shown(held: frozenset[Capability], recorded: bool) -> frozenset[Page]:
    return frozenset(page for page in pages() if page.shown_to(held, recorded=recorded))


@lru_cache(maxsize=256)
def _seen(shown: frozenset[Page], kinds: frozenset[OfficeKind]) -> Seen:
    roles = [role for role in _roles() if role.offices & kinds] or [role for role in _roles() if not role.offices]
    entries: list[tuple[Entry, frozenset[Page]]] = []
    left = set(shown)
    for entry in dict.fromkeys(entry for role in roles for entry in role.entries):
        mine = frozenset(left.intersection(entry.pages))
        if mine and len(entries) < MOST_ENTRIES:
            entries.append((entry, mine))
            left -= mine
    return Seen(tuple(entries), tuple(page for page in pages() if page in left and page.url_name not in HOMES))


@dataclass(frozen=True)
class Drawn:
    """The parts of a frame that say nothing about anybody, as HTML."""

    navigation: str
    bar: str
    tabs: str
    menu: str
    help: str


@lru_cache(maxsize=1_024)
def _drawn(seen: Seen, url_name: str, _language: str | None) -> Drawn:
    """The same for everybody who sees the same entries, on every page of that name."""
    entries = [_entry(entry, shown, url_name) for entry, shown in seen.entries]
    current = next((entry for entry in entries if entry["current"]), None)
    pieces = {
        "entries": entries,
        "bar": entries[:IN_BAR],
        "more": entries[IN_BAR:],
        "tabs": current["tabs"] if current and len(current["tabs"]) > 1 else [],
        "beside": _beside(current),
        "apart": [_link(page, url_name) for page in seen.apart if page not in _help()],
        "says": _says(seen, url_name),
        "helping": [_link(page, url_name) for page in seen.apart if page in _help()],
    }
    return Drawn(
        navigation=render_to_string("includes/frame_navigation.html", pieces),
        bar=render_to_string("includes/frame_bar.html", pieces),
        tabs=render_to_string("includes/frame_tabs.html", pieces),
        menu=render_to_string("includes/frame_menu.html", pieces),
        help=render_to_string("includes/frame_help.html", pieces),
    )


def _says(seen: Seen, url_name: str) -> tuple[str, str] | None:
    """What the guide says of the page, else of the first page of its entry that it names."""
    around = [page for entry, shown in seen.entries if _is_in(entry, url_name) for page in entry.pages if page in shown]
    said: tuple[str, str] | None = import_string(settings.GUIDE)(
        sorted(around, key=lambda page: not page.current(url_name))
    )
    return said


def _is_in(entry: Entry, url_name: str) -> bool:
    return any(page.current(url_name) for page in entry.pages)


def _entry(entry: Entry, shown: frozenset[Page], url_name: str) -> dict[str, Any]:
    tabs = [_tab(tab, shown, url_name) for tab in entry.tabs if shown.intersection(tab.pages)]
    current = next((tab["current"] for tab in tabs if tab["current"]), "")
    return {
        "label": entry.label,
        "short": entry.short,
        "icon": entry.icon,
        "url": tabs[0]["url"],
        "current": current if len(tabs) == 1 or not current else "true",
        "tabs": _on_a_phone(tabs),
    }


def _tab(tab: Tab, shown: frozenset[Page], url_name: str) -> dict[str, Any]:
    links = [_link(page, url_name) for page in tab.pages if page in shown]
    current = next((link["current"] for link in links if link["current"]), "")
    return {"label": tab.label, "url": links[0]["url"], "current": current, "links": links}


def _on_a_phone(tabs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first three, the current one among them, stand in the line; the others fold away on a phone."""
    current = next((index for index, tab in enumerate(tabs) if tab["current"]), 0)
    first = {*range(min(TABS_ON_A_PHONE, len(tabs)))}
    if current not in first:
        first = {*range(TABS_ON_A_PHONE - 1), current}
    return [{**tab, "folds": len(tabs) > TABS_ON_A_PHONE + 1 and index not in first} for index, tab in enumerate(tabs)]


def _beside(entry: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The other pages of the current tab."""
    tab = next((tab for tab in entry["tabs"] if tab["current"]), None) if entry else None
    return tab["links"] if tab and len(tab["links"]) > 1 else []


def _link(page: Page, url_name: str) -> dict[str, Any]:
    return {"label": page.label, "url": _address(page.url_name), "current": page.current(url_name)}


@cache
def _address(url_name: str) -> str:
    """The same on every page, so found once."""
    return reverse(url_name)


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` with navigation, person, organization and look."""
    chosen = look_of(request)
    look = {"look": chosen, "switches": switches(chosen, get_language()), "here": _here(request)}
    user = getattr(request, "user", None)
    return {"frame": look | (_about(user, request) if isinstance(user, User) else {})}


def _here(request: HttpRequest) -> str:
    """Where a switch leads back: to the page, or of what a form answered to the page with the form."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    return urlunsplit(("", "", came_from.path, came_from.query, "")) or "/"


def _about(user: User, request: HttpRequest) -> dict[str, Any]:
    page = request.resolver_match.view_name if request.resolver_match else ""
    drawn = _drawn(seen_by(user.access), page, get_language())
    return {
        **vars(drawn),
        "is_tab": page in _page_names(),
        "person": user.get_full_name(),
        "idle": int(settings.OFFICE_IDLE.total_seconds()) if user.access.held else 0,
        "organization": user.access.held[0].organization if user.access.held else "",
    }
