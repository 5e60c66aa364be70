"""The append-only record of who did what. Written by `audit.services.record`, never edited: the database refuses."""

import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

UNKEYED = b""
"""Instead of a key: entries from before the chain had one."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def within(self, codes: Collection[str] | models.QuerySet[Any, str]) -> "EntryQuerySet":
        """Entries about the organizations with those codes (paths change when an organization moves, codes never)."""
        return self.filter(organization_code__in=codes)

    def about(self, subject_kind: str, subject_id: object) -> "EntryQuerySet":
        return self.filter(subject_kind=subject_kind, subject_id=str(subject_id))

    def by(self, actor: object) -> "EntryQuerySet":
        return self.filter(actor=str(actor))

    def since(self, moment: datetime) -> "EntryQuerySet":
        return self.filter(at__gt=moment)

    def in_order(self) -> "EntryQuerySet":
        return self.order_by("number")


class Entry(models.Model):
    """One act. `changes` names fields with keyed fingerprints of old and new value, never the values themselves."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("did what"), max_length=60)
    subject_kind = models.CharField(_("kind of record"), max_length=60)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(_("record"), max_length=200)
    """What the record was called then. Kind, id and label are empty when the whole installation is meant."""
    organization_code = models.CharField(max_length=40, blank=True)
    changes = models.JSONField(_("fields"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    details = models.JSONField(_("details"), default=dict)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_subject"),
            models.Index(fields=["organization_code", "-number"], name="audit_entry_place"),
            models.Index(fields=["actor", "at"], name="audit_entry_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_entry_numbered_from_one"),
            models.UniqueConstraint(fields=["previous_digest"], name="audit_entry_one_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.action} {self.subject_label}"

    def computed_digest(self, key: bytes) -> str:
        """What `digest` has to be, under a key of `audit.keyring`."""
        return digest_of(self, key)


def digest_of(entry: Any, key: bytes) -> str:
    """HMAC-SHA-256 over an entry's content and the digest of the one before; unkeyed: SHA-256."""
    values = [
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
    content = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(content).hexdigest() if key == UNKEYED else hmac.digest(key, content, "sha256").hex()


class Head(models.Model):
    """The end of the chain, one row. Locked while an entry is appended, so that the chain never forks."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_only_one")]


class ChainCheck(models.Model):
    """One walk over the whole chain, from the first entry to the head, and what it found."""

    at = models.DateTimeField(_("at"))
    number = models.BigIntegerField(_("entries"))
    """The last entry that was looked at."""
    broken_at = models.BigIntegerField(null=True, blank=True)
    """The first entry where the record doesn't hold; None: it is whole."""
    found = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        get_latest_by = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(broken_at__isnull=True, found="")
                | (models.Q(broken_at__isnull=False) & ~models.Q(found="")),
                name="audit_check_says_what_it_found",
            ),
        ]

    def __str__(self) -> str:
        return self.found or f"1–{self.number}"


class RowSum(models.Model):
    """The keyed sum over the rows of a place in a watched table: see `audit.row_sums`, which writes it."""

    table_name = models.CharField(max_length=60)
    place = models.CharField(max_length=200, blank=True)
    rows = models.BigIntegerField()
    sum = models.CharField(max_length=64)
    mark = models.CharField(max_length=64, blank=True)
    """Keyed, over all of it. Empty: somebody had edited the sum before the program added to it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_name", "place"], name="audit_one_sum_for_a_place")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.place}"


class TableSum(models.Model):
    """The sum over the marks of a table's places, so that none of them can be put back or taken away."""

    table_name = models.CharField(max_length=60, primary_key=True)
    columns = models.TextField()
    """What was watched when it was summed up."""
    places = models.BigIntegerField()
    sum = models.CharField(max_length=64)
    round = models.BigIntegerField()
    """The last round of the minute that counted it in; the same number is written outside the database."""
    mark = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(round__gte=0), name="audit_table_sum_round")]

    def __str__(self) -> str:
        return self.table_name
