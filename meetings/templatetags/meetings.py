"""What the templates of meetings need besides `look`."""

import uuid
from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.choices import BADGES, LeaveKind, TaskEnd

register = template.Library()
Badges = list[tuple[str | Promise, str]]


@register.simple_tag
def new_key() -> str:
    """A key for one form of the page: sent twice, it is done once."""
    return str(uuid.uuid4())


WHY = (_("Was ill"), _("Was away"), _("Had to work"), _("Did not know of the meeting"))


@register.inclusion_tag("meetings/pages/tap_menu.html")
def why_menu(meeting: Any) -> dict[str, Any]:
    """The usual reasons for an absence, each sent with one tap."""
    url = reverse("meetings:absence-why", args=[meeting.pk])
    return {"url": url, "label": _("Say why"), "name": "reason", "choices": [(words, words) for words in WHY]}


@register.inclusion_tag("meetings/pages/tap_menu.html")
def leave_menu(meeting: Any) -> dict[str, Any]:
    """The kinds of leave, each asked for with one tap."""
    url = reverse("meetings:leave-ask", args=[meeting.pk])
    return {"url": url, "label": _("Ask for leave"), "name": "kind", "choices": LeaveKind.choices}


@register.filter
def state_badges(row: Any) -> Badges:
    """The state of a meeting, an attendance, a correction or a step of membership in a word."""
    return [(row.get_state_display(), BADGES.get(row.state, "quiet"))]


@register.filter
def task_badges(task: Any, on: date) -> Badges:
    """How a task stands on that day."""
    if task.ended:
        return [(task.get_ended_display(), "good" if task.ended == TaskEnd.DONE else "quiet")]
    return [(_("Overdue"), "bad") if task.due_on and task.due_on < on else (task.get_ended_display(), "info")]
