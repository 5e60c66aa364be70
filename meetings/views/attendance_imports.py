"""A year's sign-in sheet: upload, look through, store, take back."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.choices import MeetingKind
from meetings.forms.attendance_import import AttendanceUploadForm
from meetings.importing import Found, confirm_preview, keep_preview, on_record, read_sheet, undo_sheet
from meetings.models import AttendanceImport
from meetings.sheets import NotASheet
from members.choices import Capability, ImportState, OrganizationKind
from members.models import Organization
from members.policy import demand, fetch, requires
from members.refusals import told
from members.requests import PageRequest
from members.workbooks.reading import UnreadableWorkbook

IMPORTS = AttendanceImport.objects.select_related("organization", "uploaded_by")
ON_A_PAGE = 30


@requires(Capability.RECORD_MEETINGS)
@require_safe
def import_list(request: PageRequest) -> HttpResponse:
    """Earlier sign-in sheets of one's branches."""
    page = Paginator(IMPORTS.visible_to(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "meetings/import_list.html", {"page": page})


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: PageRequest) -> HttpResponse:
    """Upload a sheet; nothing is stored before somebody has looked through it."""
    places = Organization.objects.visible_to(request.user, Capability.RECORD_MEETINGS)
    places = places.standing_on(request.today).filter(kind=OrganizationKind.BRANCH).in_tree_order()
    form = AttendanceUploadForm(
        request.POST or None, request.FILES or None, places=places, initial={"year": request.today.year}
    )
    if form.is_valid() and (kept := _read(request, form)):
        return redirect("meetings:import-detail", key=kept.pk)
    return render(request, "meetings/import_new.html", {"form": form})


@requires(Capability.RECORD_MEETINGS)
@require_safe
def import_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was understood: each meeting with its counts, and what couldn't be used."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    known = on_record(kept) if kept.state == ImportState.PREVIEW else set()
    meetings = [
        {**one, "label": MeetingKind(one["kind"]).label, "is_known": (one["date"], one["kind"]) in known}
        for one in kept.found["meetings"]
    ]
    return render(request, "meetings/import_detail.html", {"import": kept, "meetings": meetings, "found": kept.found})


@requires(Capability.RECORD_MEETINGS)
@require_POST
def import_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Store what was looked through."""
    kept = confirm_preview(attendance_import=fetch(request, IMPORTS.all(), pk=key), by=request.user)
    messages.success(request, _("The meetings are on record."))
    return redirect("meetings:import-detail", key=kept.pk)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def import_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the meetings of the sheet off the record again."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    told(request, lambda: undo_sheet(attendance_import=kept, by=request.user), _("The import was undone."))
    return redirect("meetings:import-detail", key=key)


def _read(request: PageRequest, form: AttendanceUploadForm) -> AttendanceImport | None:
    given = form.cleaned_data
    demand(request, given["organization"].path)
    try:
        found = read_sheet(_path(given["file"]), organization=given["organization"], year=given["year"])
    except (UnreadableWorkbook, NotASheet) as refusal:
        form.add_error("file", str(refusal))
        return None
    return _kept(request, form, found)


def _kept(request: PageRequest, form: AttendanceUploadForm, found: Found) -> AttendanceImport:
    given = form.cleaned_data
    return keep_preview(
        key=given["key"], found=found, organization=given["organization"], year=given["year"],
        file_name=given["file"].name, by=request.user,
    )  # fmt: skip


def _path(upload: TemporaryUploadedFile) -> Path:
    return Path(upload.temporary_file_path())
