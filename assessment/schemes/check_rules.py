"""What doesn't add up in a clause, in its indicator, and in the scheme."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from assessment.choices import DEDUCTING, ClauseKind, Counted, Cycle, Every, IndicatorPart
from assessment.schemes.rules import BandPlan, ClausePlan, Flaw, IndicatorPlan, SchemePlan, fits, plain
from members.choices import UnitKind

WITH_POINTS = (ClauseKind.DEDUCT_PER_MISSING, ClauseKind.DEDUCT_FLAT, ClauseKind.RATIO_STEP, ClauseKind.BONUS)
WITH_CAP = (ClauseKind.DEDUCT_PER_MISSING, ClauseKind.RATIO_STEP, ClauseKind.BONUS)
WITH_EXPECTED = (
    ClauseKind.DEDUCT_PER_MISSING,
    ClauseKind.DEDUCT_FLAT,
    ClauseKind.TIERED,
    ClauseKind.RATIO_STEP,
    ClauseKind.VETO,
)
LONGEST_TEXT = 300
SHARE = range(1, 101)


def clause_flaws(clause: ClausePlan, path: str, *, ranks: Collection[int], metrics: Collection[str]) -> Iterator[Flaw]:
    if clause.kind not in ClauseKind.values:
        yield Flaw(f"{path}/kind", "kind_unknown", _("Choose how the clause gives or takes points."), hard=True)
        return
    yield from _text(clause, path)
    yield from _metric(clause, path, metrics)
    yield from _points(clause, path)
    yield from _cap(clause, path)
    yield from _expected(clause, path)
    yield from _tiers(clause, path)
    yield from _steps(clause, path)
    yield from _band(clause, path, ranks)


def _text(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    if not clause.text.strip():
        yield Flaw(f"{path}/text", "text_missing", _("Write the clause as a sentence."), hard=True)
    elif len(clause.text) > LONGEST_TEXT:
        sentence = _("Shorten the sentence to %(most)d characters.") % {"most": LONGEST_TEXT}
        yield Flaw(f"{path}/text", "text_long", sentence, hard=True)


def _metric(clause: ClausePlan, path: str, metrics: Collection[str]) -> Iterator[Flaw]:
    if clause.metric and clause.kind == ClauseKind.MANUAL:
        sentence = _("A person gives these points, so leave out the fact of the record.")
        yield Flaw(f"{path}/metric", "metric_of_manual", sentence, hard=True)
    elif clause.metric and clause.metric not in metrics:
        sentence = _("The record has no fact named “%(name)s”: choose another one, or leave it to a person.")
        yield Flaw(f"{path}/metric", "metric_unknown", sentence % {"name": clause.metric})


def _points(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    path = f"{path}/points"
    if clause.kind not in WITH_POINTS:
        if clause.points is not None:
            sentence = _("A clause of this kind has no points of its own: leave them out.")
            yield Flaw(path, "points_not_of_kind", sentence, hard=True)
    elif clause.points is None or clause.points <= 0:
        yield Flaw(path, "points_missing", _("Say how many points, as a number above 0."), hard=True)
    elif not fits(clause.points):
        yield Flaw(path, "points_too_fine", _("Give points with two decimals at most."), hard=True)


def _cap(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    if clause.cap is None:
        return
    path = f"{path}/cap"
    if clause.cap <= 0 or not fits(clause.cap):
        sentence = _("“At most” is a number above 0 with two decimals at most; leave it out if there is no limit.")
        yield Flaw(path, "cap_wrong", sentence, hard=True)
    elif clause.kind not in WITH_CAP:
        yield Flaw(path, "cap_not_of_kind", _("A clause of this kind happens once: leave out “at most”."))


def _expected(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    path = f"{path}/expected"
    if clause.expected is None and not clause.every:
        return
    if not clause.expected or clause.expected < 0 or clause.every not in Every.values:
        sentence = _("Say how many are expected and in which period, or leave out both.")
        yield Flaw(path, "expected_half", sentence, hard=True)
    elif clause.kind not in WITH_EXPECTED:
        sentence = _("Nothing is expected by a clause of this kind: leave out how many.")
        yield Flaw(path, "expected_not_of_kind", sentence)
    elif not clause.metric:
        sentence = _("How many are expected is only counted with a fact of the record: choose one, or leave it out.")
        yield Flaw(path, "expected_needs_metric", sentence)


def _tiers(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    if clause.kind != ClauseKind.TIERED:
        if clause.tiers or clause.counted:
            sentence = _("Only points by tier have tiers: leave them out.")
            yield Flaw(f"{path}/tiers", "tiers_not_of_kind", sentence, hard=True)
        return
    if clause.counted not in Counted.values:
        yield Flaw(f"{path}/counted", "counted_missing", _("Say by what the tiers are measured."), hard=True)
    if not clause.tiers:
        yield Flaw(f"{path}/tiers", "tiers_missing", _("Write down at least one tier."), hard=True)
    elif not all(fits(number) and number >= 0 for tier in clause.tiers for number in tier):
        sentence = _("Tiers are numbers from 0 with two decimals at most.")
        yield Flaw(f"{path}/tiers", "tiers_wrong", sentence, hard=True)
    else:
        yield from _order_of_tiers(clause, f"{path}/tiers")


def _order_of_tiers(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    bounds = [bound for bound, _given in clause.tiers]
    if any(lower >= higher for higher, lower in pairwise(bounds)):
        yield Flaw(path, "tiers_order", _("Put the tier with the highest number first; each number stands once."))
        return
    if bounds[-1] != 0:
        yield Flaw(path, "tiers_end", _("Let the last tier begin at 0, so that every branch finds its own."))
    if clause.counted == Counted.SHARE and bounds[0] > 100:
        yield Flaw(path, "tiers_beyond_share", _("A share is 100 per cent at most."))
    given = [points for _bound, points in clause.tiers]
    is_missing = clause.counted == Counted.MISSING  # of what is missing less is better
    if any(first > second if is_missing else second > first for first, second in pairwise(given)):
        yield Flaw(path, "tiers_reward_less", _("A tier that is worse has more points than a better one: look again."))


def _steps(clause: ClausePlan, path: str) -> Iterator[Flaw]:
    given = (clause.full_at, clause.step)
    if clause.kind != ClauseKind.RATIO_STEP:
        if given != (None, None):
            sentence = _("Only a clause by ratio has steps: leave them out.")
            yield Flaw(f"{path}/step", "step_not_of_kind", sentence, hard=True)
        return
    for name, value in zip(("full_at", "step"), given, strict=True):
        if value not in SHARE:
            yield Flaw(f"{path}/{name}", f"{name}_wrong", _("Give a number of per cent from 1 to 100."), hard=True)


def _band(clause: ClausePlan, path: str, ranks: Collection[int]) -> Iterator[Flaw]:
    path = f"{path}/band_rank"
    if clause.kind != ClauseKind.VETO:
        if clause.band_rank is not None:
            yield Flaw(path, "band_not_of_kind", _("Only a veto decides a band: leave it out."), hard=True)
    elif clause.band_rank not in ranks:
        sentence = _("Choose the band that the veto decides; the scheme has to have it.")
        yield Flaw(path, "band_unknown", sentence, hard=True)


MOST_BANDS = 5
YEARS = range(2000, 2101)
DAYS_TO_OBJECT = range(1, 91)
LONGEST = {"code": 60, "title": 160, "document": 200, "approved_by": 120}


def flaws(plan: SchemePlan, *, metrics: Collection[str]) -> list[Flaw]:
    """Everything that doesn't add up, in the order of the sheet. `metrics`: the names that a clause may count."""
    return [*_data(plan), *_weights(plan), *_bands(plan), *_lines(plan, metrics), *_sums(plan)]


