"""The list of payments, and receipts."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import segno
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.keyring import fingerprint
from dues.choices import PaymentKind
from dues.ledger.payment_models import Payment, PaymentProposal, PaymentQuerySet, Receipt
from dues.ledger.queries import recorders_at, settled_by, total_of, with_people
from dues.payments.forms import PaymentFilterForm, RangeForm
from dues.payments.queries import ReceiptSheet, of_token, sheets, with_payment
from dues.payments.rules import masked
from dues.payments.services import put_payments_export_on_record
from dues.templatetags.dues import months
from dues.units import yuan
from members.access.policy import get_in_scope, public, requires, signed_in
from members.choices import Capability, DatePrecision
from members.models import Organization
from members.pages.requests import PageRequest, branch_asked_for, branches_offered, workbook
from members.templatetags.look import kept_under
from members.workbooks.writing import Sheet

ON_A_PAGE = 50
MOST_ROWS = 20_000


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def payment_list(request: PageRequest) -> HttpResponse:
    """What came in, newest first; taken back payments and the lines that do so stay."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form, payments, names = _asked(request, branch)
    page = Paginator(payments, ON_A_PAGE).get_page(request.GET.get("page"))
    settled = settled_by([payment.pk for payment in page])
    context = {
        "branch": branch,
        "form": form,
        "page": page,
        "rows": [(payment, settled[payment.pk]) for payment in page],
        "total": total_of(payments),
        "waiting": PaymentProposal.objects.visible_to(request.user).waiting().count(),
        "names": names,
        "query": request.GET.urlencode(),
        "may_record": request.user.access.may(Capability.RECORD_DUES, branch.path),
    }
    return render(request, "dues/payments/payment_list.html", context)


@requires(Capability.VIEW_DUES)
@require_safe
def payment_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    _form, payments, names = _asked(request, branch)
    rows = list(payments[:MOST_ROWS])
    put_payments_export_on_record(place=branch, rows=len(rows), by=request.user)
    name = _("Payments %(branch)s %(day)s.xlsx") % {"branch": branch.name, "day": request.today.isoformat()}
    return workbook(name, Sheet(_("Payments"), _headings(), _cells(rows, names)))


def _asked(request: PageRequest, branch: Organization) -> tuple[PaymentFilterForm, PaymentQuerySet, dict[str, str]]:
    names = recorders_at(branch.path)
    form = PaymentFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_DUES), people=names)
    return form, form.narrow(with_people(Payment.objects.filter(organization=branch))), names


def _headings() -> list[str]:
    return [
        _("Paid on"), _("Receipt"), _("Name"), _("Amount, in yuan"), _("Of this voluntary, in yuan"),
        _("Way of paying"), _("Handed over by"), _("Settles"), _("Recorded by"), _("Confirmed by"), _("State"),
        _("Reason"),
    ]  # fmt: skip


def _cells(rows: list[Payment], names: dict[str, str]) -> Iterator[list[object]]:
    settled = settled_by([row.pk for row in rows])
    for row in rows:
        yield [
            row.paid_on if row.paid_precision == DatePrecision.DAY else f"{row.paid_on:%Y-%m}",
            str(row.receipt) if hasattr(row, "receipt") else "",
            row.member.name,
            yuan(row.amount_fen),
            yuan(row.voluntary_fen) if row.voluntary_fen else None,
            row.get_way_display(),
            payer_of(row),
            months(settled[row.pk]),
            kept_under(names, row.recorded_by),
            kept_under(names, row.confirmed_by),
            _state(row),
            row.reason,
        ]


def payer_of(payment: Payment) -> str:
    """Who handed it over, with the name where it wasn't the member."""
    name = payment.payer.name if payment.payer else payment.payer_name
    return f"{payment.get_payer_kind_display()} {name}".strip()


def _state(row: Payment) -> str:
    if row.kind == PaymentKind.REVERSAL:
        return _("Takes a payment back")
    return _("Taken back") if hasattr(row, "reversal") else _("Valid")


AT_ONCE = 300
"""Receipts printed at once, at most."""
MINUTE = 60
WRONG_A_MINUTE = 20


@signed_in
@never_cache
@require_safe
def receipt_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One receipt, for the branch's offices and the member; it prints as half a page."""
    receipt = get_in_scope(request, with_payment(Receipt.objects.all()), pk=key)
    officer = request.user.access.may(Capability.VIEW_DUES, receipt.organization.path)
    may_record = request.user.access.may(Capability.RECORD_DUES, receipt.organization.path)
    context = {"sheet": _drawn(request, [receipt])[0], "officer": officer, "may_record": may_record}
    return render(request, "dues/payments/receipt.html", context)


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def receipt_print(request: PageRequest) -> HttpResponse:
    """A run of numbers of a branch and year, two on a page."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form = RangeForm(request.GET, on=request.today)
    receipts = with_payment(Receipt.objects.visible_to(request.user).filter(organization=branch))
    found = list(form.narrow(receipts)[:AT_ONCE])
    context = {"branch": branch, "form": form, "sheets": _drawn(request, found), "most": AT_ONCE}
    return render(request, "dues/payments/receipt_print.html", context)


@public
@never_cache
@require_safe
def receipt_verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether a receipt is genuine and still valid. Made-up codes are answered alike, and not many a minute."""
    receipt = of_token(token)
    if receipt is None and _guesses_too_much(request):
        return _unlisted(render(request, "429.html", status=429))
    if receipt is None:
        return _unlisted(render(request, "dues/payments/receipt_unknown.html", status=404))
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
        address = request.build_absolute_uri(reverse("dues:receipt-verify", args=[receipt.token]))
        codes.append(segno.make(address, error="m", micro=False).svg_data_uri(border=1, omitsize=True))
    return sheets(receipts, codes)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
