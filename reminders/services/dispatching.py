"""The dispatcher: whatever is due goes out. As often and as late as one likes, and by several at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reminders.services.clearing import expire, give_up_leases
from reminders.services.inside import Inside
from reminders.services.outside import Round, send_some

CLAIMED = 2_000
"""In-app messages that a transaction does."""

Batch = Callable[[int], tuple[int, int, int]]
"""Given how many at most: how many it looked at, how many went out, how many failed."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """`dispatched` messages stand in an inbox or were taken by a way outside; `failed` weren't, or nobody knows."""

    dispatched: int = 0
    failed: int = 0

    def __add__(self, other: "Dispatched") -> "Dispatched":
        return Dispatched(self.dispatched + other.dispatched, self.failed + other.failed)


def dispatch(at: datetime, *, limit: int | None = None, seconds: float | None = None, by: str = "") -> Dispatched:
    """Send what is due at that moment: all of it, or until `limit` messages or `seconds` of work.

    `by` is whose name stands at attempts outside. What is left waits for the next round.
    """
    room = _Room(limit, seconds)
    given_up = Dispatched(failed=give_up_leases(at))
    expire(at)
    turn = Round.begin(at, by)
    inbox = Inside(at)
    inside = _until_done(lambda most: inbox.deliver(min(most, CLAIMED)), room)
    return given_up + inside + _until_done(lambda most: send_some(turn, most), room)


class _Room:
    """How much may still be done."""

    def __init__(self, limit: int | None, seconds: float | None) -> None:
        self.left = limit if limit is not None else 10**9
        self.until = time.monotonic() + seconds if seconds is not None else float("inf")

    def most(self) -> int:
        return self.left if time.monotonic() < self.until else 0


def _until_done(batch: Batch, room: _Room) -> Dispatched:
    done = Dispatched()
    while most := room.most():
        looked_at, dispatched, failed = batch(most)
        if not looked_at:
            break
        room.left -= looked_at
        done += Dispatched(dispatched, failed)
    return done
