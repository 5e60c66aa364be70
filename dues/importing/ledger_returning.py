"""Workbooks on the way back to the branch: the rows that were refused, and the ledger of a year as it is kept."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dues.importing.ledger_columns import LEDGER
from dues.importing.ledger_notes import note_from
from dues.models import LedgerImport
from dues.queries.ledger_year import LedgerRow, month_sums
from dues.rules.payment import yuan
from members.workbooks.reading import Value
from members.workbooks.stored import load_cells
from members.workbooks.writing import Sheet, write_workbook

REASON = "退回原因"
MONTHS = [f"{month}月" for month in range(1, 13)]
BASE = "党费基数"


def write_refused(ledger: LedgerImport, target: IO[bytes], *, private: bool) -> None:
    """The refused rows as they were read, each with its reasons, to be corrected and imported again.

    Whoever uploaded the sheet gets everything back; for others identity numbers and unknown columns come back empty.
    """
    content = json.loads(ledger.content.open() or "{}")
    headings = content.get("headings", [])
    shown = {heading for heading in headings if private or _may_be_shown(heading)}
    rows = _refused(ledger, content.get("refused", []), headings, shown)
    write_workbook(target, [Sheet("退回", [*headings, REASON], rows, {REASON: 50})])


def _may_be_shown(heading: str) -> bool:
    candidates = LEDGER.candidates(heading)
    return bool(candidates) and candidates[0][1].name != "national_id"


def _refused(
    ledger: LedgerImport, rows: Iterable[tuple[int, str]], headings: list[str], shown: set[str]
) -> Iterator[list[Value]]:
    reasons = defaultdict(list)
    for note in map(note_from, ledger.found["notes"]):
        if note.refuses:
            reasons[note.row].append(f"{note.cell} {note.message}".strip())
    for row, cells in rows:
        read = load_cells(cells)
        yield [*(read.get(heading) if heading in shown else None for heading in headings), "\n".join(reasons[row])]


def write_year(rows: Iterable[LedgerRow], target: IO[bytes], *, branch: str, year: int, bases: bool) -> None:
    """The customary ledger with the sums of its months below; without bases for whoever may not see them.

    What it writes can be imported again.
    """
    listed = list(rows)
    carried = sum(row.carried_fen for row in listed)
    amounts = ["月应交", *(["上年结转"] if carried else []), *MONTHS, "合计"]
    headings = ["序号", "姓名", *([BASE] if bases else []), *amounts, "备注"]
    title = f"{branch}{year}年度党费收缴台账"
    cells = [_cells(number, row, bases, carried=bool(carried)) for number, row in enumerate(listed, 1)]
    if cells:
        before = [None, "合计", *([None] if bases else []), None, *([yuan(carried)] if carried else [])]
        cells.append([*before, *map(yuan, month_sums(listed)), None])
    write_workbook(target, [Sheet(f"{year}年", headings, cells, {"备注": 24}, title=title)])


def _cells(number: int, row: LedgerRow, bases: bool, *, carried: bool) -> list[object]:
    before = [row.carried_fen or None] if carried else []
    amounts = [None if fen is None else yuan(fen) for fen in (row.monthly_fen, *before, *row.paid, row.total_fen)]
    base = [None if row.base_fen is None else yuan(row.base_fen)] if bases else []
    return [number, row.name, *base, *amounts, remark_of(row)]


def remark_of(row: LedgerRow) -> str:
    """What the money alone doesn't say: months that were waived or reduced, and what was owed from before."""
    said = []
    if row.waived:
        said.append(_("waived: %(months)s") % {"months": _months(row.waived)})
    for fen, months in row.reduced.items():
        said.append(_("reduced to %(yuan)s yuan: %(months)s") % {"yuan": yuan(fen), "months": _months(months)})
    if row.opening_fen:
        said.append(_("open from before: %(yuan)s") % {"yuan": yuan(row.opening_fen)})
    return _("; ").join(said)


def _months(months: Iterable[int]) -> str:
    words = pgettext("date format: a month alone", "M")
    return _(", ").join(date_format(date(2000, month, 1), words) for month in months)
