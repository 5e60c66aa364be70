"""Workbooks of indicators in the layouts in which they come."""

from pathlib import Path

import openpyxl

HEADINGS = ("考核项目", "考核内容", "分值", "评分标准")
ROWS = (
    ("组织建设", "换届", 4, "未按期换届扣4分"),
    ("", "支委会", 6, "每少一次扣0.5分"),
    ("组织生活", "主题党日", 10, "每少一次扣1分"),
)


def workbook(path: Path, rows, *, title="2026年党支部考核表", headings=HEADINGS, merged=(), name="Sheet1", more=()):
    """`merged`: ranges like "A3:A4"; `more`: further sheets as (name, rows with their headings)."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in [*([[title]] if title else []), list(headings), *map(list, rows)]:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for other, written in more:
        beside = book.create_sheet(other)
        for row in written:
            beside.append(list(row))
    book.save(path)
    return path


def text(path: Path, rows, encoding="utf-8"):
    path.write_bytes("\n".join(",".join(str(cell) for cell in row) for row in rows).encode(encoding))
    return path
