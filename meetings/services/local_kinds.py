"""Adding and retiring local kinds of meetings."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.models import LocalKind
from members.models import Organization, User
from members.services.refused import Refused


@transaction.atomic
def add_local_kind(*, key: UUID, organization: Organization, name: str, by: User) -> LocalKind:
    """Add a kind, or use a retired one again. The same key twice adds it once. Raises Refused."""
    if known := LocalKind.objects.filter(pk=key).first():
        return known
    kind = LocalKind.objects.select_for_update().filter(organization=organization, name=name).first()
    if kind and kind.is_used:
        raise Refused(_("This kind is there already."), "name")
    if kind is None:
        kind = LocalKind(pk=key, organization=organization, name=name)
    kind.is_used = True
    kind.save()
    record(action="add_local_kind", by=by, subject=kind, organization_code=organization.code)
    return kind


@transaction.atomic
def retire_local_kind(*, kind: LocalKind, by: User) -> None:
    """Plan no new meetings of it; those on record keep their kind. Twice changes nothing."""
    if LocalKind.objects.filter(pk=kind.pk, is_used=True).update(is_used=False):
        record(action="retire_local_kind", by=by, subject=kind, organization_code=kind.organization.code)
