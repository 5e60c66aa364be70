"""Which meetings are due: the facts that `rules.duties` needs, read in a few queries for a whole subtree."""

from collections import Counter, defaultdict
from datetime import date

from django.db.models import Count, Q

from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.queries.roll import COMMITTEE_OFFICES
from meetings.rules.duties import ASKED, Held, Place, duties, has_committee
from members.choices import OfficeKind, OrganizationKind
from members.models import Affiliation, Office, Organization
from members.models.member import formal_on
from members.paths import STEP, subtree
from rulebook.values import Duty

COMMITTEE_SEATS = tuple(kind for kind in COMMITTEE_OFFICES if kind != OfficeKind.SECRETARY)


def meeting_duties(path: str, *, on: date) -> list[Duty]:
    """The meetings due in the year of `on` in the organization at that path and below it, in tree order."""
    places = list(Organization.objects.below(path).standing_on(on).filter(kind__in=list(ASKED)).in_tree_order())
    held = _held(path, on)
    committees = _with_committee(path, places, on)
    return [
        duty
        for place in places
        for duty in duties(
            Place(place.code, OrganizationKind(place.kind), place.path in committees, place.founded_on),
            held[place.path],
            on=on,
        )
    ]


def _held(path: str, on: date) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    rows = (
        Meeting.objects.within(path)
        .filter(Q(day__year=on.year) | Q(counts_for_year=on.year), day__lte=on)
        .exclude(state__in=[MeetingState.PLANNED, MeetingState.CANCELLED])
        .select_related("organization")
        .prefetch_related("sessions")
    )
    for meeting in rows:
        for kind in {meeting.kind, *(session.kind for session in meeting.sessions.all())}:
            found[meeting.organization.path].append(Held(kind, meeting.day, meeting.counts_for_year))
    return found


def _with_committee(path: str, places: list[Organization], on: date) -> set[str]:
    """Paths of the branches that have a committee, by recorded posts or by size."""
    formal, seats = _counts_by_branch(path, on)
    return {
        branch.path
        for branch in places
        if has_committee(formal_members=formal[branch.path], posts_held=seats[branch.path], on=on)
    }


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
