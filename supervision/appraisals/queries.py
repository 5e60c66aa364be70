"""Rounds of appraisal: who takes part, counts, and what is due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.choices import MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from members.choices import VOTELESS_KINDS, Capability, SituationKind
from members.models import Member, Organization, Situation, User
from members.models.member import MemberQuerySet
from members.pages.links import Link
from members.paths import subtree
from members.people import voting_right
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty
from supervision.appraisals.models import AppraisalRound, AppraisalRoundQuerySet, Appraisee, MutualAppraisal, Tally
from supervision.appraisals.rules import (
    Lower,
    ManyExcellent,
    follow_up_duty,
    guarded,
    is_counted,
    many_excellent,
    shown_result,
)
from supervision.choices import LOWER_GRADES, Grade, RoundState
from supervision.scope import of_member

PLACE = "round__organization"
GIVES_OPINION = (MeetingKind.COMMITTEE_MEETING, MeetingKind.GENERAL_MEETING, MeetingKind.DEMOCRATIC_EVALUATION)
HOLDS_BALLOT = (MeetingKind.GENERAL_MEETING, MeetingKind.ORG_LIFE_MEETING, MeetingKind.DEMOCRATIC_EVALUATION)


def rounds_at(place: Organization, user: User) -> AppraisalRoundQuerySet:
    """What the offices at the place read, the newest year first, with how many take part and have a grade."""
    inside = subtree("organization__path", user.access.paths(Capability.VIEW_SUPERVISION))
    rows = AppraisalRound.objects.filter(inside & subtree("organization__path", [place.path]))
    counted = rows.select_related("organization").annotate(
        people=Count("appraisees"), grades=Count("appraisees", filter=~Q(appraisees__grade=""))
    )
    return counted.order_by("-year", "organization__path")


def graded_in(rounds: AppraisalRoundQuerySet) -> QuerySet[Appraisee]:
    """Everybody in these rounds, for the workbook of grades."""
    rows = Appraisee.objects.filter(round__in=rounds.order_by().values("pk"), round__state=RoundState.CLOSED)
    return rows.select_related("member", PLACE).order_by("-round__year", f"{PLACE}__path", "member__name_key", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the steps have come, as counts."""

    people: int
    self_appraised: int
    authors: int
    ballots: int
    voted: int
    graded: int
    grades: int
    told: int


def progress_of(round: AppraisalRound) -> Progress:
    """Two queries."""
    people = Appraisee.objects.filter(round=round)
    counts: Mapping[str, int] = people.aggregate(
        people=Count("pk"),
        self_appraised=Count("pk", filter=Q(self_appraised_on__isnull=False)),
        ballots=Count("pk", filter=Q(has_ballot=True)),
        voted=Count("pk", filter=Q(has_voted=True)),
        graded=Count("pk", filter=Q(is_graded=True)),
        grades=Count("pk", filter=~Q(grade="")),
        told=Count("pk", filter=Q(told_on__isnull=False)),
    )
    authors = MutualAppraisal.objects.filter(about__round=round).aggregate(n=Count("author", distinct=True))["n"]
    return Progress(authors=authors, **counts)


@dataclass(slots=True)
class AppraiseeLine:
    """Somebody in a round as the officers' page shows them."""

    appraisee: Appraisee
    result: dict[str, int] | None = None
    """The marks, once the ballot is closed and at least three speak of them."""
    no_ballot: str = ""
    mutual: int = 0

    @property
    def is_lower(self) -> bool:
        return self.appraisee.grade in LOWER_GRADES


def lines_of(round: AppraisalRound) -> list[AppraiseeLine]:
    """Everybody in the round by name. Four queries."""
    rows = Appraisee.objects.filter(round=round).select_related("member", PLACE)
    people = list(rows.annotate(written=Count("mutual")).order_by("member__name_key", "pk"))
    sums, reasons = sums_of(round), reasons_of(round)
    return [
        AppraiseeLine(one, shown_result(sums.get(one.pk, {})), reasons.get(one.member_id, ""), one.written)  # type: ignore[attr-defined]
        for one in people
    ]


