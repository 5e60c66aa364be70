"""Bills and their rows."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.bills.forms import (
    AsideAtOnceForm,
    AsideForm,
    AsideReason,
    BillRowFilterForm,
    BillRowForm,
    BillUploadForm,
    UndoRowForm,
)
from dues.bills.importing import NotABill, ReadBill, read_bill
from dues.bills.models import Bill, BillRow
from dues.bills.queries import AMOUNT, groups_of, lines_of, with_counts, with_facts
from dues.bills.services import Posted, match_again, post_certain, post_row, set_aside, store_bill, take_up, undo_row
from dues.choices import BillRowState, NoMatch
from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability
from members.imports.kinds import led
from members.pages.requests import PageRequest, add_refusal, branches_offered, try_on_form, try_with_message
from members.refused import Refused
from members.workbooks.reading import UnreadableWorkbook

ON_A_PAGE = 30
SHOWN = 200
"""Rows of one state on a bill's page; the rest is in the list of rows."""
TOLD = 5
IN_ORDER = (
    BillRowState.CERTAIN,
    BillRowState.DOUBTFUL,
    BillRowState.HELD,
    BillRowState.UNMATCHED,
    BillRowState.POSTED,
    BillRowState.SET_ASIDE,
)
MATCHED_AGAIN = {
    AMOUNT, BillRowState.CERTAIN, BillRowState.DOUBTFUL, BillRowState.UNMATCHED, BillRowState.HELD,
}  # fmt: skip


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def bill_list(request: PageRequest) -> HttpResponse:
    """The bills of one's branches, and how much of each waits."""
    bills = with_counts(Bill.objects.visible_to(request.user)).order_by("-uploaded_at", "key")
    page = Paginator(bills, ON_A_PAGE).get_page(request.GET.get("page"))
    waiting = BillRow.objects.visible_to(request.user).waiting().count()
    return render(request, "dues/bills/list.html", {"page": page, "waiting": waiting})


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bill_new(request: PageRequest) -> HttpResponse:
    """Upload a bill. Nothing is posted before somebody has looked at whom it is for."""
    places = branches_offered(request, Capability.RECORD_DUES)
    form = BillUploadForm(
        request.POST or None, request.FILES or None, places=places, initial={"organization": request.GET.get("org")}
    )
    if form.is_valid() and (bill := _store(request, form)):
        return redirect(bill)
    return render(request, "dues/bills/new.html", {"form": form, "has_places": places.exists()})


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def bill_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """For whom each row is: the clear ones to confirm, the doubtful ones to decide, the rest left alone."""
    bill = get_in_scope(request, Bill.objects.select_related("organization", "uploaded_by__member"), pk=key)
    groups = groups_of(bill, IN_ORDER, most=SHOWN, on=request.today)
    context = {"bill": bill, "reasons": dict(NoMatch.choices), "aside_reasons": AsideReason.choices}
    counts = {"groups": groups, "shown": SHOWN, "waits": any(group.name in MATCHED_AGAIN for group in groups)}
    return render(request, "dues/bills/detail.html", context | counts)


@requires(Capability.RECORD_DUES)
@require_POST
def bill_post(request: PageRequest, key: UUID) -> HttpResponse:
    """Post the clear rows that were ticked."""
    bill = get_in_scope(request, Bill.objects.all(), pk=key)
    ticked = set(request.POST.getlist("row"))
    rows = [row for row in bill.rows.filter(state=BillRowState.CERTAIN) if str(row.pk) in ticked]
    done = post_certain(rows, by=request.user, on=request.today)
    _tell_posted(request, done)
    return redirect(bill)


@requires(Capability.RECORD_DUES)
@require_POST
def bill_aside(request: PageRequest, key: UUID) -> HttpResponse:
    """Set the ticked rows aside for one of the usual reasons."""
    bill = get_in_scope(request, Bill.objects.all(), pk=key)
    form, ticked = AsideAtOnceForm(request.POST), set(request.POST.getlist("row"))
    rows = [row for row in bill.rows.waiting() if str(row.pk) in ticked]
    if not (rows and form.is_valid()):
        messages.info(request, _("Nothing was ticked."))
        return redirect(bill)
    for row in rows:
        set_aside(row=row, reason=form.sentence(), by=request.user)
    sentence = ngettext("%(count)s row is set aside.", "%(count)s rows are set aside.", len(rows))
    messages.success(request, sentence % {"count": len(rows)})
    return redirect(bill)


