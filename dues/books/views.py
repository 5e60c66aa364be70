"""Ledgers that branches kept before, and the one that they keep now."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.books.columns import note_from
from dues.books.importing import LedgerLine, open_after, read_ledger
from dues.books.queries import ledger_rows, month_sums, remark_of, write_refused, write_year
from dues.books.services import (
    confirm_ledger,
    judge,
    keep_preview,
    kept_touches,
    live_charges,
    undo_ledger,
)
from dues.exporting.ledger import NAME, export_bases, file_name, parameters_of, whose_bases
from dues.fields import DUES, UploadForm
from dues.ledger.models import LedgerImport
from dues.papers import published_sentence, published_with
from dues.payments.queries import Resting, resting_on
from dues.templatetags.dues import yuan as fen_in_yuan
from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability, ImportState
from members.dates import to_the_minute
from members.exports.services import record_export
from members.imports.kinds import led
from members.models import Organization
from members.pages.listing import Listing, Nothing, linked, money, number, text
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branch_asked_for,
    branches_offered,
    try_with_message,
    written,
)
from members.pages.steps import Button, Step, form_page
from members.refused import Refused
from members.roster.second_person import ask_second
from members.roster.services import may_take_alone
from members.workbooks.reading import UnusableWorkbook


class LedgerUploadForm(UploadForm):
    year = forms.IntegerField(
        label=_("Year"), min_value=2008, max_value=2100, help_text=_("The year that the months of the sheet are of.")
    )
    file = forms.FileField(
        label=_("Ledger or list of bases"),
        help_text=_(
            "Excel, WPS or CSV: a column 姓名, and 月应交 or 党费基数, and a column for each month or quarter."
        ),
    )


class LedgerYearForm(forms.Form):
    """Which ledger to show; anything unreadable is this year's."""

    org = forms.CharField(widget=forms.HiddenInput, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=2008, max_value=2100, required=False)

    def chosen_year(self, default: int) -> int:
        return (self.cleaned_data.get("year") if self.is_valid() else None) or default


IMPORTS = LedgerImport.objects.select_related("organization", "uploaded_by")
NOTES_SHOWN = 200
RESTING_SHOWN = 5
LEDGERS = Listing(
    columns=[
        linked("file", _("File"), "file_name", url=lambda one: reverse("dues:ledger-detail", args=[one.pk])),
        text("branch", _("Branch"), lambda one: str(one.organization)),
        text("year", _("Year")),
        text("state", _("State"), "get_state_display"),
        text("uploaded", _("Uploaded"), lambda one: to_the_minute(one.uploaded_at)),
    ],
    phone=["file", "state", "branch", "year", "uploaded"],
    nothing=Nothing(
        _(
            "No ledger has been imported yet. Upload the one your branch has always kept, and look at what was "
            "understood before it is stored."
        ),
        "file-earmark-arrow-up",
    ),
)


@requires(Capability.FIX_BASES)
@require_safe
def ledger_list(request: PageRequest) -> HttpResponse:
    """Earlier ledgers and lists of bases of one's branches."""
    upload = Button(_("Upload a ledger"), reverse("dues:ledger-new"), "upload", primary=True)
    nothing = replace(LEDGERS.nothing, label=upload.label, url=upload.url)
    rows = IMPORTS.visible_to(request.user).defer("content")
    return LEDGERS.shown(request, rows, nothing=nothing).answer(
        title=_("Imported ledgers"), crumbs=[DUES], buttons=[upload], prints=False
    )


@requires(Capability.FIX_BASES)
@require_http_methods(FORM_METHODS)
def ledger_new(request: PageRequest) -> HttpResponse:
    """Upload a workbook; nothing is stored before somebody has looked through it."""
    places = branches_offered(request, Capability.FIX_BASES)
    initial = {"year": request.today.year, "organization": request.GET.get("org")}
    note = _(
        "Headings in other words and another order are understood; so are √, 免 and 40元. A column 上年欠交 is taken "
        "as what was open from the year before. Empty cells change nothing."
    )
    return form_page(
        request,
        LedgerUploadForm(request.POST or None, request.FILES or None, places=places, initial=initial),
        partial(_read, request),
        Step(_("Upload a ledger"), _("Upload and look")),
        lambda kept: reverse("dues:ledger-detail", args=[kept.pk]),
        crumbs=[DUES, (_("Imported ledgers"), reverse("dues:ledger-list"))],
        notes=[note],
    )


