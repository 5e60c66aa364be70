"""Beside a report's page: the records behind a figure, the list as a workbook, the report as a Word document."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings.documents import CONTENT_TYPES, DocumentKind
from members.downloads import workbook
from members.models import Organization
from members.policy import fetch, requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.reports import RecordsForm
from supervision.queries.report_figures import ABOVE
from supervision.queries.report_list import ReportLine
from supervision.queries.report_page import report_page
from supervision.queries.report_records import SOURCES, by_place, own_records, records, shown
from supervision.rules.report_figures import MONEY, name_of
from supervision.views.reports import ON_A_PAGE, READERS, REPORTS, listed
from supervision.word import report_as_word


@requires(*READERS)
@require_safe
def report_records(request: PageRequest, figure: str) -> HttpResponse:
    """Exactly the records that a figure counts; who only counts sees how many each organization has."""
    form = RecordsForm(request.GET)
    if figure not in SOURCES or not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    place = fetch(request, Organization.objects.all(), code=asked.pop("org"))
    reads, reads_own = _may_read(request, figure, place)
    own = asked.pop("own") and reads_own
    one_by_one = reads or own
    look = own_records if own else records if reads else by_place
    page = Paginator(look(figure, place, **asked, on=request.today), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **asked,
        "place": place,
        "names": name_of(figure),
        "page": page,
        "rows": shown(figure, page) if one_by_one else None,
        "is_money": figure in MONEY,
        "own": own,
        "reads_own": reads_own and not one_by_one,
        "is_above": place.kind in ABOVE,
    }
    return render(request, "supervision/report_records.html", context)


def _may_read(request: PageRequest, figure: str, place: Organization) -> tuple[bool, bool]:
    """One by one: in the place and all below it; in the place itself."""
    standing, capability = request.user.standing, SOURCES[figure].capability
    return standing.may_throughout(capability, place.path), standing.may(capability, place.path)


@requires(*READERS)
@require_safe
def report_export(request: PageRequest) -> FileResponse:
    """The list as a workbook, missing ones included; nobody's words."""
    _form, lines, _total = listed(request)
    headings = [_("Organization"), _("Period"), _("State"), _("Due by"), _("Submitted on"), _("Late")]
    return workbook(_("Supervision reports.xlsx"), Sheet(_("Supervision reports"), headings, _cells(lines)))


@requires(*READERS)
@require_safe
def report_word(request: PageRequest, key: UUID) -> FileResponse:
    """The report as it stands, to print, sign and keep."""
    report = fetch(request, REPORTS.all(), pk=key)
    content = report_as_word(report_page(report, request.user, on=request.today))
    name = f"{report.organization.name} {report.period}.docx"
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=name, content_type=CONTENT_TYPES[DocumentKind.WORD]
    )


def _cells(lines: Iterable[ReportLine]) -> Iterator[list[Any]]:
    for line in lines:
        state = line.state_words or _("Missing")
        submitted_on = line.report.submitted_on if line.report else None
        late = _("Yes") if line.is_late else ""
        yield [line.organization.name, line.period.name, state, line.due_on, submitted_on, late]
