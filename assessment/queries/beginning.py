"""Which branches a scheme can be begun for."""

from datetime import date

from assessment.models import Assessment, Scheme
from members.choices import Capability
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import subtree


def branches_of(scheme: Scheme, *, on: date) -> OrganizationQuerySet:
    """Those below the scheme's committee, of its kind of unit where it names one."""
    rows = Organization.objects.below(scheme.organization.path).branches().standing_on(on)
    return rows.filter(unit_kind=scheme.unit_kind) if scheme.unit_kind else rows


def branches_to_begin(scheme: Scheme, user: User, *, on: date) -> OrganizationQuerySet:
    """Of these the ones where the user assesses, and that have no assessment by the scheme yet; in tree order."""
    begun = Assessment.objects.filter(scheme=scheme).values("organization")
    mine = subtree("path", user.standing.paths(Capability.ASSESS))
    return branches_of(scheme, on=on).filter(mine).exclude(pk__in=begun).in_tree_order()


def schemes_to_assess_by(user: User) -> list[Scheme]:
    """Schemes in force that bind branches where the user assesses, the newest first."""
    rows = Scheme.objects.visible_to(user, Capability.ASSESS).in_force().latest_first()
    return list(rows.select_related("organization"))
