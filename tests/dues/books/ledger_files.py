"""Dues ledgers as branches keep them, made by code; all names are invented."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

MONTHS = [f"{month}月" for month in range(1, 13)]
HEADINGS = ["序号", "姓名", "党费基数", "月应交", *MONTHS, "合计", "备注"]


def row(
    number: int, name: str, base: object, monthly: object, paid: Sequence[object], total: object = None
) -> list[object]:
    """A row under HEADINGS; `paid` from January on."""
    return [number, name, base, monthly, *paid, *[None] * (12 - len(paid)), total]


def book(path: Path, *sheets: tuple[str, Sequence[Sequence[object]]], merge: Sequence[str] = ()) -> Path:
    """A workbook of these sheets; `merge` in the first."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for cells in rows:
            page.append(list(cells))
    for cells in merge:
        made.worksheets[0].merge_cells(cells)
    made.save(path)
    return path


def ledger(
    path: Path, rows: Sequence[Sequence[object]], headings: Sequence[str] = HEADINGS, sheet: str = "2026年"
) -> Path:
    """A title, the headings in row 2, the rows from row 3, a footer."""
    return book(path, (sheet, [["2026年度党费收缴台账"], headings, *rows, [], ["合计", None, None], ["制表人：王某"]]))
