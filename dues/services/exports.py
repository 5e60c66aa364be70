from audit.services import record
from members.models import Organization, User


def put_payments_export_on_record(*, place: Organization, rows: int, by: User) -> None:
    """That payments left the program as a workbook: of which branch, how many rows."""
    record(action="export_payments", by=by, subject=place, organization_code=place.code, details={"rows": rows})


def put_ledger_export_on_record(*, place: Organization, year: int, rows: int, bases: bool, by: User) -> None:
    """That the ledger of a year left the program, and whether with the bases of its members."""
    details = {"year": year, "rows": rows, "bases": bases}
    record(action="export_dues_ledger", by=by, subject=place, organization_code=place.code, details=details)
