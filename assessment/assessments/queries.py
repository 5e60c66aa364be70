"""Branches assessed: whom to begin with, lists, and one with its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from assessment.assessments.models import (
    OPEN,
    Assessment,
    AssessmentQuerySet,
    ClauseScore,
    IndicatorScore,
    ManualValue,
    Objection,
)
from assessment.choices import IndicatorPart, ScoreState, ValueState
from assessment.schemes.models import Band, Clause, Indicator, Scheme
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import subtree


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many branches were graded by this band, or come to it by their points where no grade was decided.

    `most`: how many the quota leaves room for, None without a quota."""

    band: Band
    count: int
    most: int | None

    @property
    def is_over(self) -> bool:
        return self.most is not None and self.count > self.most


def with_open_ends(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """With how many objections and values wait for an answer: `open_objections`, `waiting_values`."""
    objections = Objection.objects.filter(assessment=OuterRef("pk")).unanswered()
    values = ManualValue.objects.filter(assessment=OuterRef("pk"), state=ValueState.WAITING)
    named = rows.select_related("organization", "scheme", "band", "decided_band", "veto")
    return named.annotate(open_objections=_number(objections), waiting_values=_number(values))


def band_counts(rows: AssessmentQuerySet, scheme: Scheme) -> list[BandCount]:
    """By the grade that was decided, else by the points. Two queries."""
    graded = rows.annotate(grade_band=Coalesce("decided_band", "band"))
    counts = dict(graded.order_by().values_list("grade_band").annotate(Count("pk")))
    whole = sum(counts.values())
    bands = Band.objects.filter(scheme=scheme).order_by("rank")
    return [BandCount(band, counts.get(band.pk, 0), _most(band, whole)) for band in bands]


def incomplete(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """Something is unknown or waits, so that there is no total."""
    return rows.filter(total__isnull=True)


def uncomputed(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    return rows.filter(computed_at__isnull=True, state__in=OPEN)


def schemes_shown(user: User) -> list[Scheme]:
    """The schemes of the assessments that the user sees: of the newest year first that of the most branches. Two
    queries."""
    seen = Assessment.objects.visible_to(user).order_by().values_list("scheme").annotate(Count("pk"))
    branches = dict(seen)
    found = Scheme.objects.filter(pk__in=branches).latest_first()
    return sorted(found, key=lambda one: (-one.year, -branches[one.pk]))


def committees_shown(user: User) -> list[Organization]:
    """Where the user assesses: committees and general branches in tree order. One query."""
    above = [OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH]
    rows = Organization.objects.visible_to(user, Capability.ASSESS).filter(kind__in=above)
    return list(rows.in_tree_order())


def in_order(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    return rows.order_by("-scheme__year", "scheme__code", "organization__path", "key")


def of_text(rows: AssessmentQuerySet, text: str) -> AssessmentQuerySet:
    return rows.filter(Q(organization__name__icontains=text) | Q(organization__code__istartswith=text))


def _number(rows: object) -> Coalesce:
    counted = rows.order_by().values("assessment").annotate(number=Count("pk")).values("number")  # type: ignore[attr-defined]
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _most(band: Band, whole: int) -> int | None:
    return None if band.quota_percent is None else whole * band.quota_percent // 100


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
class IndicatorLine:
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
    def change(self) -> Decimal | None:
        return None if self.before is None or not self.is_scored else self.points - self.before


@dataclass(frozen=True, slots=True)
class PartSum:
    """The points of the party's work, or of the unit's own, beside each other."""

    label: str
    points: Decimal
    open_points: Decimal
    most: Decimal


def tree_of(assessment: Assessment, *, with_links: bool, last: Assessment | None = None) -> list[IndicatorLine]:
    """In the order of the sheet. Six queries, one more with last year's assessment."""
    indicators = list(Indicator.objects.filter(scheme=assessment.scheme_id).order_by("position"))
    parents = {one.parent_id for one in indicators}
    depths: dict[Any, int] = {}
    lines = {}
    for one in indicators:
        depths[one.pk] = depths.get(one.parent_id, 0) + 1 if one.parent_id else 1
        lines[one.pk] = IndicatorLine(one, depths[one.pk], one.pk not in parents)
    _fill_scores(lines, assessment, with_links)
    _fill_people(lines, assessment)
    _sum_up(lines)
    if last:
        _compare(lines, last)
    return list(lines.values())


def part_sums(lines: Iterable[IndicatorLine]) -> list[PartSum]:
    """Those parts that the scheme has indicators of."""
    leaves = [line for line in lines if line.is_leaf]
    found = [(part, [line for line in leaves if line.indicator.part == part]) for part in IndicatorPart]
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
def _fill_scores(lines: Mapping[Any, IndicatorLine], assessment: Assessment, with_links: bool) -> None:
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


def _fill_people(lines: Mapping[Any, IndicatorLine], assessment: Assessment) -> None:
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


def _sum_up(lines: Mapping[Any, IndicatorLine]) -> None:
    """From the last line to the first, so that what lies below is summed before it is added above."""
    for line in reversed(list(lines.values())):
        if line.is_leaf:
            line.open_points = ZERO if line.state == ScoreState.SCORED else line.indicator.max_points
        above = lines.get(line.indicator.parent_id)
        if above:
            above.points += line.points
            above.open_points += line.open_points


def _compare(lines: Mapping[Any, IndicatorLine], last: Assessment) -> None:
    """The same words, else the same code with as many points."""
    rows = IndicatorScore.objects.filter(assessment=last, points__isnull=False)
    found = list(rows.values_list("indicator__code", "indicator__title", "indicator__max_points", "points"))
    by_title = {title: points for _code, title, _most, points in found}
    by_code = {(code, most): points for code, _title, most, points in found}
    for line in lines.values():
        one = line.indicator
        if line.is_leaf:
            line.before = by_title.get(one.title, by_code.get((one.code, one.max_points)))


def mark_changed(lines: Sequence[IndicatorLine], codes: Iterable[str]) -> list[IndicatorLine]:
    """The lines that are others by now."""
    wanted = set(codes)
    changed = [line for line in lines if line.indicator.code in wanted]
    for line in changed:
        line.is_changed = True
    return changed


def branches_of(scheme: Scheme, *, on: date) -> OrganizationQuerySet:
    """Those below the scheme's committee, of its kind of unit where it names one."""
    rows = Organization.objects.below(scheme.organization.path).branches().standing_on(on)
    return rows.filter(unit_kind=scheme.unit_kind) if scheme.unit_kind else rows


def branches_to_begin(scheme: Scheme, user: User, *, on: date) -> OrganizationQuerySet:
    """Of these the ones where the user assesses, and that have no assessment by the scheme yet; in tree order."""
    begun = Assessment.objects.filter(scheme=scheme).values("organization")
    mine = subtree("path", user.access.paths(Capability.ASSESS))
    return branches_of(scheme, on=on).filter(mine).exclude(pk__in=begun).in_tree_order()


def schemes_to_assess_by(user: User) -> list[Scheme]:
    """Schemes in force that bind branches where the user assesses, the newest first."""
    rows = Scheme.objects.visible_to(user, Capability.ASSESS).in_force().latest_first()
    return list(rows.select_related("organization"))
