"""Relatives that an inspector declares, so that letters about them go to somebody else."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import User
from members.services.refused import Refused
from supervision.models import DeclaredRelative
from supervision.rules.names import plain


@transaction.atomic
def declare_relative(*, key: UUID, user: User, name: str, relation: str) -> DeclaredRelative:
    """The same `key` again returns the row that is there. Raises Refused."""
    if not plain(name):
        raise Refused(_("Write the name."), "name")
    if not relation.strip():
        raise Refused(_("Write how you are related."), "relation")
    values = {"user": user, "name": name.strip(), "relation": relation.strip()}
    entry, is_new = DeclaredRelative.objects.get_or_create(key=key, defaults=values)
    if entry.user_id != user.pk:
        raise Refused(_("This entry is somebody else's. Load the page again."))
    if is_new:
        record(action="declare_relative", by=user, subject=None)
    return entry


@transaction.atomic
def remove_relative(*, entry: DeclaredRelative, by: User) -> None:
    """One's own entry only; twice is once. Raises Refused."""
    if entry.user_id != by.pk:
        raise Refused(_("This entry is somebody else's. Load the page again."))
    if DeclaredRelative.objects.filter(pk=entry.pk).delete()[0]:
        record(action="remove_relative", by=by, subject=None)