@requires(Capability.RECORD_DUES)
@require_POST
def bill_again(request: PageRequest, key: UUID) -> HttpResponse:
    """Look once more at whom the undecided rows are for."""
    bill = get_in_scope(request, Bill.objects.all(), pk=key)
    changed = match_again(bill, by=request.user, on=request.today)
    if changed:
        sentence = ngettext("%(count)s row says something else now.", "%(count)s rows say something else now.", changed)
        messages.success(request, sentence % {"count": changed})
    else:
        messages.info(request, _("Nothing new was found."))
    return redirect(bill)


def _store(request: PageRequest, form: BillUploadForm) -> Bill | None:
    given = form.cleaned_data
    require_at(request, given["organization"].path)
    try:
        read = read_bill(Path(given["file"].temporary_file_path()))
    except (UnreadableWorkbook, NotABill) as refusal:
        form.add_error("file", led(refusal))
        return None
    _tell_unread(request, read)
    return store_bill(
        read,
        key=given["key"],
        organization=given["organization"],
        file_name=given["file"].name,
        by=request.user,
        on=request.today,
    )


def _tell_unread(request: PageRequest, read: ReadBill) -> None:
    for one in read.unread[:TOLD]:
        messages.warning(request, _("Row %(row)s was left out. %(why)s") % {"row": one.row, "why": one.sentence})
    if len(read.unread) > TOLD:
        messages.warning(request, _("%(count)s rows couldn't be read.") % {"count": len(read.unread)})


def _tell_posted(request: PageRequest, done: Posted) -> None:
    if done.posted:
        sentence = ngettext("%(count)s payment is recorded.", "%(count)s payments are recorded.", done.posted)
        messages.success(request, sentence % {"count": done.posted})
    if done.held:
        sentence = ngettext(
            "%(count)s row couldn't be posted as it is: the reason stands beside it.",
            "%(count)s rows couldn't be posted as they are: the reason stands beside each.",
            done.held,
        )
        messages.warning(request, sentence % {"count": done.held})
    if not (done.posted or done.held):
        messages.info(request, _("Nothing was ticked."))


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
    return render(request, "dues/bills/row_list.html", context | {"reasons": dict(NoMatch.choices)})


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def row_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One row: what the bill says, for whom it can be, and what can be done with it."""
    return _page(request, get_in_scope(request, ROWS, pk=key))


@requires(Capability.RECORD_DUES)
@require_POST
def row_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """Post the row for the member that was chosen; where that is refused, hold it with the reason."""
    row = get_in_scope(request, ROWS, pk=key)
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
    row, form = get_in_scope(request, ROWS, pk=key), AsideForm(request.POST)
    if form.is_valid() and try_on_form(form, lambda: set_aside(row=row, **form.cleaned_data, by=request.user)):
        messages.success(request, _("The row is set aside."))
        return redirect(row.bill)
    return _page(request, row, aside=form)


@requires(Capability.RECORD_DUES)
@require_POST
def row_take_up(request: PageRequest, key: UUID) -> HttpResponse:
    """Look again at a row that was set aside."""
    row = get_in_scope(request, ROWS, pk=key)
    try_with_message(request, lambda: take_up(row=row, by=request.user, on=request.today), _("The row waits again."))
    return redirect("dues:bill-row-detail", key=row.pk)


@requires(Capability.RECORD_DUES)
@require_POST
def row_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the payment back and let the row wait again."""
    row, form = get_in_scope(request, ROWS, pk=key), UndoRowForm(request.POST)
    given: dict[str, Any] = {"row": row, "by": request.user, "on": request.today}
    if form.is_valid() and try_on_form(form, lambda: undo_row(**form.cleaned_data, **given)):
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
    return render(request, "dues/bills/row_detail.html", context | used)