def names_of(keys: list[str] | None, lines: list[AppraiseeLine]) -> list[str] | None:
    """The people whose keys these are; what is no key stays as it is."""
    names = {str(line.appraisee.pk): line.appraisee.member.name for line in lines}
    return None if keys is None else [names.get(key, key) for key in keys]


def sums_of(round: AppraisalRound) -> Mapping[Any, dict[str, int]]:
    """Whom → mark → ballots. Nothing at all until the ballot step is closed."""
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    if is_counted(round.state):
        rows = Tally.objects.filter(appraisee__round=round)
        for pk, mark, ballots in rows.values_list("appraisee", "mark", "ballots"):
            found[pk][mark] = ballots
    return found


def reasons_of(round: AppraisalRound) -> dict[int, str]:
    """Member → why they have no ballot, as it was on the day on which the round was opened."""
    held = Situation.objects.of(*VOTELESS_KINDS).holding(round.opened_on)
    rows = held.filter(member__appraisals__round=round, member__appraisals__has_ballot=False)
    kinds: dict[int, set[SituationKind]] = defaultdict(set)
    for member, kind in rows.values_list("member", "kind"):
        kinds[member].add(SituationKind(kind))
    on = round.opened_on
    return {
        member: voting_right(formal=True, situations=of_member_, on=on).reason for member, of_member_ in kinds.items()
    }


def warning_of(round: AppraisalRound) -> ManyExcellent | None:
    """Whether more are excellent than the rule generally allows. One query."""
    counts = Appraisee.objects.filter(round=round).aggregate(
        excellent=Count("pk", filter=Q(grade=Grade.EXCELLENT)), members=Count("pk")
    )
    return many_excellent(counts["excellent"], counts["members"], on=round.opened_on)


def without_account(round: AppraisalRound) -> int:
    """How many have a ballot and can't log in: only paper reaches them."""
    voters = Appraisee.objects.filter(round=round, has_ballot=True)
    return voters.exclude(member__user__is_active=True).count()


def writers_without_account(appraisee: Appraisee) -> MemberQuerySet:
    """For whom an officer may write down what they say of somebody else."""
    others = Appraisee.objects.filter(round=appraisee.round_id).exclude(pk=appraisee.pk)
    people = Member.objects.filter(pk__in=others.values("member")).exclude(user__is_active=True)
    return people.order_by("name_key", "pk")


def meetings_for(round: AppraisalRound, kinds: tuple[MeetingKind, ...]) -> QuerySet[Meeting]:
    """The branch's meetings since the year that is appraised began, at which such a thing is done."""
    rows = Meeting.objects.filter(organization=round.organization_id, kind__in=kinds, day__year__gte=round.year)
    return rows.exclude(state=MeetingState.CANCELLED).select_related("organization", "local_kind").order_by("-day")


def appraised_by(round: AppraisalRound, member_id: int) -> QuerySet[Appraisee]:
    """Whom a member marks: everybody with a grade but themself."""
    rows = Appraisee.objects.filter(round=round, is_graded=True).exclude(member=member_id)
    return rows.select_related("member").order_by("member__name_key", "pk")


