"""The year's talks: what is missing in a branch by name, what is missing below a committee in counts."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.choices import Capability
from members.downloads import workbook
from members.models import Organization
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from rulebook.book import rule_if_held
from supervision.forms.talks import TalkFilterForm
from supervision.models import Talk
from supervision.queries.talk_page import PARTS, Below, Line, below_lines, missing_lines
from supervision.queries.talk_years import BranchYear, last_day, of_branch
from supervision.rules.talks import KEY
from supervision.services.talks import put_talks_export_on_record
from supervision.views.talk_places import BELOW, branch_asked_for, place_asked_for
from supervision.views.talks import TALKS, branches_offered

AT_FIRST, ON_A_PAGE, MOST_ROWS, YEARS = 12, 50, 20_000, 5
SEEN_WITH = (Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION)


@requires(*SEEN_WITH)
@require_safe
def talk_year(request: PageRequest) -> HttpResponse:
    """What the year's talks still lack: names for the branch, counts for who only counts."""
    place, year = place_asked_for(request, *SEEN_WITH), _year(request)
    on = last_day(year, request.today)
    years = range(request.today.year, request.today.year - YEARS, -1)
    context: dict[str, Any] = {"place": place, "year": year, "years": years, "rule": rule_if_held(KEY, on)}
    if _by_name(request, place):
        context |= _branch(request, of_branch(place, on=on))
        return render(request, "supervision/talk_year.html", context)
    context |= _below(request, below_lines(place.path, on=on))
    return render(request, "supervision/talk_year_below.html", context)


@requires(*SEEN_WITH)
@require_safe
def talk_year_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, year = place_asked_for(request, *SEEN_WITH), _year(request)
    on = last_day(year, request.today)
    sheet, rows = _missing_sheet(request, place, on) if _by_name(request, place) else _count_sheet(place, on)
    put_talks_export_on_record(place=place, rows=rows, by=request.user)
    return workbook(_("Talks missing %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}, sheet)


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def talk_export(request: PageRequest) -> FileResponse:
    """The branch's talks as a workbook, without a word of what was said; that it was taken is on record."""
    branch = branch_asked_for(request, Capability.VIEW_SUPERVISION)
    form = TalkFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_SUPERVISION))
    rows = list(form.narrow(TALKS.filter(organization=branch))[:MOST_ROWS])
    put_talks_export_on_record(place=branch, rows=len(rows), by=request.user)
    sheet = Sheet(
        _("Talks"), [_("When"), _("Who talked"), _("With whom"), _("Why"), _("Recorded by")], _talk_cells(rows)
    )
    day = request.today.isoformat()
    return workbook(_("Talks %(branch)s %(day)s.xlsx") % {"branch": branch.name, "day": day}, sheet)


def _missing_sheet(request: PageRequest, place: Organization, on: date) -> tuple[Sheet, int]:
    found = of_branch(place, on=on)
    lines = [line for part in PARTS for line in missing_lines(found, part, request.user)]
    headings = [_("What is missing"), _("Who talked"), _("With whom")]
    return Sheet(_("Talks missing"), headings, _missing_cells(lines)), len(lines)


def _count_sheet(place: Organization, on: date) -> tuple[Sheet, int]:
    lines = below_lines(place.path, on=on)
    headings = [_("Branch"), _("Members"), _("Talks"), _("Talks missing"), _("State")]
    return Sheet(_("Talks of the year"), headings, _counts(lines)), len(lines)


def _by_name(request: PageRequest, place: Organization) -> bool:
    return place.kind in BELOW and request.user.standing.may(Capability.VIEW_SUPERVISION, place.path)


def _branch(request: PageRequest, found: BranchYear) -> dict[str, Any]:
    """All three lists as far as they fit at first, or one of them on pages."""
    part = request.GET.get("part", "")
    shown = [part] if part in PARTS else list(PARTS)
    lists = [(name, PARTS[name], missing_lines(found, name, request.user)) for name in shown]
    page = Paginator(lists[0][2], ON_A_PAGE).get_page(request.GET.get("page")) if part in PARTS else None
    return {
        "found": found,
        "lists": [(name, words, rows if page else rows[:AT_FIRST], len(rows)) for name, words, rows in lists],
        "page": page,
        "query": request.GET.urlencode(),
        "may_record": request.user.standing.may(Capability.RECORD_SUPERVISION, found.branch.path),
    }


def _below(request: PageRequest, lines: list[Below]) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()
    named = [line for line in lines if text in line.branch.name]
    return {
        "page": Paginator(named, ON_A_PAGE).get_page(request.GET.get("page")),
        "branches": len(lines),
        "behind": sum(not line.is_done for line in lines),
        "q": text,
        "query": request.GET.urlencode(),
    }


def _year(request: PageRequest) -> int:
    written = request.GET.get("year", "")
    year = int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else request.today.year
    return min(max(year, request.today.year - YEARS + 1), request.today.year)


def _talk_cells(rows: list[Talk]) -> Iterator[list[object]]:
    for talk in rows:
        user = talk.recorded_by
        who = user.display_name or (user.member.name if user.member else user.username)
        yield [talk.held_on, talk.first.name, talk.second.name, talk.get_occasion_display(), who]


def _missing_cells(rows: list[Line]) -> Iterator[list[object]]:
    for line in rows:
        yield [
            str(PARTS[line.part].title),
            line.first.name if line.first else "",
            line.second.name if line.second else "",
        ]


def _counts(rows: list[Below]) -> Iterator[list[object]]:
    fewer = _("fewer than three")
    for line in rows:
        talks, missing = (fewer if count is None else count for count in (line.talks, line.missing))
        yield [line.branch.name, line.members, talks, missing, _("Complete") if line.is_done else _("Incomplete")]
