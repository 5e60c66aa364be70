"""Whether the machinery works: the clock, the workers, and what waits for them. Numbers only, no text and no name."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min

from audit.anchors import seconds_unanchored
from audit.carrying import carried
from reminders.choices import MessageState
from reminders.models import Heartbeat, Message

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