def is_bonus(line: IndicatorPlan, plan: SchemePlan) -> bool:
    """Whether it only adds points: such a line may stand beyond the points of the line above it."""
    below = [one for one in plan.indicators if one.parent == line.code]
    if below:
        return all(is_bonus(one, plan) for one in below)
    return bool(line.clauses) and all(clause.kind == ClauseKind.BONUS for clause in line.clauses)


def _data(plan: SchemePlan) -> Iterator[Flaw]:
    yield from _words(plan)
    if plan.year not in YEARS:
        yield Flaw("year", "year_wrong", _("Say for which year it is, for instance 2026."), hard=True)
    if plan.total <= 0 or not fits(plan.total):
        sentence = _("Say how many points there are in all, with two decimals at most.")
        yield Flaw("total", "total_wrong", sentence, hard=True)
    if plan.unit_kind and plan.unit_kind not in UnitKind.values:
        yield Flaw("unit_kind", "unit_kind_unknown", _("Choose the kind of unit from the list."), hard=True)
    if plan.objection_days not in DAYS_TO_OBJECT:
        yield Flaw("objection_days", "objection_days_wrong", _("Give the branches from 1 to 90 days to object."))


def _words(plan: SchemePlan) -> Iterator[Flaw]:
    for name, sentence in (("code", _("Give the scheme a code.")), ("title", _("Give the scheme a title."))):
        if not getattr(plan, name).strip():
            yield Flaw(name, f"{name}_missing", sentence, hard=True)
    for name, most in LONGEST.items():
        if len(getattr(plan, name)) > most:
            yield Flaw(name, f"{name}_long", _("Shorten it to %(most)d characters.") % {"most": most}, hard=True)


