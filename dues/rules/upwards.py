"""Handing dues upwards (2008 provisions, articles 11 and 15): shares and thresholds."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.rule import Rule


def remittance_rule(on: date, local: Iterable[LocalRule]) -> Rule:
    """The share a branch hands up, which only the committee above can set. Raises LocalChoiceRequired."""
    found = rule("dues.remit.ratio", on, tuple(local))
    found.number  # noqa: B018 - asks for the figure, and refuses where none is held
    return found


def share_of(collected_fen: int, ratio: Decimal) -> int:
    """The part to hand up, half up to the fen; nothing where more was taken back than came in."""
    return max(int((collected_fen * ratio).to_integral_value(rounding=ROUND_HALF_UP)), 0)


def is_large(amount_fen: int, on: date) -> bool:
    """Whether an amount given at once goes to the centre in full (article 11)."""
    return amount_fen >= rule("dues.large.threshold", on).whole * 100
