"""Undoing an import that was stored, and cancelling one that waits, is being read, or is being stored.

A worker holds the import for as long as it stores a chunk (`services.go_on`), and so does whoever cancels: either the
chunk comes first and is taken back, or the cancellation does and the chunk is never stored."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Entry
from audit.services import record
from members.choices import AffiliationKind, ImportState, RowVerdict
from members.dates import DAY, MONTH, YEAR, PartialDate
from members.imports.problems import ImportNote, Problem
from members.imports.row_checks import DAYS, value_of
from members.imports.services import assign, text_of
from members.models.files import CANCELLABLE, RosterImport, RosterImportRow
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.refused import Refused
from members.roster.services import describe

CHUNK = 500
PRECISIONS = {4: YEAR, 7: MONTH, 10: DAY}


@dataclass
class Undone:
    """How many rows were taken back, and those that were not, with the reason."""

    rows: int = 0
    kept: list[ImportNote] = field(default_factory=list)


@transaction.atomic
def undo_import(*, roster_import: RosterImport, by: User | str) -> Undone:
    """Take back every row on which nothing has been built since. Raises Refused when there is nothing to undo."""
    current = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    if current.state != ImportState.APPLIED:
        raise Refused(_("Only an import that has been stored, and not yet undone, can be undone."))
    if current.rows_total and not current.rows.exists():
        raise Refused(_("The rows of this workbook are no longer kept, so the import can't be undone."))
    undone = take_back(current)
    current.state, current.undone_at = ImportState.UNDONE, timezone.now()
    current.save(update_fields=["built", "state", "undone_at"])
    code = current.organization.code if current.organization else ""
    details = {"rows": undone.rows, "kept": len(undone.kept)}
    record(action="undo_import", by=by, subject=current, organization_code=code, details=details)
    roster_import.refresh_from_db()
    return undone


def take_back(roster_import: RosterImport) -> Undone:
    """Everything that the import has brought onto the roster so far goes; `built` is left to be saved."""
    undone = Undone()
    for rows in _chunks_backwards(roster_import):
        _undo_rows(roster_import, rows, undone)
    roster_import.built = _remove_organizations(roster_import.built)
    return undone


def _chunks_backwards(roster_import: RosterImport) -> Iterator[list[RosterImportRow]]:
    """The rows that reached the roster, last first."""
    last = None
    while True:
        rows = roster_import.rows.filter(member__isnull=False).select_related("member").order_by("-number")
        chunk = list(rows.filter(number__lt=last)[:CHUNK] if last else rows[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].number


def _undo_rows(roster_import: RosterImport, rows: list[RosterImportRow], undone: Undone) -> None:
    built_on = _with_later_facts(roster_import, [row for row in rows if row.verdict == RowVerdict.NEW])
    gone: list[int] = []
    for row in rows:
        member = row.member
        if member is None or row.verdict not in {RowVerdict.NEW, RowVerdict.CHANGED}:
            continue
        if row.verdict == RowVerdict.NEW and member.pk not in built_on:
            gone.append(member.pk)
        elif row.verdict == RowVerdict.NEW or not _take_back(member, json.loads(row.before.open() or "{}")):
            undone.kept.append(ImportNote(row.number, Problem("", "has_later_facts")))
            continue
        undone.rows += 1
    _remove_members(gone)


# Created members


def _with_later_facts(roster_import: RosterImport, rows: list[RosterImportRow]) -> set[int]:
    """Members to whom something has happened since they were created: an edit, a move, a visit, a payment, anything."""
    members = [row.member_id for row in rows if row.member_id]
    built_on = {int(key) for key in _edited(members)}
    own = {"affiliations": _moved(members), "situations": _changed(roster_import, members)}
    own["import_rows"] = RosterImportRow.objects.exclude(roster_import=roster_import).exclude(
        verdict=RowVerdict.UNCHANGED
    )
    for relation in Member._meta.related_objects:
        related = cast(type[Model], relation.related_model)
        rows_of = own.get(relation.get_accessor_name() or "", related._base_manager.all())
        name = relation.field.name
        built_on.update(rows_of.filter(**{f"{name}__in": members}).values_list(name, flat=True))
    return built_on


def _edited(members: Iterable[int]) -> Iterable[str]:
    about = Entry.objects.filter(subject_kind=Member._meta.label, subject_id__in=[str(member) for member in members])
    return about.order_by().values_list("subject_id", flat=True)


def _moved(members: list[int]) -> Any:
    """Affiliations that the import didn't make: ended ones, or those besides the formal relation."""
    return Affiliation.objects.filter(member__in=members).exclude(
        valid_until=None, valid_from=None, kind=AffiliationKind.FORMAL
    )


