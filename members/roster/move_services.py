"""Moving members, and the situations they are in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from members.choices import VOTELESS_KINDS, LeavingReason, OrganizationKind, SituationKind
from members.fields import opened
from members.models.member import Affiliation, Member, Situation
from members.models.organization import Organization
from members.models.user import User
from members.paths import contains
from members.refused import Refused
from members.roster.services import end_belonging, hold_organization, place_member, roster_code


def move_member(
    *, key: UUID, member: Member, organization: Organization, on: date, today: date, by: User | str
) -> Affiliation:
    """Give the member their place in another branch or group from that day on.

    Sent twice with one key it is done once. Until then the old roster stays responsible, also during a transfer
    (education regulations, article 25). Raises Refused.
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


FACTS = ("valid_from", "valid_until", "place", "host", "able_to", "note")
"""What can be corrected; another kind is another situation."""

Values = Mapping[str, Any]
"""Names of FACTS → new values."""


def add_situation(*, key: UUID, member: Member, kind: SituationKind, values: Values, by: User | str) -> Situation:
    """Record that something holds for a member. The same key again returns what is stored.

    Raises Refused: ends before it begins, the same kind is open already, or a decision without its document.
    """
    situation = Situation(key=key, member=member, kind=kind, **values)
    _refuse_unfit(situation)
    try:
        with transaction.atomic():
            if stored := Situation.objects.filter(pk=key, member=member).first():
                return stored
            situation.save(force_insert=True)
            _record("add_situation", situation, by=by)
    except IntegrityError:
        if stored := Situation.objects.filter(pk=key, member=member).first():
            return stored
        _refuse_second(situation)
        raise
    return situation


def correct_situation(*, situation: Situation, values: Values, by: User | str) -> list[str]:
    """Write down what was wrong or has become known; the names of what really changed. Raises Refused."""
    try:
        with transaction.atomic():
            held = _lock_situation(situation)
            changes = _changes(held, values)
            for name, _old, new in changes:
                setattr(held, name, new)
            _refuse_unfit(held)
            if changes:
                held.save()
                _record("correct_situation", held, by=by, changes=changes)
    except IntegrityError:
        _refuse_second(held)
        raise
    return [name for name, _old, _new in changes]


@transaction.atomic
def end_situation(*, situation: Situation, on: date, by: User | str) -> None:
    """It no longer holds from that day on. One that has ended then already stays as it is. Raises Refused."""
    held = _lock_situation(situation)
    if held.valid_until == on:
        return
    if held.valid_until is not None and held.valid_until < on:
        raise Refused(_("It ended on %(day)s. If that is wrong, correct it.") % {"day": held.valid_until}, "on")
    held.valid_until = on
    _refuse_unfit(held, field="on")
    held.save(update_fields=["valid_until"])
    _record("end_situation", held, by=by)


@transaction.atomic
def remove_situation(*, situation: Situation, reason: str, by: User | str) -> None:
    """Delete what was never true. Removed twice is removed once."""
    deleted, _tables = Situation.objects.filter(pk=situation.pk).delete()
    if deleted:
        _record("remove_situation", situation, by=by, reason=reason)


def _lock_situation(situation: Situation) -> Situation:
    return Situation.objects.select_for_update().get(pk=situation.pk)


def _changes(situation: Situation, values: Values) -> list[Change]:
    before = {name: opened(situation.note) if name == "note" else getattr(situation, name) for name in FACTS}
    return [(name, before[name], value) for name, value in values.items() if before[name] != value]


def _record(
    action: str, situation: Situation, *, by: User | str, changes: list[Change] | None = None, reason: str = ""
) -> None:
    record(
        action=action,
        by=by,
        subject=situation.member,
        organization_code=roster_code(situation.member),
        changes=changes or (),
        reason=reason,
        details={"kind": str(situation.kind)},
    )


def _refuse_unfit(situation: Situation, field: str = "valid_until") -> None:
    if situation.valid_from and situation.valid_until and situation.valid_until < situation.valid_from:
        raise Refused(_("It can't end before it begins, on %(day)s.") % {"day": situation.valid_from}, field)
    if situation.kind in VOTELESS_KINDS and not opened(situation.note).strip():
        raise Refused(
            _("This is a decision of the party organization: write down who decided it, when, and the document."),
            "note",
        )


def _refuse_second(situation: Situation) -> None:
    others = Situation.objects.filter(member=situation.member, kind=situation.kind, valid_until__isnull=True)
    if others.exclude(pk=situation.pk).exists():
        raise Refused(
            _("“%(situation)s” is on record already and hasn't ended. Correct that one, or end it first.")
            % {"situation": situation.get_kind_display()},
            "kind",
        )
