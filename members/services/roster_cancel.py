"""Cancelling a roster import that waits, is being read, or is being stored: afterwards nothing of it is on the roster.

A worker holds the import for as long as it stores a chunk (`roster_import.go_on`), and so does whoever cancels: either
the chunk comes first and is taken back, or the cancellation does and the chunk is never stored.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import ImportState
from members.models import RosterImport, User
from members.services.refused import Refused
from members.services.roster_undo import Undone, take_back

CANCELLABLE = frozenset(
    {
        ImportState.UPLOADED,
        ImportState.READING,
        ImportState.PREVIEW,
        ImportState.CONFIRMED,
        ImportState.APPLYING,
    }
)


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
