"""What doesn't add up in a clause: each kind has terms of its own."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from assessment.choices import ClauseKind, Counted, Every
from assessment.rules.flaws import Flaw, fits
from assessment.rules.plan import ClausePlan

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
    if any(_worse(clause.counted, *pair) for pair in pairwise(given)):
        yield Flaw(path, "tiers_reward_less", _("A tier that is worse has more points than a better one: look again."))


def _worse(counted: str, first: Decimal, second: Decimal) -> bool:
    """Of what is done more is better, of what is missing less is."""
    return first > second if counted == Counted.MISSING else second > first


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
