"""Writing the record. Call `record` inside the transaction of the act itself: both are stored or neither."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from audit.anchors import Anchor, last_anchor, write_anchor
from audit.carrying import carry
from audit.keyring import AuditKeyMissing, audit_key, audit_ring, fingerprint, new_key, write_ring
from audit.models import ChainCheck, Entry, Head
from audit.queries import Break, anchor_breaks, breaks, line_breaks, row_breaks

log = logging.getLogger(__name__)

Change = tuple[str, object, object]
"""Field name, value before, value after. Only keyed fingerprints of the values are stored."""


@transaction.atomic
def record(
    *,
    action: str,
    by: object,
    subject: models.Model | None,
    organization_code: str = "",
    changes: Iterable[Change] = (),
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry to the chain.

    `by` is a user, or a plain string for the machine itself ("system"). `subject=None`: the whole installation.
    `details` holds counts and codes, nothing private. Raises AuditKeyMissing.
    """
    head = _locked_head()
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        actor=str(by),
        action=action,
        subject_kind=subject._meta.label if subject else "",
        subject_id=str(subject.pk) if subject else "",
        subject_label=str(subject)[:200] if subject else "",
        organization_code=organization_code,
        changes={name: [_print_of(before), _print_of(after)] for name, before, after in changes},
        reason=reason,
        details=dict(details or {}),
        previous_digest=head.digest,
    )
    entry.digest = entry.computed_digest(audit_key(is_first=not head.number))
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(number=entry.number, digest=entry.digest)
    return entry


@transaction.atomic
def begin_audit_key(*, by: object) -> Entry:
    """Add a new key at the head of the ring's file, and the entry that closes what the older keys chained.

    Keys from the environment are changed there: then this only writes the entry.
    """
    _locked_head()
    if file := settings.AUDIT_KEYS_FILE:
        write_ring(file, (new_key(), *audit_ring()))
    return record(action="begin_audit_key", by=by, subject=None)


def anchor(anchors: Path, *, at: datetime) -> None:
    """Compare the end of the chain with the last anchor, write the next one and carry off what isn't yet.

    Nothing here stops whoever asks for it: what went wrong is in the log and on the page of the jobs.
    """
    try:
        _compare_with(last_anchor(anchors))
        write_anchor(anchors, at=at)
        carry(anchors, at=at)
    except (OSError, AuditKeyMissing) as error:
        log.error("The anchor of the audit record could not be written: %s", error)


def _compare_with(last: Anchor | None) -> None:
    """Say and keep it when the record isn't what it was a minute ago."""
    for found in line_breaks([last] if last else []):
        log.error("The audit record is not whole: entry %s: %s. Run manage.py verify.", found.number, found.what)
        _keep(found, number=found.number)


def check_chain(*, anchors: Path, rows_differ: bool) -> ChainCheck:
    """Walk the whole chain, compare it with the anchors, and keep what was found for the audit page.

    `rows_differ`: whether rows were found to be other than the program wrote them.
    """
    number = Head.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    found = next(chain(breaks(), anchor_breaks(anchors), row_breaks(number, differ=rows_differ)), None)
    return _keep(found, number=number)


def _keep(found: Break | None, *, number: int) -> ChainCheck:
    return ChainCheck.objects.create(
        at=timezone.now(),
        number=number,
        broken_at=found.number if found else None,
        found=found.what if found else "",
    )


def record_taking_in(rows: Mapping[str, int], *, by: object, reason: str) -> Entry:
    """Say that what these tables hold is taken for what the program wrote; how many rows each has."""
    tables = ", ".join(sorted(table for table, count in rows.items() if count))
    return record(
        action="take_in_rows",
        by=by,
        subject=None,
        reason=reason,
        details={"rows": sum(rows.values()), "tables": tables},
    )


def _locked_head() -> Head:
    Head.objects.get_or_create(pk=1)
    return Head.objects.select_for_update().get(pk=1)


def _print_of(value: object) -> str | None:
    return None if value in (None, "") else fingerprint(str(value), size=8)
