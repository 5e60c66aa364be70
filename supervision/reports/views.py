"""Reports on supervision: lists, steps, files and records."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from meetings.choices import kind_words
from meetings.documents import CONTENT_TYPES, DocumentKind
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization
from members.pages.listing import Badge, Listing, Nothing, Shown, acts, badges, day, excel, linked, money, number, text
from members.pages.requests import FORM_METHODS, PageRequest, address
from members.pages.steps import Button, Crumb, Step, Words, form_page
from supervision.choices import ReportState
from supervision.reports.figures import ABOVE, STANDS_WORDS, Stands, offered_periods
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
from supervision.reports.rules import MONEY, Act, Period, latest, name_of, period_named, reportable, side_that
from supervision.reports.services import adopt_report, begin_report, move_report, take_back_step, write_judgement
from supervision.reports.word import report_as_word

ON_A_PAGE = 30
READERS = (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS)
WRITERS = (Capability.RECORD_SUPERVISION, Capability.RECEIVE_REPORTS)
NOT_HERE = _("Your office doesn't cover this here. Ask the branch secretary or the committee.")
REPORTS = Report.objects.select_related("organization", "meeting")


STATE_KINDS = {
    ReportState.DRAFT: "quiet",
    ReportState.ADOPTED: "info",
    ReportState.SUBMITTED: "info",
    ReportState.READ: "good",
    ReportState.RETURNED: "warn",
    ReportState.CLOSED: "good",
}
STANDS_KINDS = {Stands.SUBMITTED: "good", Stands.LATE: "warn", Stands.OPEN: "quiet", Stands.MISSING: "bad"}


def _state(line: ReportLine, _on: object) -> Iterator[Badge]:
    if line.report:
        yield line.state_words, STATE_KINDS[ReportState(line.report.state)]
    else:
        yield (_("Missing"), "bad") if line.is_late else (_("Not there yet"), "quiet")


def _late(line: ReportLine, _on: object) -> list[Badge]:
    return [(_("late"), "warn")] if line.is_late and line.report and line.report.submitted_on else []


def _begin(organization: Organization, period: Period) -> str:
    return f"{reverse('supervision:report-new', args=[organization.code])}?period={period.name}"


def _to_begin(line: ReportLine) -> list[tuple[Words, str, str]]:
    whose = f"{line.organization.name} {line.period.name}"
    return [(_("Begin it"), _begin(line.organization, line.period), whose)]


ORGANIZATION, PERIOD = (
    text("organization", _("Organization"), "organization.name"),
    text("period", _("Period"), "period.name", style="nowrap"),
)
DUE_ON = day("due_on", _("Due by"))
LISTING = Listing(
    columns=[
        linked("organization", _("Organization"), "organization.name", url="report.get_absolute_url"),
        PERIOD,
        badges("state", _("State"), _state),
        DUE_ON,
        day("submitted_on", _("Submitted on"), "report.submitted_on", badges=_late),
        acts(lambda line: _to_begin(line) if line.may_begin else []),
    ],
    phone=["organization", "state", "period", "due_on"],
    workbook=[
        ORGANIZATION,
        PERIOD,
        text("state", _("State"), lambda line: line.state_words or _("Missing")),
        DUE_ON,
        day("submitted_on", _("Submitted on"), "report.submitted_on"),
        text("late", _("Late"), lambda line: _("Yes") if line.is_late else ""),
    ],
    nothing=Nothing(_("No report is missing: nothing is on record yet of a period that is over."), "file-earmark-text"),
    no_match=_("No report fits. Take away a filter."),
)  # fmt: skip


@requires(*READERS)
@require_safe
def report_list(request: PageRequest) -> HttpResponse:
    """Those that are there and those that are missing, by period and organization."""
    form, lines, total = listed(request)
    begin = to_begin(lines)
    sentence = _("No organization here reports yet. Ask the administrator to set up the branches.")
    nothing = None if total else Nothing(sentence, "file-earmark-text")
    return LISTING.shown(request, lines, form=form, nothing=nothing).answer(
        title=_("Supervision reports"),
        lead=_("What a branch tells the level above: the figures come from the record, the judgement is yours."),
        buttons=[
            begin and Button(_("Begin a report"), _begin(begin.organization, begin.period), "plus-lg", primary=True),
            excel(request, reverse("supervision:report-export")),
        ],
        more={"begin": begin},
    )


@requires(*WRITERS)
@require_http_methods(FORM_METHODS)
def report_new(request: PageRequest, code: str) -> HttpResponse:
    """Begin the report of an organization for a period that is over; one that is asked for and begun is opened."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    _demand_writer(request, organization)
    period = request.GET.get("period", "")
    if period and (known := REPORTS.filter(organization=organization, period=period).first()):
        return redirect(known)
    if not (periods := offered_periods(organization, on=request.today)):
        return _nothing_to_report(request, organization)
    words = _("Choose the period. The program puts the figures in; you look at them and add your own words.")
    act = partial(begin_report, organization=organization, on=request.today, by=request.user)
    return form_page(
        request,
        NewReportForm(request.POST or None, periods=periods, initial={"period": period}),
        lambda typed: act(**typed),
        Step(_("Begin a report"), _("Begin")),
        lambda begun: begun,
        crumbs=[_all()],
        lead=f"{organization.name} · {words}",
    )


