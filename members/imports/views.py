"""Importing a roster by pages: upload, look through, correct the columns, confirm, and undo."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members import tasks
from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability, ImportState, RowVerdict
from members.dates import to_the_minute
from members.imports.exporting import write_refused, write_template
from members.imports.forms import ColumnsForm, ImportForm, places_for_import
from members.imports.problems import note_from_json
from members.imports.queries import (
    BUSY,
    WITH_REMARKS,
    ImportLine,
    column_lines,
    elsewhere,
    lines,
    rows_of,
    verdict_counts,
)
from members.imports.running import cancel, receive
from members.imports.services import confirm_import, correct_columns
from members.imports.undo_services import Undone, undo_import
from members.models.files import RosterImport
from members.pages.listing import Badge, Listing, Nothing, badges, drawn, linked, number, text
from members.pages.queries import called
from members.pages.requests import PageRequest, try_with_message, written
from members.pages.steps import Button, Crumb, Step, form_page

KEPT_SHOWN = 20
IMPORTS: Crumb = (_("Imports"), reverse_lazy("members:import-list"))
STATE_KINDS = {
    ImportState.APPLIED: "good",
    ImportState.FAILED: "bad",
    ImportState.PREVIEW: "warn",
    ImportState.UNDONE: "quiet",
    ImportState.CANCELLED: "quiet",
}
VERDICT_KINDS = {
    RowVerdict.NEW: "good",
    RowVerdict.CHANGED: "info",
    RowVerdict.REFUSED: "bad",
    RowVerdict.DOUBTFUL: "warn",
}


def state_badges(row: RosterImport, _on: date) -> Iterator[Badge]:
    yield row.get_state_display(), STATE_KINDS.get(ImportState(row.state), "info")


def _verdict_badges(line: ImportLine, _on: date) -> Iterator[Badge]:
    yield line.row.get_verdict_display(), VERDICT_KINDS.get(RowVerdict(line.row.verdict), "quiet")


LISTING = Listing(
    columns=[
        linked("file", _("Workbook"), "file_name"),
        text("into", _("Into"), "organization.name"),
        badges("state", _("State"), state_badges),
        number("rows", _("Rows"), "rows_total"),
        text(
            "uploaded",
            _("Uploaded"),
            lambda row: to_the_minute(row.uploaded_at),
            below=lambda row: called(row.uploaded_by),
        ),
    ],
    orders={"newest": (_("Newest first"), ("-uploaded_at", "key"))},
    phone=["file", "state", "into", "rows", "uploaded"],
    nothing=Nothing(
        _(
            "Nothing has been imported yet. Upload the workbook that the branch has always kept: you look at what was "
            "understood before anything is stored."
        ),
        "file-earmark-arrow-up",
        _("Upload a workbook"),
        reverse_lazy("members:import-new"),
    ),
)
ROWS = Listing(
    columns=[
        linked("name", _("Name"), lambda line: line.row.name or None, url="url"),
        replace(number("number", _("Row"), "row.number"), style="number desk-only"),
        badges("verdict", _("Verdict"), _verdict_badges),
        drawn("said", _("What is to be said, what was read"), "members/imports/row.html"),
    ],
    phone=["name", "verdict", "said"],
    nothing=Nothing(_("No row has this verdict."), "check-circle"),
    size=20,
)


@requires(Capability.IMPORT_ROSTER)
@require_safe
def import_list(request: PageRequest) -> HttpResponse:
    """Earlier imports, newest first."""
    rows = RosterImport.objects.visible_to(request.user).select_related("organization", "uploaded_by__member")
    new = Button(_("Upload a workbook"), reverse("members:import-new"), "upload", primary=True)
    return LISTING.shown(request, LISTING.ordered(request, rows)).answer(
        title=_("Imports"), buttons=[new, _blank()], prints=False
    )


def _blank() -> Button:
    return Button(_("Blank workbook"), reverse("members:import-template"), "file-earmark-arrow-down")


@requires(Capability.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: PageRequest) -> HttpResponse:
    """Upload a workbook. Nothing reaches the roster before it is confirmed."""
    places = places_for_import(request.user, request.today)
    code = request.GET.get("org", "")
    return form_page(
        request,
        ImportForm(request.POST or None, request.FILES or None, places=places, code=code),
        lambda typed: _receive(request, typed),
        Step(_("Upload a workbook"), _("Upload and look")),
        lambda begun: begun,
        crumbs=[IMPORTS],
        buttons=[_blank()],
        lead=_(
            "Take the workbook as it is: title rows, merged cells, notes and sheets beside it don't matter. You look "
            "at every row before anything is stored, and a whole import can be undone."
        ),
    )


def _receive(request: PageRequest, typed: dict[str, Any]) -> RosterImport:
    place = typed["organization"]
    require_at(request, place.path)
    may_build = request.user.access.may(Capability.MANAGE_ORGANIZATIONS, place.path)
    begun = receive(typed["workbook"], key=typed["key"], into=place, may_build=may_build, by=request.user)
    tasks.start(tasks.read_import, begun.key)
    return begun


@requires(Capability.IMPORT_ROSTER)
@require_safe
def import_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """How far an import has come: its progress, its rows to look through, or what became of it."""
    roster_import = _fetch(request, key)
    if roster_import.state in BUSY:
        return render(request, "members/imports/progress.html", _progress(roster_import))
    verdict = request.GET.get("verdict", "")
    rows = ROWS.shown(request, rows_of(roster_import, verdict), lines=lambda page: lines(roster_import, page))
    columns = column_lines(roster_import, request.user)
    context = {
        "roster_import": roster_import,
        "notes": [note_from_json(note) for note in roster_import.notes],
        "counts": verdict_counts(roster_import),
        "with_remarks": WITH_REMARKS,
        "verdict": verdict,
        "rows": rows,
        "badges": state_badges(roster_import, request.today),
        "elsewhere": elsewhere(roster_import),
        "questions": [column for column in columns if column.proposal],
        "unknown": [column for column in columns if not column.field and not column.proposal],
        "accepted": roster_import.counts.get("new", 0) + roster_import.counts.get("changed", 0),
        "left_out": roster_import.counts.get("refused", 0) + roster_import.counts.get("doubtful", 0),
    }
    return render(request, "members/imports/detail.html", context)


@requires(Capability.IMPORT_ROSTER)
@require_safe
def import_progress(request: PageRequest, key: UUID) -> HttpResponse:
    """The progress alone, asked for every second; once the work is done the whole page is asked for."""
    roster_import = _fetch(request, key)
    if roster_import.state not in BUSY:
        return HttpResponseClientRefresh()
    return render(request, "members/imports/progress.html#bar", _progress(roster_import))


@requires(Capability.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: PageRequest, key: UUID) -> HttpResponse:
    """Say what the columns mean; remembered for the branch."""
    roster_import = _fetch(request, key)
    columns = column_lines(roster_import, request.user)
    form = ColumnsForm(request.POST or None, columns=columns)
    if form.is_valid():
        if try_with_message(request, lambda: correct_columns(roster_import=roster_import, fields=form.meanings())):
            tasks.start(tasks.read_import, roster_import.key)
        return redirect(roster_import)
    return render(request, "members/imports/columns.html", {"form": form, "roster_import": roster_import})


@requires(Capability.IMPORT_ROSTER)
@require_POST
def import_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Let the accepted rows be stored; pressing twice stores once."""
    roster_import = _fetch(request, key)
    if try_with_message(request, lambda: confirm_import(roster_import=roster_import, by=request.user)):
        tasks.start(tasks.apply_import, roster_import.key)
    return redirect(roster_import)


