"""Heart-to-heart talks: the list, one talk, and the year."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import fetch, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member, Organization
from members.pages.requests import PageRequest, carried_out, workbook
from members.workbooks.writing import Sheet
from rulebook.book import rule_if_held
from supervision.places import BELOW, branch_asked_for, branches_offered, place_asked_for
from supervision.talks.forms import OwnTalkForm, TalkCorrectForm, TalkFilterForm, TalkForm, TalkNoteForm, TalkRemoveForm
from supervision.talks.models import Talk, TalkNote
from supervision.talks.queries import (
    PARTS,
    Below,
    BranchYear,
    Line,
    below_lines,
    last_day,
    missing_lines,
    of_branch,
    own_branch,
    people_of,
)
from supervision.talks.rules import KEY
from supervision.talks.services import (
    correct_talk,
    may_change,
    may_remove,
    put_talks_export_on_record,
    record_talk,
    remove_talk,
    write_note,
)

ON_A_PAGE = 50
TALKS = Talk.objects.select_related("organization", "first", "second", "recorded_by__member")


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def talk_list(request: PageRequest) -> HttpResponse:
    """Who talked with whom, when and why; nothing of what was said."""
    branch = branch_asked_for(request, Capability.VIEW_SUPERVISION)
    form = TalkFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_SUPERVISION))
    talks = form.narrow(TALKS.filter(organization=branch))
    context = {
        "branch": branch,
        "form": form,
        "page": Paginator(talks, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "is_group": branch.kind != BELOW[0],
        "may_record": request.user.access.may(Capability.RECORD_SUPERVISION, branch.path),
    }
    return render(request, "supervision/talks/list.html", context)


@signed_in
@require_safe
def talk_mine(request: PageRequest) -> HttpResponse:
    """The talks in which one was one of the two."""
    if request.user.access.member_id is None:
        raise Http404
    talks = TALKS.of_either(request.user).order_by("-held_on", "key")
    page = Paginator(talks, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(talk, talk.second if talk.first_id == request.user.access.member_id else talk.first) for talk in page]
    context = {"page": page, "rows": rows, "branch": own_branch(request.user)}
    return render(request, "supervision/talks/mine.html", context)


@signed_in
@never_cache
@require_safe
def talk_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A talk; its notes are read here by the two and by nobody else."""
    talk = fetch(request, TALKS.all(), pk=key)
    notes = TalkNote.objects.visible_to(request.user).filter(talk=talk).select_related("author")
    context = {
        "talk": talk,
        "is_mine": talk.is_of(request.user),
        "notes": [(note, note.text.open()) for note in notes.order_by("author__name_key", "key")],
        "may_change": may_change(talk, request.user),
        "may_remove": may_remove(talk, request.user),
        "may_list": request.user.access.may(Capability.VIEW_SUPERVISION, talk.organization.path),
    }
    return render(request, "supervision/talks/detail.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_new(request: PageRequest) -> HttpResponse:
    """By an officer for the branch, or by a member about a talk of their own."""
    branch, me = _where(request)
    asked = {name: request.GET.get(name, "") for name in ("first", "second")}
    known: dict[str, Any] = {"people": people_of(branch, on=request.today), "today": request.today, "initial": asked}
    form = OwnTalkForm(request.POST or None, me=me, **known) if me else TalkForm(request.POST or None, **known)
    if form.is_valid():
        facts = {**form.cleaned_data, "branch": branch, "on": request.today, "by": request.user}
        if carried_out(form, lambda: record_talk(**facts)):
            messages.success(request, _("The talk is on record."))
            return redirect("supervision:talk-detail", form.cleaned_data["key"])
    return render(request, "supervision/talks/new.html", {"form": form, "branch": branch, "is_mine": me is not None})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_correct(request: PageRequest, key: UUID) -> HttpResponse:
    """Another day or reason; who talked stays."""
    talk = _to_change(request, key)
    form = TalkCorrectForm(request.POST or None, initial={"held_on": talk.held_on, "occasion": talk.occasion})
    if form.is_valid():
        values, reason = form.cleaned_data, form.cleaned_data["reason"]
        facts = {"talk": talk, "values": values, "reason": reason, "on": request.today, "by": request.user}
        if carried_out(form, lambda: correct_talk(**facts)):
            messages.success(request, _("Corrected."))
            return redirect(talk)
    return render(request, "supervision/talks/correct.html", {"form": form, "talk": talk})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out a talk that never was."""
    talk = _to_change(request, key)
    if not may_remove(talk, request.user):
        raise PermissionDenied(_("One of the two put this talk on record: only they take it out."))
    form = TalkRemoveForm(request.POST or None)
    if form.is_valid() and carried_out(form, lambda: remove_talk(talk=talk, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Taken out."))
        return redirect(_back_to(request, talk))
    return render(request, "supervision/talks/remove.html", {"form": form, "talk": talk})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk_note(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own note of a talk: for the two, and for nobody else whatever their office."""
    talk = fetch(request, TALKS.of_either(request.user), pk=key)
    mine = TalkNote.objects.visible_to(request.user).filter(talk=talk, author=request.user.access.member_id).first()
    form = TalkNoteForm(request.POST or None, initial={"text": opened(mine.text) if mine else ""})
    if form.is_valid():
        facts = {"talk": talk, "text": form.cleaned_data["text"], "by": request.user}
        if carried_out(form, lambda: write_note(**facts)):
            messages.success(request, _("Kept, for the two of you."))
            return redirect(talk)
    return render(request, "supervision/talks/note.html", {"form": form, "talk": talk})


def _to_change(request: PageRequest, key: UUID) -> Talk:
    """404 out of scope, 403 for who may only read it."""
    talk = fetch(request, TALKS.all(), pk=key)
    if not may_change(talk, request.user):
        raise PermissionDenied(_("The two who talked change this, or an officer who keeps the branch's record."))
    return talk


def _where(request: PageRequest) -> tuple[Organization, Member | None]:
    """The branch, and oneself where one records a talk of one's own; None: as an officer of the branch."""
    code, mine, access = request.GET.get("org"), own_branch(request.user), request.user.access
    is_own = mine is not None and code in (mine.code, "", None)
    if mine and is_own and not access.may(Capability.RECORD_SUPERVISION, mine.path):
        return mine, request.user.member
    place = branch_asked_for(request, Capability.RECORD_SUPERVISION)
    if place.kind != BELOW[0] or not access.may(Capability.RECORD_SUPERVISION, place.path):
        raise PermissionDenied(_("An officer of the branch puts its talks on record."))
    return place, None


def _back_to(request: PageRequest, talk: Talk) -> str:
    may_list = request.user.access.may(Capability.VIEW_SUPERVISION, talk.organization.path)
    return "supervision:talk-list" if may_list else "supervision:talk-mine"


AT_FIRST, MEMBERS_ON_A_PAGE, MOST_ROWS, YEARS = 12, 50, 20_000, 5
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
        return render(request, "supervision/talks/year.html", context)
    context |= _below(request, below_lines(place.path, on=on))
    return render(request, "supervision/talks/year_below.html", context)


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
    return place.kind in BELOW and request.user.access.may(Capability.VIEW_SUPERVISION, place.path)


def _branch(request: PageRequest, found: BranchYear) -> dict[str, Any]:
    """All three lists as far as they fit at first, or one of them on pages."""
    part = request.GET.get("part", "")
    shown = [part] if part in PARTS else list(PARTS)
    lists = [(name, PARTS[name], missing_lines(found, name, request.user)) for name in shown]
    page = Paginator(lists[0][2], MEMBERS_ON_A_PAGE).get_page(request.GET.get("page")) if part in PARTS else None
    return {
        "found": found,
        "lists": [(name, words, rows if page else rows[:AT_FIRST], len(rows)) for name, words, rows in lists],
        "page": page,
        "query": request.GET.urlencode(),
        "may_record": request.user.access.may(Capability.RECORD_SUPERVISION, found.branch.path),
    }


def _below(request: PageRequest, lines: list[Below]) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()
    named = [line for line in lines if text in line.branch.name]
    return {
        "page": Paginator(named, MEMBERS_ON_A_PAGE).get_page(request.GET.get("page")),
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
