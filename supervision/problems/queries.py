"""Problems of a branch: lists, counts, and what is due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, Max, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from members.choices import Capability
from members.models import Member, Organization, User
from members.models.member import MemberQuerySet
from members.pages.links import Link
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty
from supervision.choices import InspectionState, ProblemSource, ProblemState, ProblemStepKind
from supervision.problems.models import Inspection, Problem
from supervision.problems.rules import ProblemDates, ProblemRole, possible, rectification_duties
from supervision.scope import of_member


def parts_of(problem: Problem, user: User) -> set[ProblemRole]:
    """Who the user is to the problem. No query."""
    access, path = user.access, problem.organization.path
    settles = Capability.RECORD_SUPERVISION
    if problem.problem_list.source == ProblemSource.INSPECTION:
        settles = Capability.INSPECT
    parts = {ProblemRole.RESPONSIBLE} if is_responsible(problem, user) else set()
    parts |= {ProblemRole.RECORDER} if access.may(Capability.RECORD_SUPERVISION, path) else set()
    return parts | ({ProblemRole.SETTLER} if access.may(settles, path) else set())


def is_responsible(problem: Problem, user: User) -> bool:
    """The user stands behind the responsible member, or is called like whom the list names."""
    if problem.responsible_id:
        return problem.responsible_id == user.access.member_id
    return bool(user.member and user.member.name == problem.responsible_name)


def possible_steps(problem: Problem, user: User) -> list[str]:
    return possible(problem.state, parts_of(problem, user))


def people_of(branch: Organization) -> MemberQuerySet:
    """Who can be made responsible."""
    return Member.objects.below(branch.path).in_roster_order()


def inspecting(user: User, organization: Organization) -> Organization | None:
    """The committee in whose name somebody visits a branch: the nearest above it. One query."""
    above = [
        path
        for path in user.access.paths(Capability.INSPECT)
        if organization.path.startswith(path) and path != organization.path
    ]
    return Organization.objects.filter(path=max(above, key=len)).first() if above else None


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member has to put right. One query."""
    if user.access.member_id is None:
        return
    rows = Problem.objects.handed_over().filter(of_member(user, "responsible"), state="open")
    if days := sorted(rows.values_list("due_on", flat=True)):
        yield _to_put_right(days, reverse("supervision:problem-mine"), is_late=days[0] < on)


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """What a member has to put right, as far as the user may read it. One query."""
    rows = Problem.objects.visible_to(user).filter(responsible=member, state=ProblemState.OPEN)
    if days := sorted(rows.values_list("due_on", flat=True)):
        url = f"{reverse('supervision:problem-list')}?{urlencode({'who': member.name, 'state': 'open'})}"
        yield _to_put_right(days, url, is_late=days[0] < on)


def _to_put_right(days: list[date], url: str, *, is_late: bool) -> Link:
    sentence = ngettext("%(count)s to put right, by %(day)s", "%(count)s to put right, the first by %(day)s", len(days))
    title = ngettext("A problem to put right", "Problems to put right", len(days))
    return Link("list-check", title, sentence % {"count": len(days), "day": days[0].isoformat()}, url, is_late)


SHOWN = ("found", "accepted", "on_time", "dropped", "unsettled", "overdue")


def condition(name: str, first: date, last: date) -> Q:
    """Which problems a figure counts: a figure and the list that it leads to say the same."""
    waits = Q(found_on__lte=last) & (Q(settled_on__isnull=True) | Q(settled_on__gt=last))
    accepted = Q(state=ProblemState.ACCEPTED, settled_on__range=(first, last))
    return {
        "found": Q(found_on__range=(first, last)),
        "accepted": accepted,
        "on_time": accepted & Q(settled_on__lte=F("due_on")),
        "dropped": Q(state=ProblemState.DROPPED, settled_on__range=(first, last)),
        "unsettled": waits,
        "overdue": waits & Q(due_on__lt=last) & ~Q(state=ProblemState.DONE),
    }[name]


def problem_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What was found and settled from `first` to `last`, and what waited on that last day. Two queries."""
    counts = _counts(first, last)
    del counts["on_time"]
    found = condition("found", first, last)
    counts |= {f"from_{source}": Count("pk", filter=found & Q(problem_list__source=source)) for source in ProblemSource}
    visited = Inspection.objects.filter(subtree("organization__path", [path]), visit_on__range=(first, last))
    inspections = visited.exclude(state=InspectionState.PLANNED).count()
    return {**Problem.objects.below(path).handed_over().aggregate(**counts), "inspections": inspections}


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One branch in counts: what a committee is told."""

    branch: Organization
    found: int = 0
    accepted: int = 0
    on_time: int = 0
    dropped: int = 0
    unsettled: int = 0
    overdue: int = 0


def problem_lines(path: str, first: date, last: date) -> list[ProblemLine]:
    """The standing branches at the path and below it, the most overdue first. Two queries, whatever the tree."""
    rows = Problem.objects.below(path).handed_over().order_by().values("organization")
    counted: Mapping[int, dict[str, int]] = {
        row.pop("organization"): row for row in rows.annotate(**_counts(first, last))
    }
    branches = Organization.objects.below(path).branches().standing_on(last)
    lines = (ProblemLine(branch, **counted.get(branch.pk, {})) for branch in branches)
    return sorted(lines, key=lambda line: (-line.overdue, -line.unsettled, line.branch.path))


def _counts(first: date, last: date) -> dict[str, Count]:
    return {name: Count("pk", filter=condition(name, first, last)) for name in SHOWN}


def problem_duties(places: PlacesBelow) -> list[Duty]:
    """The branches' duties in tree order. One query beside that of the places."""
    items = _items(places.path, places.on)
    return [
        duty
        for place in places.all
        if place.pk in items
        for duty in rectification_duties(place.code, items[place.pk], on=places.on)
    ]


def _items(path: str, on: date) -> dict[int, list[ProblemDates]]:
    """By organization: what is being put right, and what fell due this year."""
    counts = Q(state=ProblemState.OPEN) | Q(due_on__year=on.year)
    rows = Problem.objects.below(path).handed_over().filter(counts).exclude(state=ProblemState.DROPPED)
    items: dict[int, list[ProblemDates]] = defaultdict(list)
    for place, due_on, state in rows.order_by("due_on", "pk").values_list("organization_id", "due_on", "state"):
        items[place].append(ProblemDates(due_on, state == ProblemState.OPEN))
    return items


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
