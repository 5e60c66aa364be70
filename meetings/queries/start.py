"""What the start page says to a member about meetings."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Meeting, Task
from meetings.queries.corrections import waiting_for
from members.choices import Capability
from members.links import Link
from members.models import User

MOST_TASKS = 100


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user as the second person, by office or as who signed. One query at most."""
    asked = user.member_id or user.standing.may_any([Capability.CONFIRM_ATTENDANCE])
    if asked and (count := waiting_for(user).count()):
        sentence = ngettext(
            "%(count)s correction of attendance waits for your confirmation.",
            "%(count)s corrections of attendance wait for your confirmation.",
            count,
        )
        text = sentence % {"count": count}
        yield Link("person-check", _("Corrections of attendance"), text, reverse("meetings:correction-list"))


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """The next meeting that the member is asked to, and the tasks that are the member's. Two queries."""
    if user.standing.member_id is None:
        return
    yield from _tasks(user, on)
    coming = Meeting.objects.asking(user).coming(on).select_related("organization").order_by("day", "starts_at")
    if meeting := coming.first():
        yield Link("calendar-event", _said(meeting), _where(meeting), meeting.get_absolute_url())
    else:
        yield Link("calendar-event", _("My meetings"), _("No meeting is planned for you."), reverse("meetings:mine"))


def _said(meeting: Meeting) -> str:
    return _("Next meeting: %(meeting)s") % {"meeting": meeting.name}


def _where(meeting: Meeting) -> str:
    at = time_format(meeting.starts_at) if meeting.starts_at else ""
    parts = (date_format(meeting.day, "DATE_FORMAT"), at, meeting.place)
    return " ".join(str(part) for part in parts if part)


def _tasks(user: User, on: date) -> Iterator[Link]:
    """The first of one's open tasks, and how many there are."""
    mine = list(Task.objects.open().filter(owner=user.standing.member_id).in_order()[:MOST_TASKS])
    if not mine:
        return
    first = mine[0]
    title = _("My tasks: %(count)s") % {"count": len(mine)}
    facts = {"what": first.what, "day": date_format(first.due_on, "DATE_FORMAT") if first.due_on else ""}
    late = first.due_on is not None and first.due_on < on
    said = _("%(what)s, was due %(day)s") if late else _("%(what)s, by %(day)s") if first.due_on else "%(what)s"
    yield Link("list-check", title, said % facts, f"{reverse('meetings:mine')}#tasks")
