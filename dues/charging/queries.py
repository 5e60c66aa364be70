"""The bases of a branch, and its year of charging month by month."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, Sum, Value
from django.db.models.functions import Concat

from dues.charging.expected import Survey, survey, suspects, unfit_of
from dues.charging.rules import BY_CODE, BaseItem
from dues.ledger.models import Basis, BasisQuerySet, Charge, ClosedMonth
from dues.ledger.queries import branch_of
from dues.units import first_month, month_of, months_between
from members.choices import SituationKind
from members.fields import opened
from members.models import LocalRule, Member, Organization
from members.models.member import Situation
from members.paths import STEP, subtree
from members.regulations.queries import in_force_at
from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule as LocalValue
from rulebook.rule import LocalChoiceRequired, Rule
from rulebook.rules.dues import FLAT_KEYS, RATE_KEYS, in_fen
from rulebook.values import Citation

LEDGER = "ledger"
LOCAL_KEYS = ("dues.flat.farmer", "dues.rounding")
"""Rules that a committee may fill in, and that change what a month comes to."""


def stale_bases(path: str, month: date) -> BasisQuerySet:
    """Bases of the subtree that hold in the month and weren't computed by the rules in force there on its first day.

    What an old ledger said stays, and a farmer's amount where no committee has set one. Of a whole tree SQLite would
    look up each member's basis; where it can't recognize the place as a column, it goes through the bases themselves.
    """
    bases, field, wrong = Basis.objects.all(), "member__roster_path", Q(pk__in=[])
    if len(path) == STEP and connection.vendor == "sqlite":
        bases, field = bases.alias(stands_at=Concat(field, Value(""))), "stands_at"
    for inside, local in _with_own_rules(path, month, field):
        wrong |= inside & ~_by_rules(month, local)
    return bases.filter(wrong).holding(month)  # in this order: most are right, and nothing else is looked at then


def _with_own_rules(path: str, month: date, field: str) -> Iterator[tuple[Q, tuple[LocalValue, ...]]]:
    """The parts of the subtree that have the same local rules, with these: the place itself, less who sets others."""
    own = LocalRule.objects.holding(month).filter(subtree("organization__path", [path]), rule_key__in=LOCAL_KEYS)
    nodes = sorted({path, *own.values_list("organization__path", flat=True)})
    for node in nodes:
        below = [one for one in nodes if one != node and one.startswith(node)]
        inside = subtree(field, [node])
        yield (inside & ~subtree(field, below) if below else inside), in_force_at(node, on=month)


def _by_rules(month: date, local: tuple[LocalValue, ...]) -> Q:
    """Condition: computed by what holds in that month, or taken over from a ledger."""
    cap, rounding = rule_if_held("dues.cap.month", month), rule("dues.rounding", month, local)
    unit = [rounding] if rounding.adopted else []
    right = Q(pk__in=[])
    for category, key in RATE_KEYS.items():
        rates = rule(key, month)
        computed = Q(capped=False, rules=_versions(rates, *unit))
        if cap:
            computed |= Q(capped=True, rules=_versions(rates, cap, *unit))
        right |= Q(category=category) & computed
    for category, key in FLAT_KEYS.items():
        right |= Q(category=category) & _by_flat_amount(rule(key, month, local))
    return right | Q(rules=LEDGER)


def _by_flat_amount(amount: Rule) -> Q:
    try:
        return Q(rules=amount.version, amount_fen=in_fen(amount.number))
    except LocalChoiceRequired:
        return Q()


def _versions(*rules: Rule) -> str:
    return " ".join(one.version for one in rules)


@dataclass(frozen=True, slots=True)
class BaseLine:
    """One member's row: `last` held at the end of the year before, `now` is the latest fixed for the year."""

    member: Member
    year: int
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

    @property
    def takeable(self) -> bool:
        """There is nothing to keep: the roster is asked."""
        return self.now is None and not self.keepable

    @property
    def is_known(self) -> bool:
        """The roster says enough to be taken over, mistyped or not."""
        category = self.member.dues_category
        return self.takeable and bool(category) and (category not in RATE_KEYS or self.roster_fen is not None)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CountedPart:
    """A part of a base as it was taken down, with the article that says whether it counts."""

    item: BaseItem
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
    return [BaseLine(member, year, last.get(member.pk), now.get(member.pk)) for member in members]


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


