"""Small pieces of markup that stand many times on a page (docs/pages.md)."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SHAPES = {
    "good": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "bad": "x-circle-fill",
    "info": "info-circle-fill",
    "quiet": "circle",
}
MESSAGE_ICONS = {"success": "check-circle-fill", "warning": "exclamation-triangle-fill", "error": "x-circle-fill"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite; it is decoration, so the words beside it must say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/bootstrap-icons/icons.svg"),
        name,
    )


@register.simple_tag
def badge(text: str, kind: str = "quiet") -> SafeString:
    """A word with a shape; the kind is one of SHAPES."""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, icon(SHAPES[kind]), text)


@register.filter
def message_icon(tags: str) -> str:
    """The icon of a message's level."""
    return next((MESSAGE_ICONS[tag] for tag in tags.split() if tag in MESSAGE_ICONS), "info-circle-fill")
