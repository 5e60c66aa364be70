"""The rows of bills: those that wait, and deciding one of them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dues.choices import BillRowState, NoMatch
from dues.forms.bills import AsideForm, BillRowFilterForm, BillRowForm, UndoRowForm
from dues.models import BillRow
from dues.queries.bill_page import lines_of, with_facts
from dues.services.bill_rows import post_row, set_aside, take_up, undo_row
from members.choices import Capability
from members.places import branches_offered
from members.policy import fetch, requires
from members.refusals import add_refusal, carried_out, told
from members.requests import PageRequest
from members.services.refused import Refused

ON_A_PAGE = 30
ROWS = with_facts(BillRow.objects.all())


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def row_list(request: PageRequest) -> HttpResponse:
    """Rows of all bills of one's branches, those that wait unless another state is asked for."""
    form = BillRowFilterForm(request.GET, places=branches_offered(request, Capability.RECORD_DUES))
    rows = form.narrow(ROWS.visible_to(request.user))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": lines_of(page.object_list, on=request.today)}
    return render(request, "dues/bill_row_list.html", context | {"reasons": dict(NoMatch.choices)})


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def row_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One row: what the bill says, for whom it can be, and what can be done with it."""
    return _page(request, fetch(request, ROWS, pk=key))


@requires(Capability.RECORD_DUES)
@require_POST
def row_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """Post the row for the member that was chosen; where that is refused, hold it with the reason."""
    row = fetch(request, ROWS, pk=key)
    form = BillRowForm(request.POST, branch=row.organization)
    if not form.is_valid():
        return _page(request, row, decide=form)
    given = form.cleaned_data
    given["voluntary_fen"] = given.pop("voluntary") or 0
    try:
        after = post_row(row=row, **given, by=request.user, on=request.today)
    except Refused as refusal:
        add_refusal(form, refusal)
        return _page(request, row, decide=form)
    if after.state == BillRowState.HELD:
        messages.warning(request, after.reason)
        return redirect("dues:bill-row-detail", key=row.pk)
    messages.success(request, _("Recorded for %(name)s.") % {"name": given["member"]})
    return redirect(row.bill)


@requires(Capability.RECORD_DUES)
@require_POST
def row_aside(request: PageRequest, key: UUID) -> HttpResponse:
    """Say that the money is no dues, and why."""
    row, form = fetch(request, ROWS, pk=key), AsideForm(request.POST)
    if form.is_valid() and carried_out(form, lambda: set_aside(row=row, **form.cleaned_data, by=request.user)):
        messages.success(request, _("The row is set aside."))
        return redirect(row.bill)
    return _page(request, row, aside=form)


@requires(Capability.RECORD_DUES)
@require_POST
def row_take_up(request: PageRequest, key: UUID) -> HttpResponse:
    """Look again at a row that was set aside."""
    row = fetch(request, ROWS, pk=key)
    told(request, lambda: take_up(row=row, by=request.user, on=request.today), _("The row waits again."))
    return redirect("dues:bill-row-detail", key=row.pk)


@requires(Capability.RECORD_DUES)
@require_POST
def row_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the payment back and let the row wait again."""
    row, form = fetch(request, ROWS, pk=key), UndoRowForm(request.POST)
    given: dict[str, Any] = {"row": row, "by": request.user, "on": request.today}
    if form.is_valid() and carried_out(form, lambda: undo_row(**form.cleaned_data, **given)):
        messages.success(request, _("The payment is taken back, and the row waits again."))
        return redirect("dues:bill-row-detail", key=row.pk)
    return _page(request, row, undo=form)


def _page(request: PageRequest, row: BillRow, **used: forms.Form) -> HttpResponse:
    """`used`: forms that came back with errors, in place of empty ones."""
    context: dict[str, Any] = {
        "row": row,
        "line": lines_of([row], on=request.today)[0],
        "reasons": dict(NoMatch.choices),
        "decide": BillRowForm(branch=row.organization, initial={"member": row.member.key if row.member else None}),
        "aside": AsideForm(),
        "undo": UndoRowForm(),
    }
    return render(request, "dues/bill_row_detail.html", context | used)
