"""Reports on supervision: lists, steps, files and records."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from meetings.choices import kind_words
from meetings.documents import CONTENT_TYPES, DocumentKind
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization
from members.pages.requests import PageRequest, try_on_form, workbook
from members.workbooks.writing import Sheet
from supervision.reports.figures import ABOVE, offered_periods
from supervision.reports.forms import AdoptForm, JudgementForm, NewReportForm, RecordsForm, ReportFilterForm, StepForm
from supervision.reports.models import Report
from supervision.reports.queries import (
    FEW,
    ReportLine,
    adopting_kind,
    may_write,
    meetings_for,
    places_of,
    report_lines,
    report_page,
    side_of,
    to_begin,
)
from supervision.reports.records import SOURCES, by_place, own_records, records, shown
from supervision.reports.rules import MONEY, Act, latest, name_of, period_named, reportable, side_that
from supervision.reports.services import adopt_report, begin_report, move_report, take_back_step, write_judgement
from supervision.reports.word import report_as_word

ON_A_PAGE = 30
READERS = (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS)
WRITERS = (Capability.RECORD_SUPERVISION, Capability.RECEIVE_REPORTS)
NOT_HERE = gettext_lazy("Your office doesn't cover this here. Ask the branch secretary or the committee.")
REPORTS = Report.objects.select_related("organization", "meeting")


@requires(*READERS)
@require_safe
def report_list(request: PageRequest) -> HttpResponse:
    """Those that are there and those that are missing, by period and organization."""
    form, lines, total = listed(request)
    context = {
        "form": form,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total,
        "query": request.GET.urlencode(),
        "begin": to_begin(lines),
    }
    return render(request, "supervision/reports/list.html", context)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: PageRequest, code: str) -> HttpResponse:
    """Begin the report of an organization for a period that is over; one that is asked for and begun is opened."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    _demand_writer(request, organization)
    period = request.GET.get("period", "")
    if period and (known := REPORTS.filter(organization=organization, period=period).first()):
        return redirect(known)
    periods = offered_periods(organization, on=request.today)
    form = NewReportForm(request.POST or None, periods=periods, initial={"period": period})
    if form.is_valid():
        begun: list[Report] = []
        facts = form.cleaned_data | {"organization": organization, "on": request.today, "by": request.user}
        if try_on_form(form, lambda: begun.append(begin_report(**facts))):
            return redirect(begun[0])
    context = {"form": form, "organization": organization, "periods": periods}
    return render(request, "supervision/reports/new.html", context)


