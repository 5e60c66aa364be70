"""Facts of the record that an assessment counts by name: what an app's `metrics.py` offers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Words = str | Promise
else:
    Words = Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One record, or one thing that was due: `done` of `of`, of which `unknown` aren't recorded.

    Names no person and holds no private value: committees read it. `record` is stable and says which record it is
    ("meeting:<key>", "dues:2026-03"); `url` is the page where the branch finds it, empty where nothing is recorded.
    """

    record: str
    label: str
    on: date
    done: int
    of: int
    unknown: int = 0
    url: str = ""

    @property
    def missing(self) -> int:
        """Due, known, and not done."""
        return max(0, self.of - self.done - self.unknown)


Facts = Callable[..., list[Fact] | None]
"""Called with (path, first, last, on=): the facts of the organization at that path and below it from `first` to `last`,
both included, as known on the day `on`; what isn't due by then isn't there. None: the branch doesn't record it at all,
which is no zero. An empty list: nothing was due, and nobody could ask for anything. A fact of 0 of 0: no rule asks for
anything and nothing was done, but a scheme may expect some."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A fact with its definition. `name` is "app.what"; `unit` what a count of one is."""

    name: str
    title: Words
    definition: Words
    numerator: Words
    denominator: Words
    unit: Words
    source: Words
    """Where it is recorded."""
    not_recorded: Words
    """When nobody knows it."""
    facts: Facts
    rule_key: str = ""
    """The rule of the rulebook that asks for it; empty where none does."""


def value(facts: list[Fact]) -> tuple[int, int, int]:
    """Numerator, denominator and how many of it aren't recorded."""
    return sum(one.done for one in facts), sum(one.of for one in facts), sum(one.unknown for one in facts)