def _changed(roster_import: RosterImport, members: list[int]) -> Any:
    stored = roster_import.applied_at or timezone.now()
    later = Q(recorded_at__gt=stored) | Q(valid_from__isnull=False) | Q(valid_until__isnull=False)
    return Situation.objects.filter(later, member__in=members)


def _remove_members(members: list[int]) -> None:
    Situation.objects.filter(member__in=members).delete()
    Affiliation.objects.filter(member__in=members).delete()
    RosterImportRow.objects.filter(member__in=members).update(member=None)
    Member.objects.filter(pk__in=members).delete()


# Changed members


def _take_back(member: Member, before: dict[str, Any]) -> bool:
    """Put back what the row overwrote; False where somebody has changed one of the facts since."""
    changes: dict[str, list[str]] = before.get("changes", {})
    if any(text_of(value_of(member, name)) != after for name, (_old, after) in changes.items()):
        return False
    if "affiliation" in before and not _move_back(member, before):
        return False
    for name, (old, _after) in changes.items():
        assign(member, name, _partial_date(old) if name in DAYS else old)
    if changes:
        describe(member)
    member.save()
    Situation.objects.filter(pk__in=before.get("situations", []), member=member).delete()
    return True


def _partial_date(text: str) -> PartialDate | None:
    return PartialDate(date.fromisoformat((text + "-01-01")[:10]), PRECISIONS[len(text)]) if text else None


def _move_back(member: Member, before: dict[str, Any]) -> bool:
    """Reopen the relation that ended when the import moved the member to another group."""
    begun = Affiliation.objects.filter(pk=before["affiliation"], member=member, valid_until=None).first()
    if begun is None:
        return False
    ended = Affiliation.objects.formal().filter(member=member, valid_until=begun.valid_from)
    begun.delete()
    for affiliation in ended.order_by("-valid_from")[:1]:
        affiliation.valid_until, affiliation.left_because = None, ""
        affiliation.save(update_fields=["valid_until", "left_because"])
    member.roster_path = before["from"]
    return True


# Organizations


def _remove_organizations(codes: list[str]) -> list[str]:
    """Remove the organizations that the import set up and that are empty; the codes of those that stay."""
    stay = []
    for organization in Organization.objects.filter(code__in=codes).order_by("-path"):
        if _is_empty(organization):
            organization.delete()
        else:
            stay.append(organization.code)
    return stay


def _is_empty(organization: Organization) -> bool:
    used = (
        Organization.objects.below(organization.path).exclude(pk=organization.pk).exists(),
        Affiliation.objects.filter(organization=organization).exists(),
        Office.objects.filter(organization=organization).exists(),
        RosterImport.objects.filter(organization=organization).exists(),
        organization.terms.exists(),
    )
    return not any(used)


@transaction.atomic
def cancel_import(*, roster_import: RosterImport, by: User | str) -> Undone:
    """Stop the import and take back what it has stored. Cancelled twice is cancelled once.

    As with undoing, a row stays on which something has been built meanwhile, and the answer says which. Raises Refused
    for an import that has ended.
    """
    current = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    if current.state == ImportState.CANCELLED:
        return Undone()
    if current.state not in CANCELLABLE:
        raise Refused(_("This import has ended, so there is nothing to cancel. What was stored can be undone."))
    undone = take_back(current)
    current.rows.exclude(number__in=[note.row for note in undone.kept]).delete()
    current.state, current.claimed_until = ImportState.CANCELLED, None
    current.save(update_fields=["built", "state", "claimed_until"])
    code = current.organization.code if current.organization else ""
    details = {"rows": undone.rows, "kept": len(undone.kept)}
    record(action="cancel_import", by=by, subject=current, organization_code=code, details=details)
    roster_import.refresh_from_db()
    return undone
