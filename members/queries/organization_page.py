"""Everything one organization's page shows."""

from dataclasses import dataclass
from datetime import date

from audit.models import Entry
from members.choices import OfficeKind, OrganizationKind
from members.models import Office, Organization, Term, User
from members.models.office import OfficeQuerySet
from members.models.organization import OrganizationQuerySet
from members.queries.local_rules import in_force_at
from members.queries.organizations import RosterSummary, summaries
from members.queries.trail import Act, trail_page
from members.rules.organizations import TermState, size_flags, term_state
from rulebook.values import Verdict

BRANCH_COMMITTEE = {
    OfficeKind.ORGANIZATION_OFFICER,
    OfficeKind.PUBLICITY_OFFICER,
    OfficeKind.DISCIPLINE_OFFICER,
    OfficeKind.COMMITTEE_MEMBER,
}
RANK = {kind.value: rank for rank, kind in enumerate(OfficeKind)}
CHILDREN_SHOWN = 60


@dataclass(frozen=True)
class OrganizationPage:
    above: list[Organization]
    """From the top of the viewer's scope down."""
    figures: RosterSummary
    flags: tuple[Verdict, ...]
    """What the regulations would have otherwise."""
    terms: list[Term]
    """Newest first."""
    term_state: TermState | None
    offices: list[Office]
    """Those that have not ended."""
    past_offices: list[Office]
    children: list[tuple[Organization, RosterSummary]]
    more_children: bool
    history: list[Act]


def organization_page(organization: Organization, viewer: User, *, on: date) -> OrganizationPage:
    """The page's content on that day; the number of queries doesn't depend on the organization's size."""
    offices = sorted(_offices(organization), key=lambda office: (RANK[office.kind], office.valid_from or date.min))
    current = [office for office in offices if office.valid_until is None or office.valid_until > on]
    terms = list(organization.terms.order_by("-elected_on"))
    local = in_force_at(organization.path, on=on)
    children = list(_children(organization, on))
    found = summaries([organization, *children[:CHILDREN_SHOWN]], on=on)
    figures = found[organization.path]
    return OrganizationPage(
        above=list(_above(organization, viewer)),
        figures=figures,
        flags=size_flags(
            kind=OrganizationKind(organization.kind),
            members=figures.members,
            formal=figures.full,
            has_committee=any(office.kind in BRANCH_COMMITTEE for office in current),
            on=on,
            local=local,
        ),
        terms=terms,
        term_state=term_state(terms[0].ends_on, on=on, local=local) if terms else None,
        offices=current,
        past_offices=[office for office in offices if office not in current],
        children=[(child, found[child.path]) for child in children[:CHILDREN_SHOWN]],
        more_children=len(children) > CHILDREN_SHOWN,
        history=trail_page(Entry.objects.about("members.Organization", organization.pk), reader=viewer).acts,
    )


def _above(organization: Organization, viewer: User) -> OrganizationQuerySet:
    steps = range(organization.steplen, len(organization.path), organization.steplen)
    above = Organization.objects.filter(path__in=[organization.path[:length] for length in steps])
    return above.visible_to(viewer).in_tree_order()


def _offices(organization: Organization) -> OfficeQuerySet:
    return Office.objects.filter(organization=organization).select_related("organization", "user", "member__user")


def _children(organization: Organization, on: date) -> OrganizationQuerySet:
    below = Organization.objects.below(organization.path).filter(depth=organization.depth + 1).standing_on(on)
    return below.in_tree_order()[: CHILDREN_SHOWN + 1]
