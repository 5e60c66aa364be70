"""One sheet to download."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO

from django.http import FileResponse

from members.workbooks.writing import Sheet, write_workbook


def workbook(title: str, headings: list[str], rows: Iterable[list[object]], *, on: date) -> FileResponse:
    """`title` names the sheet, and the file together with the day."""
    file = BytesIO()
    write_workbook(file, [Sheet(title, headings, rows)])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{title} {on}.xlsx")
