"""The bases of a branch for a year, member by member, beside last year's and what the roster says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from dues.models import Basis
from dues.rules.base_items import BY_CODE, Item
from dues.services.bases import parts_of, roster_base
from members.fields import opened
from members.models import Member, Organization
from rulebook.rules.dues import RATE_KEYS
from rulebook.values import Citation


@dataclass(frozen=True, slots=True)
class BaseLine:
    """One member's row: `last` held at the end of the year before, `now` is the latest fixed for the year."""

    member: Member
    last: Basis | None
    now: Basis | None

    @property
    def last_fen(self) -> int | None:
        return base_fen_of(self.last)

    @property
    def now_fen(self) -> int | None:
        return base_fen_of(self.now)

    @property
    def roster_fen(self) -> int | None:
        return roster_base(self.member)

    @property
    def keepable(self) -> bool:
        """Last year's can be kept: an old ledger's amount without its base can't."""
        return self.now is None and self.last is not None and _has_base(self.last)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CountedPart:
    """A part of a base as it was taken down, with the article that says whether it counts."""

    item: Item
    fen: int
    citation: Citation


def base_lines(branch: Organization, year: int) -> list[BaseLine]:
    """Everybody on the roster of today, by name. Two queries."""
    members = list(Member.objects.below(branch.path).order_by("name_key", "pk"))
    return lines_of(members, year)


def lines_of(members: Iterable[Member], year: int) -> list[BaseLine]:
    """One query."""
    begins = date(year, 1, 1)
    last, now = {}, {}
    for basis in _real(members, year):
        if basis.year == year:
            now[basis.member_id] = basis
        elif basis.valid_from < begins:
            last[basis.member_id] = basis
    return [BaseLine(member, last.get(member.pk), now.get(member.pk)) for member in members]


def progress_of(branch: Organization, year: int) -> Progress:
    """How many of those on the roster have a base fixed for the year."""
    members = Member.objects.below(branch.path)
    fixed = Basis.objects.fixed_for(year).exclude(valid_until=F("valid_from")).filter(member__in=members)
    return Progress(fixed.values("member").distinct().count(), members.count())


def progress_in(lines: Iterable[BaseLine]) -> Progress:
    shown = list(lines)
    return Progress(sum(line.now is not None for line in shown), len(shown))


def base_fen_of(basis: Basis | None) -> int | None:
    """In fen; None for flat amounts and where a ledger gave only the amount."""
    text = opened(basis.base) if basis else ""
    return int(text) if text else None


def history_of(member: Member) -> list[tuple[Basis, int | None, list[CountedPart]]]:
    """Every basis of a member, the newest first, opened: for the officer who fixes them, and the member."""
    rows = Basis.objects.filter(member=member).order_by("-valid_from", "-fixed_at")
    return [(basis, base_fen_of(basis), counted_parts(basis)) for basis in rows]


def counted_parts(basis: Basis) -> list[CountedPart]:
    parts = parts_of(basis).items()
    return [CountedPart(BY_CODE[code], fen, BY_CODE[code].citation(basis.valid_from)) for code, fen in parts]


def _real(members: Iterable[Member], year: int) -> Iterable[Basis]:
    """Rows that held for a month at least, and have begun by the end of the year, oldest first."""
    rows = Basis.objects.filter(member__in=list(members), valid_from__lte=date(year, 12, 31))
    return rows.exclude(valid_until=F("valid_from")).order_by("valid_from", "fixed_at")


def _has_base(basis: Basis) -> bool:
    return bool(basis.base) or basis.category not in RATE_KEYS
