"""What counts towards the base and what doesn't, each with its article (2008 articles 1 to 5; 2017, part one)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import DuesCategory
from rulebook.book import rule
from rulebook.rules.dues import RATE_KEYS
from rulebook.values import Citation


class Effect(StrEnum):
    COUNTS = "counts"
    TAKEN_OFF = "taken_off"
    """In the pay as it is counted, but not the member's to pay dues on: tax and contributions."""
    LEFT_OUT = "left_out"
    """Written down so that the next officer sees that it was looked at."""


@dataclass(frozen=True, slots=True)
class BaseItem:
    code: str
    label: Promise
    effect: Effect
    rule_key: str
    category: DuesCategory

    def citation(self, on: date) -> Citation:
        """Why it counts or doesn't. Raises NoRule for a day before the rule."""
        return rule(self.rule_key, on).citation


EMPLOYED, RETIRED = DuesCategory.EMPLOYED, DuesCategory.RETIRED
ITEMS: tuple[BaseItem, ...] = (
    BaseItem("post_pay", _("Pay of the post"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem("grade_pay", _("Pay of the grade"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem("basic_pay", _("Basic pay of an enterprise"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem("allowances", _("Allowances that everybody gets"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem("basic_performance", _("Basic performance pay"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem("regular_bonus", _("Bonus paid regularly to everybody"), Effect.COUNTS, "dues.base.wage", EMPLOYED),
    BaseItem(
        "annual_salary", _("Annual salary: received in the month"), Effect.COUNTS, "dues.base.annual_salary", EMPLOYED
    ),
    BaseItem(
        "quarter_average",
        _("No monthly income: average of the last quarter, net"),
        Effect.COUNTS,
        "dues.base.self_employed",
        EMPLOYED,
    ),
    BaseItem("income_tax", _("Income tax"), Effect.TAKEN_OFF, "dues.base.excluded", EMPLOYED),
    BaseItem("social_insurance", _("Social insurance, own part"), Effect.TAKEN_OFF, "dues.base.excluded", EMPLOYED),
    BaseItem("housing_fund", _("Housing fund, own part"), Effect.TAKEN_OFF, "dues.base.excluded", EMPLOYED),
    BaseItem(
        "annuity", _("Occupational or enterprise annuity, own part"), Effect.TAKEN_OFF, "dues.base.excluded", EMPLOYED
    ),
    BaseItem("reward_performance", _("Reward performance pay"), Effect.LEFT_OUT, "dues.base.wage", EMPLOYED),
    BaseItem(
        "irregular_bonus",
        _("Bonus that is irregular or not for everybody"),
        Effect.LEFT_OUT,
        "dues.base.wage",
        EMPLOYED,
    ),
    BaseItem(
        "reform_subsidies",
        _("Subsidies for housing, transport, telephone, overtime, meals, heating, cooling"),
        Effect.LEFT_OUT,
        "dues.base.excluded",
        EMPLOYED,
    ),
    BaseItem(
        "selective_subsidies",
        _("Allowances that only some places, units, posts or people get"),
        Effect.LEFT_OUT,
        "dues.base.excluded",
        EMPLOYED,
    ),
    BaseItem("basic_pension", _("Basic pension"), Effect.COUNTS, "dues.base.retired", RETIRED),
    BaseItem("pension_allowances", _("Allowances besides the pension"), Effect.LEFT_OUT, "dues.base.retired", RETIRED),
)
BY_CODE = {item.code: item for item in ITEMS}
SIGNS = {Effect.COUNTS: 1, Effect.TAKEN_OFF: -1, Effect.LEFT_OUT: 0}


def items_of(category: str) -> tuple[BaseItem, ...]:
    """Those that the category has; a flat amount has none."""
    return tuple(item for item in ITEMS if item.category == category)


def base_fen(parts: Mapping[str, int]) -> int:
    """What counts, less what is taken off, in fen; never below zero. KeyError for an item that isn't known."""
    return max(sum(fen * SIGNS[BY_CODE[code].effect] for code, fen in parts.items()), 0)


def counts(code: str) -> bool:
    return BY_CODE[code].effect == Effect.COUNTS


LIKELY_FEN = range(50_000, 5_000_001)
"""Of a month's base: below 500 yuan it may be the dues themselves, above 50,000 a year's pay. No rule: a question."""
LIKELY_AGES = {"employed": range(18, 66), "retired": range(45, 130), "student": range(18, 36)}


def doubts_about(category: str, base: int | None, *, age: int | None, is_retired: bool) -> list[str]:
    """What in a roster looks mistyped about the category and the base in fen, in sentences; none: take it over."""
    found: list[str | Promise] = []
    if category in RATE_KEYS and base is not None and base not in LIKELY_FEN:
        found.append(_("the base is unusually low or high for a month"))
    if category not in RATE_KEYS and base:
        found.append(_("this category pays a flat amount, and the roster gives a base"))
    if age is not None and age not in LIKELY_AGES.get(category, range(1_000)):
        found.append(_("the age doesn't go with the category"))
    if is_retired and category == "employed":
        found.append(_("the roster says retired elsewhere"))
    return [str(one) for one in found]
