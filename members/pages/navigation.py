"""The frame of every page: navigation, language and look."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, TextSize, Theme
from members.models.user import User

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
def switches(look: Look, _language: str | None) -> str:
    """The switches at the foot of a page, each with its options and the one that is on: written once for a look."""
    choices = [_switch(field.name, look) for field in fields(Look)]
    return render_to_string("includes/switches.html", {"switches": choices})


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


@dataclass(frozen=True)
class Item:
    """An entry of the navigation; shown to those who hold the capability, or one of several, somewhere, or to everybody
    when it is None."""

    url_name: str
    label: Promise
    icon: str
    capability: Capability | tuple[Capability, ...] | None
    below: tuple[str, ...] = ()
    """How the names of the pages below this entry begin."""
    for_members: bool = False
    """Only for those who are recorded as a member themselves."""
    unless: Capability | None = None
    """Not for those who hold this somewhere: another entry shows them the same and more."""

    def current(self, url_name: str) -> str:
        """What aria-current says on that page: the page itself, one below this entry, or nothing."""
        if url_name == self.url_name:
            return "page"
        return "true" if url_name.startswith(self.below) and url_name != MY_PAGE else ""


HOME = "reminders:desk"
MY_PAGE = "members:member-me"
MEMBERS = (
    Item(
        "members:roster-list",
        _("Roster"),
        "people",
        Capability.VIEW_ROSTER,
        ("members:roster-", "members:member-", "members:situation-"),
    ),
    Item(
        "members:reach-list",
        _("Hard to reach"),
        "person-heart",
        Capability.VIEW_CONTACTS,
        ("members:reach-", "members:contact-"),
    ),
    Item("members:help-list", _("Requests for help"), "life-preserver", Capability.VIEW_CONTACTS, ("members:help-",)),
    Item("members:import-list", _("Imports"), "file-earmark-arrow-up", Capability.IMPORT_ROSTER, ("members:import-",)),
    Item(MY_PAGE, _("My page"), "person-vcard", None, for_members=True),
)
PLACES = (
    Item(
        "members:organization-tree",
        _("Organizations"),
        "diagram-3",
        Capability.VIEW_ORGANIZATIONS,
        ("members:organization-",),
    ),
    Item(
        "members:user-list", _("Users"), "person-badge", Capability.MANAGE_USERS, ("members:user-", "members:office-")
    ),
)
RECORD = (
    Item("members:regulation-list", _("Regulations"), "journal-bookmark", None, ("members:regulation-",)),
    Item("reminders:job-list", _("Jobs"), "hourglass-split", Capability.VIEW_ORGANIZATIONS, ("reminders:job-",)),
    Item("members:audit-list", _("Audit trail"), "clock-history", Capability.VIEW_AUDIT, ("members:audit-",)),
    Item(
        "members:retention-list",
        _("Kept how long"),
        "calendar-x",
        (Capability.WATCH_JOBS, Capability.MANAGE_LOCAL_RULES),
        ("members:retention-",),
    ),
)
Group = tuple[Promise | str, tuple[Item, ...]]
"""A heading and its entries."""

START = (
    Item(HOME, _("Home"), "house-door", None, ("reminders:desk-at", "reminders:desk-branch", "reminders:desk-not")),
    Item(
        "reminders:desk-effort",
        _("What we ask of a branch"),
        "hourglass-split",
        Capability.VIEW_DUTIES,
        ("reminders:desk-effort",),
    ),
)
PEOPLE: tuple[Group, ...] = (("", START), (_("Members"), MEMBERS))
PARTY: tuple[Group, ...] = ((_("Party organization"), PLACES), (_("Rules and record"), RECORD))


@cache
def groups() -> tuple[Group, ...]:
    """All groups of the program in their order: `settings.NAVIGATION` names where each app keeps its own."""
    return tuple(group for name in settings.NAVIGATION for group in import_string(name))


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` with navigation, person, organization and look."""
    chosen = look_of(request)
    look = {"look": chosen, "switches": switches(chosen, get_language())}
    user = getattr(request, "user", None)
    return {"frame": look | (_about(user, request) if isinstance(user, User) else {})}


def _about(user: User, request: HttpRequest) -> dict[str, Any]:
    page = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "navigation": _written(marks(user, page), get_language()),
        "person": user.get_full_name(),
        "idle": int(settings.OFFICE_IDLE.total_seconds()) if user.access.held else 0,
        "organization": user.access.held[0].organization if user.access.held else "",
    }


Marks = tuple[tuple[str, str], ...]
"""Names of the entries that somebody sees, each with what aria-current says there."""


def marks(user: User, url_name: str) -> Marks:
    """The entries of that person's offices; that of the page they are on is marked."""
    held, recorded = user.access.capabilities, user.access.member_id is not None
    items = (item for _heading, items in groups() for item in items)
    return tuple((item.url_name, item.current(url_name)) for item in items if _shown(item, held, recorded))


@lru_cache(maxsize=256)
def _written(shown: Marks, _language: str) -> str:
    """The same for everybody who sees the same entries, on every page: it says nothing about anybody."""
    return render_to_string("includes/navigation.html", {"navigation": _groups(dict(shown))}) if shown else ""


def _groups(shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """The groups that have something to show, with addresses."""
    found = [{"heading": heading, "links": list(_links(items, shown))} for heading, items in groups()]
    return [group for group in found if group["links"]]


def _links(items: Iterable[Item], shown: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for item in items:
        if item.url_name in shown:
            yield {
                "url": _address(item.url_name),
                "label": item.label,
                "icon": item.icon,
                "current": shown[item.url_name],
            }


@cache
def _address(url_name: str) -> str:
    """The same on every page, so found once."""
    return reverse(url_name)


def _shown(item: Item, held: frozenset[Capability], recorded: bool) -> bool:
    """`held`: what somebody's offices allow somewhere; `recorded`: whether they are on record as a member."""
    if item.unless in held:
        return False
    if item.for_members:
        return recorded
    if isinstance(item.capability, tuple):
        return not held.isdisjoint(item.capability)
    return item.capability is None or item.capability in held
