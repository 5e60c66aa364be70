"""Setting up channels, and how somebody is told things."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from members.fields import opened
from members.models import Member, Organization, User
from members.refused import Refused
from members.roster.services import roster_code
from reminders.channels.models import ChannelSetup, Preference
from reminders.channels.senders import AddressRefused, NotSent, Outgoing, Uncertain, checked, sender_for


def add_channel(
    *, key: UUID, organization: Organization, kind: str, name: str, address: str, secret: str, by: User
) -> ChannelSetup:
    """Use a service from now on. The same `key` again returns the row that is there.

    Raises Refused for an address to which nothing may be sent, and while another of the kind is in use there.
    """
    _refuse_address(address)
    fields = {"organization": organization, "kind": kind, "name": name, "address": address, "secret": secret}
    try:
        with transaction.atomic():
            return ChannelSetup.objects.filter(pk=key).first() or _add(ChannelSetup(key=key, **fields), by)
    except IntegrityError:
        if (row := ChannelSetup.objects.filter(pk=key).first()) is None:
            raise Refused(_("One of this kind is in use there. Change it, or stop using it first."), "kind") from None
        return row


@transaction.atomic
def change_channel(*, setup: ChannelSetup, name: str, address: str, secret: str | None, by: User) -> None:
    """An empty address stays as it is, and so does a secret of None. What was tried out counts no longer."""
    row = ChannelSetup.objects.select_for_update().get(pk=setup.pk)
    before = (row.name, opened(row.address), opened(row.secret))
    after = (name, address or before[1], before[2] if secret is None else secret)
    if address:
        _refuse_address(address)
    if before == after:
        return
    row.name, row.address, row.secret = after
    if before[1:] != after[1:]:
        row.tested_at, row.test_problem = None, ""
    row.save(update_fields=["name", "address", "secret", "tested_at", "test_problem"])
    fields = zip(("name", "address", "secret"), before, after, strict=True)
    _record("change_channel", row, by, [(field, old, new) for field, old, new in fields if old != new])


@transaction.atomic
def stop_channel(*, setup: ChannelSetup, by: User) -> None:
    """Send nothing by it any more. What was sent keeps it; messages that wait for it are not sent."""
    row = ChannelSetup.objects.select_for_update().get(pk=setup.pk)
    if row.is_used:
        row.is_used = False
        row.save(update_fields=["is_used"])
        _record("stop_channel", row, by)


def try_channel(*, setup: ChannelSetup, phone: str, at: datetime, by: User) -> str:
    """Send a message that says it is a trial; what went wrong, or "". Not in a transaction: somebody else answers."""
    text = _("This is a trial from %(place)s. If you read it, the channel works.") % {"place": setup.organization.name}
    outgoing = Outgoing(phone, _("Trial"), text, "", uuid4())
    try:
        sender_for(setup.kind).send(outgoing, setup)
        problem = ""
    except (NotSent, Uncertain) as trouble:
        problem = trouble.sentence
    _keep_trial(setup, problem, at, by)
    return problem


@transaction.atomic
def _keep_trial(setup: ChannelSetup, problem: str, at: datetime, by: User) -> None:
    ChannelSetup.objects.filter(pk=setup.pk).update(tested_at=at, test_problem=problem)
    _record("try_channel", setup, by)


def _add(row: ChannelSetup, by: User) -> ChannelSetup:
    row.save(force_insert=True)
    _record("add_channel", row, by)
    return row


def _record(action: str, row: ChannelSetup, by: User, changes: Iterable[Change] = ()) -> None:
    record(
        action=action,
        by=by,
        subject=row,
        organization_code=row.organization.code,
        changes=changes,
    )


def _refuse_address(address: str) -> None:
    try:
        checked(address)
    except AddressRefused as refused:
        raise Refused(str(refused), "address") from None


FACTS = ("language", "quiet_from", "quiet_until", "workdays_only", "no_channels", "wants_digest")

Values = Mapping[str, Any]
"""Names of FACTS → new values; what isn't named stays as it is."""


def preference_of(person: Member | User) -> Preference:
    """The stored one, or the defaults, unsaved. A user who is a member has the member's."""
    whose = _whose(person)
    return Preference.objects.filter(**whose).first() or Preference(**whose)


@transaction.atomic
def prefer(*, person: Member | User, values: Values, by: User) -> list[str]:
    """Keep what they want; the names of what really changed. Sent twice it is the same."""
    stored, _new = Preference.objects.select_for_update(of=("self",)).get_or_create(**_whose(person))
    changes = [(name, getattr(stored, name), values[name]) for name in FACTS if name in values]
    real = [(name, old, new) for name, old, new in changes if old != new]
    for name, _old, new in real:
        setattr(stored, name, new)
    if real:
        stored.save(update_fields=[name for name, _old, _new in real])
        code = roster_code(stored.member) if stored.member else ""
        record(
            action="set_preference", by=by, subject=stored.member or stored.user, organization_code=code, changes=real
        )
    return [name for name, _old, _new in real]


def _whose(person: Member | User) -> dict[str, Any]:
    if isinstance(person, User):
        return {"member": person.member} if person.member else {"user": person}
    return {"member": person}
