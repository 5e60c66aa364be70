"""Which meetings are due: the facts that `rules.duties` needs, read in a few queries for a whole subtree."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from datetime import date

from django.db.models import Count, F, Q

from meetings.choices import MeetingState
from meetings.models import Meeting, Session
from meetings.queries.roll import COMMITTEE_OFFICES
from meetings.rules.duties import ASKED, Called, Held, Place, called_for, has_committee, states
from meetings.rules.org_life import IN_THE_WINDOW, WINDOW
from members.choices import OfficeKind, OrganizationKind
from members.models import Affiliation, Office, Organization
from members.models.member import formal_on
from members.paths import STEP, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty, DutyState

RULE_KEYS = {asked.rule_key for of_kind in ASKED.values() for asked in of_kind} | {WINDOW}
CARRIED = Q(kind__in=IN_THE_WINDOW) | Q(pk__in=Session.objects.filter(kind__in=IN_THE_WINDOW).values("meeting"))
"""What may be due in the year after the one it counts for."""
COMMITTEE_SEATS = tuple(kind for kind in COMMITTEE_OFFICES if kind != OfficeKind.SECRETARY)


def meeting_duties(path: str, *, on: date, through: date | None = None, also_planned: bool = False) -> list[Duty]:
    """The meetings due in the year of `through` in the organization at that path and below it, in tree order.

    Periods that have begun by `through` (`on` when it isn't given), with their states as of `on`; of a year that is
    over, as the organizations stood at its end. With `also_planned` a planned meeting counts as done. Six queries,
    whatever the tree.
    """
    return [
        Duty(one.kind, place.code, None, one.period.name, one.due_on, state, one.citation)
        for place, found in meeting_states(path, on=on, through=through, also_planned=also_planned)
        for one, state in found
    ]


def meeting_states(
    path: str, *, on: date, through: date | None = None, also_planned: bool = False
) -> Iterator[tuple[Organization, Iterator[tuple[Called, DutyState]]]]:
    """The same for who only counts: each place with what it is asked for. What the rules ask is worked out once for
    all places that they treat alike."""
    through = through or on
    stood = min(on, through)
    standing = Organization.objects.below(path).standing_on(stood).filter(kind__in=list(ASKED))
    places = list(standing.with_first_day().in_tree_order())
    held = _held(path, through.year, max(on, through), also_planned=also_planned)
    committees = _with_committee(path, places, stood)
    rules = binding_below(path, RULE_KEYS)
    called: dict[Hashable, list[Called]] = {}
    for place in places:
        binding = [number for number, (rule_path, _rule) in enumerate(rules) if contains(rule_path, place.path)]
        alike = (place.kind, place.path in committees, _begun(place, through.year), *binding)
        if alike not in called:
            facts = Place(place.code, OrganizationKind(place.kind), place.path in committees, place.first_day)
            local = [rules[number][1] for number in binding]
            called[alike] = called_for(facts, on=on, through=through, local=local)
        yield place, states(called[alike], held.get(place.path, ()), through.year)


def _begun(place: Organization, year: int) -> date | None:
    """The first day where it matters: within the periods that are listed in a year."""
    day = place.first_day
    return day if day and day > date(year - 1, 1, 1) else None


def _held(path: str, year: int, until: date, *, also_planned: bool) -> dict[str, list[Held]]:
    """Meetings up to a day that can close a duty of the year or one that was carried into it, by place."""
    left_out = [MeetingState.CANCELLED] if also_planned else [MeetingState.PLANNED, MeetingState.CANCELLED]
    found: dict[str, list[Held]] = defaultdict(list)
    meetings = (
        Meeting.objects.within(path)
        .filter(Q(day__year=year) | Q(counts_for_year=year) | (Q(counts_for_year=year - 1) & CARRIED))
        .filter(Q(day__lte=until) | Q(state=MeetingState.PLANNED))
        .exclude(state__in=left_out)
    )
    also = Session.objects.filter(meeting__in=meetings).exclude(kind=F("meeting__kind"))
    facts = ("day", "counts_for_year", "organization__path")
    for kind, day, counts_for_year, place in meetings.order_by().values_list("kind", *facts):
        found[place].append(Held(kind, day, counts_for_year))
    for kind, day, counts_for_year, place in also.values_list("kind", *(f"meeting__{fact}" for fact in facts)):
        found[place].append(Held(kind, day, counts_for_year))
    return found


def _with_committee(path: str, places: list[Organization], on: date) -> set[str]:
    """Paths of the branches that have a committee, by recorded posts or by size."""
    formal, seats = _counts_by_branch(path, on)
    large = {size for size in set(formal.values()) if has_committee(formal_members=size, posts_held=0, on=on)}
    return {branch.path for branch in places if seats[branch.path] or formal[branch.path] in large}


def _counts_by_branch(path: str, on: date) -> tuple[Counter[str], Counter[str]]:
    """Formal members and committee posts, by the path of the branch; a group's members count for its branch."""
    formal: Counter[str] = Counter()
    seats: Counter[str] = Counter()
    offices = Office.objects.holding(on).filter(subtree("organization__path", [path]), kind__in=COMMITTEE_SEATS)
    for place, posts in offices.values_list("organization__path").annotate(Count("pk")):
        seats[place] += posts
    here = Affiliation.objects.formal().holding(on).filter(subtree("organization__path", [path]))
    counted = here.values("organization__path", "organization__kind").annotate(
        formal=Count("pk", filter=formal_on(on, "member__")),
        posts=Count("pk", filter=Q(member__party_post__contains="委员")),
    )
    for row in counted:
        place = row["organization__path"]
        branch = place[:-STEP] if row["organization__kind"] == OrganizationKind.GROUP else place
        formal[branch] += row["formal"]
        seats[branch] += row["posts"]
    return formal, seats
