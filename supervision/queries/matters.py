"""What the pages about major matters show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Session, Vote
from members.models import Organization, User
from rulebook.values import Verdict
from supervision.models import Matter
from supervision.models.matter import MatterQuerySet
from supervision.rules.matters import (
    MatterState,
    concerns_village,
    opinion_first,
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
class Shown:
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
    def unit(self) -> str:
        return unit_of(self.matter)

    @property
    def strays(self) -> bool:
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


def shown(rows: Iterable[Matter], *, on: date) -> list[Shown]:
    return [show(one, on=on) for one in rows]


def show(matter: Matter, *, on: date) -> Shown:
    village = None
    if concerns_village(matter.kind, is_village=matter.organization.is_village):
        village = through_general_meeting(kinds_of(matter.opinion_meeting), on)
    first = opinion_first(matter.course, matter.organization.unit_kind, on=on)
    return Shown(matter, state_of(matter.course), first, village)


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
