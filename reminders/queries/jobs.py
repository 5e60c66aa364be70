"""Messages and counts as jobs, for the page that shows all work in the background. Numbers only."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.choices import Capability
from members.jobs import MOST, Job, JobState
from members.models import User
from reminders.choices import MessageKind, MessageState
from reminders.models import DeskCount
from reminders.queries.desk_counts import LIVE
from reminders.queries.messages import messages_of
from reminders.queries.released import MASS

ON_THE_WAY = (MessageState.HELD, MessageState.READY, MessageState.SENDING)
COUNTING = timedelta(minutes=5)
"""A round that has stored nothing for so long has been cut off, and the next one begins anew."""


def mailing_jobs(user: User, *, on: date) -> list[Job]:
    """Many messages of one kind for one branch that haven't gone out: for who reads the branch's messages with the way
    to them, for who watches the machinery as a number."""
    read, watched = messages_of(user), messages_of(user, Capability.WATCH_JOBS)
    waiting = (read | watched).filter(state__in=ON_THE_WAY).order_by()
    groups = waiting.values("kind", "organization", "organization__code", "organization__name", "organization__path")
    mailings = groups.annotate(
        count=Count("pk"),
        held=Count("pk", filter=Q(state=MessageState.HELD)),
        sending=Count("pk", filter=Q(state=MessageState.SENDING)),
        first=Min("planned_at"),
        due=Min("due_at"),
    )
    return [_mailing(one, user) for one in mailings.filter(count__gte=MASS).order_by("-first", "kind")[:MOST]]


def _mailing(one: dict[str, Any], user: User) -> Job:
    may_read = user.standing.may(Capability.VIEW_MESSAGES, one["organization__path"])
    state = JobState.RUNNING if one["sending"] else JobState.WAITING
    return Job(
        queue="messages",
        key=f"{one['kind']}-{one['organization__code']}",
        title=str(MessageKind(one["kind"]).label),
        place=one["organization__name"],
        state=JobState.ASKS if one["held"] else state,
        asked_at=one["first"],
        asked_by="",
        note=_waiting(one),
        url=_list_address(one) if may_read else "",
    )


def _waiting(one: dict[str, Any]) -> str:
    if one["held"]:
        held = one["held"]
        text = ngettext("%(count)s message waits to be looked at", "%(count)s messages wait to be looked at", held)
        return text % {"count": held}
    text = ngettext("%(count)s message, from %(due)s on", "%(count)s messages, from %(due)s on", one["count"])
    return text % {"count": one["count"], "due": timezone.localtime(one["due"]).strftime("%Y-%m-%d %H:%M")}


def _list_address(one: dict[str, Any]) -> str:
    asked = {"kind": one["kind"], "state": MessageState.HELD if one["held"] else MessageState.READY}
    return f"{reverse('reminders:message-list')}?{urlencode(asked)}"


def count_jobs(user: User, *, on: date) -> list[Job]:
    """The round that counts the desks of many branches for the levels above; nothing where they are counted live."""
    today = Q(counted_on=on)
    found = DeskCount.objects.visible_to(user).aggregate(
        total=Count("pk"), done=Count("pk", filter=today), first=Min("counted_at", filter=today), last=Max("counted_at")
    )
    if found["total"] <= LIVE:
        return []
    return [
        Job(
            queue="rollups",
            key="desks",
            title=_("Counts of what is due"),
            place="",
            state=_counting(found, timezone.now()),
            asked_at=found["first"] or found["last"],
            asked_by="",
            done=found["done"],
            total=found["total"],
            note=_("As of %(moment)s") % {"moment": timezone.localtime(found["last"]).strftime("%Y-%m-%d %H:%M")},
            url=reverse("reminders:desk-branch-list"),
        )
    ]


def _counting(found: dict[str, Any], now: datetime) -> JobState:
    if found["done"] == found["total"]:
        return JobState.DONE
    return JobState.RUNNING if found["done"] and now - found["last"] < COUNTING else JobState.WAITING
