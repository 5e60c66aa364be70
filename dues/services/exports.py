from collections.abc import Sequence

from audit.services import record
from members.models import Organization, User
from members.services.private import put_members_on_record


def put_payments_export_on_record(*, place: Organization, rows: int, by: User) -> None:
    """That payments left the program as a workbook: of which branch, how many rows."""
    record(action="export_payments", by=by, subject=place, organization_code=place.code, details={"rows": rows})


def put_ledger_export_on_record(*, place: Organization, year: int, rows: int, by: User) -> None:
    """That the ledger of a year left the program, without bases."""
    details = {"year": year, "rows": rows}
    record(action="export_dues_ledger", by=by, subject=place, organization_code=place.code, details=details)


def put_bases_on_record(
    *, place: Organization, year: int, members: Sequence[int], reason: str, by: User, agreed_by: User | None = None
) -> None:
    """That it left with bases: whose, so that each of them can read it, and what for. Call it in a transaction."""
    details = {"year": year, "rows": len(members), "fields": ["dues_base"]}
    if agreed_by:
        details["agreed_by"] = str(agreed_by)
    entry = record(
        action="export_dues_bases",
        by=by,
        subject=place,
        organization_code=place.code,
        reason=reason.strip(),
        details=details,
    )
    put_members_on_record(entry=entry, members=members)
