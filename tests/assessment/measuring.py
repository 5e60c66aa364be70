"""Facts of a metric as tests read them: (record, done, of, unknown), None where nobody knows."""

from datetime import date

from assessment.schemes.queries import all_metrics
from members.models import Organization
from rulebook.metric import Fact

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
Told = list[tuple[str, int, int, int]] | None


def facts_of(
    name: str, place: Organization, *, first: date = FIRST, last: date = LAST, on: date | None = None
) -> list[Fact] | None:
    return all_metrics()[name].facts(place.path, first, last, on=on or last)


def told(name: str, place: Organization, **days: date) -> Told:
    facts = facts_of(name, place, **days)
    return None if facts is None else [(fact.record, fact.done, fact.of, fact.unknown) for fact in facts]
