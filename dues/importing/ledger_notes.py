"""What can be said about a row of a ledger, as codes, and the sentence for each: what it is and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "name_missing": _("The name is missing. Enter it in the sheet."),
    "national_id_checksum": _(
        "The identity number has a mistake: its digits don't fit together. Check it against the card."
    ),
    "national_id_rounded_by_excel": _(
        "Excel kept the identity number as a number and lost its last digits. Make the column text and enter it again."
    ),
    "member_unknown": _(
        "“%(name)s” belongs to no roster of this branch. Record the member first, or correct the name."
    ),
    "member_ambiguous": _("Several members of this branch are called “%(name)s”. Add a column of identity numbers."),
    "member_twice": _("“%(name)s” stands already in row %(first)s. Leave one of the two rows."),
    "name_differs": _("The roster has this identity number under another name than “%(name)s”. Correct one of them."),
    "amount_unreadable": _("“%(written)s” is no amount. Write a number, √ or 免, or leave the cell empty."),
    "amount_unknown": _(
        "Nothing says what this member pays a month. Fill in the monthly amount, or base and category."
    ),
    "category_missing": _("No category for dues is known. Add a column 类别, or choose one on the member's page."),
    "charged_differently": _(
        "%(month)s was charged with another amount. Take that charge back first, or correct the sheet."
    ),
    "paid_differently": _("Another payment of %(month)s is on record. Compare the two and correct the wrong one."),
    "basis_differs": _("Another amount is fixed for this member from %(month)s. Compare the two; nothing was changed."),
}
"""Codes for which a row isn't stored."""

BLOCKS: dict[str, Promise] = {
    "month_closed": _("%(month)s is closed: nothing is charged in it any more. The sheet can't be stored."),
}
"""Codes for which nothing of the sheet is stored."""

WARNINGS: dict[str, Promise] = {
    "base_unreadable": _("“%(written)s” is no amount. The base was left out."),
    "category_unknown": _("No category for dues is known. The amounts are kept, but no base was fixed for the year."),
    "category_differs": _("The roster has another category for dues. For this year the sheet's was taken."),
    "amount_contradicts_rule": _(
        "The monthly amount isn't what the rule gives for base and category. The sheet's holds."
    ),
    "flat_amount_contradicts_rule": _(
        "The monthly amount isn't the one that is set for this category. The sheet's holds."
    ),
    "amount_computed": _("The sheet gives no monthly amount. It was computed from base and category."),
    "total_contradicts_months": _("The total is %(written)s, the months add up to %(sum)s. The months hold."),
    "due_contradicts_months": _("The amount due is %(written)s, the months add up to %(sum)s. The months hold."),
    "paid_ahead": _("%(fen)s more was paid than is owed until %(month)s. It counts for the months that follow."),
    "month_waived": _("Waived according to the sheet. Which approval there was isn't on record."),
    "month_to_come": _("%(month)s is still to come, but something stands there already."),
    "payment_known": _("The payment of %(month)s is on record already and wasn't taken twice."),
    "own_payments": _("These are your own dues: the payments wait until another officer has confirmed them."),
    "opening_unreadable": _("“%(written)s” is no amount. The balance of the year before was left out."),
    "opening_known": _("Months of the year before are on record already. Its balance was left out."),
    "column_unclear": _("This column wasn't understood and was left out."),
    "column_of_other_year": _("This column is about another year and was left out."),
    "row_not_read": _("The row is about no member and was left out: %(text)s"),
    "sheet_of_other_year": _("The sheet says %(year)s. Check that the right file was chosen."),
    "other_sheets_not_read": _("Other sheets weren't read: %(names)s"),
    "touches_receipts": _("Receipts that name what this changes: %(names)s. Each keeps what it says."),
    "touches_month": _("%(name)s, %(month)s: paid %(was)s so far, %(will)s afterwards."),
    "touches_closed": _("Sums of closed months change: %(months)s."),
    "touches_published": _(
        "Published figures: %(names)s. They stay as they were published; the correction is shown beside them."
    ),
    "formula_without_value": _("The cell holds a formula without a value. Open the file in Excel or WPS and save it."),
}
"""Codes about which somebody should know; the row is stored."""

SENTENCES: Mapping[str, Promise] = REFUSALS | BLOCKS | WARNINGS


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a row or a column. `row` is the sheet's own number, 0 for the whole; `cell` like "F12", or "".

    `about` fills the sentence and holds nothing private: it is stored in the clear.
    """

    row: int
    code: str
    column: str = ""
    cell: str = ""
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def refuses(self) -> bool:
        return self.code in REFUSALS

    @property
    def blocks(self) -> bool:
        return self.code in BLOCKS

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it."""
        return str(SENTENCES[self.code]) % self.about

    def stored(self) -> dict[str, Any]:
        kept = {"row": self.row, "code": self.code, "column": self.column, "cell": self.cell}
        return {**kept, "about": dict(self.about)}

    def answer(self) -> dict[str, Any]:
        """As the command prints it."""
        kept = {"row": self.row, "column": self.column, "cell": self.cell, "code": self.code}
        return {**kept, "message": self.message}


def note_from(stored: Mapping[str, Any]) -> Note:
    """What `Note.stored` kept."""
    return Note(**stored)
