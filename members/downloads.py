"""Workbooks to download. For the pages of every app."""

from collections.abc import Callable
from io import BytesIO

from django.http import FileResponse

from members.workbooks.writing import Sheet, write_workbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name: str, *sheets: Sheet) -> FileResponse:
    """`name` is the file's, ending included."""
    return written(name, lambda file: write_workbook(file, sheets))


def written(name: str, write: Callable[[BytesIO], object]) -> FileResponse:
    """A workbook that a service writes."""
    file = BytesIO()
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
