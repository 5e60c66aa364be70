"""The monthly roll-ups: computed from the record, kept in step with it, and compared with a recount.

Whoever writes holds the one row of `RollUpState`; where somebody else does, nobody waits: the next round comes in a
minute. What is new in the record says the audit trail (docs/adr/0013).
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from assessment.models import RollUp, RollUpState
from assessment.queries.rollup_feed import head_number, news_after
from assessment.queries.rollup_inner import insert_level, insert_straight
from assessment.queries.rollup_leaves import insert_leaves
from assessment.queries.rollup_meetings import fill_meetings
from assessment.queries.rollup_reach import fill_intervals
from assessment.queries.rollup_rows import ABOVE_BRANCHES, count_wrong, forget_outside, store_branches, store_level
from assessment.queries.rollup_tables import Scope, tables
from assessment.rules.months import kept_months
from members.bulk import refresh_statistics
from members.choices import OrganizationKind
from members.models import Organization

TRIES = 3


@transaction.atomic
def rebuild(*, on: date) -> int:
    """Compute everything anew for the kept months as of that day; how many rows weren't so. Waits for its turn."""
    return _rebuild(_held(), on)


@transaction.atomic
def refresh(paths: Collection[str], *, on: date, months: Sequence[date] = (), all_above: bool = False) -> int:
    """Compute the branches at and below those paths anew, and everything above them; how many rows weren't so.

    `all_above`: every organization above branches, wherever it stands, because the tree is another."""
    _held()
    return _refresh(Scope(on, tuple(months) or kept_months(on), paths), all_above=all_above)


@transaction.atomic
def follow(*, on: date) -> int:
    """Take in what the record has since the last time; how many entries. On a new day everything is computed anew,
    because what is overdue, or holds, is another. Nothing where somebody else is at it."""
    state = _free()
    if state is None:
        return 0
    if _day(state.rebuilt_at) != on:
        before = state.entry_number
        _rebuild(state, on)
        return state.entry_number - before
    return _follow(state, on)


@transaction.atomic
def compare(*, on: date) -> int:
    """Rows that differ from a recount as of that day: branches from the record, the others straight from them."""
    state = _held()
    scope = Scope(on, kept_months(on))
    with tables(scope):
        _compute(scope)
        insert_straight(scope, range(1, _deepest() + 1))
        state.differing, state.checked_at = count_wrong(scope), timezone.now()
    state.save(update_fields=["differing", "checked_at"])
    return state.differing


def check(*, on: date) -> int:
    """Take in what is new and compare; once more where somebody recorded something meanwhile."""
    differing = 0
    for _ in range(TRIES):
        follow(on=on)
        differing = compare(on=on)
        if not differing or is_current(on=on):
            break
    return differing


def is_current(*, on: date) -> bool:
    """Whether the rows are those of that day, with all that the record has by now."""
    state = RollUpState.objects.filter(pk=1).first()
    return bool(state and _day(state.rebuilt_at) == on and state.entry_number == head_number())


def _held() -> RollUpState:
    """The one row, locked until the transaction ends."""
    RollUpState.objects.get_or_create(pk=1)
    return RollUpState.objects.select_for_update().get(pk=1)


def _free() -> RollUpState | None:
    """The same; None where somebody else holds it. SQLite has one writer at a time anyway."""
    RollUpState.objects.get_or_create(pk=1)
    skips = connection.features.has_select_for_update_skip_locked
    return RollUpState.objects.select_for_update(skip_locked=skips).filter(pk=1).first()


def _rebuild(state: RollUpState, on: date) -> int:
    state.entry_number = head_number()
    was_empty = not RollUp.objects.exists()
    changed = _refresh(Scope(on, kept_months(on)), all_above=True)
    state.rebuilt_at = state.followed_at = _moment(on)
    state.save(update_fields=["entry_number", "rebuilt_at", "followed_at"])
    if was_empty:
        refresh_statistics(RollUp)
    return changed


def _follow(state: RollUpState, on: date) -> int:
    began = _moment(on)
    news = news_after(state.entry_number, since=state.followed_at)
    if news.everything:
        _rebuild(state, on)
    elif news.paths or news.tree_changed:
        _refresh(Scope(on, kept_months(on), news.paths, with_neighbours=True), all_above=news.tree_changed)
    entries, state.entry_number, state.followed_at = news.last - state.entry_number, news.last, began
    state.save(update_fields=["entry_number", "followed_at"])
    return entries


def _refresh(scope: Scope, *, all_above: bool) -> int:
    """Branches first, then level by level what stands above them."""
    with tables(scope):
        _compute(scope)
        changed = store_branches(scope)
        inside = "" if all_above else ABOVE_BRANCHES
        for depth in range(_deepest(), 0, -1):
            insert_level(scope, depth, inside)
            changed += store_level(scope, depth, inside)
        if scope.paths is None:
            forget_outside(scope)
    return changed


def _compute(scope: Scope) -> None:
    fill_meetings(scope)
    fill_intervals(scope)
    insert_leaves(scope)


def _deepest() -> int:
    """How deep organizations above branches stand."""
    kinds = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
    return Organization.objects.filter(kind__in=kinds).aggregate(depth=Max("depth"))["depth"] or 0


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _moment(on: date) -> datetime:
    """Now; on another day than today (`run_due_jobs --at`) its noon."""
    now = timezone.now()
    return now if _day(now) == on else timezone.make_aware(datetime.combine(on, time(12)))
