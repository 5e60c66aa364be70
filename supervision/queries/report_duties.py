"""Reports that are due from the branches, and those that wait to be read above."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Min

from members.models import Organization
from members.paths import STEP, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.local import LocalRule
from rulebook.values import Duty
from supervision.choices import ReportState
from supervision.models import Report
from supervision.queries.report_figures import ABOVE
from supervision.rules.report_periods import DAYS_KEY, READ_KEY, Reporting, reading_duty, report_duties_of

Waiting = dict[tuple[str, str], date]
"""Path of who reads and period → since when the first report waits."""


def report_duties(path: str, *, on: date) -> list[Duty]:
    """What the year's reports ask of the branches and of the committees at the path and below it, in tree order.

    Four queries, whatever the tree.
    """
    places = list(Organization.objects.below(path).standing_on(on).with_first_day().in_tree_order())
    submitted, waiting = _submitted(path, on), _waiting(path)
    rules = binding_below(path, [DAYS_KEY, READ_KEY])
    found: list[Duty] = []
    for place in places:
        local = [rule for above, rule in rules if contains(above, place.path)]
        if place.kind in ABOVE:
            found += _to_read(place, waiting, local, on)
        elif place.kind == "branch":
            facts = Reporting(place.code, place.first_day, frozenset(submitted.get(place.pk, ())))
            found += report_duties_of(facts, on=on, local=local)
    return found


def _submitted(path: str, on: date) -> dict[int, set[str]]:
    """Branch → periods of this year and the last for which a report was submitted."""
    rows = Report.objects.submitted().filter(subtree("organization__path", [path]))
    found: dict[int, set[str]] = defaultdict(set)
    for place, period in rows.filter(period__gte=str(on.year - 1)).values_list("organization", "period"):
        found[place].add(period)
    return found


def _waiting(path: str) -> Waiting:
    """Submitted and not read, by the organization right above the one that reports."""
    rows = Report.objects.filter(subtree("organization__path", [path]), state=ReportState.SUBMITTED).order_by()
    found: Waiting = {}
    for below, period, since in rows.values_list("organization__path", "period").annotate(Min("submitted_on")):
        reader = below[:-STEP], period
        found[reader] = min(since, found.get(reader, since))
    return found


def _to_read(place: Organization, waiting: Waiting, local: Iterable[LocalRule], on: date) -> Iterator[Duty]:
    for (reader, period), since in sorted(waiting.items()):
        if reader == place.path:
            yield reading_duty(place.code, period, since, on=on, local=local)