def _left_open(line: dict[str, Any]) -> str | None:
    if not line["open_months"]:
        return fen_in_yuan(line["open"]) if line["open"] else None
    words = ngettext("%(counter)s month, %(fen)s yuan", "%(counter)s months, %(fen)s yuan", line["open_months"])
    return words % {"counter": line["open_months"], "fen": fen_in_yuan(line["open"])}


LINES = Listing(
    columns=[
        text("name", _("Name")),
        number("row", _("Row")),
        money("base", _("Base")),
        money("monthly", _("A month")),
        money("carried", _("Carried over"), lambda line: line["carried"] or None),
        money("charged", _("To be paid")),
        money("waived", _("Waived"), lambda line: line["waived"] or None),
        money("paid", _("Paid")),
        text("open", _("Still owed"), _left_open, style="number"),
    ],
    phone=["name", "paid", "base", "monthly", "charged", "open"],
    nothing=Nothing(_("Nobody is on the roster of this branch."), "table"),
    size=1_000,
)


@requires(Capability.FIX_BASES)
@never_cache
@require_safe
def ledger_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was understood: sums, everything there is to say, and each member's line until it is stored."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    notes = [note_from(note) for note in kept.found["notes"]]
    lines = _lines(kept) if kept.state == ImportState.PREVIEW else []
    without = set() if kept.found.get("opening_total_fen") else {"carried"}
    resting = resting_on(live_charges(kept.charges.all())) if kept.state == ImportState.APPLIED else []
    published = published_sentence(published_with(kept)) if kept.state == ImportState.APPLIED else ""
    context = {
        "ledger": kept,
        "found": kept.found,
        "is_preview": kept.state == ImportState.PREVIEW,
        "stops": [note for note in notes if note.blocks],
        "refusals": [note for note in notes if note.refuses][:NOTES_SHOWN],
        "warnings": [note for note in notes if not (note.refuses or note.blocks)][:NOTES_SHOWN],
        "lines": lines,
        "listing": LINES.shown(request, lines, without=without),
        "resting": resting,
        "published": published,
        "question": _question(resting, published),
        "touched": kept_touches(kept) if kept.state == ImportState.PREVIEW else None,
    }
    return render(request, "dues/books/ledger_detail.html", context)


@requires(Capability.FIX_BASES)
@require_POST
def ledger_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Store what was looked through."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    try_with_message(
        request, lambda: confirm_ledger(kept, by=request.user, on=request.today), gettext("The ledger is on record.")
    )
    return redirect("dues:ledger-detail", key=key)


@requires(Capability.FIX_BASES)
@require_POST
def ledger_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take everything back that the ledger brought."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    try_with_message(
        request, lambda: undo_ledger(kept, by=request.user, on=request.today), gettext("The import was undone.")
    )
    return redirect("dues:ledger-detail", key=key)


