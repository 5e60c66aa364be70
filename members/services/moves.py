"""A member changes places: to another branch or group, off the roster, and back when it was a mistake."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import LeavingReason, OrganizationKind, SituationKind
from members.models import Affiliation, Member, Organization, Situation, User
from members.paths import contains
from members.services.belonging import end_belonging, hold_organization, place_member
from members.services.refused import Refused


def move_member(
    *, key: UUID, member: Member, organization: Organization, on: date, today: date, by: User | str
) -> Affiliation:
    """Give the member their place in another branch or group from that day on.

    Sent twice with one key it is done once. Until then the old roster stays responsible, also during a transfer
    (education regulations, article 25). Raises Refused, CannotBelong.
    """
    try:
        with transaction.atomic():
            organization = hold_organization(organization.pk)
            held = _lock(member)
            if stored := Affiliation.objects.filter(pk=key, member=held).first():
                return stored
            _refuse_unless_elsewhere(held, organization)
            affiliation = place_member(member=held, organization=organization, on=on, today=today, by=by, key=key)
            _end_transfer(held, on=on)
            return affiliation
    except IntegrityError as error:
        raise Refused(_("At that time the member belonged elsewhere already. Choose a later day."), "on") from error


@transaction.atomic
def leave_roster(
    *, affiliation: Affiliation, because: LeavingReason, reason: str, on: date, today: date, by: User | str
) -> None:
    """Take the member off the roster: `on` is the first day without it. A relation that has ended stays as it is."""
    held = _lock(affiliation.member)
    if not Affiliation.objects.open().filter(pk=affiliation.pk).exists():
        return
    end_belonging(member=held, on=on, today=today, because=because, by=by, reason=reason)
    _end_transfer(held, on=on)


@transaction.atomic
def take_back_step(*, affiliation: Affiliation, reason: str, by: User | str) -> None:
    """Let the relation that ended go on as if it had not: the move or the departure that ended it was a mistake.

    A relation that hasn't ended stays as it is. Raises Refused when something else happened since.
    """
    place = hold_organization(affiliation.organization_id)
    held = _lock(affiliation.member)
    steps = list(Affiliation.objects.formal().filter(member=held))
    ended = next(step for step in steps if step.pk == affiliation.pk)
    if ended.valid_until is None:
        return
    if ended.left_because == LeavingReason.MERGED:
        raise Refused(_("This entry was merged with another. Undo the merging instead."))
    _refuse_unless_last(ended, steps, place)
    Affiliation.objects.formal().open().filter(member=held).delete()
    ended.valid_until, ended.left_because = None, ""
    ended.save(update_fields=["valid_until", "left_because"])
    held.roster_path = place.path
    held.save(update_fields=["roster_path"])
    record(action="take_back_step", by=by, subject=held, organization_code=place.code, reason=reason)


@transaction.atomic
def place_in_group(
    *, members: Iterable[Member], organization: Organization, on: date, today: date, by: User | str
) -> int:
    """Put members of a branch into one of its groups, or out of their group; how many changed place.

    Who is there already stays. Raises Refused for members of another branch, and then nobody is moved.
    """
    organization = hold_organization(organization.pk)
    moved = 0
    for member in members:
        held = _lock(member)
        if held.roster_path == organization.path:
            continue
        if not _same_branch(held.roster_path, organization):
            raise Refused(_("%(name)s belongs to another branch.") % {"name": held.name})
        place_member(member=held, organization=organization, on=on, today=today, by=by)
        moved += 1
    return moved


def _lock(member: Member) -> Member:
    """The member as stored, held until the transaction ends, so that two changes of place follow each other.

    Always after the organization: a move of the tree also takes organizations first and their members then.
    """
    return Member.objects.select_for_update().get(pk=member.pk)


def _refuse_unless_last(ended: Affiliation, steps: list[Affiliation], place: Organization) -> None:
    """Only the relation that now holds may have followed, and it began on the day on which this one ended."""
    later = [step for step in steps if _order(step) > _order(ended)]
    if any(step.valid_until or step.valid_from != ended.valid_until for step in later):
        raise Refused(_("The member has changed places again since. Take back that step first."))
    if place.dissolved_on:
        raise Refused(_("“%(name)s” has been dissolved since.") % {"name": place.name})


def _order(step: Affiliation) -> tuple[date, date]:
    return step.valid_until or date.max, step.valid_from or date.min


def _refuse_unless_elsewhere(member: Member, organization: Organization) -> None:
    if member.roster_path == organization.path:
        raise Refused(_("The member already belongs there."), "organization")


def _end_transfer(member: Member, *, on: date) -> None:
    """Received or gone: nobody is in transfer any longer."""
    in_transfer = Situation.objects.of(SituationKind.IN_TRANSFER).filter(member=member, valid_until__isnull=True)
    in_transfer.exclude(valid_from__gt=on).update(valid_until=on)
    in_transfer.filter(valid_from__gt=on).delete()


def _same_branch(path: str, organization: Organization) -> bool:
    branch = organization.path if organization.kind == OrganizationKind.BRANCH else organization.parent_path
    return contains(branch, path)
