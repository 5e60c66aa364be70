"""How pages look to one person: language, type size and colours. In the user's row, and in cookies for strangers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from members.choices import TextSize, Theme

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
