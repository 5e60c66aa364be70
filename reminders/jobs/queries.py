"""All work in the background: jobs, backups, signs of life and the machinery, without a name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext

from assessment.dashboard.queries import rollup_jobs
from audit.anchors import seconds_unanchored
from audit.carrying import carried
from members.choices import Capability, ExportState, ImportState
from members.exports.queries import export_jobs
from members.imports.queries import import_jobs
from members.models import Export, RosterImport, User
from members.pages.links import MOST, Job, JobState
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.desk.count_queries import LIVE
from reminders.desk.models import DeskCount
from reminders.jobs.models import Heartbeat
from reminders.messages.models import Message
from reminders.messages.queries import MASS, messages_of


def jobs_of(user: User, *, on: date) -> list[Job]:
    """What waits or is under way comes first, then what asks for somebody; each newest first."""
    every = (export_jobs, import_jobs, mailing_jobs, count_jobs, rollup_jobs)
    jobs = [job for jobs_of_app in every for job in jobs_of_app(user, on=on)]
    return sorted(jobs, key=lambda job: (not job.is_busy, not job.asks, -job.asked_at.timestamp()))


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
    may_read = user.access.may(Capability.VIEW_MESSAGES, one["organization__path"])
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


NAME = "branchweb-%Y%m%dT%H%M%SZ"
"""Of a folder, by the moment in UTC."""
WHOLE = "manifest.json"
"""Is written last."""
TOO_OLD = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class NewestBackup:
    """How old the newest is; None: there is none, or the folder can't be read."""

    age: timedelta | None

    @property
    def hours(self) -> int | None:
        return None if self.age is None else int(self.age.total_seconds() // 3600)

    @property
    def ok(self) -> bool:
        return self.age is not None and self.age <= TOO_OLD


def newest_backup(at: datetime) -> NewestBackup | None:
    """As of `at`; None where no backups of the night are asked for."""
    folder: Path | None = settings.BACKUP_DIR
    if folder is None:
        return None
    try:
        newest = max(backups_in(folder), default=None)
    except OSError:
        newest = None
    return NewestBackup(None if newest is None else max(timedelta(), at - newest))


def backups_in(folder: Path) -> Mapping[datetime, Path]:
    """Whole backups by their moment. Whatever else lies there is left out."""
    found = ((_moment(path.name), path) for path in folder.iterdir() if (path / WHOLE).exists())
    return {moment: path for moment, path in found if moment is not None}


def _moment(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


ALIVE = timedelta(minutes=3)
"""Signs of life come each minute; two may be missed, for instance while a large import is read."""


PATIENCE = timedelta(hours=1)
"""So long anchors may stay on this machine before that is a problem of the machinery."""


@dataclass(frozen=True, slots=True)
class Health:
    beat_seconds: int | None
    """Since the clock last said that it is alive; None: it never did."""
    worker_seconds: int | None
    """Since any worker did."""
    oldest_waiting_seconds: int
    """For how long the longest waiting message has been due; 0 when none is."""
    dead: int
    """Messages that could not be sent, of those whose thing isn't done yet."""
    unknown: int
    """Messages that were perhaps sent, likewise."""
    unanchored_seconds: int
    """For how long the oldest entry of the audit record that no anchor covers has been there; 0: all are covered."""
    anchors_behind_seconds: int
    """For how long a way that carries anchors off has been failing; 0: none is."""

    @property
    def beat_alive(self) -> bool:
        return _alive(self.beat_seconds)

    @property
    def worker_alive(self) -> bool:
        return _alive(self.worker_seconds)

    @property
    def ok(self) -> bool:
        return self.beat_alive and self.worker_alive and self.anchors_behind_seconds <= PATIENCE.total_seconds()


def health(at: datetime) -> Health:
    """As of `at`, by six small queries."""
    due = Message.objects.filter(state=MessageState.READY, due_at__lte=at).aggregate(oldest=Min("due_at"))["oldest"]
    return Health(
        beat_seconds=_since(at, _seen("beat")),
        worker_seconds=_since(at, _seen("worker ")),
        oldest_waiting_seconds=_since(at, due) or 0,
        dead=_left_in(MessageState.DEAD),
        unknown=_left_in(MessageState.UNKNOWN),
        unanchored_seconds=seconds_unanchored(settings.AUDIT_ANCHORS, at),
        anchors_behind_seconds=max(
            (one.seconds_behind(at) for one in carried(settings.AUDIT_ANCHORS).values()), default=0
        ),
    )


def _seen(name: str) -> datetime | None:
    """When the newest of the parts whose name begins so was last seen."""
    newest: datetime | None = Heartbeat.objects.filter(name__startswith=name).aggregate(newest=Max("seen_at"))["newest"]
    return newest


def _left_in(state: MessageState) -> int:
    return Message.objects.filter(state=state, settled_at__isnull=True).count()


def _since(at: datetime, moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((at - moment).total_seconds()))


def _alive(seconds: int | None) -> bool:
    return seconds is not None and seconds <= ALIVE.total_seconds()


GONE = 24 * 3600
"""Seconds after which a worker isn't missed any more: it was renamed or taken away."""


@dataclass(frozen=True, slots=True)
class ProcessState:
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
    parts: list[ProcessState]
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


def _parts(at: datetime) -> Iterator[ProcessState]:
    for row in Heartbeat.objects.exclude(name="health").order_by("name"):
        seconds = max(0, int((at - row.seen_at).total_seconds()))
        if seconds < GONE or row.name == "beat":
            yield ProcessState(_called(row.name), seconds)


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
