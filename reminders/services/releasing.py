"""Somebody looks at messages before they go out, and lets them go or not."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Organization, User
from members.paths import subtree
from members.services.refused import Refused
from reminders.choices import MessageKind, MessageState
from reminders.models import Message, Release
from reminders.models.message import MessageQuerySet


@transaction.atomic
def release(organization: Organization, kind: MessageKind, *, by: User) -> int:
    """Let messages of the kind go out from here and below, those that wait and those to come; how many waited.

    Twice is once.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    is_new = not Release.objects.in_force().filter(organization=organization, kind=kind).exists()
    if is_new:
        Release.objects.create(organization=organization, kind=kind, released_by=by)
    let_go = _waiting(organization, kind).update(state=MessageState.READY)
    if is_new or let_go:
        _record("release_messages", organization, kind, by, let_go)
    return let_go


@transaction.atomic
def decline(
    organization: Organization, kind: MessageKind, *, by: User, reason: str, keys: Collection[UUID] | None = None
) -> int:
    """Let waiting messages of the kind not go out: all from here and below, or those with the keys; how many.

    Raises Refused without a reason. What is planned later waits again.
    """
    if not reason.strip():
        raise Refused(_("Say why they aren't sent."), "reason")
    waiting = _waiting(organization, kind)
    declined = (waiting if keys is None else waiting.filter(pk__in=keys)).update(
        state=MessageState.DECLINED, problem=reason.strip()[:300]
    )
    if declined:
        _record("decline_messages", organization, kind, by, declined, reason.strip())
    return declined


@transaction.atomic
def take_back(release_given: Release, *, by: User) -> None:
    """From now on messages of the kind are looked at again. What has gone out stays as it is. Twice is once."""
    taken = Release.objects.in_force().filter(pk=release_given.pk).update(taken_back_at=timezone.now())
    if taken:
        _record("take_back_release", release_given.organization, MessageKind(release_given.kind), by, 0)


def _waiting(organization: Organization, kind: MessageKind) -> MessageQuerySet:
    return Message.objects.held().filter(subtree("organization__path", [organization.path]), kind=kind)


def _record(
    action: str, organization: Organization, kind: MessageKind, by: User, messages: int, reason: str = ""
) -> None:
    record(
        action=action,
        by=by,
        subject=organization,
        organization_code=organization.code,
        reason=reason,
        details={"kind": str(kind), "messages": messages},
    )
