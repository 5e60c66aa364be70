"""A branch's own dues ledger, or a list of bases: upload, look through, store, take back."""

import json
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.ledgers import LedgerUploadForm
from dues.importing.ledger import Line, open_after, read_ledger
from dues.importing.ledger_notes import note_from
from dues.importing.ledger_returning import write_refused
from dues.importing.ledger_sheets import NotALedger
from dues.models import LedgerImport
from dues.queries.papers import published_sentence, published_with
from dues.queries.receipts import Resting, resting_on
from dues.services.ledger_import import confirm_ledger, judge, keep_preview, kept_touches
from dues.services.ledger_undo import live_charges, undo_ledger
from members.choices import Capability, ImportState
from members.downloads import written
from members.places import branches_offered
from members.policy import demand, fetch, requires
from members.refusals import told
from members.requests import PageRequest
from members.workbooks.reading import UnreadableWorkbook

IMPORTS = LedgerImport.objects.select_related("organization", "uploaded_by")
ON_A_PAGE = 30
NOTES_SHOWN = 200
RESTING_SHOWN = 5


@requires(Capability.FIX_BASES)
@require_safe
def ledger_list(request: PageRequest) -> HttpResponse:
    """Earlier ledgers and lists of bases of one's branches."""
    page = Paginator(IMPORTS.visible_to(request.user).defer("content"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "dues/ledger_list.html", {"page": page})


@requires(Capability.FIX_BASES)
@require_http_methods(["GET", "HEAD", "POST"])
def ledger_new(request: PageRequest) -> HttpResponse:
    """Upload a workbook; nothing is stored before somebody has looked through it."""
    places = branches_offered(request, Capability.FIX_BASES)
    initial = {"year": request.today.year, "organization": request.GET.get("org")}
    form = LedgerUploadForm(request.POST or None, request.FILES or None, places=places, initial=initial)
    if form.is_valid() and (kept := _read(request, form)):
        return redirect("dues:ledger-detail", key=kept.pk)
    return render(request, "dues/ledger_new.html", {"form": form})


@requires(Capability.FIX_BASES)
@never_cache
@require_safe
def ledger_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was understood: sums, everything there is to say, and each member's line until it is stored."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    notes = [note_from(note) for note in kept.found["notes"]]
    resting = resting_on(live_charges(kept.charges.all())) if kept.state == ImportState.APPLIED else []
    published = published_sentence(published_with(kept)) if kept.state == ImportState.APPLIED else ""
    context = {
        "ledger": kept,
        "found": kept.found,
        "is_preview": kept.state == ImportState.PREVIEW,
        "stops": [note for note in notes if note.blocks],
        "refusals": [note for note in notes if note.refuses][:NOTES_SHOWN],
        "warnings": [note for note in notes if not (note.refuses or note.blocks)][:NOTES_SHOWN],
        "lines": _lines(kept) if kept.state == ImportState.PREVIEW else [],
        "resting": resting,
        "published": published,
        "question": _question(resting, published),
        "touched": kept_touches(kept) if kept.state == ImportState.PREVIEW else None,
    }
    return render(request, "dues/ledger_detail.html", context)


@requires(Capability.FIX_BASES)
@require_POST
def ledger_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Store what was looked through."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    told(request, lambda: confirm_ledger(kept, by=request.user, on=request.today), _("The ledger is on record."))
    return redirect("dues:ledger-detail", key=key)


@requires(Capability.FIX_BASES)
@require_POST
def ledger_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take everything back that the ledger brought."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    told(request, lambda: undo_ledger(kept, by=request.user, on=request.today), _("The import was undone."))
    return redirect("dues:ledger-detail", key=key)


@requires(Capability.FIX_BASES)
@require_safe
def ledger_refused(request: PageRequest, key: UUID) -> FileResponse:
    """The rows that were left out, as a workbook with their reasons."""
    kept = fetch(request, IMPORTS.all(), pk=key)
    name, private = f"退回-{Path(kept.file_name).stem}.xlsx", kept.uploaded_by_id == request.user.pk
    return written(name, lambda file: write_refused(kept, file, private=private))


def _read(request: PageRequest, form: LedgerUploadForm) -> LedgerImport | None:
    given = form.cleaned_data
    demand(request, given["organization"].path)
    about = {"organization": given["organization"], "year": given["year"], "on": request.today}
    try:
        path = Path(cast(TemporaryUploadedFile, given["file"]).temporary_file_path())
        judged = judge(read_ledger(path, **about), **about)
    except (UnreadableWorkbook, NotALedger) as refusal:
        form.add_error("file", str(refusal))
        return None
    kept = {"organization": given["organization"], "file_name": given["file"].name, "by": request.user}
    return keep_preview(judged, key=given["key"], **kept)


def _question(resting: list[Resting], published: str) -> str:
    """What is asked before the ledger is taken back: all that the page says of it."""
    asked = [_("Take this ledger back? Every charge and payment that it brought is reversed, with a reason.")]
    if resting:
        numbers = "、".join(map(str, resting[:RESTING_SHOWN]))
        kept = _("Receipts of what was paid on it (%(numbers)s) stay, and their money is shown as paid ahead.")
        asked.append(kept % {"numbers": numbers})
    return " ".join(filter(None, [*asked, published]))


def _lines(kept: LedgerImport) -> list[dict[str, Any]]:
    """Each member's line with its sums in fen."""
    lines = (Line(**line) for line in json.loads(kept.content.open())["lines"])
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
