"""A scheme as its page shows it: the tree with every clause, its terms in words and the fact that it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assessment.choices import Part
from assessment.models import Band, Clause, Indicator, Scheme
from assessment.queries.metrics import all_metrics
from assessment.queries.plans import SchemeRows, rows_of, terms_of
from assessment.rules.clause_words import terms
from assessment.rules.flaws import Flaw
from assessment.rules.plan import SchemePlan
from assessment.rules.plan_checks import flaws, is_bonus
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import subtree
from rulebook.metric import Metric

KEEPERS = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
"""Who assesses branches has schemes."""


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause with the words that explain it. `metric` None: a person enters it."""

    clause: Clause
    terms: str
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A line of the tree; `level` counts from 1."""

    line: Indicator
    level: int
    is_leaf: bool
    is_bonus: bool
    is_first: bool
    is_last: bool
    begins_part: bool
    """Whether it is about the unit's own work, and the line above isn't."""
    clauses: Sequence[ClauseLine] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything a page shows of a scheme, and its plan."""

    plan: SchemePlan
    lines: Sequence[TreeLine]
    bands: Sequence[Band]

    def points_of(self, part: Part) -> Decimal:
        """What the lowest lines of the part are worth, without those that only add points."""
        counted = (one.line for one in self.lines if one.is_leaf and not one.is_bonus)
        return sum((line.max_points for line in counted if line.part == part), Decimal(0))

    def flaws(self) -> list[Flaw]:
        return flaws(self.plan, metrics=all_metrics())


def tree_of(scheme: Scheme) -> Tree:
    """Three queries, whatever the size."""
    rows = rows_of(scheme)
    return Tree(rows.plan, list(_lines(rows)), rows.bands)


def places_kept(user: User) -> OrganizationQuerySet:
    """The committees for which the user keeps schemes, in tree order."""
    rows = Organization.objects.visible_to(user, Capability.MANAGE_SCHEMES)
    return rows.filter(kind__in=KEEPERS).in_tree_order()


def in_words(clause: Clause) -> ClauseLine:
    words = terms(terms_of(clause), band=clause.band.name if clause.band else "")
    return ClauseLine(clause, words, all_metrics().get(clause.metric))


def _lines(rows: SchemeRows) -> Iterator[TreeLine]:
    plan, level, below = rows.plan, _levels(rows), _below(rows)
    parts: dict[UUID | None, str] = {line.pk: line.part for line in rows.lines}
    for line, planned in zip(rows.lines, plan.indicators, strict=True):
        beside = below[line.parent_id]
        yield TreeLine(
            line=line,
            level=level[line.pk],
            is_leaf=line.pk not in below,
            is_bonus=is_bonus(planned, plan),
            is_first=beside[0] == line.pk,
            is_last=beside[-1] == line.pk,
            begins_part=line.part == Part.BUSINESS != parts.get(line.parent_id),
            clauses=[in_words(clause) for clause in rows.clauses.get(line.pk, ())],
        )


def _levels(rows: SchemeRows) -> dict[UUID | None, int]:
    levels: dict[UUID | None, int] = {None: 0}
    for line in rows.lines:
        levels[line.pk] = levels[line.parent_id] + 1
    return levels


def _below(rows: SchemeRows) -> dict[UUID | None, list[UUID]]:
    below: dict[UUID | None, list[UUID]] = {}
    for line in rows.lines:
        below.setdefault(line.parent_id, []).append(line.pk)
    return below


def next_code(scheme: Scheme, parent: Indicator | None) -> str:
    """The number that a new line below `parent` would have: 1.3 after 1.2."""
    before = f"{parent.code}." if parent else ""
    taken = set(scheme.indicators.values_list("code", flat=True))
    numbers = (f"{before}{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbers if code not in taken)


def branches_of(scheme: Scheme) -> OrganizationQuerySet:
    """The branches below its committee, of its kind of unit if it names one."""
    rows = Organization.objects.filter(subtree("path", [scheme.organization.path])).branches()
    return rows.filter(unit_kind=scheme.unit_kind) if scheme.unit_kind else rows