# --- A member's own side ----------------------------------------------------------------------------------------------
def own_appraisals(user: User) -> QuerySet[Appraisee]:
    rows = Appraisee.objects.filter(of_member(user)).select_related("member", PLACE)
    return rows.order_by("-round__year", "pk")


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the member in the newest appraisal. One query."""
    if user.access.member_id is None:
        return
    if one := own_appraisals(user).first():
        words = {"year": one.round.year}
        title = _("Democratic appraisal %(year)s") % words
        yield Link("patch-check", title, own_words(one), own_url(one))


def own_url(one: Appraisee) -> str:
    """Where what waits is done: the text, the ballot, else the own page."""
    page = "own"
    if one.round.state == RoundState.SELF and not one.self_appraised_on:
        page = "text"
    elif one.round.state == RoundState.BALLOT and one.may_vote_online:
        page = "ballot"
    return reverse(f"supervision:appraisal-{page}", args=[one.round_id])


def own_words(one: Appraisee) -> str:
    """What is the member's to do in the step where the round stands."""
    match one.round.state:
        case RoundState.SELF if not one.self_appraised_on:
            return _("Write your self-appraisal.")
        case RoundState.MUTUAL:
            return _("Write what you see in the others.")
        case RoundState.BALLOT if one.may_vote_online:
            return _("Your ballot is open.")
        case RoundState.CLOSED if one.told_on is None:
            return _("Your result is here.")
        case RoundState.CLOSED:
            return str(one.get_grade_display() or _("Took part without a grade"))
    return _("Nothing waits for you: %(step)s.") % {"step": one.round.get_state_display()}


GRADES = {grade.value: Count("pk", filter=Q(grade=grade)) for grade in Grade}
UNGRADED = {"ungraded": Count("pk", filter=Q(grade=""))}


def appraisal_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Rounds that were closed within the period, at the path and below, and what they came to. Two queries."""
    closed = AppraisalRound.objects.closed().filter(
        subtree("organization__path", [path]), closed_on__range=(first, last)
    )
    people = Appraisee.objects.filter(round__in=closed.values("pk"))
    return {"rounds_closed": closed.count(), **people.aggregate(**GRADES, **UNGRADED)}


@dataclass(frozen=True, slots=True)
class BranchAppraisal:
    """A branch's appraisal of a year as a committee sees it. None: not shown, because it could be one or two people."""

    branch: Organization
    state: str
    grades: Mapping[str, int | None]

    @property
    def state_text(self) -> str:
        return str(RoundState(self.state).label) if self.state else ""


def branch_lines(path: str, year: int, *, on: date) -> list[BranchAppraisal]:
    """Every branch at the path and below it, in tree order. Three queries."""
    branches = Organization.objects.below(path).branches().standing_on(on).in_tree_order()
    rounds = AppraisalRound.objects.filter(subtree("organization__path", [path]), year=year)
    states = dict(rounds.values_list("organization", "state"))
    closed = Appraisee.objects.filter(round__in=rounds.closed().values("pk")).order_by()
    rows = closed.values("round__organization").annotate(**GRADES)
    counts = {row["round__organization"]: {grade: row[grade] for grade in GRADES} for row in rows}
    return [
        BranchAppraisal(branch, states.get(branch.pk, ""), guarded(counts.get(branch.pk, {}))) for branch in branches
    ]


Place = tuple[str, int]
"""Path of the branch, and the year."""


def appraisal_duties(places: PlacesBelow) -> list[Duty]:
    """The help that every branch owes, in tree order. One query beside those of the places."""
    on, found = places.on, []
    for (path, year), grades in sorted(_lower(places.path, on).items()):
        if branch := places.branches.get(path):
            found.append(follow_up_duty(branch.code, year, grades, on=on, local=places.local(path)))
    return [duty for duty in found if duty]


def _lower(path: str, on: date) -> Mapping[Place, list[Lower]]:
    this_year = Q(followed_up_on__isnull=True) | Q(followed_up_on__gte=date(on.year, 1, 1))
    rows = Appraisee.objects.filter(
        this_year, subtree("round__organization__path", [path]), grade__in=LOWER_GRADES,
        round__state=RoundState.CLOSED, round__closed_on__lte=on,
    )  # fmt: skip
    found: dict[Place, list[Lower]] = defaultdict(list)
    facts = ("round__organization__path", "round__year", "round__closed_on", "follow_up_due_on", "followed_up_on")
    for place, year, *days in rows.order_by().values_list(*facts):
        found[place, year].append(Lower(*days))
    return found
