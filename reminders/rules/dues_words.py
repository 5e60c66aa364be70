"""What a message says of dues: how much is open, of which months, and how it can be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dues.rules.arrears import Arrears
from dues.rules.payment import yuan
from members.choices import OfficeKind
from rulebook.dates import add_months
from rulebook.values import Text


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a branch's dues."""

    office: OfficeKind
    name: str


def dues_values(arrears: Arrears, taker: Taker | None) -> dict[str, str]:
    """Of the months without a reason on record: whoever agreed with the branch to pay later isn't asked."""
    counted = set(arrears.counted)
    fen = sum(one.fen for one in arrears.months if one.month in counted)
    return {
        "amount": _("%(yuan)s yuan") % {"yuan": f"{yuan(fen):,}"},
        "months": months_text(arrears.counted),
        "ways": ways_text(taker),
    }


def months_text(months: Sequence[date]) -> str:
    """`2026年9月至11月`: each row of months by its first and last."""
    return _(", ").join(_row_text(first, last) for first, last in _rows(months))


def ways_text(taker: Taker | None) -> str:
    """Never by withholding from wages, never advanced by the branch (2008 provisions, articles 12 and 14)."""
    if taker is None:
        return _("to the branch, in cash or by transfer; a relative or another member may pay for you")
    sentence = _("to %(name)s (%(office)s), in cash or by transfer; a relative or another member may pay for you")
    return sentence % {"name": taker.name, "office": taker.office.label}


def _rows(months: Sequence[date]) -> list[tuple[date, date]]:
    rows: list[tuple[date, date]] = []
    for month in sorted(months):
        if rows and add_months(rows[-1][1], 1) == month:
            rows[-1] = (rows[-1][0], month)
        else:
            rows.append((month, month))
    return rows


def _row_text(first: date, last: date) -> str:
    whole = date_format(first, "YEAR_MONTH_FORMAT")
    if first == last:
        return whole
    if first.year == last.year:
        row = Text(zh=f"{first.year}年{first.month}月至{last.month}月", en=f"{first:%B} to {last:%B} {last.year}")
        return str(row)
    return _("%(first)s to %(last)s") % {"first": whole, "last": date_format(last, "YEAR_MONTH_FORMAT")}