def _weights(plan: SchemePlan) -> Iterator[Flaw]:
    weights = (plan.weights.self_view, plan.weights.peer, plan.weights.superior, plan.weights.members)
    if sum(weights) != 100 or min(weights) < 0:
        sentence = _("The weights of the views make %(sum)d per cent: change them until they make 100.")
        yield Flaw("weights", "weights_sum", sentence % {"sum": sum(weights)}, hard=True)


def _bands(plan: SchemePlan) -> Iterator[Flaw]:
    if not plan.bands:
        return
    if [band.rank for band in plan.bands] != list(range(1, len(plan.bands) + 1)) or len(plan.bands) > MOST_BANDS:
        sentence = _("Number the bands from 1, the best first; there are %(most)d at most.") % {"most": MOST_BANDS}
        yield Flaw("bands", "band_ranks", sentence, hard=True)
    names = Counter(band.name for band in plan.bands)
    for number, band in enumerate(plan.bands):
        yield from _band_flaws(band, f"bands/{number}", names[band.name])
    yield from _order_of_bands(plan)
    quotas = [band.quota_percent for band in plan.bands]
    if None not in quotas and sum(quota or 0 for quota in quotas) < 100:
        sentence = _("The bands take fewer than all branches: leave out “at most” of one, or raise it.")
        yield Flaw(f"bands/{len(quotas) - 1}/quota_percent", "quotas_short", sentence)


def _band_flaws(band: BandPlan, path: str, same: int) -> Iterator[Flaw]:
    if not band.name.strip() or len(band.name) > 30 or same > 1:
        sentence = _("Give each band a name of its own, of 30 characters at most.")
        yield Flaw(f"{path}/name", "band_name", sentence, hard=True)
    if band.at_least < 0 or not fits(band.at_least):
        sentence = _("Say from how many points the band holds, with two decimals at most.")
        yield Flaw(f"{path}/at_least", "band_points", sentence, hard=True)
    if band.quota_percent is not None and band.quota_percent not in SHARE:
        sentence = _("Give a number of per cent from 1 to 100.")
        yield Flaw(f"{path}/quota_percent", "band_quota", sentence, hard=True)


def _order_of_bands(plan: SchemePlan) -> Iterator[Flaw]:
    last = len(plan.bands) - 1
    for number, (better, worse) in enumerate(pairwise(plan.bands), start=1):
        if worse.at_least >= better.at_least:
            sentence = _("“%(worse)s” has to begin below “%(better)s”.") % {"worse": worse.name, "better": better.name}
            yield Flaw(f"bands/{number}/at_least", "band_order", sentence)
    if plan.bands[0].at_least > plan.total:
        sentence = _("“%(name)s” begins beyond the points in all: nobody reaches it.") % {"name": plan.bands[0].name}
        yield Flaw("bands/0/at_least", "band_out_of_reach", sentence)
    if plan.bands[last].at_least != 0:
        sentence = _("Let “%(name)s”, the last band, begin at 0.") % {"name": plan.bands[last].name}
        yield Flaw(f"bands/{last}/at_least", "band_end", sentence)


def _lines(plan: SchemePlan, metrics: Collection[str]) -> Iterator[Flaw]:
    if not plan.indicators:
        yield Flaw("indicators", "no_lines", _("Add the first indicator."))
    above, before = {line.parent for line in plan.indicators}, set[str]()
    ranks = {band.rank for band in plan.bands}
    for number, line in enumerate(plan.indicators):
        path = f"indicators/{number}"
        yield from _names(line, path, before)
        before.add(line.code)
        yield from _worth(line, path, is_leaf=line.code not in above)
        yield from _clauses_where(line, path, is_leaf=line.code not in above)
        for place, clause in enumerate(line.clauses):
            yield from clause_flaws(clause, f"{path}/clauses/{place}", ranks=ranks, metrics=metrics)


