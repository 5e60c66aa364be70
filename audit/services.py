"""Writing the record. Call `record` inside the transaction of the act itself: both are stored or neither."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit.keyring import fingerprint
from audit.models import Entry, Head

Change = tuple[str, object, object]
"""Field name, value before, value after. Only keyed fingerprints of the values are stored."""


@transaction.atomic
def record(
    *,
    action: str,
    by: object,
    subject: models.Model,
    organization_code: str = "",
    changes: Iterable[Change] = (),
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry to the chain.

    `by` is a user, or a plain string for the machine itself ("system"). `details` holds counts and codes, nothing
    private.
    """
    head = _locked_head()
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        actor=str(by),
        action=action,
        subject_kind=subject._meta.label,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        organization_code=organization_code,
        changes={name: [_print_of(before), _print_of(after)] for name, before, after in changes},
        reason=reason,
        details=dict(details or {}),
        previous_digest=head.digest,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(number=entry.number, digest=entry.digest)
    return entry


def digest_of(entry: Entry) -> str:
    """SHA-256 over the entry's content and its predecessor's digest."""
    content = [
        entry.number,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.subject_label,
        entry.organization_code,
        entry.changes,
        entry.reason,
        entry.details,
        entry.previous_digest,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _locked_head() -> Head:
    Head.objects.get_or_create(pk=1)
    return Head.objects.select_for_update().get(pk=1)


def _print_of(value: object) -> str | None:
    return None if value in (None, "") else fingerprint(str(value), size=8)
