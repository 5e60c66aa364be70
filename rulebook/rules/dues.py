"""What a member pays in a month (2008 provisions, articles 2, 5 and 6; 2017 notice, part one)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule, Loosening
from rulebook.rule import Rule
from rulebook.values import Citation

RATE_KEYS = {"employed": "dues.rate.wage", "retired": "dues.rate.retired"}
FLAT_KEYS = {
    "farmer": "dues.flat.farmer",
    "student": "dues.flat.low_income",
    "unemployed": "dues.flat.low_income",
    "relief": "dues.flat.low_income",
    "subsistence": "dues.flat.low_income",
}
CATEGORIES = (*RATE_KEYS, *FLAT_KEYS)
ROUNDING_UNITS = {"fen": Decimal("0.01"), "jiao": Decimal("0.1"), "yuan": Decimal(1)}
FEN_PER_YUAN = 100


class BaseMissing(ValueError):
    """The category pays by its base and none was given. Its text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class MonthlyDues:
    """A month's amount in fen; `rate` is None for flat amounts; `versions` are the rules to store with a charge."""

    amount_fen: int
    capped: bool
    rate: Decimal | None
    reason: str
    citations: tuple[Citation, ...]
    versions: tuple[str, ...]


def monthly_dues(category: str, base: Decimal | None, on: date, local: Iterable[LocalRule] = ()) -> MonthlyDues:
    """A month's dues by the rules of the day.

    Raises NoRule before the first rule held, LocalChoiceRequired for a farmer without a local amount, BaseMissing.
    """
    local = tuple(local)
    if category in FLAT_KEYS:
        return flat_dues(rule(FLAT_KEYS[category], on, local))
    rates = rule(RATE_KEYS[category], on)
    if base is None:
        raise BaseMissing(_("This category pays by its base: give the base."))
    return dues_by_rate(rates, base, on, local)


def rate_of(rates: Rule, base: Decimal) -> Decimal:
    """The one rate that the whole base takes; a bound belongs to the bracket below it."""
    return next(bracket.rate for bracket in rates.brackets if bracket.holds(base))


def dues_by_rate(rates: Rule, base: Decimal, on: date, local: tuple[LocalRule, ...]) -> MonthlyDues:
    rate = rate_of(rates, base)
    exact = base * rate
    cap = cap_reached(exact, on)
    rounding = rule("dues.rounding", on, local)
    amount = rounded(cap.number if cap else exact, str(rounding.value))
    used = [rates, *([cap] if cap else []), *([rounding] if rounding.adopted else [])]
    return MonthlyDues(
        amount_fen=in_fen(amount),
        capped=cap is not None,
        rate=rate,
        reason=" ".join([rate_sentence(base, rate, exact), *cap_sentences(cap, on)]),
        citations=tuple(citation for one in used for citation in one.citations),
        versions=tuple(one.version for one in used),
    )


def flat_dues(amount: Rule) -> MonthlyDues:
    return MonthlyDues(
        amount_fen=in_fen(amount.number),
        capped=False,
        rate=None,
        reason=_("A flat %(amount)s yuan a month.") % {"amount": amount.number},
        citations=amount.citations,
        versions=(amount.version,),
    )


def farmer_choice(amount: Decimal, on: date) -> LocalRule:
    """An amount tried out as if a committee had set it; raises Loosening outside the range of article 6."""
    choice = LocalRule("dues.flat.farmer", amount, _("amount given"), "", "", on, "", on)
    objection = rule("dues.flat.farmer", on).objection(choice)
    if objection:
        raise Loosening(objection)
    return choice


def cap_reached(exact: Decimal, on: date) -> Rule | None:
    """The general cap (“generally not more than”), if one is in force that day and the amount is above it."""
    cap = rule_if_held("dues.cap.month", on)
    return cap if cap and exact > cap.number else None


def rounded(amount: Decimal, unit: str) -> Decimal:
    """Half up to the fen, to 0.1 yuan or to the yuan."""
    quantum = ROUNDING_UNITS[unit]
    return (amount / quantum).quantize(Decimal(1), rounding=ROUND_HALF_UP) * quantum


def in_fen(amount: Decimal) -> int:
    return int((amount * FEN_PER_YUAN).to_integral_value(rounding=ROUND_HALF_UP))


def rate_sentence(base: Decimal, rate: Decimal, exact: Decimal) -> str:
    facts = {"base": base, "percent": f"{(rate * 100).normalize():f}", "amount": f"{exact.normalize():f}"}
    return _("%(base)s yuan × %(percent)s %% = %(amount)s yuan, one rate on the whole base.") % facts


def cap_sentences(cap: Rule | None, on: date) -> Iterator[str]:
    if cap is None:
        return
    yield _("Generally not more than %(cap)s yuan a month; more is voluntary.") % {"cap": cap.number}
    if cap.uncertain(on):
        yield _("On which day of that year the notice begins is not verified.")
