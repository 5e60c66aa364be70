"""Bills and their rows: the lists, and the state of a row in words."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from dues.bills.forms import FOR_WHOM
from dues.bills.models import Bill
from dues.bills.queries import BillLineView
from dues.choices import BillRowState, NoMatch
from dues.templatetags.dues import months, yuan as fen_in_yuan
from members.dates import to_the_minute
from members.pages.listing import Badge, Listing, Nothing, acts, day, drawn, linked, money, number, text
from members.pages.queries import called

KINDS = {BillRowState.POSTED: "good", BillRowState.CERTAIN: "info", BillRowState.DOUBTFUL: "warn"}
ALIKE: Badge = (_("Perhaps recorded already"), "warn")


def _uploaded(bill: Bill) -> str:
    by = called(bill.uploaded_by) if bill.uploaded_by else ""
    return " · ".join(filter(None, [to_the_minute(bill.uploaded_at), by]))


BILLS = Listing(
    columns=[
        linked("file", _("File"), "file_name"),
        text("kind", _("Kind"), "get_source_display"),
        text("branch", _("Branch"), "organization.name"),
        text("uploaded", _("Uploaded"), _uploaded),
        money("fen", _("Came in, in yuan"), lambda bill: bill.fen or 0),
        number("posted", _("Posted")),
        number("waiting", _("Waiting")),
    ],
    orders={"newest": (_("Newest first"), ("-uploaded_at", "key"))},
    phone=["file", "waiting", "uploaded", "fen"],
    nothing=Nothing(
        _(
            "No bill was uploaded yet. Export one from WeChat, Alipay or the bank: whoever paid is found by the note "
            "and the name, and you confirm it once."
        ),
        "file-earmark-arrow-up",
    ),
)


def row_badge(line: BillLineView) -> Badge:
    row = line.row
    if line.is_taken_back:
        return _("Payment taken back"), "bad"
    if row.state == BillRowState.HELD:
        return _("Held"), "warn"
    return row.get_state_display(), KINDS.get(BillRowState(row.state), "quiet")


def row_words(line: BillLineView) -> Any:
    """What stands beside the state: why it is so, or the receipt of the payment."""
    row = line.row
    if row.state == BillRowState.POSTED:
        return "" if line.is_taken_back else getattr(row.payment, "receipt", None) or _("Payment")
    if row.state == BillRowState.UNMATCHED:
        return dict(NoMatch.choices).get(row.reason, "")
    return "" if row.state == BillRowState.CERTAIN else row.reason


def row_url(line: BillLineView) -> str:
    """Of the payment that was made of it and stands."""
    stands = line.row.state == BillRowState.POSTED and not line.is_taken_back
    return reverse("dues:payment-detail", args=[line.row.payment_id]) if stands else ""


def _for_whom(line: BillLineView) -> str | None:
    if line.row.member:
        return " · ".join(filter(None, [line.row.member.name, months(line.settled)]))
    return _(", ").join(f"{one.member.name}{_('?')}" for one in line.choices) or None


def _row_badges(line: BillLineView, _on: date) -> list[Badge]:
    return [row_badge(line), *([ALIKE] if line.first and line.first.alike else [])]


def _page_of(line: BillLineView) -> str:
    return reverse("dues:bill-row-detail", args=[line.row.pk])


AMOUNT = money("amount", _("Amount, in yuan"), "row.amount_fen")
NOTE = text("note", _("Note of the payment"), lambda line: line.row.note or None)
CAME = day("came", _("Came in"), lambda line: timezone.localtime(line.row.came_at).date())
ROWS = Listing(
    columns=[
        linked("payer", _("Payer"), lambda line: line.row.payer_name or _("Nobody named"), url=_page_of),
        AMOUNT,
        NOTE,
        CAME,
        text("member", FOR_WHOM, _for_whom),
        linked("state", _("State"), row_words, url=row_url, badges=_row_badges),
        linked("bill", _("Bill"), "row.bill.file_name", url="row.bill.get_absolute_url"),
    ],
    orders={
        "newest": (_("Newest first"), ("-came_at", "key")),
        "oldest": (_("Oldest first"), ("came_at", "key")),
        "most": (_("Largest amount first"), ("-amount_fen", "-came_at", "key")),
        "payer": (_("Name of who paid"), ("payer_name", "-came_at", "key")),
    },
    phone=["payer", "amount", "came", "member", "state"],
    counted=ngettext_lazy("%(counter)s row", "%(counter)s rows", "counter"),
    nothing=Nothing(_("Nothing waits: all the money that came in is recorded or set aside."), "check-circle"),
    no_match=_("No row fits. Take away a filter."),
)
SHOWN = 200
"""Rows of one state on a bill's page; the rest is in the list of rows."""
TICK = "dues/bills/detail.html#tick"
OF_BILL = replace(ROWS, columns=ROWS.columns[:-1], counted="", size=SHOWN)
ASIDE = replace(OF_BILL, columns=[drawn("payer", _("Payer"), TICK), *OF_BILL.columns[1:]])


def _settles(line: BillLineView) -> str:
    return months(line.first.settles) if line.first else ""


def _doubts(line: BillLineView, _on: date) -> list[Badge]:
    if line.first is None:
        return []
    over = f"{_('More than is owed')} {fen_in_yuan(line.first.over_fen)}"
    return [*([(over, "warn")] if line.first.over_fen else []), *([ALIKE] if line.first.alike else [])]


CLEAR = Listing(
    columns=[
        drawn("member", FOR_WHOM, TICK),
        AMOUNT,
        text("settles", _("Settles"), _settles, badges=_doubts),
        text("payer", _("Payer"), lambda line: line.row.payer_name or None, style="nowrap"),
        NOTE,
        CAME,
        text(
            "why",
            _("What speaks for them"),
            lambda line: _("; ").join(map(str, line.first.why)) if line.first else "",
        ),
        acts(lambda line: [(_("Change"), _page_of(line), line.row.member.name)]),
    ],
    phone=["member", "amount", "settles", "payer", "came", "why"],
    nothing=Nothing(_("Nothing was ticked."), "inbox"),
    size=SHOWN,
)
