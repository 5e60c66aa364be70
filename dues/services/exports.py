from audit.services import record
from members.models import Organization, User


def put_payments_export_on_record(*, place: Organization, rows: int, by: User) -> None:
    """That payments left the program as a workbook: of which branch, how many rows."""
    record(action="export_payments", by=by, subject=place, organization_code=place.code, details={"rows": rows})
