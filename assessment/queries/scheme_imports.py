"""What an import's page shows: the tree as it was understood, with every doubt beside its line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from assessment.choices import ClauseKind, Part
from assessment.importing.doubts import Doubt
from assessment.importing.stored import doubt_from, plan_from_json
from assessment.models import Scheme, SchemeImport
from assessment.queries.metrics import all_metrics
from assessment.rules.clause_words import terms
from assessment.rules.plan import ClausePlan, IndicatorPlan, SchemePlan
from members.models import User
from rulebook.metric import Metric


@dataclass(frozen=True, slots=True)
class ClauseRead:
    """`metric` None: a person enters it."""

    text: str
    kind: str
    terms: str
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line of the tree; `level` counts from 1, `row` is the sheet's own."""

    plan: IndicatorPlan
    level: int
    row: int
    is_leaf: bool
    clauses: Sequence[ClauseRead]
    doubts: Sequence[Doubt]

    @property
    def is_business(self) -> bool:
        return self.plan.part == Part.BUSINESS


@dataclass(frozen=True, slots=True)
class Preview:
    plan: SchemePlan
    lines: Sequence[LineRead]
    doubts: Sequence[Doubt]
    """About the sheet as a whole, or rows that are no indicator."""

    @property
    def clauses(self) -> list[ClauseRead]:
        return [clause for line in self.lines for clause in line.clauses]

    @property
    def by_record(self) -> int:
        return sum(clause.metric is not None for clause in self.clauses)

    @property
    def by_person(self) -> int:
        return len(self.clauses) - self.by_record

    @property
    def weights(self) -> list[tuple[str, int]]:
        """The views that count, as the scheme's own fields call them."""
        given = self.plan.weights
        shares = {"self": given.self_view, "peer": given.peer, "superior": given.superior, "members": given.members}
        names = {view: str(Scheme._meta.get_field(f"weight_{view}").verbose_name) for view in shares}  # type: ignore[union-attr]
        return [(names[view], share) for view, share in shares.items() if share]

    @property
    def in_doubt(self) -> int:
        return len(self.doubts) + sum(len(line.doubts) for line in self.lines)


def imports_shown(user: User) -> QuerySet[SchemeImport]:
    """The newest first, without what was read."""
    rows = SchemeImport.objects.visible_to(user).select_related("organization", "scheme", "uploaded_by")
    return rows.defer("found").order_by("-uploaded_at", "key")


def preview_of(scheme_import: SchemeImport) -> Preview:
    found: Mapping[str, Any] = scheme_import.found
    plan = plan_from_json(found["plan"])
    doubts = [doubt_from(one) for one in found["doubts"]]
    codes = {line.code for line in plan.indicators}
    return Preview(plan, list(_lines(plan, doubts, found["rows"])), [one for one in doubts if one.line not in codes])


def _lines(plan: SchemePlan, doubts: Sequence[Doubt], rows: Mapping[str, int]) -> Iterator[LineRead]:
    above = {line.parent for line in plan.indicators}
    levels = {"": 0}
    bands = {band.rank: band.name for band in plan.bands}
    for line in plan.indicators:
        levels[line.code] = levels[line.parent] + 1
        yield LineRead(
            line, levels[line.code], rows.get(line.code, 0), line.code not in above,
            [_clause(clause, bands) for clause in line.clauses], [one for one in doubts if one.line == line.code],
        )  # fmt: skip


def _clause(clause: ClausePlan, bands: Mapping[int, str]) -> ClauseRead:
    words = terms(clause, band=bands.get(clause.band_rank or 0, ""))
    return ClauseRead(clause.text, str(ClauseKind(clause.kind).label), words, all_metrics().get(clause.metric))
