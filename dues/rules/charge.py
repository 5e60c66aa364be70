"""What a member owes for a month, and to which branch (2008 provisions, articles 2 to 9; 2017 notice, part one)."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from dues.rules.months import last_day
from dues.rules.relief import needs_superior
from rulebook.local import LocalRule
from rulebook.rules.dues import MonthlyDues, monthly_dues

Branch = TypeVar("Branch", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Relation(Generic[Branch]):
    """A span of the formal relation: `starts` None where that day isn't known, `until` the first day without it.

    `branch` is the branch, also for who stands in one of its groups.
    """

    branch: Branch
    starts: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        return (self.starts is None or self.starts <= on) and (self.until is None or on < self.until)

    def begins_within(self, month: date) -> bool:
        """Begins after the first day of the month and before its end, and holds for a day at least."""
        return self.starts is not None and month < self.starts <= last_day(month) and self.holds(self.starts)


@dataclass(frozen=True, slots=True)
class ReliefSpan:
    """A relief that the branch considered on `decided_on`, for months from `starts` until before `until`."""

    pays_fen: int
    starts: date
    until: date | None
    decided_on: date
    approved_above: bool = False
    declined: bool = False

    def covers(self, month: date) -> bool:
        return self.starts <= month and (self.until is None or month < self.until)

    def in_effect(self, category: str, month: date) -> bool:
        """In its months, and with every approval that the category needs (article 7; 2017 notice)."""
        decided = self.approved_above or (not self.declined and not needs_superior(category, self.decided_on))
        return self.covers(month) and decided


@dataclass(frozen=True, slots=True)
class Due(Generic[Branch]):
    """What is owed for a month: `amount_fen` by the rule, of which `waived_fen` isn't asked for."""

    branch: Branch
    amount_fen: int
    waived_fen: int
    dues: MonthlyDues

    @property
    def owed_fen(self) -> int:
        return self.amount_fen - self.waived_fen


def charge_for(
    month: date,
    *,
    category: str,
    base: Decimal | None,
    relations: Iterable[Relation[Branch]],
    joined_on: date | None = None,
    reliefs: Iterable[ReliefSpan] = (),
    local: Iterable[LocalRule] = (),
) -> Due[Branch] | None:
    """What is owed for the month by the rules of its first day; None before joining and off every roster.

    `joined_on` is the first day that the recorded date can mean. Raises what `monthly_dues` raises: NoRule before
    2008-04, LocalChoiceRequired, BaseMissing.
    """
    branch = charging_branch(month, relations, joined_on=joined_on)
    if branch is None:
        return None
    dues = monthly_dues(category, base, month, local)
    relief = next((one for one in reliefs if one.in_effect(category, month)), None)
    waived = waived_fen(dues.amount_fen, relief.pays_fen) if relief else 0
    return Due(branch, dues.amount_fen, waived, dues)


def charging_branch(
    month: date, relations: Iterable[Relation[Branch]], *, joined_on: date | None = None
) -> Branch | None:
    """The branch where the relation is on the month's first day, else the first one that is joined within the month.

    A probationary member owes from the day of the meeting's vote (article 8), so a month that ends before it is free.
    """
    if joined_on and joined_on > last_day(month):
        return None
    spans = list(relations)
    standing = [span for span in spans if span.holds(month)]
    arriving = sorted((span for span in spans if span.begins_within(month)), key=lambda span: span.starts or month)
    return next((span.branch for span in [*standing, *arriving]), None)


def waived_fen(amount_fen: int, pays_fen: int) -> int:
    """What a relief takes off a month: everything above what is still paid."""
    return max(amount_fen - pays_fen, 0)