@requires(*READERS)
@require_safe
def report_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The report with its figures, its words, what happened to it, and what may be done now."""
    report = get_in_scope(request, REPORTS.all(), pk=key)
    context = report_page(report, request.user, on=request.today)
    page = Paginator(context.pop("branches"), ON_A_PAGE).get_page(request.GET.get("page"))
    acts = [(act, ACT_WORDS[act]) for act in context.pop("acts")]
    return render(request, "supervision/reports/detail.html", {**context, "page": page, "acts": acts})


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_judgement(request: PageRequest, key: UUID) -> HttpResponse:
    """The organization's own words."""
    report = _own(request, key)
    form = JudgementForm(posted(request), initial={"judgement": report.judgement})
    if form.is_valid() and try_on_form(
        form, lambda: write_judgement(report=report, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Stored."))
        return redirect(report)
    return render(request, "supervision/reports/judgement.html", {"form": form, "report": report})


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_adopt(request: PageRequest, key: UUID) -> HttpResponse:
    """Choose the meeting that adopted it; the figures are kept from now on."""
    report = _own(request, key)
    meetings = meetings_for(report, on=request.today)
    form = AdoptForm(request.POST or None, meetings=meetings)
    if form.is_valid():
        facts = form.cleaned_data | {"on": request.today, "by": request.user}
        if try_on_form(form, lambda: adopt_report(report=report, **facts)):
            messages.success(request, _("Adopted. The figures stay as they are today."))
            return redirect(report)
    kind = adopting_kind(report.organization, on=request.today)
    context = {
        "form": form,
        "report": report,
        "kind": kind_words(kind, report.organization.kind),
        "some": meetings.exists(),
        "kind_code": kind.value,
    }
    context["may_plan"] = request.user.access.may(Capability.RECORD_MEETINGS, report.organization.path)
    return render(request, "supervision/reports/adopt.html", context)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_step(request: PageRequest, key: UUID, act: str) -> HttpResponse:
    """Submit, answer, read, return, close, or take a step back."""
    report = _of_side(request, key, act)
    words = ACT_WORDS[Act(act)]
    form = StepForm(posted(request), label=words.asks, needed=words.needed)
    if form.is_valid() and try_on_form(form, lambda: _step(request, report, Act(act), form)):
        messages.success(request, str(words.done))
        return redirect(report)
    return render(request, "supervision/reports/step.html", {"form": form, "report": report, "words": words})


def posted(request: PageRequest) -> QueryDict | None:
    """What was sent, also when it is empty: these forms may be."""
    return request.POST if request.method == "POST" else None


def _of_side(request: PageRequest, key: UUID, act: str) -> Report:
    """The report, for who is on the side that takes this step."""
    report = get_in_scope(request, REPORTS.all(), pk=key)
    if act not in ACT_WORDS or act == Act.ADOPT:
        raise Http404
    if side_of(request.user, report.organization) != side_that(Act(act)):
        raise PermissionDenied(NOT_HERE)
    return report


def _step(request: PageRequest, report: Report, act: Act, form: StepForm) -> None:
    facts: dict[str, Any] = {"text": form.cleaned_data["text"], "on": request.today, "by": request.user}
    if act == Act.TAKE_BACK:
        take_back_step(report=report, **facts)
    else:
        move_report(report=report, act=act, **facts)


def listed(request: PageRequest) -> tuple[ReportFilterForm, list[ReportLine], int]:
    """The filter, the lines that fit it, and how many organizations one may look for."""
    places = list(places_of(request.user, on=request.today))
    form = ReportFilterForm(request.GET, places=places, today=request.today)
    given = form.cleaned_data if form.is_valid() else {}
    offered = reportable(request.today) if len(places) <= FEW else [latest(request.today)]
    asked = period_named(given.get("period") or "")
    wanted = [one for one in places if _fits(one, given)]
    lines = report_lines(request.user, wanted, [asked] if asked else offered, on=request.today)
    state = given.get("state")
    return form, [line for line in lines if not state or line.state == state], len(places)


def _fits(place: Organization, given: dict[str, Any]) -> bool:
    return given.get("q", "") in place.name and given.get("org", "") in ("", place.code)


def _own(request: PageRequest, key: UUID) -> Report:
    report = get_in_scope(request, REPORTS.all(), pk=key)
    _demand_writer(request, report.organization)
    return report


def _demand_writer(request: PageRequest, organization: Organization) -> None:
    if not may_write(request.user, organization):
        raise PermissionDenied(NOT_HERE)


@dataclass(frozen=True, slots=True)
class ActWords:
    """`button` on the report's page, `asks` above the words, `done` when it is done."""

    button: Promise | str
    asks: Promise | str
    done: Promise | str
    icon: str
    explains: Promise | str = ""
    needed: bool = False


ACT_WORDS = {
    Act.ADOPT: ActWords(gettext_lazy("Record the adoption"), "", "", "patch-check"),
    Act.SUBMIT: ActWords(
        gettext_lazy("Submit"),
        gettext_lazy("Words to go with it"),
        gettext_lazy("Submitted. The level above finds it on its desk."),
        "send",
        gettext_lazy("From now on the level above reads it."),
    ),
    Act.ANSWER: ActWords(
        gettext_lazy("Answer the questions and submit again"),
        gettext_lazy("Your answers"),
        gettext_lazy("Answered and submitted again."),
        "reply",
        gettext_lazy("The figures stay as they were adopted; say in words what has changed."),
        needed=True,
    ),
    Act.READ: ActWords(
        gettext_lazy("Mark as read"),
        gettext_lazy("A word about it"),
        gettext_lazy("Put down as read."),
        "check-circle",
        gettext_lazy("The branch sees that it was read, and can't take it back any more."),
    ),
    Act.RETURN: ActWords(
        gettext_lazy("Return with questions"),
        gettext_lazy("Your questions"),
        gettext_lazy("Returned. The branch sees the questions."),
        "arrow-counterclockwise",
        needed=True,
    ),
    Act.CLOSE: ActWords(
        gettext_lazy("Close the report"), gettext_lazy("A word at the end"), gettext_lazy("Closed."), "lock"
    ),
    Act.TAKE_BACK: ActWords(
        gettext_lazy("Take the last step back"),
        gettext_lazy("Why it is taken back"),
        gettext_lazy("Taken back."),
        "arrow-counterclockwise",
        gettext_lazy("You can do that while nobody above has read it."),
        needed=True,
    ),
}


@requires(*READERS)
@require_safe
def report_records(request: PageRequest, figure: str) -> HttpResponse:
    """Exactly the records that a figure counts; who only counts sees how many each organization has."""
    form = RecordsForm(request.GET)
    if figure not in SOURCES or not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    place = get_in_scope(request, Organization.objects.all(), code=asked.pop("org"))
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
    return render(request, "supervision/reports/records.html", context)


def _may_read(request: PageRequest, figure: str, place: Organization) -> tuple[bool, bool]:
    """One by one: in the place and all below it; in the place itself."""
    access, capability = request.user.access, SOURCES[figure].capability
    return access.may_throughout(capability, place.path), access.may(capability, place.path)


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
    report = get_in_scope(request, REPORTS.all(), pk=key)
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
