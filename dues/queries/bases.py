"""Bases: which of them rest on rules that no longer hold, and how far a branch is with this year's."""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Concat

from dues.models import Basis
from dues.models.basis import BasisQuerySet
from members.models import LocalRule
from members.paths import STEP, subtree
from members.queries.local_rules import in_force_at
from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule as LocalValue
from rulebook.rule import LocalChoiceRequired, Rule
from rulebook.rules.dues import FLAT_KEYS, RATE_KEYS, in_fen

LEDGER = "ledger"
LOCAL_KEYS = ("dues.flat.farmer", "dues.rounding")
"""Rules that a committee may fill in, and that change what a month comes to."""


def stale_bases(path: str, month: date) -> BasisQuerySet:
    """Bases of the subtree that hold in the month and weren't computed by the rules in force there on its first day.

    What an old ledger said stays, and a farmer's amount where no committee has set one. Of a whole tree SQLite would
    look up each member's basis; where it can't recognize the place as a column, it goes through the bases themselves.
    """
    bases, field, wrong = Basis.objects.all(), "member__roster_path", Q(pk__in=[])
    if len(path) == STEP and connection.vendor == "sqlite":
        bases, field = bases.alias(stands_at=Concat(field, Value(""))), "stands_at"
    for inside, local in _with_own_rules(path, month, field):
        wrong |= inside & ~_by_rules(month, local)
    return bases.filter(wrong).holding(month)  # in this order: most are right, and nothing else is looked at then


def _with_own_rules(path: str, month: date, field: str) -> Iterator[tuple[Q, tuple[LocalValue, ...]]]:
    """The parts of the subtree that have the same local rules, with these: the place itself, less who sets others."""
    own = LocalRule.objects.holding(month).filter(subtree("organization__path", [path]), rule_key__in=LOCAL_KEYS)
    nodes = sorted({path, *own.values_list("organization__path", flat=True)})
    for node in nodes:
        below = [one for one in nodes if one != node and one.startswith(node)]
        inside = subtree(field, [node])
        yield (inside & ~subtree(field, below) if below else inside), in_force_at(node, on=month)


def _by_rules(month: date, local: tuple[LocalValue, ...]) -> Q:
    """Condition: computed by what holds in that month, or taken over from a ledger."""
    cap, rounding = rule_if_held("dues.cap.month", month), rule("dues.rounding", month, local)
    unit = [rounding] if rounding.adopted else []
    right = Q(pk__in=[])
    for category, key in RATE_KEYS.items():
        rates = rule(key, month)
        computed = Q(capped=False, rules=_versions(rates, *unit))
        if cap:
            computed |= Q(capped=True, rules=_versions(rates, cap, *unit))
        right |= Q(category=category) & computed
    for category, key in FLAT_KEYS.items():
        right |= Q(category=category) & _by_flat_amount(rule(key, month, local))
    return right | Q(rules=LEDGER)


def _by_flat_amount(amount: Rule) -> Q:
    try:
        return Q(rules=amount.version, amount_fen=in_fen(amount.number))
    except LocalChoiceRequired:
        return Q()


def _versions(*rules: Rule) -> str:
    return " ".join(one.version for one in rules)
