"""Where members belong: the affiliations, and the roster path that is derived from them."""

from datetime import date
from typing import cast
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import LeavingReason, OrganizationKind
from members.models import Affiliation, Member, Organization, User
from members.paths import contains
from members.services.refused import Refused


class CannotBelong(Exception):
    """The member can't be placed there; the sentence says why."""


@transaction.atomic
def place_member(
    *,
    member: Member,
    organization: Organization,
    on: date | None,
    today: date,
    by: User | str,
    key: UUID | None = None,
) -> Affiliation:
    """Give the member the formal relation to a branch or group from that day on; an open one ends that day.

    `key` is the row's own, where a form brings it. `on=None`: since an unknown day. Raises CannotBelong for a committee
    or a dissolved branch, or for a day before the present relation; Refused for a day to come, because the roster
    changes at once.
    """
    _refuse_future(on, today)
    if organization.kind not in (OrganizationKind.BRANCH, OrganizationKind.GROUP):
        raise CannotBelong(_("Members belong to a branch or a group. Choose one."))
    organization = hold_organization(organization.pk)
    if organization.dissolved_on:
        raise CannotBelong(_("“%(name)s” has been dissolved. Choose another.") % {"name": organization.name})
    present = Affiliation.objects.formal().open().filter(member=member).select_related("organization").first()
    if present:
        _end(present, on=on, because=_why_moved(present.organization, organization))
    affiliation = Affiliation.objects.create(
        key=key or uuid4(), member=member, organization=organization, valid_from=on
    )
    _stand_on_roster(member, organization.path)
    record(action="place_member", by=by, subject=member, organization_code=organization.code)
    return affiliation


@transaction.atomic
def end_belonging(
    *, member: Member, on: date, today: date, because: LeavingReason, by: User | str, reason: str = ""
) -> None:
    """End the formal relation on that day (the first day without it).

    Raises CannotBelong when there is none, Refused for a day to come.
    """
    _refuse_future(on, today)
    present = Affiliation.objects.formal().open().filter(member=member).select_related("organization").first()
    if present is None:
        raise CannotBelong(_("This member is on no roster."))
    _end(present, on=on, because=because)
    _stand_on_roster(member, "")
    record(
        action="end_belonging", by=by, subject=member, organization_code=present.organization.code,
        reason=reason, details={"because": str(because)},
    )  # fmt: skip


def hold_organization(pk: int) -> Organization:
    """The organization as stored, kept where it is until the transaction ends: it may be moving just now."""
    return cast(Organization, Organization.objects.select_for_update().get(pk=pk))


def refresh_roster_paths(*, on: date) -> int:
    """Derive every roster path from the affiliations of that day; the number of members whose path was corrected."""
    return strays(on=on).update(roster_path=_derived_path(on))


def strays(*, on: date) -> QuerySet[Member]:
    """Members whose roster path isn't what their affiliations of that day say."""
    return Member.objects.alias(derived=_derived_path(on)).exclude(roster_path=F("derived"))


def _derived_path(on: date) -> Coalesce:
    formal = Affiliation.objects.formal().holding(on).filter(member=OuterRef("pk"))
    return Coalesce(Subquery(formal.values("organization__path")[:1]), Value(""))


def _refuse_future(on: date | None, today: date) -> None:
    if on and on > today:
        raise Refused(_("That day hasn't come yet. Until then the member stays where they are."), "on")


def _end(affiliation: Affiliation, *, on: date | None, because: LeavingReason) -> None:
    day = on or affiliation.valid_from
    if day is None or (affiliation.valid_from and day < affiliation.valid_from):
        raise CannotBelong(
            _("Say from which day; it can't lie before the present relation, which began on %(day)s.")
            % {"day": affiliation.valid_from or _("an unknown day")}
        )
    affiliation.valid_until, affiliation.left_because = day, because
    affiliation.save(update_fields=["valid_until", "left_because"])


def _why_moved(old: Organization, new: Organization) -> LeavingReason:
    same_branch = contains(_branch_path(old), _branch_path(new))
    return LeavingReason.MOVED_GROUP if same_branch else LeavingReason.TRANSFERRED


def _branch_path(organization: Organization) -> str:
    return organization.parent_path if organization.kind == OrganizationKind.GROUP else organization.path


def _stand_on_roster(member: Member, path: str) -> None:
    member.roster_path = path
    member.save(update_fields=["roster_path"])
