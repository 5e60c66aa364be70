"""Who may do what with a report: the offices that write it, and those above that read it."""

from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.paths import contains
from supervision.queries.report_figures import ABOVE
from supervision.rules.report_steps import Side

WRITE, READ = Capability.RECORD_SUPERVISION, Capability.RECEIVE_REPORTS


def may_write(user: User, organization: Organization) -> bool:
    """A branch's offices with supervision; of a committee, whoever holds an office in it that receives reports. Groups
    report nothing: their meetings are in the branch's figures."""
    if organization.kind in ABOVE:
        return organization.path in own_places(user)
    return organization.kind == OrganizationKind.BRANCH and user.standing.may(WRITE, organization.path)


def may_receive(user: User, organization: Organization) -> bool:
    """An office above the one that reports, held by somebody who doesn't write the report."""
    above = any(contains(path, organization.path) and path != organization.path for path in own_places(user))
    return above and not may_write(user, organization)


def side_of(user: User, organization: Organization) -> Side | None:
    if may_write(user, organization):
        return Side.WRITER
    return Side.READER if may_receive(user, organization) else None


def own_places(user: User) -> set[str]:
    """Paths of the organizations in which the user holds an office that receives reports."""
    return {office.path for office in user.standing.held if READ in office.capabilities}