@requires(Capability.IMPORT_ROSTER)
@require_POST
def import_cancel(request: PageRequest, key: UUID) -> HttpResponse:
    """Stop an import that waits or is under way; nothing of it stays on the roster."""
    roster_import = _fetch(request, key)
    undone: list[Undone] = []
    if try_with_message(request, lambda: undone.append(cancel(roster_import, by=request.user))):
        messages.success(request, _("The import is cancelled."))
        _tell_kept(request, *undone)
    return redirect(roster_import)


@requires(Capability.IMPORT_ROSTER)
@require_POST
def import_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take an import back; what has been built on stays, and the page says which rows."""
    roster_import = _fetch(request, key)
    undone: list[Undone] = []
    if try_with_message(request, lambda: undone.append(undo_import(roster_import=roster_import, by=request.user))):
        [found] = undone
        taken = ngettext("%(count)s row was taken back.", "%(count)s rows were taken back.", found.rows)
        messages.success(request, taken % {"count": found.rows})
        _tell_kept(request, found)
    return redirect(roster_import)


def _tell_kept(request: PageRequest, undone: Undone) -> None:
    """Which rows stay because something has been built on them."""
    for note in undone.kept[:KEPT_SHOWN]:
        messages.warning(request, _("Row %(row)s: %(sentence)s") % {"row": note.row, "sentence": note.problem.message})


@requires(Capability.IMPORT_ROSTER)
@require_safe
def import_refused(request: PageRequest, key: UUID) -> FileResponse:
    """The rows that were left out, as a workbook with their reasons."""
    roster_import = _fetch(request, key)
    name = f"退回-{roster_import.file_name.rpartition('.')[0] or roster_import.file_name}.xlsx"
    private = roster_import.uploaded_by_id == request.user.pk
    return written(name, lambda file: write_refused(roster_import, file, private=private))


@requires(Capability.IMPORT_ROSTER)
@require_safe
def import_template(request: PageRequest) -> FileResponse:
    """A blank workbook with every heading that is understood."""
    return written("党员花名册模板.xlsx", write_template)


def _fetch(request: PageRequest, key: UUID) -> RosterImport:
    return get_in_scope(request, RosterImport.objects.select_related("organization", "uploaded_by"), key=key)


def _progress(roster_import: RosterImport) -> dict[str, object]:
    storing = roster_import.state in {ImportState.CONFIRMED, ImportState.APPLYING}
    return {
        "roster_import": roster_import,
        "done": roster_import.rows_done,
        "total": roster_import.rows_total if storing else 0,
        "sentence": _("The rows are being stored.") if storing else _("The workbook is being read."),
        "url": reverse("members:import-progress", args=[roster_import.key]),
    }
