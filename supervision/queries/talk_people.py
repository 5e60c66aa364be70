"""Who can be one of the two in a branch, and which branch a user's own talks belong to."""

from datetime import date

from django.db.models import Q

from meetings.queries.roll import COMMITTEE_OFFICES
from members.choices import OrganizationKind
from members.models import Member, Office, Organization, User
from members.models.member import MemberQuerySet
from members.paths import STEP, subtree


def people_of(branch: Organization, *, on: date) -> MemberQuerySet:
    """The roster of the branch and its groups, and whoever sits in its committee; in order of the names."""
    seats = Office.objects.holding(on).filter(organization=branch, kind__in=COMMITTEE_OFFICES)
    inside = subtree("roster_path", [branch.path])
    seated = Q(pk__in=seats.filter(member__isnull=False).values("member")) | Q(pk__in=seats.values("user__member"))
    return Member.objects.filter(inside | seated).order_by("name_key", "pk")


def own_branch(user: User) -> Organization | None:
    """The branch on whose roster the user stands as a member, directly or in a group; None: on none."""
    mine = Member.objects.filter(pk=user.standing.member_id or 0).values_list("roster_path", flat=True).first()
    if not mine:
        return None
    branches = Organization.objects.filter(path__in=[mine, mine[:-STEP]], kind=OrganizationKind.BRANCH)
    return branches.order_by("-path").first()
