"""Which meetings were due, as `meetings.planning.duty_queries.meeting_duties` says it, for whole subtrees at once.

Of each year the duties as of `on`, of the organizations as they stood at its end or, in the current year, stand on that
day; those whose day lies in a month and is over are that month's. A meeting that was held late counts where it closes
the duty (one of a year by the year it counts for, others by their day). What was carried into a year and done before
the year began is no news there, and in no month.

What the rules ask is worked out once for all places that they treat alike (`called_for`): that is a class.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from assessment.queries.rollup_tables import Scope, adapted, analyze, fill, rows
from assessment.rules.months import last_day
from meetings.planning.duty_queries import COMMITTEE_SEATS, RULE_KEYS
from meetings.planning.duty_rules import Called, Place, called_for, has_committee
from members.choices import OrganizationKind
from members.paths import ROOT, contains
from members.queries.local_rules import binding_below
from rulebook.local import LocalRule

STANDING = """
SELECT place.place, place.branch, place.path, place.is_group, known.first_day
FROM rollup_place place LEFT JOIN rollup_first known ON known.place = place.place
WHERE dissolved_on IS NULL OR dissolved_on > %(stood)s
"""
FORMAL = """
SELECT place.branch,
    COUNT(CASE WHEN member.full_on <= %(stood)s OR (member.full_on IS NULL AND member.membership = 'formal_member')
        THEN 1 END),
    COUNT(CASE WHEN member.party_post LIKE %(post)s THEN 1 END)
FROM rollup_place place CROSS JOIN members_affiliation relation CROSS JOIN members_member member
WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND member.id = relation.member_id
    AND (relation.valid_from IS NULL OR relation.valid_from <= %(stood)s)
    AND (relation.valid_until IS NULL OR relation.valid_until > %(stood)s)
GROUP BY place.branch
"""
SEATS = f"""
SELECT DISTINCT office.organization_id FROM rollup_branch CROSS JOIN members_office office
WHERE office.organization_id = rollup_branch.branch
    AND office.kind IN ({", ".join(f"'{kind.value}'" for kind in COMMITTEE_SEATS)})
    AND (office.valid_from IS NULL OR office.valid_from <= %(stood)s)
    AND (office.valid_until IS NULL OR office.valid_until > %(stood)s)
"""  # noqa: S608 - codes of ours
Class = tuple[Any, ...]


def fill_meetings(scope: Scope) -> None:
    """Into `rollup_called` which places are of which class, into `rollup_asked` what each class was asked for."""
    rules = binding_below(ROOT, RULE_KEYS)
    numbers: dict[Class, int] = defaultdict(lambda: len(numbers))
    for year in range(scope.months[0].year, scope.on.year + 1):
        through = min(scope.on, date(year, 12, 31))
        if through >= scope.months[0] and date(year, 1, 1) <= last_day(scope.months[-1]):
            fill("rollup_called", list(_called(scope, through, rules, numbers)))
    fill("rollup_asked", [row for alike, number in numbers.items() for row in _asked(scope, alike, number, rules)])
    analyze("rollup_called", "rollup_asked")


def _called(
    scope: Scope, through: date, rules: list[tuple[str, LocalRule]], numbers: dict[Class, int]
) -> Iterator[tuple[object, ...]]:
    committees = _with_committee(scope, through)
    for place, branch, path, is_group, first_day in rows(STANDING, scope, stood=adapted(through)):
        binding = tuple(number for number, (above, _rule) in enumerate(rules) if contains(above, path))
        alike = (through, bool(is_group), not is_group and branch in committees, binding)
        yield place, branch, first_day, numbers[alike]


def _asked(scope: Scope, alike: Class, number: int, rules: list[tuple[str, LocalRule]]) -> Iterator[tuple[object, ...]]:
    through, is_group, committee, binding = alike
    place = Place("", OrganizationKind.GROUP if is_group else OrganizationKind.BRANCH, committee)
    for one in called_for(place, on=scope.on, through=through, local=[rules[at][1] for at in binding]):
        if _falls(one, scope, through.year):
            carried = int(one.period.first.year < through.year)
            yield number, one.kind, one.period.first, carried, one.times, one.due_on.replace(day=1)


def _falls(one: Called, scope: Scope, year: int) -> bool:
    """Whether its day is over, and lies in the year whose duties these are and in the months that are computed."""
    in_time = scope.months[0] <= one.due_on <= last_day(scope.months[-1])
    return in_time and one.due_on < scope.on and one.due_on.year == year


def _with_committee(scope: Scope, stood: date) -> set[int]:
    """Branches that have a committee, by recorded posts or by size: as `meetings.planning.duty_queries` counts them."""
    day = adapted(stood)
    found = {branch for (branch,) in rows(SEATS, scope, stood=day)}
    counted = rows(FORMAL, scope, stood=day, post="%委员%")
    large = {size for size in {formal for _, formal, _ in counted} if _is_large(size, stood)}
    return found | {branch for branch, formal, posts in counted if posts or formal in large}


def _is_large(formal: int, stood: date) -> bool:
    return has_committee(formal_members=formal, posts_held=0, on=stood)