@requires(Capability.FIX_BASES)
@require_safe
def ledger_refused(request: PageRequest, key: UUID) -> FileResponse:
    """The rows that were left out, as a workbook with their reasons."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    name, private = f"退回-{Path(kept.file_name).stem}.xlsx", kept.uploaded_by_id == request.user.pk
    return written(name, lambda file: write_refused(kept, file, private=private))


def _read(request: PageRequest, typed: dict[str, Any]) -> LedgerImport:
    require_at(request, typed["organization"].path)
    about = {"organization": typed["organization"], "year": typed["year"], "on": request.today}
    try:
        path = Path(cast(TemporaryUploadedFile, typed["file"]).temporary_file_path())
        judged = judge(read_ledger(path, **about), **about)
    except UnusableWorkbook as refusal:
        raise Refused(led(refusal), "file") from refusal
    kept = {"organization": typed["organization"], "file_name": typed["file"].name, "by": request.user}
    return keep_preview(judged, key=typed["key"], **kept)


def _question(resting: list[Resting], published: str) -> str:
    """What is asked before the ledger is taken back: all that the page says of it."""
    asked = [gettext("Take this ledger back? Every charge and payment that it brought is reversed, with a reason.")]
    if resting:
        numbers = "、".join(map(str, resting[:RESTING_SHOWN]))
        kept = gettext("Receipts of what was paid on it (%(numbers)s) stay, and their money is shown as paid ahead.")
        asked.append(kept % {"numbers": numbers})
    return " ".join(filter(None, [*asked, published]))


def _lines(kept: LedgerImport) -> list[dict[str, Any]]:
    """Each member's line with its sums in fen."""
    lines = (LedgerLine(**line) for line in json.loads(kept.content.open())["lines"])
    return [
        {
            "row": line.row,
            "name": line.name,
            "base": line.base,
            "monthly": line.monthly,
            "carried": line.opening,
            "charged": sum(amount for _month, amount, _waived in line.charges),
            "waived": sum(waived for _month, _amount, waived in line.charges),
            "open": open_after(line, kept.year)[1],
            "open_months": open_after(line, kept.year)[0],
            "paid": sum(amount for _month, _day, amount in line.payments),
        }
        for line in lines
    ]


REASON = 200
"""Characters that a reason has room for."""


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def ledger_year(request: PageRequest) -> HttpResponse:
    """Who paid how much in which month; bases only for whoever fixes them."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    bases = request.user.access.may(Capability.FIX_BASES, branch.path)
    form = LedgerYearForm(request.GET)
    year = form.chosen_year(request.today.year)
    rows = ledger_rows(branch, year, bases=bases)
    context = {
        "branch": branch,
        "year": year,
        "form": LedgerYearForm(initial={"org": branch.code, "year": year}),
        "bases": bases,
        "months": range(1, 13),
        "rows": [(row, remark_of(row)) for row in rows],
        "carried": sum(row.carried_fen for row in rows),
        "sums": month_sums(rows),
    }
    return render(request, "dues/books/ledger_year.html", context)


@requires(Capability.VIEW_DUES)
@require_safe
def ledger_export(request: PageRequest) -> FileResponse:
    """The same as a workbook, always without bases; that it was taken is on record."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    year = LedgerYearForm(request.GET).chosen_year(request.today.year)
    rows = ledger_rows(branch, year, bases=False)
    record_export(action="export_dues_ledger", place=branch, rows=len(rows), by=request.user, details={"year": year})
    return written(
        file_name(branch.name, year),
        lambda file: write_year(rows, file, branch=branch.name, year=year, bases=False),
    )


@requires(Capability.FIX_BASES)
@require_POST
def ledger_bases(request: PageRequest) -> HttpResponseBase:
    """The workbook with bases: for a reason, each person counted, and of many people only by two persons."""
    branch = branch_asked_for(request, Capability.FIX_BASES)
    year = LedgerYearForm(request.GET).chosen_year(request.today.year)
    reason = request.POST.get("reason", "")[:REASON].replace("\0", "")
    people = len(whose_bases(ledger_rows(branch, year, bases=True)))
    try:
        if not may_take_alone(request.user, people=people, now=timezone.now()):
            return _ask_second(request, branch, year, reason, people)
        return written(
            file_name(branch.name, year),
            lambda file: export_bases(branch=branch, year=year, target=file, reason=reason, by=request.user),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(address("dues:ledger-year", org=branch.code, year=year))


def _ask_second(request: PageRequest, branch: Organization, year: int, reason: str, people: int) -> HttpResponse:
    parameters = parameters_of(branch=branch, year=year, reason=reason)
    return ask_second(
        request, kind=NAME, parameters=parameters, organization=branch, total=people, covers=[branch.code]
    )
