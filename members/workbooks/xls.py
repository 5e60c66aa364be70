"""Rows of an .xls, by calamine: the format is bounded (65,536 rows, 256 columns) and too intricate to stream."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from members.workbooks import refusals
from members.workbooks.limits import Limits
from members.workbooks.numbers import Value, whole
from members.workbooks.refusals import WorkbookRefused
from members.workbooks.sheets import Place, Range, SheetRow


class XlsBook:
    """A workbook of Excel 97 to 2003. Formulas come as what they last showed; the text of a formula isn't available."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            with path.open("rb") as file:
                self.book = calamine.load_workbook(file)
        except calamine.PasswordError as error:
            raise WorkbookRefused(refusals.ENCRYPTED) from error
        except (calamine.CalamineError, ValueError, OSError) as error:
            raise WorkbookRefused(refusals.BROKEN) from error
        sheets = [sheet for sheet in self.book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        self.places = [Place(sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible) for sheet in sheets]

    def _sheet(self, index: int) -> Any:
        try:
            return self.book.get_sheet_by_name(self.places[index].name)
        except (calamine.CalamineError, ValueError) as error:
            raise WorkbookRefused(refusals.BROKEN) from error

    def merged(self, index: int) -> list[Range]:
        ranges = self._sheet(index).merged_cell_ranges or []
        return sorted(Range(start[0] + 1, start[1], end[0] + 1, end[1]) for start, end in ranges)

    def rows(self, index: int) -> Iterator[SheetRow]:
        sheet = self._sheet(index)
        top, left = sheet.start or (0, 0)
        for number, values in enumerate(sheet.iter_rows(), 1 + top):
            cells = {column: _value(value) for column, value in enumerate(values, left) if value != ""}
            if cells:
                yield number, cells


def _value(value: Any) -> Value:
    if isinstance(value, datetime | date):
        return whole(value)
    if isinstance(value, time | timedelta):
        return str(value)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
