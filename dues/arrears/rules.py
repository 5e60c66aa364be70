"""How a month stands, and how it is explained to the member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from dues.choices import MonthState
from dues.units import yuan
from rulebook.book import rule_if_held, rule_version
from rulebook.rule import Rule
from rulebook.rules.dues import FLAT_KEYS, RATE_KEYS, rate_sentence
from rulebook.values import Bracket, Citation


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A month of a member in a branch, in fen as the ledger has them."""

    month: date
    charged_fen: int = 0
    waived_fen: int = 0
    settled_fen: int = 0
    charged_elsewhere: bool = False
    has_basis: bool = False
    belongs: bool = True
    """Whether the member was one by then, as far as that is known."""


def month_state(facts: MonthFacts, *, current: date) -> MonthState:
    """How the month stands; `current` is the month of today."""
    if facts.charged_fen > 0:
        return _charged(facts)
    if facts.charged_elsewhere:
        return MonthState.ELSEWHERE
    if facts.settled_fen > 0:
        return MonthState.AHEAD
    if facts.month > current:
        return MonthState.TO_COME
    return MonthState.NOT_CHARGED if facts.has_basis or not facts.belongs else MonthState.UNKNOWN


def _charged(facts: MonthFacts) -> MonthState:
    owed = facts.charged_fen - facts.waived_fen
    if owed <= 0:
        return MonthState.WAIVED
    if facts.settled_fen >= owed:
        return MonthState.SETTLED
    return MonthState.PART if facts.settled_fen > 0 else MonthState.OPEN


CAP_KEY = "dues.cap.month"
BASE_KEYS = {"employed": "dues.base.wage", "retired": "dues.base.retired"}


@dataclass(frozen=True, slots=True)
class BracketLine:
    """A bracket of the rates in words; `is_own` is the one that the base lies in."""

    bounds: str
    percent: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences in their order, and the articles behind them; all brackets where a rate was taken, the lowest first."""

    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]
    brackets: tuple[BracketLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is stored of a base that was fixed. `base_fen` None: not given, or not for who asks."""

    category: str
    amount_fen: int
    rate: Decimal | None
    versions: tuple[str, ...]
    since: date
    base_fen: int | None = None


def explain(fixed: Fixed) -> Explanation:
    """How the amount came about, by the versions of the rules that were stored with it."""
    rules = list(_held(fixed.versions))
    used = [one for one in rules if one.key in {*RATE_KEYS.values(), *FLAT_KEYS.values(), CAP_KEY, "dues.rounding"}]
    sentences = [*_of_base(fixed), *(text for one in used for text in _of_rule(one, fixed))]
    if not used:
        sentences.append(_("The amount was taken over from the branch's ledger."))
    articles = [*_in_force(BASE_KEYS, fixed), *(used or _in_force(RATE_KEYS | FLAT_KEYS, fixed))]
    return Explanation(tuple(sentences), tuple(one.citation for one in articles), tuple(_brackets(used, fixed.rate)))


def _brackets(used: Iterable[Rule], own: Decimal | None) -> Iterable[BracketLine]:
    below: Decimal | None = None
    for one in (bracket for used_rule in used if used_rule.key in RATE_KEYS.values() for bracket in used_rule.brackets):
        yield BracketLine(_bounds(below, one.up_to), _percent(one.rate), one.rate == own)
        below = one.up_to


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"


def bracket_in_words(brackets: Iterable[Bracket], rate: Decimal) -> str:
    """“above 5000 and up to 10000 yuan”; empty where no bracket has that rate."""
    below: Decimal | None = None
    for one in brackets:
        if one.rate == rate:
            return _bounds(below, one.up_to)
        below = one.up_to
    return ""


def _bounds(above: Decimal | None, up_to: Decimal | None) -> str:
    if above is None:
        return _("up to %(most)s yuan") % {"most": up_to}
    if up_to is None:
        return _("above %(least)s yuan") % {"least": above}
    return _("above %(least)s and up to %(most)s yuan") % {"least": above, "most": up_to}


def _held(versions: Iterable[str]) -> Iterable[Rule]:
    """The rules behind the stored versions; what an old ledger said isn't one."""
    for version in versions:
        try:
            yield rule_version(version)
        except KeyError:
            continue


def _in_force(keys: Mapping[str, str], fixed: Fixed) -> list[Rule]:
    """The rule for the category on the day from which the amount holds, if the category has one of these."""
    key = keys.get(fixed.category)
    held = rule_if_held(key, fixed.since) if key else None
    return [held] if held else []


def _of_base(fixed: Fixed) -> Iterable[str]:
    if fixed.base_fen is None or fixed.rate is None:
        return
    base = yuan(fixed.base_fen)
    yield rate_sentence(base, fixed.rate, base * fixed.rate)


def _of_rule(one: Rule, fixed: Fixed) -> Iterable[str]:
    if one.key in RATE_KEYS.values() and fixed.rate is not None:
        words = {"bounds": bracket_in_words(one.brackets, fixed.rate), "percent": _percent(fixed.rate)}
        yield _("The bracket %(bounds)s pays %(percent)s %% of the whole base.") % words
    elif one.key in FLAT_KEYS.values():
        yield _("A flat %(amount)s yuan a month.") % {"amount": yuan(fixed.amount_fen)}
    elif one.key == CAP_KEY:
        yield _("Generally not more than %(cap)s yuan a month; more is voluntary.") % {"cap": one.number}
