"""Dues waived or reduced: the branch considers it, the committee above approves it unless the member is retired."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.charging.services import follow_facts
from dues.choices import ReliefKind
from dues.ledger.models import Relief
from dues.ledger.rules import approval_rule, needs_superior
from dues.ledger.services import lock_members
from meetings.meeting.models import Meeting
from members.fields import unended_on
from members.models import Member, Organization, User
from members.refused import Refused


@dataclass(frozen=True, kw_only=True)
class NewRelief:
    """What the branch considered: `pays_fen` is still paid a month, 0 for a waiver. `valid_until` is exclusive."""

    key: UUID
    member: Member
    kind: str
    ground: str
    decided_on: date
    valid_from: date
    valid_until: date | None = None
    pays_fen: int = 0
    meeting: Meeting | None = None


@transaction.atomic
def ask_relief(new: NewRelief, *, category: str, by: User | str, on: date) -> Relief:
    """Take down what the branch considered. For the retired it is in effect at once, for others once approved.

    `category` is the member's for dues. Raises Refused for what can't be, and where another one holds then.
    """
    lock_members([new.member.pk])
    known = Relief.objects.filter(pk=new.key).first()
    if known:
        return known
    _demand_possible(new, on)
    _demand_alone(new)
    relief = Relief.objects.create(
        **vars(new) | {"ground": new.ground.strip()},
        needs_superior=needs_superior(category, new.decided_on),
        rule=approval_rule(category, new.decided_on).version,
        asked_by=str(by),
    )
    _record("ask_relief", relief, by, above=relief.needs_superior)
    _follow(relief, by, on)
    return relief


@transaction.atomic
def approve_relief(relief: Relief, *, document: str, by: User, on: date) -> Relief:
    """The committee's yes. Raises Refused for who asked for it, the member concerned, and one already decided."""
    held = _undecided(relief, by)
    held.approved_on, held.approved_by, held.document = on, str(by), document.strip()
    held.save(update_fields=["approved_on", "approved_by", "document"])
    _record("approve_relief", held, by)
    _follow(held, by, on)
    return held


@transaction.atomic
def decline_relief(relief: Relief, *, reason: str, by: User, on: date) -> Relief:
    """The committee's no, with a reason. Raises Refused as `approve_relief` does."""
    held = _undecided(relief, by)
    if not reason.strip():
        raise Refused(_("Say why it is declined."), "reason")
    held.declined_on = on
    held.save(update_fields=["declined_on"])
    _record("decline_relief", held, by, reason=reason.strip())
    return held


@transaction.atomic
def end_relief(relief: Relief, *, valid_until: date, reason: str, by: User | str, on: date) -> Relief:
    """Let it end before the month `valid_until`; what was charged since follows. Raises Refused."""
    held = _locked(relief)
    if valid_until.day != 1 or valid_until < held.valid_from or (held.valid_until and valid_until > held.valid_until):
        raise Refused(_("Choose a month within those for which it holds."), "valid_until")
    if not reason.strip():
        raise Refused(_("Say why it ends."), "reason")
    if held.valid_until == valid_until:
        return held
    held.valid_until = valid_until
    held.save(update_fields=["valid_until"])
    _record("end_relief", held, by, reason=reason.strip(), until=f"{valid_until:%Y-%m}")
    follow_facts(held.member, valid_until, by=str(by), on=on)
    return held


def _demand_possible(new: NewRelief, on: date) -> None:
    if new.kind not in ReliefKind.values:
        raise Refused(_("Choose the kind."), "kind")
    if (new.kind == ReliefKind.WAIVER) != (new.pays_fen == 0):
        raise Refused(_("Reduced: say what is still paid. Waived: nothing is."), "pays")
    if not new.ground.strip():
        raise Refused(_("Say why paying is hard for the member."), "ground")
    if new.decided_on > on:
        raise Refused(_("The day of the decision lies in the future."), "decided_on")
    if new.valid_from.day != 1 or (new.valid_until and new.valid_until <= new.valid_from):
        raise Refused(_("The last month lies before the first."), "valid_until")


def _demand_alone(new: NewRelief) -> None:
    """One at a time, or nobody could say what is owed."""
    others = Relief.objects.filter(member=new.member, declined_on__isnull=True)
    others = others.filter(unended_on(new.valid_from))
    if new.valid_until:
        others = others.filter(valid_from__lt=new.valid_until)
    if others.exists():
        raise Refused(_("Another reduction or waiver holds then. End it first."), "valid_from")


def _locked(relief: Relief) -> Relief:
    return Relief.objects.select_for_update(of=("self",)).select_related("member").get(pk=relief.pk)


def _undecided(relief: Relief, by: User) -> Relief:
    held = _locked(relief)
    if not held.is_waiting:
        raise Refused(_("This doesn't wait for a decision any more."))
    if held.asked_by == str(by) or by.member_id == held.member_id:
        raise Refused(_("Who asked for it, or is concerned, doesn't approve it: another person of the committee does."))
    return held


def _follow(relief: Relief, by: User | str, on: date) -> None:
    if not relief.is_waiting:
        follow_facts(relief.member, relief.valid_from, relief.valid_until, by=str(by), on=on)


def _record(action: str, relief: Relief, by: User | str, reason: str = "", **details: object) -> None:
    place = Organization.objects.filter(path=relief.member.roster_path).first()
    record(
        action=action,
        by=by,
        subject=relief.member,
        organization_code=place.code if place else "",
        reason=reason,
        details={"kind": str(relief.kind), "from": f"{relief.valid_from:%Y-%m}", **details},
    )
