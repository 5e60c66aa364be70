"""Small pieces of markup that stand many times on a page (docs/pages.md)."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from members.pages.queries import called

register = template.Library()

SHAPES = {
    "good": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "bad": "x-circle-fill",
    "info": "info-circle-fill",
    "quiet": "circle",
}
MESSAGE_ICONS = {"success": "check-circle-fill", "warning": "exclamation-triangle-fill", "error": "x-circle-fill"}
# The first mark found in the browser's name counts, so the special come before the general.
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


@register.simple_tag
@lru_cache
def icon(name: str) -> SafeString:
    """A symbol of the sprite; it is decoration, so the words beside it must say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/bootstrap-icons/icons.svg"),
        name,
    )


@register.simple_tag
def fixed(template_name: str) -> SafeString:
    """A part that is the same on every page in a language: it knows nothing of the page, and is written once."""
    return _written(template_name, get_language())


@lru_cache
def _written(template_name: str, _language: str | None) -> SafeString:
    return render_to_string(template_name)


@register.simple_tag
def badge(text: str, kind: str = "quiet") -> SafeString:
    """A word with a shape; the kind is one of SHAPES."""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, icon(SHAPES[kind]), text)


@register.filter
def message_icon(tags: str) -> str:
    """The icon of a message's level."""
    return next((MESSAGE_ICONS[tag] for tag in tags.split() if tag in MESSAGE_ICONS), "info-circle-fill")


register.filter("called", called)


@register.filter
def kept_under(names: Mapping[str, str], username: str) -> str:
    """What somebody is called who stands on record by the user name (`members.pages.queries`)."""
    return names.get(username, username)


@register.filter
def minutes(span: timedelta) -> int:
    """Whole minutes of a span, rounded up."""
    return -(-int(span.total_seconds()) // 60)


@register.filter
def device(user_agent: str) -> str:
    """What a browser's long name says to people: system and browser; the name itself when neither is known."""
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    return " · ".join(part for part in (system, browser) if part) or user_agent[:60]