def earlier_charges(organization: OuterRef, before: OuterRef) -> Any:
    return Charge.objects.filter(organization=organization, month__lt=before).order_by("month").values("month")[:1]


def offered_months(branch: Organization, year: int, *, on: date) -> list[date]:
    """The months of the year that have begun, from that of the branch's first day on. What it kept on paper until then
    comes in with its ledger. One query."""
    first = first_month(year, branch.known_first_day())
    return list(months_between(first, min(date(year, 12, 1), month_of(on))))


def base_from(member: Member, year: int) -> date:
    """The month of the year from which a base is proposed: the first that the member's branch may ask for."""
    branch = branch_of(member)
    first = first_month(year, branch.known_first_day() if branch else None)
    return first if first.year == year else date(year, 1, 1)


@dataclass(frozen=True, slots=True)
class MonthLine:
    """`survey` says what a run would add, `unfit` how many lines it would put right, `owed_fen` what is owed now."""

    month: date
    survey: Survey
    unfit: int
    owed_fen: int
    closed: ClosedMonth | None
    is_over: bool
    is_offered: bool
    """False: charged before the branch's first day, by a ledger or on the command line."""

    @property
    def to_do(self) -> bool:
        return self.is_offered and self.closed is None and bool(self.survey.missing or self.unfit)

    @property
    def closable(self) -> bool:
        return self.closed is None and self.is_over and bool(self.survey.already)


def month_lines(branch: Organization, year: int, *, on: date) -> list[MonthLine]:
    """The months of the year that are offered or were charged, the newest first. A query a month, and three."""
    offered = offered_months(branch, year, on=on)
    last = min(date(year, 12, 1), month_of(on))
    months = list(months_between(date(year, 1, 1), last))
    closed = {row.month: row for row in ClosedMonth.objects.filter(organization=branch, month__in=months)}
    rows = Charge.objects.ordinary().filter(organization=branch, month__in=months).order_by().values("month")
    owed = dict(rows.annotate(fen=Sum(F("amount_fen") - F("waived_fen"))).values_list("month", "fen"))
    shown = [month for month in months if month in offered or month in owed]
    return [
        _line(branch, month, owed.get(month, 0), closed.get(month), month < month_of(on), month in offered)
        for month in reversed(shown)
    ]


def _line(
    branch: Organization, month: date, owed: int, closed: ClosedMonth | None, is_over: bool, is_offered: bool
) -> MonthLine:
    found = survey(branch.path, month)
    looked_at = suspects(branch.path, month) if found.has_suspects and not closed else []
    unfit = len(unfit_of(looked_at, month)) if looked_at else 0
    return MonthLine(month, found, unfit, owed, closed, is_over, is_offered)


def parts_of(basis: Basis) -> dict[str, int]:
    """Fen by item, as the guided form took them down; empty when only the sum was given."""
    text = opened(basis.parts)
    return {code: fen for code, fen, _counted in json.loads(text)} if text else {}


def roster_base(member: Member) -> int | None:
    """What the roster import says, in fen: offered, never taken by itself. None when it says nothing."""
    return fen_of(opened(member.dues_base))


def fen_of(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def retired_of(members: Iterable[Member], on: date) -> set[int]:
    """Who of them is retired by the roster. One query."""
    rows = Situation.objects.of(SituationKind.RETIRED).holding(on).filter(member__in=list(members))
    return set(rows.values_list("member", flat=True))
