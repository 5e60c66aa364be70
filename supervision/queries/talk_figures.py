"""The figures of talks for a report."""

from datetime import date

from members.paths import subtree
from supervision.models import Talk
from supervision.queries.talk_years import branch_years


def talk_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Talks of the period at the path and below it; of the year of `last`, up to that day, what is asked for by article
    19 (`pairs_due`: pairs of the committee, members with it, members among each other) and what of it is done.

    Seven queries. What is told upwards hides counts below three (`rules.talks.told_above`): these are the branch's own.
    """
    held = Talk.objects.filter(subtree("organization__path", [path]), held_on__range=(first, last))
    years = [one.year for one in branch_years(path, on=last)]
    return {
        "talks": held.count(),
        "pairs_due": sum(year.due for year in years),
        "pairs_done": sum(year.done for year in years),
    }
