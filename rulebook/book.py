"""The rules held, and the choice of one by the day of the event."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import groupby

from django.utils.translation import gettext as _

from rulebook import reading
from rulebook.local import LocalRule
from rulebook.rule import NoRule, Rule, Subject


@cache
def subjects() -> tuple[Subject, ...]:
    """The subjects with their rules as the files have them; read once, refused as a whole if anything is wrong."""
    return reading.subjects(reading.DATA)


def all_rules() -> tuple[Rule, ...]:
    return tuple(one for subject in subjects() for one in subject.rules)


@cache
def versions() -> dict[str, tuple[Rule, ...]]:
    """Every version of every key, oldest first."""
    ordered = sorted(all_rules(), key=lambda one: (one.key, one.starts))
    return {key: tuple(group) for key, group in groupby(ordered, key=lambda one: one.key)}


def rule(key: str, on: date, local: Iterable[LocalRule] = ()) -> Rule:
    """The version in force on the day of the event, filled in or tightened by local rules (outermost first).

    Raises NoRule with a sentence when none is held for that day, KeyError for a key that doesn't exist.
    """
    held = rule_if_held(key, on, local)
    if held is None:
        raise NoRule(no_rule_sentence(versions()[key], on))
    return held


def rule_if_held(key: str, on: date, local: Iterable[LocalRule] = ()) -> Rule | None:
    """The same, None where the day has no such rule."""
    return next((one.with_local(local, on) for one in versions()[key] if one.holds(on)), None)


def rule_version(version: str) -> Rule:
    """The national rule behind a stored version; KeyError if there is none."""
    return _by_version()[version.partition("+")[0]]


def title_of(key: str) -> str:
    """What a rule is called, in the reader's language; a key that is no longer held is all that is known of it."""
    held = versions().get(key)
    return str(held[-1].title) if held else key


@cache
def _by_version() -> dict[str, Rule]:
    return {one.version: one for one in all_rules()}


def no_rule_sentence(held: tuple[Rule, ...], on: date) -> str:
    facts = {"rule": held[0].title, "day": on.isoformat(), "first": held[0].starts.isoformat()}
    if on < held[0].starts:
        return _("No rule is held here for “%(rule)s” on %(day)s; the first one begins on %(first)s.") % facts
    return _("No rule is held here for “%(rule)s” on %(day)s; the last one has ended.") % facts
