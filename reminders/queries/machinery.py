"""The machinery for who watches it: its parts, what waits for them, and what could not be sent. No text and no name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from audit.carrying import carried
from members.choices import Capability, ExportState, ImportState
from members.models import Export, RosterImport, User
from reminders.choices import ChannelKind, MessageState
from reminders.models import Heartbeat
from reminders.queries.backups import NewestBackup, newest_backup
from reminders.queries.health import ALIVE, Health, health
from reminders.queries.messages import messages_of

GONE = 24 * 3600
"""Seconds after which a worker isn't missed any more: it was renamed or taken away."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    seconds: int
    """Since it last said that it is alive."""

    @property
    def is_alive(self) -> bool:
        return self.seconds <= ALIVE.total_seconds()


@dataclass(frozen=True, slots=True)
class Machinery:
    health: Health
    backup: NewestBackup | None
    parts: list[Part]
    channels: list[dict[str, Any]]
    """Per channel {label, waiting, unknown, dead}; channels of which nothing is left over are missing."""
    anchors: list[dict[str, Any]]
    """Per way that carries anchors of the audit record off {label, seconds, problem}; no problem: it has taken all."""
    broken: int
    """Imports and exports that failed and are still shown to somebody."""


def machinery(user: User, at: datetime) -> Machinery:
    """As of `at`. Messages are counted where the user watches."""
    failed = Export.objects.filter(state=ExportState.FAILED).count()
    unread = RosterImport.objects.filter(state=ImportState.FAILED).count()
    anchors, broken = list(_anchors(at)), failed + unread
    return Machinery(health(at), newest_backup(at), list(_parts(at)), list(_channels(user)), anchors, broken)


def _anchors(at: datetime) -> Iterator[dict[str, Any]]:
    labels = {
        "file": _("Anchors of the record to the file outside"),
        "http": _("Anchors of the record to the service outside"),
        "mail": _("Anchors of the record by mail"),
    }
    for name, one in carried(settings.AUDIT_ANCHORS).items():
        yield {"label": labels[name], "seconds": one.seconds_behind(at), "problem": one.problem}


def _parts(at: datetime) -> Iterator[Part]:
    for row in Heartbeat.objects.exclude(name="health").order_by("name"):
        seconds = max(0, int((at - row.seen_at).total_seconds()))
        if seconds < GONE or row.name == "beat":
            yield Part(_called(row.name), seconds)


def _called(name: str) -> str:
    names = {"beat": _("Clock"), "planner": _("Planner of messages"), "dispatcher": _("Dispatcher of messages")}
    if name.startswith("worker "):
        return _("Worker %(host)s") % {"host": name.removeprefix("worker ")}
    return names.get(name, name)


def _channels(user: User) -> Iterator[dict[str, Any]]:
    open_rows = messages_of(user, Capability.WATCH_JOBS).filter(settled_at__isnull=True).order_by()
    left = Q(state__in=(MessageState.READY, MessageState.SENDING, MessageState.UNKNOWN, MessageState.DEAD))
    counts = (
        open_rows.filter(left)
        .values("channel")
        .annotate(
            waiting=Count("pk", filter=Q(state__in=(MessageState.READY, MessageState.SENDING))),
            unknown=Count("pk", filter=Q(state=MessageState.UNKNOWN)),
            dead=Count("pk", filter=Q(state=MessageState.DEAD)),
        )
    )
    for row in counts.order_by("channel"):
        yield {**row, "label": ChannelKind(row["channel"]).label}


def dead_lines(user: User) -> QuerySet[Any, dict[str, Any]]:
    """What could not be sent where the user watches and is still of use, newest first. Of each what may be shown:
    whom it was for isn't even read."""
    dead = messages_of(user, Capability.WATCH_JOBS).filter(state=MessageState.DEAD, settled_at__isnull=True)
    shown = ("key", "kind", "channel", "problem", "attempts_made", "due_at", "organization__name")
    return dead.order_by("-due_at", "key").values(*shown)
