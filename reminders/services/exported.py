"""That a list of messages left the program."""

from audit.services import record
from members.models import User


def put_messages_on_record(*, rows: int, by: User) -> None:
    """That the list was taken as a workbook, and how long it was."""
    code = by.standing.held[0].code if by.standing.held else ""
    record(action="export_messages", by=by, subject=by, organization_code=code, details={"rows": rows})
