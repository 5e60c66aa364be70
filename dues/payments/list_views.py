"""The list of payments, and receipts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import segno
from django.core.cache import cache
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.keyring import fingerprint
from dues.choices import PaymentKind
from dues.ledger.payment_models import Payment, PaymentProposal, PaymentQuerySet, Receipt
from dues.ledger.queries import Settled, recorders_at, settled_by, total_of, with_people
from dues.payments.forms import PaymentFilterForm, RangeForm
from dues.payments.queries import ReceiptSheet, of_token, sheets, with_payment
from dues.payments.rules import masked
from dues.templatetags.dues import months, paid_day, yuan as fen_in_yuan
from members.access.policy import get_in_scope, public, requires, signed_in
from members.choices import Capability, DatePrecision
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Badge, Listing, Nothing, badges, excel, linked, money, text
from members.pages.requests import PageRequest, address, branch_asked_for, branches_offered
from members.pages.steps import Button, Words
from members.templatetags.look import kept_under

MOST_ROWS = 20_000


class PaymentLine(NamedTuple):
    payment: Payment
    settled: list[Settled]
    names: dict[str, str]
    """User name → what somebody is called who recorded something here."""

    @property
    def receipt(self) -> Receipt | None:
        return getattr(self.payment, "receipt", None)

    @property
    def receipt_url(self) -> str:
        return reverse("dues:receipt-detail", args=[self.payment.pk]) if self.receipt else ""

    @property
    def recorded_by(self) -> str:
        return kept_under(self.names, self.payment.recorded_by)

    @property
    def confirmed_by(self) -> str:
        return kept_under(self.names, self.payment.confirmed_by)


def payment_badges(payment: Payment) -> list[Badge]:
    if payment.kind == PaymentKind.REVERSAL:
        return [(_("Takes a payment back"), "warn")]
    return [(_("Taken back"), "bad")] if hasattr(payment, "reversal") else [(_("Valid"), "good")]


def _settles(line: PaymentLine) -> str:
    voluntary = line.payment.voluntary_fen
    words = _("voluntary %(yuan)s") % {"yuan": fen_in_yuan(voluntary)} if voluntary else ""
    return " · ".join(filter(None, [months(line.settled), words]))


def _way(line: PaymentLine) -> str:
    payer = line.payment.payer.name if line.payment.payer else line.payment.payer_name
    return " · ".join(filter(None, [line.payment.get_way_display(), payer]))


def _payer(line: PaymentLine) -> str:
    """Who handed it over, with the name where it wasn't the member."""
    payment = line.payment
    name = payment.payer.name if payment.payer else payment.payer_name
    return f"{payment.get_payer_kind_display()} {name}".strip()


def _paid_on(line: PaymentLine) -> object:
    """For the workbook: a day where it is known."""
    payment = line.payment
    return payment.paid_on if payment.paid_precision == DatePrecision.DAY else f"{payment.paid_on:%Y-%m}"


