"""The payments of a branch: the list and the workbook."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dues.choices import PaymentKind
from dues.forms.payment_list import PaymentFilterForm
from dues.models import Payment, PaymentProposal
from dues.models.payment import PaymentQuerySet
from dues.queries.payments import recorders_at, settled_by, total_of, with_people
from dues.rules.payment import yuan
from dues.services.exports import put_payments_export_on_record
from dues.templatetags.dues import months
from members.choices import Capability, DatePrecision
from members.downloads import workbook
from members.models import Organization
from members.places import branch_asked_for, branches_offered
from members.policy import requires
from members.requests import PageRequest
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
        "may_record": request.user.standing.may(Capability.RECORD_DUES, branch.path),
    }
    return render(request, "dues/payment_list.html", context)


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
