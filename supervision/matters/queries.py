"""Major matters: lists, counts, and what is due."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting, Session
from meetings.votes.models import Vote
from members.models import Organization, User
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty, Verdict
from supervision.matters.models import NO_OPINION_FIRST, SHOWN_BY, Matter, MatterQuerySet
from supervision.matters.rules import (
    MatterState,
    Step,
    concerns_village,
    opinion_duties,
    opinion_first,
    review_duties,
    state_of,
    through_general_meeting,
)

STATES: dict[MatterState, tuple[Promise, str]] = {
    MatterState.OPINION: (_("Waiting for the opinion"), "warn"),
    MatterState.DECISION: (_("Waiting for the decision"), "info"),
    MatterState.EXECUTION: (_("Being carried out"), "info"),
    MatterState.REVIEW: (_("To be looked back on"), "info"),
    MatterState.DONE: (_("Finished"), "good"),
}
"""Words, and the kind of badge."""


@dataclass(frozen=True, slots=True)
class MatterLine:
    """A matter with what is to be said about it."""

    matter: Matter
    state: MatterState
    spoke_first: Verdict | None
    """Whether the opinion came before the decision; None while nothing is decided."""
    village: Verdict | None
    """Whether it went through the general meeting; None where no article asks for it."""

    @property
    def words(self) -> Promise:
        return STATES[self.state][0]

    @property
    def badge(self) -> str:
        return STATES[self.state][1]

    @property
    def badges(self) -> Iterator[tuple[Promise, str]]:
        """Where it stands and what is wrong with it: words, and how serious."""
        yield STATES[self.state]
        if self.matter.lacks_opinion:
            yield _("Decided without the branch's opinion"), "bad"
        if self.skipped_general_meeting:
            yield _("Not through the general meeting"), "bad"
        if self.matter.is_internal:
            yield _("Only for officers"), "quiet"

    @property
    def unit(self) -> str:
        return unit_of(self.matter)

    @property
    def skipped_general_meeting(self) -> bool:
        """It was discussed, but not in the general meeting; or decided, and not there."""
        return (
            self.village is not None
            and not self.village
            and (self.matter.opinion_meeting_id is not None or self.matter.decided_on is not None)
        )


def unit_of(matter: Matter) -> str:
    """Whose matter it is: the unit that was typed, else the organization's name."""
    return matter.unit or matter.organization.name


def for_register(rows: MatterQuerySet) -> MatterQuerySet:
    return rows.select_related("organization", "opinion_meeting").prefetch_related("opinion_meeting__sessions")


def shown(rows: Iterable[Matter], *, on: date) -> list[MatterLine]:
    return [show(one, on=on) for one in rows]


def show(matter: Matter, *, on: date) -> MatterLine:
    village = None
    if concerns_village(matter.kind, is_village=matter.organization.is_village):
        village = through_general_meeting(kinds_of(matter.opinion_meeting), on)
    first = opinion_first(matter.course, matter.organization.unit_kind, on=on)
    return MatterLine(matter, state_of(matter.course), first, village)


def kinds_of(meeting: Meeting | None) -> set[str]:
    """All that the evening was. One query unless its sessions are at hand."""
    if meeting is None:
        return set()
    sessions: QuerySet[Session] = meeting.sessions.all()
    return {meeting.kind, *(one.kind for one in sessions)}


def units_seen_by(user: User) -> list[str]:
    """The units that were typed in what somebody may read."""
    rows = Matter.objects.visible_to(user).exclude(unit="").order_by("unit")
    return list(rows.values_list("unit", flat=True).distinct())


def meetings_for(matter: Matter, *, on: date) -> QuerySet[Meeting]:
    """In which its opinion can have been given: held since it was proposed. The one chosen before stays."""
    held = Meeting.objects.filter(organization=matter.organization).held()
    found = held.filter(Q(day__range=(matter.proposed_on, on)) | Q(matters=matter)).distinct()
    return found.select_related("organization").order_by("-day", "-starts_at", "key")


def votes_for(matter: Matter, *, on: date) -> QuerySet[Vote]:
    """The votes of those meetings whose outcome stands."""
    meetings = meetings_for(matter, on=on).order_by().values("pk")
    votes = Vote.objects.decided().filter(item__meeting__in=meetings).select_related("item__meeting__organization")
    return votes.order_by("-item__meeting__day", "number", "key")


def branches_counted(path: str, *, on: date) -> QuerySet[Organization]:
    return Organization.objects.below(path).branches().standing_on(on).in_tree_order()


FIGURES = ("proposed", "decided", "without_opinion", "executed", "reviewed")


def matter_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What happened from `first` to `last` at the organization and below it. One query."""
    here = Matter.objects.filter(subtree("organization__path", [path]))
    return here.aggregate(**_counts(first, last))


def matter_figures_by_place(path: str, first: date, last: date) -> Mapping[str, dict[str, int]]:
    """The same by the code of the organization; places in which nothing happened are missing. One query."""
    here = Matter.objects.filter(subtree("organization__path", [path])).order_by()
    rows = here.values("organization__code").annotate(**_counts(first, last))
    return {row.pop("organization__code"): row for row in rows}


def _counts(first: date, last: date) -> dict[str, Count]:
    within = {name: Q(**{f"{SHOWN_BY[name]}__range": (first, last)}) for name in FIGURES}
    within["without_opinion"] &= NO_OPINION_FIRST
    return {name: Count("pk", filter=condition) for name, condition in within.items()}


def matter_duties(places: PlacesBelow) -> list[Duty]:
    """The branches' duties in tree order. One query beside those of the places.

    Whoever decided without the opinion can't be asked for it any more: the register says what happened.
    """
    opinions, reviews = _steps(places.path, places.on)
    found: list[Duty] = []
    for place in (one for one in places.all if one.pk in opinions or one.pk in reviews):
        local = places.local(place.path)
        found += opinion_duties(place.code, opinions.get(place.pk, ()), on=places.on, local=local)
        found += review_duties(place.code, reviews.get(place.pk, ()), on=places.on, local=local)
    return found


def _steps(path: str, on: date) -> tuple[dict[int, list[Step]], dict[int, list[Step]]]:
    """By organization: what waits or waited for its opinion, and what was carried out and is or was looked back on."""
    this_year = (date(on.year, 1, 1), date(on.year, 12, 31))
    waits = Q(opinion_on__isnull=True, decided_on__isnull=True) | Q(opinion_on__range=this_year)
    runs = Q(executed_on__isnull=False) & (Q(reviewed_on__isnull=True) | Q(reviewed_on__range=this_year))
    rows = Matter.objects.filter(waits | runs, subtree("organization__path", [path])).order_by("proposed_on", "key")
    opinions: dict[int, list[Step]] = defaultdict(list)
    reviews: dict[int, list[Step]] = defaultdict(list)
    for one in rows.only("organization_id", "proposed_on", "opinion_on", "decided_on", "executed_on", "reviewed_on"):
        if one.opinion_on or one.decided_on is None:
            opinions[one.organization_id].append(Step(one.proposed_on, one.opinion_on))
        if one.executed_on:
            reviews[one.organization_id].append(Step(one.executed_on, one.reviewed_on))
    return opinions, reviews
