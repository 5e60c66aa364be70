"""Bills and their rows."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext
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
from dues.bills.importing import ReadBill, read_bill
from dues.bills.lists import ASIDE, BILLS, CLEAR, OF_BILL, ROWS, SHOWN, row_badge, row_url, row_words
from dues.bills.models import Bill, BillRow
from dues.bills.queries import AMOUNT, Group, groups_of, lines_of, with_counts, with_facts
from dues.bills.services import Posted, match_again, post_certain, post_row, set_aside, store_bill, take_up, undo_row
from dues.choices import BillRowState
from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability
from members.imports.kinds import led
from members.pages.listing import Listing, Nothing
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    add_refusal,
    branches_offered,
    try_on_form,
    try_with_message,
)
from members.pages.steps import Button, Crumb, Step, form_page
from members.refused import Refused
from members.workbooks.reading import UnusableWorkbook

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
    bills = with_counts(Bill.objects.visible_to(request.user))
    waiting, new = BillRow.objects.visible_to(request.user).waiting().count(), reverse("dues:bill-new")
    words = ngettext("%(counter)s row waits", "%(counter)s rows wait", waiting) % {"counter": waiting}
    nothing = replace(BILLS.nothing, label=_("Upload a bill"), url=new)
    return BILLS.shown(request, BILLS.ordered(request, bills), nothing=nothing).answer(
        title=_("Bills and statements"),
        buttons=[
            Button(_("Upload a bill"), new, "upload", primary=True),
            bool(waiting) and Button(words, reverse("dues:bill-row-list"), "hourglass-split"),
        ],
        prints=False,
        more={"waiting": waiting},
    )


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(FORM_METHODS)
def bill_new(request: PageRequest) -> HttpResponse:
    """Upload a bill. Nothing is posted before somebody has looked at whom it is for."""
    places = branches_offered(request, Capability.RECORD_DUES)
    title, crumbs = _("Upload a bill"), [_above()]
    if not places.exists():
        nothing = Nothing(_("None of your offices records dues of a branch today."), "building")
        return render(request, "members/pages/page.html", {"title": title, "crumbs": crumbs, "nothing": nothing})
    initial = {"organization": request.GET.get("org")}
    form = BillUploadForm(request.POST or None, request.FILES or None, places=places, initial=initial)
    step = Step(title, _("Upload and look"))
    note = _(
        "Nothing is recorded yet: first you see for whom each row is. Only money that came in is read, and a row that "
        "was uploaded before isn't counted again."
    )
    return form_page(
        request,
        form,
        partial(_store, request),
        step,
        lambda bill: bill,
        crumbs=crumbs,
        notes=[note],
        template="dues/bills/new.html",
    )


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def bill_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """For whom each row is: the clear ones to confirm, the doubtful ones to decide, the rest left alone."""
    bill = get_in_scope(request, Bill.objects.select_related("organization", "uploaded_by__member"), pk=key)
    groups = groups_of(bill, IN_ORDER, most=SHOWN, on=request.today)
    context = {
        "bill": bill,
        "aside_reasons": AsideReason.choices,
        "groups": groups,
        "lists": [(group, _listing(group).shown(request, group.lines)) for group in groups],
        "shown": SHOWN,
        "waits": any(group.name in MATCHED_AGAIN for group in groups),
    }
    return render(request, "dues/bills/detail.html", context)


def _listing(group: Group) -> Listing:
    if group.name in (BillRowState.CERTAIN, AMOUNT):
        return CLEAR
    return ASIDE if group.name in (BillRowState.HELD, BillRowState.UNMATCHED) else OF_BILL


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


def _store(request: PageRequest, typed: dict[str, Any]) -> Bill:
    require_at(request, typed["organization"].path)
    try:
        read = read_bill(Path(typed["file"].temporary_file_path()))
    except UnusableWorkbook as refusal:
        raise Refused(led(refusal), "file") from refusal
    _tell_unread(request, read)
    facts = {"key": typed["key"], "organization": typed["organization"], "file_name": typed["file"].name}
    return store_bill(read, **facts, by=request.user, on=request.today)


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


FOUND = with_facts(BillRow.objects.all())


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def row_list(request: PageRequest) -> HttpResponse:
    """Rows of all bills of one's branches, those that wait unless another state is asked for."""
    form = BillRowFilterForm(request.GET, places=branches_offered(request, Capability.RECORD_DUES))
    rows = ROWS.ordered(request, form.narrow(FOUND.visible_to(request.user)))
    return ROWS.shown(request, rows, form=form, lines=lambda rows: lines_of(rows, on=request.today)).answer(
        title=_("Rows of bills that wait"),
        crumbs=[_above()],
        buttons=[Button(_("Upload a bill"), reverse("dues:bill-new"), "upload", primary=True)],
        prints=False,
    )


def _above() -> Crumb:
    return _("Bills and statements"), reverse("dues:bill-list")


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def row_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One row: what the bill says, for whom it can be, and what can be done with it."""
    return _page(request, get_in_scope(request, FOUND, pk=key))


@requires(Capability.RECORD_DUES)
@require_POST
def row_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """Post the row for the member that was chosen; where that is refused, hold it with the reason."""
    row = get_in_scope(request, FOUND, pk=key)
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
    row, form = get_in_scope(request, FOUND, pk=key), AsideForm(request.POST)
    if form.is_valid() and try_on_form(form, lambda: set_aside(row=row, **form.cleaned_data, by=request.user)):
        messages.success(request, _("The row is set aside."))
        return redirect(row.bill)
    return _page(request, row, aside=form)


@requires(Capability.RECORD_DUES)
@require_POST
def row_take_up(request: PageRequest, key: UUID) -> HttpResponse:
    """Look again at a row that was set aside."""
    row = get_in_scope(request, FOUND, pk=key)
    try_with_message(request, lambda: take_up(row=row, by=request.user, on=request.today), _("The row waits again."))
    return redirect("dues:bill-row-detail", key=row.pk)


@requires(Capability.RECORD_DUES)
@require_POST
def row_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the payment back and let the row wait again."""
    row, form = get_in_scope(request, FOUND, pk=key), UndoRowForm(request.POST)
    given: dict[str, Any] = {"row": row, "by": request.user, "on": request.today}
    if form.is_valid() and try_on_form(form, lambda: undo_row(**form.cleaned_data, **given)):
        messages.success(request, _("The payment is taken back, and the row waits again."))
        return redirect("dues:bill-row-detail", key=row.pk)
    return _page(request, row, undo=form)


def _page(request: PageRequest, row: BillRow, **used: forms.Form) -> HttpResponse:
    """`used`: forms that came back with errors, in place of empty ones."""
    line = lines_of([row], on=request.today)[0]
    context: dict[str, Any] = {
        "row": row,
        "line": line,
        "badges": [row_badge(line)],
        "words": row_words(line),
        "url": row_url(line),
        "decide": BillRowForm(branch=row.organization, initial={"member": row.member.key if row.member else None}),
        "aside": AsideForm(),
        "undo": UndoRowForm(),
    }
    return render(request, "dues/bills/row_detail.html", context | used)
