"""A clause's terms in words, as they stand beside its sentence."""

from collections.abc import Callable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.choices import ClauseKind, Counted, Every
from assessment.rules.flaws import plain
from assessment.rules.plan import ClausePlan

EXPLAINED: dict[ClauseKind, Promise] = {
    ClauseKind.DEDUCT_PER_MISSING: gettext_lazy(
        "For everything that should be there and isn't, for instance a meeting that wasn't held."
    ),
    ClauseKind.DEDUCT_FLAT: gettext_lazy("The same number of points, however much is missing."),
    ClauseKind.TIERED: gettext_lazy("The better the figure, the more points, for instance quarterly 5, half-yearly 2."),
    ClauseKind.RATIO_STEP: gettext_lazy(
        "For each step by which a share stays below a mark, for instance 0.5 for each 5 per cent."
    ),
    ClauseKind.BONUS: gettext_lazy("For each time that something was done, up to a limit."),
    ClauseKind.MANUAL: gettext_lazy("Somebody looks at it and gives points with their reason; a second one confirms."),
    ClauseKind.VETO: gettext_lazy("When it happens, the band is decided whatever the points."),
}
"""What a kind is for, where one is chosen."""


def terms(clause: ClausePlan, *, band: str = "") -> str:
    """How many points, when, and what is expected. `band`: the name of the band that a veto decides."""
    sentences = [*_WORDS[clause.kind](clause, band), *_expected(clause)]
    return _("; ").join(sentences)


def _per_missing(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("−%(points)s for each that is missing") % _points(clause)
    yield from _at_most(clause)


def _flat(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("−%(points)s once if anything is missing") % _points(clause)


def _ratio(clause: ClausePlan, band: str) -> Iterator[str]:
    sentence = _("−%(points)s for each begun %(step)s %% below %(full_at)s %%")
    yield sentence % {**_points(clause), "step": clause.step, "full_at": clause.full_at}
    yield from _at_most(clause)


def _bonus(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("+%(points)s for each") % _points(clause)
    yield from _at_most(clause)


def _tiered(clause: ClausePlan, band: str) -> Iterator[str]:
    unit = "%" if clause.counted == Counted.SHARE else ""
    yield str(Counted(clause.counted).label)
    for bound, points in clause.tiers:
        given = {"bound": plain(bound), "unit": unit, "points": plain(points)}
        number = 1 if points == 1 else 2
        words = ngettext(
            "from %(bound)s%(unit)s: %(points)s point", "from %(bound)s%(unit)s: %(points)s points", number
        )
        yield words % given


def _manual(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("A person gives the points, a second one confirms them")


def _veto(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("The band is “%(band)s” then, whatever the points") % {"band": band}


def _points(clause: ClausePlan) -> Mapping[str, str]:
    return {"points": plain(clause.points) if clause.points is not None else "?"}


def _at_most(clause: ClausePlan) -> Iterator[str]:
    if clause.cap is not None:
        yield _("at most %(cap)s") % {"cap": plain(clause.cap)}


def _expected(clause: ClausePlan) -> Iterator[str]:
    if clause.expected is not None and clause.every:
        every = {"number": clause.expected, "every": Every(clause.every).label}
        yield _("expected: %(number)s %(every)s") % every


_WORDS: dict[ClauseKind, Callable[[ClausePlan, str], Iterator[str]]] = {
    ClauseKind.DEDUCT_PER_MISSING: _per_missing,
    ClauseKind.DEDUCT_FLAT: _flat,
    ClauseKind.RATIO_STEP: _ratio,
    ClauseKind.BONUS: _bonus,
    ClauseKind.TIERED: _tiered,
    ClauseKind.MANUAL: _manual,
    ClauseKind.VETO: _veto,
}
