"""What is kept for a time only, and what for good: each app declares it, `settings.RETENTION` names where.

A kind says what goes, how long after which day, on which ground, and has the function that takes a batch of it away.
`members.services.retention` carries them all out each night; the page "Kept how long" shows them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from members.paths import ROOT, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.book import rule
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule

BATCH = 200
"""Rows that go in one transaction."""


@dataclass(frozen=True)
class Due:
    """What a kind is asked to take away: rows whose day lies before `before`, which may differ by place."""

    on: date
    rule_key: str
    days: int | None = None
    """A period that the program's settings say; None: the rule's, as a committee may have set it for its subtree."""

    def rows(self, day: str, place: str = "", *, moments: bool = False) -> Q:
        """Condition: over by the rule of their place. `day` and `place` lead to a row's day and organization path;
        `moments`: the day is a moment."""

        def over(path: str) -> Q:
            last = self.before(path)
            return Q(**{f"{day}__lt": midnight(last) if moments else last})

        condition = over(ROOT)
        for path in sorted({path for path, _local in self._local} if place else set()):
            inside = subtree(place, [path])
            condition = (condition & ~inside) | (inside & over(path))
        return condition

    def before(self, path: str) -> date:
        """The first day that is still kept at the place; the root's path stands for everywhere."""
        if self.days is not None:
            return self.on - timedelta(days=self.days)
        held = self.rule_at(path)
        return self.on - timedelta(days=held.whole) if held.unit == "days" else add_months(self.on, -held.whole)

    def rule_at(self, path: str) -> Rule:
        return rule(self.rule_key, self.on, [local for above, local in self._local if contains(above, path)])

    @cached_property
    def _local(self) -> list[tuple[str, LocalRule]]:
        """The local rules of the day, outermost first."""
        return [(path, local) for path, local in binding_below(ROOT, [self.rule_key]) if local.holds(self.on)]


@dataclass(frozen=True)
class Kind:
    """Something that is kept for a time."""

    code: str
    title: Promise
    goes: Promise
    """What is taken away, as a sentence."""
    stays: Promise
    since: Promise
    """The day from which the time runs: "after leaving"."""
    rule_key: str
    """The ground in the rulebook, and where `days` is None the period."""
    remove: Callable[[Due], int]
    """Takes away one batch in the transaction around it and says how many; none are left when it says 0."""
    kept: Callable[[Iterable[str]], int] | None = None
    """How many are there below those paths. None: the number is told nobody, neither here nor in the audit trail."""
    days: int | None = None
    placed: bool = True
    """Whether rows lie in the tree; if not, only who works for the whole tree is told how many there are."""

    def due(self, on: date) -> Due:
        return Due(on, self.rule_key, self.days)


@dataclass(frozen=True)
class ForGood:
    """Something that no job takes away, and why."""

    title: Promise
    why: Promise


def kinds() -> list[Kind]:
    return [one for one in _declared() if isinstance(one, Kind)]


def for_good() -> list[ForGood]:
    return [one for one in _declared() if isinstance(one, ForGood)]


def _declared() -> list[Kind | ForGood]:
    return [one for name in settings.RETENTION for one in import_string(name)]


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
