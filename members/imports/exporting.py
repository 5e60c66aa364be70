"""Workbooks that go back to the branch: the rows that were refused with their reasons, and a blank one to fill in."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from members.choices import RowVerdict
from members.imports.problems import from_json
from members.models.files import RosterImport, RosterImportRow
from members.roster.headings import HEADINGS, LABELS
from members.roster.services import PRIVATE
from members.workbooks.reading import Value, load_cells
from members.workbooks.writing import Sheet, write_workbook

REASON = "退回原因"
LEFT_OUT = ("committee", "general_branch", "work_unit", "post", "email", "lost_contact")
"""Fields that the blank workbook doesn't ask for."""
CHOICES = {
    "sex": ["男", "女"],
    "membership": ["正式党员", "预备党员"],
    "category": ["在职", "退休", "离休", "农民", "学生", "下岗失业", "领取抚恤救济", "低保"],
    "education": ["小学", "初中", "高中", "中专", "大专", "大学本科", "硕士研究生", "博士研究生"],
    "mobile": ["是", "否"],
    "hardship": ["是", "否"],
}
REASON_WIDTH = 50


def write_refused(roster_import: RosterImport, target: IO[bytes], *, private: bool) -> None:
    """The refused and doubtful rows as they were read, each with its reasons, to be corrected and imported again.

    Whoever uploaded the workbook gets everything back; for others columns with private values come back empty.
    """
    headings = [column["heading"] for column in roster_import.columns]
    hidden = set() if private else {column["heading"] for column in roster_import.columns if _hides(column["field"])}
    rows = roster_import.rows.filter(verdict__in=[RowVerdict.REFUSED, RowVerdict.DOUBTFUL]).order_by("number")
    sheet = Sheet(
        roster_import.sheet,
        [*headings, REASON],
        _refused(rows.iterator(chunk_size=500), headings, hidden),
        {REASON: REASON_WIDTH},
    )
    write_workbook(target, [sheet])


def _hides(field: str) -> bool:
    """Private fields, and columns of which nobody knows what is in them."""
    return field in PRIVATE or not field


def _refused(rows: Iterator[RosterImportRow], headings: list[str], hidden: set[str]) -> Iterator[list[Value]]:
    for row in rows:
        cells = {heading: cell for heading, cell in load_cells(row.cells.open()).items() if heading not in hidden}
        yield [*(cells.get(heading) for heading in headings), reasons(row)]


def reasons(row: RosterImportRow) -> str:
    """Why a row was left out, a line each."""
    problems = [problem for problem in map(from_json, row.problems) if problem.refuses or problem.is_doubt]
    return "\n".join(
        f"{problem.column}：{problem.message}" if problem.column else problem.message for problem in problems
    )


def write_template(target: IO[bytes]) -> None:
    """A blank workbook with every heading that is understood, and a sheet that explains them."""
    fields = [name for name in LABELS if name not in LEFT_OUT]
    headings = [HEADINGS[name][0] for name in fields]
    choices = {HEADINGS[name][0]: words for name, words in CHOICES.items()}
    advice = [[_advice(name), HEADINGS[name][0]] for name in fields]
    write_workbook(
        target,
        [
            Sheet(
                "花名册", headings, choices=choices, widths={HEADINGS["national_id"][0]: 22, HEADINGS["name"][0]: 10}
            ),
            Sheet("填表说明", [_("What to write"), _("Column")], advice, {_("What to write"): 70, _("Column"): 20}),
        ],
    )


def _advice(name: str) -> str:
    special = {
        "organization": _("Only when the workbook is of several branches: the path, like A/B/C."),
        "name": _("Must be there."),
        "national_id": _("Eighteen characters, in a cell formatted as text. Tells members apart for good."),
        "birth": _("Like 1958.11.26 or 1958.11; may be blank when the identity number is there."),
        "joined": _("Like 1958.11.26 or 1958.11."),
        "full": _("Like 1958.11.26 or 1958.11; blank for probationary members."),
        "place": _("Where a mobile member lives now."),
    }
    return special.get(name, _("May be blank."))
