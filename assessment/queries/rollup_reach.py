"""How often somebody has to be in touch with a member, by place, situation and month: the rules with local ones."""

from collections.abc import Iterator

from assessment.queries.rollup_tables import Scope, analyze, fill, run
from assessment.rules.months import last_day
from members.paths import ROOT, contains
from members.queries.local_rules import binding_below
from rulebook.book import rule_if_held
from rulebook.local import LocalRule
from rulebook.rules.mobility import CONTACT_KEYS

BOUND = "UPDATE rollup_place SET bound = %(bound)s WHERE path BETWEEN %(path)s AND %(beyond)s"


def fill_intervals(scope: Scope) -> None:
    """Into `rollup_place.bound` which places the same local rules bind, into `rollup_interval` what they ask for.

    Each set of rules is written over that of the committee above it, so that in the end the nearest one's stands."""
    rules = binding_below(ROOT, set(CONTACT_KEYS.values()))
    found: list[tuple[object, ...]] = list(_intervals(scope, 0, []))
    for number, (above, local) in enumerate(_sets(rules).items(), start=1):
        run(BOUND, scope, bound=number, path=above, beyond=above + "ZZZZ")
        found.extend(_intervals(scope, number, local))
    fill("rollup_interval", found)
    analyze("rollup_interval", *(["rollup_place"] if rules else []))


def _sets(rules: list[tuple[str, LocalRule]]) -> dict[str, list[LocalRule]]:
    """Path of who set a rule → all rules that bind there, outermost first; those above come before those below."""
    return {
        above: [rule for other, rule in rules if contains(other, above)] for above in sorted({one for one, _ in rules})
    }


def _intervals(scope: Scope, bound: int, local: list[LocalRule]) -> Iterator[tuple[object, ...]]:
    for month in scope.months:
        as_of = min(last_day(month), scope.on)
        for kind, key in CONTACT_KEYS.items():
            rule = rule_if_held(key, as_of, local)
            if rule and rule.value is not None:
                yield bound, kind, month, rule.whole