def _nothing_to_report(request: PageRequest, organization: Organization) -> HttpResponse:
    sentence = _(
        "There is nothing to report on yet: no quarter that began since the first day of %(name)s is over."
    ) % {"name": organization.name}
    nothing = Nothing(sentence, "file-earmark-text", _("All reports"), reverse("supervision:report-list"))
    context = {"title": _("Begin a report"), "crumbs": [_all()], "nothing": nothing}
    return render(request, "members/pages/page.html", context)


def _stands(stands: Stands) -> Badge:
    return STANDS_WORDS[stands], STANDS_KINDS[stands]


SUMMARY = Listing(
    columns=[
        text("name", _("Branch")),
        badges("state", _("State"), lambda one, _on: [_stands(Stands(one["stands"]))]),
        text("submitted_on", _("Submitted on"), style="nowrap"),
    ],
    phone=["name", "state", "submitted_on"],
    nothing=Nothing(_("No branch stands here."), "file-earmark-text"),
)  # fmt: skip


@requires(*READERS)
@require_safe
def report_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The report with its figures, its words, what happened to it, and what may be done now."""
    report = get_in_scope(request, REPORTS.all(), pk=key)
    context = report_page(report, request.user, on=request.today)
    rows = context.pop("branches")
    branches = SUMMARY.shown(request, [one for one in rows if one["stands"] != Stands.SUBMITTED])
    context["submitted"] = SUMMARY.shown(request, [one for one in rows if one["stands"] == Stands.SUBMITTED])
    acts = [(act, ACT_WORDS[act]) for act in context.pop("acts")]
    context["counts"] = [(STANDS_WORDS[Stands(stands)], count) for stands, count in context["stand"].items()]
    kind = STATE_KINDS[ReportState(report.state)]
    context |= {"branches": branches, "page": branches.page, "acts": acts, "state_kind": kind}
    return render(request, "supervision/reports/detail.html", context)


@requires(*WRITERS)
@require_http_methods(FORM_METHODS)
def report_judgement(request: PageRequest, key: UUID) -> HttpResponse:
    """The organization's own words."""
    report = _own(request, key)
    form = JudgementForm(posted(request), initial={"judgement": report.judgement})
    act = partial(write_judgement, report=report, by=request.user)
    step = Step(_("What we make of it"), _("Store"), _("Stored."))
    return form_page(request, form, lambda typed: act(**typed), step, report, crumbs=_crumbs(report))


@requires(*WRITERS)
@require_http_methods(FORM_METHODS)
def report_adopt(request: PageRequest, key: UUID) -> HttpResponse:
    """Choose the meeting that adopted it; the figures are kept from now on."""
    report = _own(request, key)
    meetings = meetings_for(report, on=request.today)
    if not meetings.exists() and request.method != "POST":
        return _nothing_adopted(request, report)
    act = partial(adopt_report, report=report, on=request.today, by=request.user)
    return form_page(
        request,
        AdoptForm(request.POST or None, meetings=meetings),
        lambda typed: act(**typed),
        Step(ACT_WORDS[Act.ADOPT].button, _("Adopted"), _("Adopted. The figures stay as they are today.")),
        report,
        crumbs=_crumbs(report),
        lead=_("From now on the figures stay as they are today. What changes later is shown beside them."),
    )


def _nothing_adopted(request: PageRequest, report: Report) -> HttpResponse:
    """No meeting was held that could adopt it."""
    kind, organization = adopting_kind(report.organization, on=request.today), report.organization
    sentence = _(
        "A %(kind)s has to adopt the report, and none was held since the end of %(period)s. Plan one and put the "
        "report on its agenda; or close the meeting that was held."
    ) % {"kind": kind_words(kind, organization.kind), "period": report.period}
    may_plan = request.user.access.may(Capability.RECORD_MEETINGS, organization.path)
    plan = f"{reverse('meetings:meeting-plan', args=[organization.code])}?kind={kind.value}" if may_plan else ""
    nothing = Nothing(sentence, "calendar-event", _("Plan a meeting"), plan)
    context = {"title": ACT_WORDS[Act.ADOPT].button, "crumbs": _crumbs(report), "nothing": nothing}
    return render(request, "members/pages/page.html", context)