def _names(line: IndicatorPlan, path: str, before: Collection[str]) -> Iterator[Flaw]:
    if not line.code.strip() or len(line.code) > 20:
        sentence = _("Give the line a code of 20 characters at most, for instance 1.1.")
        yield Flaw(f"{path}/code", "line_code", sentence, hard=True)
    elif line.code in before:
        sentence = _("There is a line %(code)s already: give this one another code.") % {"code": line.code}
        yield Flaw(f"{path}/code", "line_code_twice", sentence, hard=True)
    if not line.title.strip() or len(line.title) > 200:
        sentence = _("Say in 200 characters at most what is assessed.")
        yield Flaw(f"{path}/title", "line_title", sentence, hard=True)
    if line.parent and (line.parent not in before or line.parent == line.code):
        sentence = _("There is no line %(code)s above this one: put it there, or choose another one.")
        yield Flaw(f"{path}/parent", "line_parent", sentence % {"code": line.parent}, hard=True)
    if line.part not in IndicatorPart.values or line.cycle not in Cycle.values:
        sentence = _("Choose from the list whose work it is and how often it is looked at.")
        yield Flaw(f"{path}/part", "line_part", sentence, hard=True)


def _worth(line: IndicatorPlan, path: str, *, is_leaf: bool) -> Iterator[Flaw]:
    if line.max_points < 0 or not fits(line.max_points):
        sentence = _("Give points from 0 with two decimals at most.")
        yield Flaw(f"{path}/max_points", "line_points", sentence, hard=True)
    elif line.max_points == 0 and is_leaf and any(clause.kind != ClauseKind.VETO for clause in line.clauses):
        sentence = _("Say how many points the line has; only a line with nothing but a veto has none.")
        yield Flaw(f"{path}/max_points", "line_points_missing", sentence)


def _clauses_where(line: IndicatorPlan, path: str, *, is_leaf: bool) -> Iterator[Flaw]:
    path = f"{path}/clauses"
    if not is_leaf and line.clauses:
        yield Flaw(path, "clauses_above_lines", _("Points come from the lines below: move the clauses there."))
    if is_leaf and not line.clauses:
        yield Flaw(path, "clauses_missing", _("Say in at least one clause how points are given or taken."))
    kinds = {clause.kind for clause in line.clauses}
    if ClauseKind.TIERED in kinds and kinds & set(DEDUCTING):
        sentence = _("A line that takes points begins with all of them, so tiers add nothing: make two lines of it.")
        yield Flaw(path, "tiers_beside_deductions", sentence)
    if kinds == {ClauseKind.TIERED} and (best := _best(line)) is not None and best != line.max_points:
        sentence = _("The best tiers make %(sum)s points, the line has %(points)s: make them equal.")
        given = {"sum": plain(best), "points": plain(line.max_points)}
        yield Flaw(path, "tiers_sum", sentence % given)


def _best(line: IndicatorPlan) -> Decimal | None:
    """What the best tier of every clause makes; None while one has no tiers."""
    if not all(clause.tiers for clause in line.clauses):
        return None
    return sum((max(points for _bound, points in clause.tiers) for clause in line.clauses), Decimal(0))


def _sums(plan: SchemePlan) -> Iterator[Flaw]:
    if not plan.indicators:
        return
    top = [line for line in plan.indicators if not line.parent]
    if not _adds_up(top, plan.total, plan):
        sentence = _("The lines at the top make %(sum)s points, the scheme has %(points)s: make them equal.")
        yield Flaw("total", "total_sum", sentence % _both(top, plan.total, plan))
    for number, line in enumerate(plan.indicators):
        below = [one for one in plan.indicators if one.parent == line.code and one.code != line.code]
        if below and not _adds_up(below, line.max_points, plan):
            sentence = _("The lines below make %(sum)s points, this one has %(points)s: make them equal.")
            given = _both(below, line.max_points, plan)
            yield Flaw(f"indicators/{number}/max_points", "line_sum", sentence % given)


def _adds_up(lines: Iterable[IndicatorPlan], points: Decimal, plan: SchemePlan) -> bool:
    """With the lines that only add points or without them."""
    return points in (_sum(lines), _without_bonus(lines, plan))


def _sum(lines: Iterable[IndicatorPlan]) -> Decimal:
    return sum((line.max_points for line in lines), Decimal(0))


def _without_bonus(lines: Iterable[IndicatorPlan], plan: SchemePlan) -> Decimal:
    return _sum(line for line in lines if not is_bonus(line, plan))


def _both(lines: Iterable[IndicatorPlan], points: Decimal, plan: SchemePlan) -> dict[str, str]:
    return {"sum": plain(_without_bonus(lines, plan)), "points": plain(points)}
