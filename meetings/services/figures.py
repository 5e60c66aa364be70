from datetime import date

from audit.services import record
from members.models import Organization, User


def put_attendance_export_on_record(*, place: Organization, first: date, last: date, rows: int, by: User) -> None:
    """That attendance left the program as a workbook: whose, over which period, how many rows."""
    record(
        action="export_attendance",
        by=by,
        subject=place,
        organization_code=place.code,
        details={"rows": rows, "first": first.isoformat(), "last": last.isoformat()},
    )
