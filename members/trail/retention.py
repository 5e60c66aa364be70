"""What is kept for a time, and its removal when the time is over."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from audit.services import record
from members.models.files import Removal
from members.paths import ROOT, contains, subtree
from members.regulations.queries import binding_below
from rulebook.book import rule
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule

BATCH = 200
"""Rows that go in one transaction."""


@dataclass(frozen=True)
class RetentionRequest:
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


def one_batch(rows: QuerySet[Any]) -> list[Any]:
    """Keys of the first rows that go in one transaction."""
    return list(rows.values_list("pk", flat=True)[:BATCH])


@dataclass(frozen=True)
class RetainedKind:
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
    remove: Callable[[RetentionRequest], int]
    """Takes away one batch in the transaction around it and says how many; none are left when it says 0."""
    kept: Callable[[Iterable[str]], int] | None = None
    """How many are there below those paths. None: the number is told nobody, neither here nor in the audit trail."""
    days: int | None = None
    placed: bool = True
    """Whether rows lie in the tree; if not, only who works for the whole tree is told how many there are."""

    def due(self, on: date) -> RetentionRequest:
        return RetentionRequest(on, self.rule_key, self.days)


@dataclass(frozen=True)
class ForGood:
    """Something that no job takes away, and why."""

    title: Promise
    why: Promise


def kinds() -> list[RetainedKind]:
    return [one for one in _declared() if isinstance(one, RetainedKind)]


def for_good() -> list[ForGood]:
    return [one for one in _declared() if isinstance(one, ForGood)]


def _declared() -> list[RetainedKind | ForGood]:
    return [one for name in settings.RETENTION for one in import_string(name)]


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


log = logging.getLogger(__name__)


def carry_out(*, on: date) -> dict[str, int]:
    """Take away what is over on that day; how many of each kind. Again on the same day it changes nothing.

    A kind that fails doesn't keep the others. It is gone on with when this is called again.
    """
    return {kind.code: removed for kind in kinds() if (removed := _carry_out(kind, on)) is not None}


def _carry_out(kind: RetainedKind, on: date) -> int | None:
    try:
        Removal.objects.get_or_create(kind=kind.code, night=on)
        for left in Removal.objects.filter(kind=kind.code, finished_at=None, night__lt=on):
            _finish(left, kind)
        while _take_batch(kind, on):
            pass
        return _finish(Removal.objects.get(kind=kind.code, night=on), kind)
    except Exception:
        log.exception("Removing %s was interrupted and is tried again.", kind.code)
        return None


@transaction.atomic
def _take_batch(kind: RetainedKind, on: date) -> bool:
    """One batch and its number, both or neither; whether there may be more."""
    removal = Removal.objects.select_for_update().get(kind=kind.code, night=on)
    if removal.finished_at:
        return False
    taken = kind.remove(kind.due(on))
    if kind.kept:
        removal.removed += taken
        removal.save(update_fields=["removed"])
    return taken > 0


@transaction.atomic
def _finish(removal: Removal, kind: RetainedKind) -> int:
    """Close the night with its entry, once. Where the number is told nobody, each night has one, whatever went."""
    removal = Removal.objects.select_for_update().get(pk=removal.pk)
    if removal.finished_at:
        return removal.removed
    removal.finished_at = timezone.now()
    removal.save(update_fields=["finished_at"])
    details = {"kind": kind.code, **({"removed": removal.removed} if kind.kept else {})}
    if removal.removed or not kind.kept:
        record(action="remove_overdue", by="system", subject=None, details=details)
    Removal.objects.filter(kind=kind.code, removed=0, night__lt=removal.night).exclude(finished_at=None).delete()
    return removal.removed
