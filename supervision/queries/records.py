"""The records behind the monthly figures of a branch: problems to be put right, and suggestions to be answered."""

from datetime import date

from django.db.models import Case, F, Max, Q, QuerySet, Value, When

from supervision.choices import ProblemState, ProblemStepKind
from supervision.models import Problem, Suggestion

REPORTED = Max("steps__on", filter=Q(steps__kind=ProblemStepKind.DONE))
IN_TIME = Q(state__in=[ProblemState.DONE, ProblemState.ACCEPTED]) & (
    Q(settled_on__lte=F("due_on")) | Q(reported_on__lte=F("due_on"))
)


def problems_due(path: str, first: date, last: date, *, on: date) -> QuerySet[Problem]:
    """Those whose day lies in the period and is over, without what was dropped. `is_on_time`: reported as done by that
    day (for the last time where it was sent back), or accepted by then."""
    rows = Problem.objects.below(path).handed_over().exclude(state=ProblemState.DROPPED)
    rows = rows.filter(due_on__range=(first, last), due_on__lt=on).annotate(reported_on=REPORTED)
    on_time = Case(When(IN_TIME, then=Value(True)), default=Value(False))
    return (
        rows.annotate(is_on_time=on_time)
        .select_related("problem_list__meeting", "organization")
        .order_by("due_on", "key")
    )


def suggestions_due(path: str, first: date, last: date, *, on: date) -> QuerySet[Suggestion]:
    """To be answered by a day of the period that is over."""
    rows = Suggestion.objects.below(path).filter(due_on__range=(first, last), due_on__lt=on)
    return rows.select_related("organization").order_by("due_on", "key")