@requires(*WRITERS)
@require_http_methods(FORM_METHODS)
def report_step(request: PageRequest, key: UUID, act: str) -> HttpResponse:
    """Submit, answer, read, return, close, or take a step back."""
    report = _of_side(request, key, act)
    words = ACT_WORDS[Act(act)]
    form = StepForm(posted(request), label=words.asks, needed=words.needed)
    step = Step(words.button, words.button, words.done)
    return form_page(
        request,
        form,
        lambda _typed: _step(request, report, Act(act), form),
        step,
        report,
        crumbs=_crumbs(report),
        lead=words.explains,
    )


def _all() -> Crumb:
    return _("Supervision reports"), reverse("supervision:report-list")


def _crumbs(report: Report) -> list[Crumb]:
    return [_all(), (f"{report.organization.name} {report.period}", report.get_absolute_url())]


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

    button: Words
    asks: Words
    done: Words
    icon: str
    explains: Words = ""
    needed: bool = False


ACT_WORDS = {
    Act.ADOPT: ActWords(_("Record the adoption"), "", "", "patch-check"),
    Act.SUBMIT: ActWords(
        _("Submit"),
        _("Words to go with it"),
        _("Submitted. The level above finds it on its desk."),
        "send",
        _("From now on the level above reads it."),
    ),
    Act.ANSWER: ActWords(
        _("Answer the questions and submit again"),
        _("Your answers"),
        _("Answered and submitted again."),
        "reply",
        _("The figures stay as they were adopted; say in words what has changed."),
        needed=True,
    ),
    Act.READ: ActWords(
        _("Mark as read"),
        _("A word about it"),
        _("Put down as read."),
        "check-circle",
        _("The branch sees that it was read, and can't take it back any more."),
    ),
    Act.RETURN: ActWords(
        _("Return with questions"),
        _("Your questions"),
        _("Returned. The branch sees the questions."),
        "arrow-counterclockwise",
        needed=True,
    ),
    Act.CLOSE: ActWords(_("Close the report"), _("A word at the end"), _("Closed."), "lock"),
    Act.TAKE_BACK: ActWords(
        _("Take the last step back"),
        _("Why it is taken back"),
        _("Taken back."),
        "arrow-counterclockwise",
        _("You can do that while nobody above has read it."),
        needed=True,
    ),
}


RECORDS = Listing(
    columns=[
        linked("title", _("What"), url="url"),
        day("day", _("Day")),
        money("fen", _("Amount")),
        text("note", _("Remark")),
        text("place", _("Where")),
    ],
    phone=["title", "fen", "day", "place"],
    nothing=Nothing(_("Nothing is on record for this figure in the period.")),
)
COUNTS = Listing(
    columns=[
        text("organization", _("Organization"), lambda line: line[0]),
        money("fen", _("Amount"), lambda line: line[1]),
        number("number", pgettext_lazy("how many", "Number"), lambda line: line[1]),
    ],
    phone=["organization", "fen", "number"],
    nothing=RECORDS.nothing,
)


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
    rows, is_money = look(figure, place, **asked, on=request.today), figure in MONEY
    if one_by_one:
        lines = partial(shown, figure)
        found = RECORDS.shown(request, rows, lines=lines, without=() if is_money else {"fen"})
    else:
        found = COUNTS.shown(request, rows, without={"number"} if is_money else {"fen"})
    is_counted = not one_by_one and place.kind in ABOVE
    days = {"first": asked["first"], "last": asked["last"]}
    words = _("Names and texts stay in the branch: above it they are counted, not read.")
    read = address("supervision:report-records", figure, org=place.code, **days, own="on")
    return found.answer(
        title=" · ".join(str(name) for name in name_of(figure)),
        crumbs=[_all()],
        buttons=[is_counted and reads_own and Button(_("Read those of your own meetings"), read)],
        lead=" · ".join([place.name, _("%(first)s to %(last)s") % days, *([_counted(found)] if one_by_one else [])]),
        notes=[words if is_counted else ""],
        more={"rows": found.rows if one_by_one else None, "is_money": is_money},
    )


def _counted(found: Shown) -> str:
    count = found.page.paginator.count
    return ngettext("%(counter)s record", "%(counter)s records", count) % {"counter": count}


def _may_read(request: PageRequest, figure: str, place: Organization) -> tuple[bool, bool]:
    """One by one: in the place and all below it; in the place itself."""
    access, capability = request.user.access, SOURCES[figure].capability
    return access.may_throughout(capability, place.path), access.may(capability, place.path)


@requires(*READERS)
@require_safe
def report_export(request: PageRequest) -> FileResponse:
    """The list as a workbook, missing ones included; nobody's words."""
    _form, lines, _total = listed(request)
    return LISTING.exported(request, lines, file=str(_("Supervision reports.xlsx")), sheet=_("Supervision reports"))


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
