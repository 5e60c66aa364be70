"""Rules in words: figures with their unit, days as sure as they are known, and what the marks mean."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from rulebook.local import LocalPolicy
from rulebook.rule import Rule
from rulebook.values import Level, Mark

QUARTER, YEAR = re.compile(r"(\d{4})-Q([1-4])"), re.compile(r"\d{4}")
LEVELS = {
    Level.NATIONAL: gettext_lazy("National"),
    Level.SYSTEM: gettext_lazy("One system"),
    Level.LOCAL: gettext_lazy("Local"),
}
LEVELS_EXPLAINED = {
    Level.NATIONAL: gettext_lazy("Holds for every organization in the country."),
    Level.SYSTEM: gettext_lazy("Holds in one system only, for instance the central organs; elsewhere an example."),
    Level.LOCAL: gettext_lazy("Practice of some places. There is no national rule; your committee may set its own."),
}
MARKS = {
    Mark.OFFICIAL: gettext_lazy("official page"),
    Mark.REPRINT: gettext_lazy("reprint"),
    Mark.PARAPHRASE: gettext_lazy("paraphrase"),
    Mark.UNVERIFIED: gettext_lazy("not verified"),
}
MARKS_EXPLAINED = {
    Mark.OFFICIAL: gettext_lazy("The clause was read on an official page."),
    Mark.REPRINT: gettext_lazy("The clause was read on a reprint."),
    Mark.PARAPHRASE: gettext_lazy("Only a paraphrase was found. Check it against the document before you rely on it."),
    Mark.UNVERIFIED: gettext_lazy("Common knowledge without a source. Ask the committee above before you rely on it."),
}
APPLIES_TO = {
    "employed": gettext_lazy("employed members"),
    "retired": gettext_lazy("retired members"),
    "farmer": gettext_lazy("farmers"),
    "student": gettext_lazy("students"),
    "unemployed": gettext_lazy("unemployed members"),
    "relief": gettext_lazy("members living on relief"),
    "subsistence": gettext_lazy("members on subsistence allowance"),
    "branch": gettext_lazy("branches"),
    "village": gettext_lazy("villages"),
    "community": gettext_lazy("communities"),
    "enterprise": gettext_lazy("state-owned enterprises"),
    "leading_body": gettext_lazy("leading bodies"),
}
UNITS: dict[str, Callable[[int], str]] = {
    "yuan": lambda n: ngettext("%(n)s yuan", "%(n)s yuan", n),
    "months": lambda n: ngettext("%(n)s month", "%(n)s months", n),
    "years": lambda n: ngettext("%(n)s year", "%(n)s years", n),
    "days": lambda n: ngettext("%(n)s day", "%(n)s days", n),
    "workdays": lambda n: ngettext("%(n)s working day", "%(n)s working days", n),
    "members": lambda n: ngettext("%(n)s person", "%(n)s people", n),
    "units": lambda n: ngettext("%(n)s unit", "%(n)s units", n),
    "class_hours": lambda n: ngettext("%(n)s class hour", "%(n)s class hours", n),
    "steps": lambda n: ngettext("%(n)s step", "%(n)s steps", n),
    "times_per_year": lambda n: ngettext("once a year", "%(n)s times a year", n),
    "times_per_quarter": lambda n: ngettext("once a quarter", "%(n)s times a quarter", n),
    "times_per_month": lambda n: ngettext("once a month", "%(n)s times a month", n),
    "month_end": lambda n: _("the end of month %(n)s"),
}


def figure(value: Decimal | str, unit: str, policy: LocalPolicy) -> str:
    """A local or national figure with its unit, or the words of a choice."""
    if isinstance(value, str):
        return str(policy.options.get(value, value))
    if unit == "share":
        return _("%(n)s %%") % {"n": plain(value * 100)}
    return UNITS[unit](int(value)) % {"n": plain(value)} if unit in UNITS else plain(value)


def plain(number: Decimal) -> str:
    """No trailing zeros and no exponent."""
    return f"{number.normalize():f}"


def room(rule: Rule) -> str:
    """What may be decided locally, as a sentence."""
    policy, limits = rule.policy, limits_of(rule)
    if policy.direction == "none":
        return _("Nothing is left to decide locally.")
    if policy.direction == "options":
        return _("A committee may choose: %(options)s.") % {"options": " / ".join(map(str, policy.options.values()))}
    if policy.required:
        return _("A committee has to set it, between %(least)s and %(most)s.") % limits
    if policy.direction == "range":
        return _("A committee may set it, between %(least)s and %(most)s.") % limits
    if policy.direction == "lower":
        return _("A committee may be stricter: %(least)s to %(most)s.") % limits
    return _("A committee may ask for more: %(least)s to %(most)s.") % limits


def limits_of(rule: Rule) -> dict[str, str]:
    """The least and the most that a local rule may say, in words."""
    own = rule.value if isinstance(rule.value, Decimal) else None
    least = own if rule.policy.direction == "higher" else rule.policy.minimum
    most = own if rule.policy.direction == "lower" else rule.policy.maximum
    named = {"least": least, "most": most}
    return {name: figure(limit, rule.unit, rule.policy) if limit is not None else "—" for name, limit in named.items()}


def source(rule: Rule) -> str:
    """Document, number and article in the reader's language."""
    title = str(rule.document.title)
    named = title if rule.level == Level.LOCAL else _("“%(document)s”") % {"document": title}
    return " ".join(part for part in (named, rule.document.number, rule.citation.article_text) if part)


def beginning(rule: Rule) -> str:
    return day_in_words(rule.starts, rule.dates)


def ending(rule: Rule) -> str:
    """The first day on which the rule no longer holds; empty while it holds."""
    return day_in_words(rule.until, rule.until_dates) if rule.until else ""


def day_in_words(day: date, known: str) -> str:
    """A day as sure as it is known: `known` is day, month, year or unverified."""
    if known == "year":
        return _("%(year)s (day not verified)") % {"year": day.year}
    if known == "month":
        return _("%(month)s (day not verified)") % {"month": f"{day:%Y-%m}"}
    return _("%(day)s (not verified)") % {"day": day} if known == "unverified" else day.isoformat()


def period_words(name: str) -> str:
    """`2026`, `2026-Q3`, `2026-07` and `2026-07-15` in words; anything else as it is."""
    if YEAR.fullmatch(name):
        return _("the year %(year)s") % {"year": name}
    if quarter := QUARTER.fullmatch(name):
        return _("quarter %(number)s of %(year)s") % {"year": quarter[1], "number": quarter[2]}
    try:
        first = date.fromisoformat(name if len(name) > 7 else f"{name}-01")
    except ValueError:
        return name
    return date_format(first, "DATE_FORMAT" if len(name) > 7 else "YEAR_MONTH_FORMAT")