AMOUNT = money("amount", _("Amount, in yuan"), "payment.amount_fen")
STATE = badges("state", _("State"), lambda line, _on: payment_badges(line.payment))
LISTING = Listing(
    columns=[
        linked("name", _("Name"), "payment.member.name", url="payment.get_absolute_url"),
        text("paid_on", _("Paid on"), lambda line: paid_day(line.payment), style="nowrap"),
        AMOUNT,
        text("settles", _("Settles"), _settles),
        text("way", _("Way of paying"), _way),
        linked("receipt", _("Receipt"), lambda line: line.receipt or "", url="receipt_url", style="nowrap"),
        text(
            "recorded_by",
            _("Recorded by"),
            lambda line: _(", ").join(filter(None, [line.recorded_by, line.confirmed_by])),
        ),
        STATE,
    ],
    workbook=[
        text("paid_on", _("Paid on"), _paid_on),
        text("receipt", _("Receipt"), lambda line: str(line.receipt or "")),
        text("name", _("Name"), "payment.member.name"),
        AMOUNT,
        money("voluntary", _("Of this voluntary, in yuan"), lambda line: line.payment.voluntary_fen or None),
        text("way", _("Way of paying"), "payment.get_way_display"),
        text("payer", _("Handed over by"), _payer),
        text("settles", _("Settles"), lambda line: months(line.settled)),
        text("recorded_by", _("Recorded by")),
        text("confirmed_by", _("Confirmed by")),
        STATE,
        text("reason", _("Reason"), "payment.reason"),
    ],
    orders={
        "newest": (_("Newest first"), ("-paid_on", "-recorded_at", "key")),
        "oldest": (_("Oldest first"), ("paid_on", "recorded_at", "key")),
        "number": (_("Number of the receipt"), ("-receipt__year", "-receipt__number", "key")),
        "name": (_("Name"), ("member__name_key", "-paid_on", "key")),
        "most": (_("Largest amount first"), ("-amount_fen", "-paid_on", "key")),
    },
    phone=["name", "amount", "paid_on", "settles", "state"],
    nothing=Nothing(_("No payment fits. Take away a filter, or collect what is open."), "cash-coin"),
)


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def payment_list(request: PageRequest) -> HttpResponse:
    """What came in, newest first; taken back payments and the lines that do so stay."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form, payments, names = _asked(request, branch)
    total, waiting = total_of(payments), PaymentProposal.objects.visible_to(request.user).waiting().count()
    may_record, collect = request.user.access.may(Capability.RECORD_DUES, branch.path), _at("collect", branch)
    nothing = replace(LISTING.nothing, label=_("Collect"), url=collect) if may_record else None
    shown = LISTING.shown(request, payments, form=form, lines=lambda rows: _lines(rows, names), nothing=nothing)
    count = shown.page.paginator.count
    sum_up = ngettext("%(counter)s line, %(total)s yuan", "%(counter)s lines, %(total)s yuan", count)
    return shown.answer(
        title=_("Payments"),
        lead=branch.name,
        notes=[sum_up % {"counter": count, "total": fen_in_yuan(total)} if count else ""],
        buttons=[
            may_record and Button(_("Collect"), collect, "cash-coin", primary=True),
            may_record and Button(_second_person(waiting), reverse("dues:proposal-list"), "person-check"),
            Button(_("Receipts"), _at("receipt-print", branch), "receipt"),
            excel(request, reverse("dues:payment-export")),
        ],
        prints=False,
        more={"total": total, "waiting": waiting},
    )


@requires(Capability.VIEW_DUES)
@require_safe
def payment_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    _form, payments, names = _asked(request, branch)
    rows = list(payments[:MOST_ROWS])
    record_export(action="export_payments", place=branch, rows=len(rows), by=request.user)
    name = _("Payments %(branch)s %(day)s.xlsx") % {"branch": branch.name, "day": request.today.isoformat()}
    return LISTING.exported(request, _lines(rows, names), file=name, sheet=_("Payments"))


def _asked(request: PageRequest, branch: Organization) -> tuple[PaymentFilterForm, PaymentQuerySet, dict[str, str]]:
    names = recorders_at(branch.path)
    form = PaymentFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_DUES), people=names)
    payments = form.narrow(with_people(Payment.objects.filter(organization=branch)))
    return form, LISTING.ordered(request, payments), names


def _lines(payments: Sequence[Payment], names: dict[str, str]) -> list[PaymentLine]:
    settled = settled_by([one.pk for one in payments])
    return [PaymentLine(one, settled[one.pk], names) for one in payments]


def _second_person(waiting: int) -> Words:
    """What the button says, with how many wait."""
    return f"{_('Waiting for a second person')} {waiting}" if waiting else _("Waiting for a second person")


def _at(name: str, branch: Organization) -> str:
    return address(f"dues:{name}", org=branch.code)


AT_ONCE = 60
"""Receipts printed at once, at most."""
MINUTE = 60
WRONG_A_MINUTE = 20


@signed_in
@never_cache
@require_safe
def receipt_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One receipt, for the branch's offices and the member; it prints as half a page."""
    receipt = get_in_scope(request, with_payment(Receipt.objects.all()), pk=key)
    branch, may = receipt.organization, request.user.access.may
    may_record = may(Capability.RECORD_DUES, branch.path)
    context = {
        "title": _("Receipt %(number)s") % {"number": receipt},
        "crumbs": [(_("Payments"), _at("payment-list", branch))] if may(Capability.VIEW_DUES, branch.path) else [],
        "buttons": [
            Button(_("Payment"), receipt.payment.get_absolute_url(), "cash-coin"),
            *([Button(_("Collect"), _at("collect", branch))] if may_record else []),
        ],
        "sheets": _drawn(request, [receipt]),
        "prints": True,
        "print_as": "primary",
    }
    return render(request, "dues/payments/receipts.html", context)


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def receipt_print(request: PageRequest) -> HttpResponse:
    """A run of numbers of a branch and year, two on a page."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form = RangeForm(request.GET, on=request.today)
    receipts = with_payment(Receipt.objects.visible_to(request.user).filter(organization=branch))
    found = list(form.narrow(receipts)[:AT_ONCE])
    may_record = request.user.access.may(Capability.RECORD_DUES, branch.path)
    context = {
        "title": _("Receipts"),
        "crumbs": [(_("Payments"), _at("payment-list", branch))],
        "branch": branch,
        "form": form,
        "sheets": _drawn(request, found),
        "most": AT_ONCE,
        "buttons": [Button(_("Hand up"), _at("remittance-new", branch), "send")] if may_record else [],
        "prints": bool(found),
        "print_as": "primary",
    }
    return render(request, "dues/payments/receipts.html", context)


@public
@never_cache
@require_safe
def receipt_verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether a receipt is genuine and still valid. Made-up codes are answered alike, and not many a minute."""
    receipt = of_token(token)
    if receipt is None and _guesses_too_much(request):
        return _unlisted(render(request, "429.html", status=429))
    if receipt is None:
        return _unlisted(render(request, "dues/payments/receipt_verify.html", status=404))
    payment = receipt.payment
    context = {
        "receipt": receipt,
        "payment": payment,
        "name": masked(receipt.member_name),
        "is_valid": not hasattr(payment, "reversal"),
    }
    return _unlisted(render(request, "dues/payments/receipt_verify.html", context))


def _guesses_too_much(request: HttpRequest) -> bool:
    """Wrong codes are counted by address and minute; whoever holds a paper is never kept waiting."""
    minute = int(timezone.now().timestamp() // MINUTE)
    name = f"receipt-guesses:{fingerprint(request.META.get('REMOTE_ADDR') or 'unknown', size=8)}:{minute}"
    cache.add(name, 0, timeout=2 * MINUTE)
    return cache.incr(name) > WRONG_A_MINUTE


def _drawn(request: PageRequest, receipts: Sequence[Receipt]) -> list[ReceiptSheet]:
    """With the code that leads to the page that verifies each, as a drawing inside the address of an image."""
    codes = []
    for receipt in receipts:
        page = request.build_absolute_uri(reverse("dues:receipt-verify", args=[receipt.token]))
        codes.append(segno.make(page, error="m", micro=False).svg_data_uri(border=1, omitsize=True))
    return sheets(receipts, codes)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
