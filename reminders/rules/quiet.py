"""Quiet hours: when a message may ring. Times are Shanghai's, whatever the server's clock says."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from meetings.rules.workdays import Workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = time(8)
"""When a day begins for whoever has no quiet hours in the early morning, but wants to hear on workdays only."""


class Habits(Protocol):
    """A preference, or whatever says the same."""

    @property
    def quiet_from(self) -> time: ...
    @property
    def quiet_until(self) -> time: ...
    @property
    def workdays_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `quiet_from` until just before `quiet_until`, over midnight where that is the earlier; both alike: never."""

    quiet_from: time = time(21)
    quiet_until: time = MORNING
    workdays_only: bool = False

    def covers(self, clock: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until


def next_allowed(
    at: datetime, quiet_from: time, quiet_until: time, workdays_only: bool, workdays: Workdays
) -> datetime:
    """The moment itself if it may ring then, else the first one after it at which it may."""
    quiet = Quiet(quiet_from, quiet_until, workdays_only)
    local = at.astimezone(SHANGHAI)
    while (later := _moved(local, quiet, workdays)) != local:
        local = later
    return at if local == at else local


def allowed_for(habits: Habits, at: datetime, workdays: Workdays) -> datetime:
    """The same for somebody's habits."""
    return next_allowed(at, habits.quiet_from, habits.quiet_until, habits.workdays_only, workdays)


def _moved(local: datetime, quiet: Quiet, workdays: Workdays) -> datetime:
    """One step on from a moment that isn't allowed."""
    if quiet.workdays_only and not workdays.is_workday(local.date()):
        begins = time.min if quiet.covers(time.min) else MORNING
        return _at(local + timedelta(days=1), begins)
    if not quiet.covers(local.time()):
        return local
    ends = _at(local, quiet.quiet_until)
    return ends if ends > local else _at(local + timedelta(days=1), quiet.quiet_until)


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, SHANGHAI)
