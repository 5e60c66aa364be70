"""How somebody wants to be told things."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audit.services import record
from members.models import Member, User
from members.services.people import roster_code
from reminders.models import Preference

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
