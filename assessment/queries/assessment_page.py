"""One branch's assessment as its page shows it: the tree with what gave or took points, and what each was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from assessment.choices import Part, ScoreState
from assessment.models import Assessment, Clause, ClauseScore, Indicator, IndicatorScore, ManualValue, Objection

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FactLine:
    """One record behind points. `url` is empty for who doesn't read the branch's records."""

    label: str
    on: str
    done: int
    of: int
    unknown: int
    url: str
    records: tuple["FactLine", ...] = ()

    @property
    def missing(self) -> int:
        return max(0, self.of - self.done - self.unknown)


@dataclass(slots=True)
class ClauseLine:
    """A clause and what it came to; `value`: the newest that two people stand for; `waiting`: one that waits."""

    clause: Clause
    score: ClauseScore | None
    facts: list[FactLine]
    value: ManualValue | None = None
    waiting: ManualValue | None = None

    @property
    def is_manual(self) -> bool:
        return not self.clause.metric


@dataclass(slots=True)
class Line:
    """A line of the tree. `points` of a line with lines below it are the sum of what is scored there."""

    indicator: Indicator
    depth: int
    is_leaf: bool
    state: str = ""
    points: Decimal = ZERO
    open_points: Decimal = ZERO
    clauses: list[ClauseLine] = field(default_factory=list)
    objection: Objection | None = None
    said: ManualValue | None = None
    """The points of the whole indicator after an objection, confirmed."""
    before: Decimal | None = None
    """Last year's points of the same indicator."""
    is_changed: bool = False
    """The record says something else by now."""

    @property
    def is_scored(self) -> bool:
        return self.open_points == 0 and self.state != ScoreState.UNKNOWN and self.state != ScoreState.WAITING

    @property
    def is_full(self) -> bool:
        return self.is_scored and self.points >= self.indicator.max_points

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or not self.is_scored else self.points - self.before


@dataclass(frozen=True, slots=True)
class PartSum:
    """The points of the party's work, or of the unit's own, beside each other."""

    label: str
    points: Decimal
    open_points: Decimal
    most: Decimal


def tree_of(assessment: Assessment, *, with_links: bool, last: Assessment | None = None) -> list[Line]:
    """In the order of the sheet. Six queries, one more with last year's assessment."""
    indicators = list(Indicator.objects.filter(scheme=assessment.scheme_id).order_by("position"))
    parents = {one.parent_id for one in indicators}
    depths: dict[Any, int] = {}
    lines = {}
    for one in indicators:
        depths[one.pk] = depths.get(one.parent_id, 0) + 1 if one.parent_id else 1
        lines[one.pk] = Line(one, depths[one.pk], one.pk not in parents)
    _fill_scores(lines, assessment, with_links)
    _fill_people(lines, assessment)
    _sum_up(lines)
    if last:
        _compare(lines, last)
    return list(lines.values())


def part_sums(lines: Iterable[Line]) -> list[PartSum]:
    """Those parts that the scheme has indicators of."""
    leaves = [line for line in lines if line.is_leaf]
    found = [(part, [line for line in leaves if line.indicator.part == part]) for part in Part]
    return [
        PartSum(
            str(part.label),
            sum((line.points for line in of_part), ZERO),
            sum((line.open_points for line in of_part), ZERO),
            sum((line.indicator.max_points for line in of_part), ZERO),
        )
        for part, of_part in found
        if of_part
    ]


def assessment_before(assessment: Assessment) -> Assessment | None:
    """Last year's of the same branch, once it was published. One query."""
    rows = Assessment.objects.filter(organization=assessment.organization_id, scheme__year=assessment.scheme.year - 1)
    return rows.settled().select_related("scheme", "band", "decided_band").order_by("-scheme__version", "key").first()


# --- What fills the tree ----------------------------------------------------------------------------------------------
def _fill_scores(lines: Mapping[Any, Line], assessment: Assessment, with_links: bool) -> None:
    for score in IndicatorScore.objects.filter(assessment=assessment):
        line = lines[score.indicator_id]
        line.state, line.points = score.state, score.points or ZERO
    scores = {one.clause_id: one for one in ClauseScore.objects.filter(score__assessment=assessment)}
    clauses = Clause.objects.filter(indicator__scheme=assessment.scheme_id).select_related("band")
    for clause in clauses.order_by("indicator__position", "position"):
        found = scores.get(clause.pk)
        facts = [_fact(one, with_links) for one in (found.facts if found else []) if "value" not in one]
        line = lines[clause.indicator_id]
        clause.indicator = line.indicator
        line.clauses.append(ClauseLine(clause, found, facts))


def _fact(kept: Mapping[str, Any], with_links: bool) -> FactLine:
    url = str(kept.get("url", "")) if with_links else ""
    records = tuple(_fact(one, with_links) for one in kept.get("records", []))
    return FactLine(str(kept["label"]), kept["on"], kept["done"], kept["of"], kept["unknown"], url, records)


def _fill_people(lines: Mapping[Any, Line], assessment: Assessment) -> None:
    of_clause: dict[UUID | None, ClauseLine] = {one.clause.pk: one for line in lines.values() for one in line.clauses}
    values = ManualValue.objects.filter(assessment=assessment).exclude(state="refused")
    for value in values.select_related("entered_by__member", "decided_by__member").order_by("entered_at", "key"):
        confirmed = value.state == "confirmed"
        if value.indicator_id:
            lines[value.indicator_id].said = value if confirmed else lines[value.indicator_id].said
        elif confirmed:
            of_clause[value.clause_id].value = value
        else:
            of_clause[value.clause_id].waiting = value
    people = ("raised_by__member", "answered_by__member")
    for objection in Objection.objects.filter(assessment=assessment).select_related(*people):
        objection.assessment = assessment
        lines[objection.indicator_id].objection = objection


def _sum_up(lines: Mapping[Any, Line]) -> None:
    """From the last line to the first, so that what lies below is summed before it is added above."""
    for line in reversed(list(lines.values())):
        if line.is_leaf:
            line.open_points = ZERO if line.state == ScoreState.SCORED else line.indicator.max_points
        above = lines.get(line.indicator.parent_id)
        if above:
            above.points += line.points
            above.open_points += line.open_points


def _compare(lines: Mapping[Any, Line], last: Assessment) -> None:
    """The same words, else the same code with as many points."""
    rows = IndicatorScore.objects.filter(assessment=last, points__isnull=False)
    found = list(rows.values_list("indicator__code", "indicator__title", "indicator__max_points", "points"))
    by_title = {title: points for _code, title, _most, points in found}
    by_code = {(code, most): points for code, _title, most, points in found}
    for line in lines.values():
        one = line.indicator
        if line.is_leaf:
            line.before = by_title.get(one.title, by_code.get((one.code, one.max_points)))


def mark_changed(lines: Sequence[Line], codes: Iterable[str]) -> list[Line]:
    """The lines that are others by now."""
    wanted = set(codes)
    changed = [line for line in lines if line.indicator.code in wanted]
    for line in changed:
        line.is_changed = True
    return changed


def leaves_of(lines: Iterable[Line]) -> Iterator[Line]:
    return (line for line in lines if line.is_leaf)
