"""Class hours of a year against the rule that asks for them, and shares."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from assessment.choices import PostShare
from rulebook.book import rule_if_held, versions
from rulebook.local import LocalRule
from rulebook.rule import Rule

OFFICER_KEY, MEMBER_KEY = "training.officer.hours_per_year", "training.member.hours_per_year"
WHOLE = 100


def hours_rule(key: str, year: int, local: Iterable[LocalRule] = ()) -> Rule:
    """The rule at the end of that year; where it has ended by then, the last one held, of which `has_ended` says so."""
    last_day, local = date(year, 12, 31), tuple(local)
    held = rule_if_held(key, last_day, local)
    return held or versions()[key][-1].with_local(local, last_day)


def has_ended(rule: Rule, year: int) -> bool:
    """Whether nobody has said for that year that the figure still holds: neither the document nor a committee."""
    return rule.adopted is None and not rule.holds(date(year, 12, 31))


def is_kept(hours: Decimal, rule: Rule) -> bool:
    return hours >= rule.number


def fits(share: str, percent: int | None) -> bool:
    """Full-time is all of the working time, part-time a part of it."""
    return percent == WHOLE if share == PostShare.FULL_TIME else percent is not None and 0 < percent < WHOLE


def per_mille(part: int, whole: int, *, is_bad: bool = False) -> int:
    """Never nicer than it is: rounded down, and up where less is better, so that 100% is all and 0% is nothing."""
    return 1000 - 1000 * (whole - part) // whole if is_bad else 1000 * part // whole
