"""Heart-to-heart talks: the list, one talk, and the year."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.exports.services import record_export
from members.fields import opened
from members.models import Member, Organization
from members.pages.listing import Nothing, excel
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branches_offered,
    code_asked_for,
    place_asked_for,
    workbook,
)
from members.pages.steps import Button, Crumb, Step, form_page
from rulebook.book import rule_if_held
from supervision.talks.forms import (
    OwnTalkForm,
    TalkCorrectForm,
    TalkFilterForm,
    TalkForm,
    TalkNoteForm,
    TalkRemoveForm,
    YearForm,
)
from supervision.talks.lists import BRANCHES, LISTING, MISSING, ON_A_PAGE, OWN, OwnTalk, pair_of
from supervision.talks.models import Talk, TalkNote
from supervision.talks.queries import (
    PARTS,
    BranchYear,
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
    record_talk,
    remove_talk,
    write_note,
)

TALKS = Talk.objects.select_related("organization", "first", "second", "recorded_by__member")
SEEN_WITH = (Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION)
MOST_ROWS = 20_000
AT_FIRST, YEARS = 8, 5
BELOW = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
"""Whose rows somebody there may read by name. A group keeps no talks: its branch does, and the pages say so."""


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def talk_list(request: PageRequest) -> HttpResponse:
    """Who talked with whom, when and why; nothing of what was said."""
    branch, form, talks = _asked(request)
    may_record = request.user.access.may(Capability.RECORD_SUPERVISION, branch.path) and branch.kind == BELOW[0]
    new = address("supervision:talk-new", org=branch.code)
    words = _("Who talked with whom, and when. What was said stays between the two: no office reads it.")
    return LISTING.shown(request, talks, form=form, nothing=_no_talk(branch, new if may_record else "")).answer(
        title=_("Talks"),
        lead=f"{branch.name} · {words}",
        buttons=[
            may_record and Button(_("Record a talk"), new, "plus-lg", primary=True),
            Button(_("What is missing this year"), address("supervision:talk-year", org=branch.code), "list-check"),
            Button(_("Shared self-checks"), reverse("supervision:self-check-shared"), "ui-checks"),
            excel(request, reverse("supervision:talk-export")),
        ],
    )


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def talk_export(request: PageRequest) -> FileResponse:
    """The branch's talks as a workbook, without a word of what was said; that it was taken is on record."""
    branch, _form, talks = _asked(request)
    rows = list(talks[:MOST_ROWS])
    record_export(action="export_talks", place=branch, rows=len(rows), by=request.user)
    name = _("Talks %(branch)s %(day)s.xlsx") % {"branch": branch.name, "day": request.today.isoformat()}
    return LISTING.exported(request, rows, file=name, sheet=_("Talks"))


def _asked(request: PageRequest) -> tuple[Organization, TalkFilterForm, QuerySet[Talk]]:
    branch = _branch_or_group(request, Capability.VIEW_SUPERVISION)
    form = TalkFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_SUPERVISION))
    return branch, form, LISTING.ordered(request, form.narrow(TALKS.filter(organization=branch)))


def _branch_or_group(request: PageRequest, capability: Capability) -> Organization:
    """The one in the address, else the first of one's own."""
    first = None if code_asked_for(request) else branches_offered(request, capability).first()
    return first or place_asked_for(request, capability, among=Organization.objects.filter(kind__in=BELOW))


def _no_talk(branch: Organization, url: str) -> Nothing | None:
    if branch.kind != BELOW[0]:
        return Nothing(_("Talks are kept by the branch. Ask its secretary."), "chat-dots")
    first = _("No talk fits. Take away a filter, or record the first one.")
    return Nothing(first, "chat-dots", _("Record a talk"), url) if url else None


@signed_in
@require_safe
def talk_mine(request: PageRequest) -> HttpResponse:
    """The talks in which one was one of the two."""
    me, branch = request.user.access.member_id, own_branch(request.user)
    if me is None:
        raise Http404
    talks = OWN.ordered(request, TALKS.of_either(request.user))
    shown = OWN.shown(
        request,
        talks,
        lines=lambda rows: [OwnTalk(one, one.second if one.first_id == me else one.first) for one in rows],
    )
    new = branch and Button(
        _("Record a talk"), address("supervision:talk-new", org=branch.code), "plus-lg", primary=True
    )
    return shown.answer(
        title=_("My talks"),
        lead=_("Your talks with others of your branch. Only the two of you read what you note of them."),
        buttons=[new],
        prints=False,
    )


@signed_in
@never_cache
@require_safe
def talk_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A talk; its notes are read here by the two and by nobody else."""
    talk = get_in_scope(request, TALKS.all(), pk=key)
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
@require_http_methods(FORM_METHODS)
def talk_new(request: PageRequest) -> HttpResponse:
    """By an officer for the branch, or by a member about a talk of their own."""
    branch, me = _where(request)
    asked = {name: request.GET.get(name, "") for name in ("first", "second")}
    known: dict[str, Any] = {"people": people_of(branch, on=request.today), "today": request.today, "initial": asked}
    form = OwnTalkForm(request.POST or None, me=me, **known) if me else TalkForm(request.POST or None, **known)
    words = _(
        "Who with whom, when and why: nothing of what was said. Either of the two can add a note that only they read."
    )
    return form_page(
        request,
        form,
        lambda typed: record_talk(**typed, branch=branch, on=request.today, by=request.user),
        Step(_("Record a talk"), _("Record"), _("The talk is on record.")),
        then=lambda talk: talk,
        crumbs=[_mine() if me else (_("Talks"), address("supervision:talk-list", org=branch.code))],
        lead=f"{branch.name} · {words}",
    )


@signed_in
@require_http_methods(FORM_METHODS)
def talk_correct(request: PageRequest, key: UUID) -> HttpResponse:
    """Another day or reason; who talked stays."""
    talk = _to_change(request, key)
    form = TalkCorrectForm(request.POST or None, initial={"held_on": talk.held_on, "occasion": talk.occasion})
    step = Step(_("Correct a talk"), _("Correct"), _("Corrected."))
    note = _("Were it two other people, take this talk out and record theirs.")
    act = partial(correct_talk, talk=talk, on=request.today, by=request.user)
    return form_page(
        request, form, lambda typed: act(values=typed, reason=typed["reason"]), step, talk, notes=[note], **_about(talk)
    )


@signed_in
@require_http_methods(FORM_METHODS)
def talk_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out a talk that never was."""
    talk = _to_change(request, key)
    if not may_remove(talk, request.user):
        raise PermissionDenied(_("One of the two put this talk on record: only they take it out."))
    form = TalkRemoveForm(request.POST or None)
    question = _("Take this talk out? Whatever the two noted of it goes too, and can't be brought back.")
    step = Step(_("Take out a talk"), _("Take out"), _("Taken out."), question, danger=True)
    return form_page(
        request,
        form,
        lambda typed: remove_talk(talk=talk, by=request.user, **typed),
        step,
        _back_to(request, talk),
        **_about(talk),
    )


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def talk_note(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own note of a talk: for the two, and for nobody else whatever their office."""
    talk = get_in_scope(request, TALKS.of_either(request.user), pk=key)
    mine = TalkNote.objects.visible_to(request.user).filter(talk=talk, author=request.user.access.member_id).first()
    form = TalkNoteForm(request.POST or None, initial={"text": opened(mine.text) if mine else ""})
    step = Step(_("My note"), _("Store"), _("Kept, for the two of you."))
    act = partial(write_note, talk=talk, by=request.user)
    return form_page(request, form, lambda typed: act(text=typed["text"]), step, talk, **_about(talk, _mine()))


def _mine() -> Crumb:
    return _("My talks"), reverse("supervision:talk-mine")


def _about(talk: Talk, *crumbs: Crumb) -> dict[str, Any]:
    """What stands on the steps of a talk."""
    return {"crumbs": [*crumbs, (_("Talk"), talk.get_absolute_url())], "lead": f"{pair_of(talk)} · {talk.held_on}"}


def _to_change(request: PageRequest, key: UUID) -> Talk:
    """404 out of scope, 403 for who may only read it."""
    talk = get_in_scope(request, TALKS.all(), pk=key)
    if not may_change(talk, request.user):
        raise PermissionDenied(_("The two who talked change this, or an officer who keeps the branch's record."))
    return talk


def _where(request: PageRequest) -> tuple[Organization, Member | None]:
    """The branch, and oneself where one records a talk of one's own; None: as an officer of the branch."""
    code, mine, may = code_asked_for(request), own_branch(request.user), request.user.access.may
    is_own = mine is not None and code in (mine.code, "", None)
    if mine and is_own and not may(Capability.RECORD_SUPERVISION, mine.path):
        return mine, request.user.member
    place = _branch_or_group(request, Capability.RECORD_SUPERVISION)
    if place.kind != BELOW[0] or not may(Capability.RECORD_SUPERVISION, place.path):
        raise PermissionDenied(_("An officer of the branch puts its talks on record."))
    return place, None


def _back_to(request: PageRequest, talk: Talk) -> str:
    may_list = request.user.access.may(Capability.VIEW_SUPERVISION, talk.organization.path)
    return "supervision:talk-list" if may_list else "supervision:talk-mine"


@requires(*SEEN_WITH)
@require_safe
def talk_year(request: PageRequest) -> HttpResponse:
    """What the year's talks still lack: names for the branch, counts for who only counts."""
    place, year = place_asked_for(request, *SEEN_WITH), _year(request)
    on = last_day(year, request.today)
    if not _by_name(request, place):
        return _below(request, place, year)
    years = range(request.today.year, request.today.year - YEARS, -1)
    context: dict[str, Any] = {"place": place, "year": year, "years": years, "rule": rule_if_held(KEY, on)}
    return render(request, "supervision/talks/year.html", context | _branch(request, of_branch(place, on=on)))


def _below(request: PageRequest, place: Organization, year: int) -> HttpResponse:
    on = last_day(year, request.today)
    rule, lines = rule_if_held(KEY, on), below_lines(place.path, on=on)
    form = YearForm(request.GET, years=range(request.today.year, request.today.year - YEARS, -1))
    behind = {"counter": len(lines), "behind": sum(not line.is_done for line in lines)}
    counted = ngettext(
        "%(counter)s branch, %(behind)s with talks missing",
        "%(counter)s branches, %(behind)s with talks missing",
        len(lines),
    )
    return BRANCHES.shown(request, form.named(lines), form=form).answer(
        title=_("Talks of %(year)s") % {"year": year},
        lead=f"{place.name} · {rule.says} {rule.citation}" if rule else place.name,
        notes=[
            _("Counts only: who talked with whom stays in the branch, and no count below three is shown."),
            counted % behind,
        ],
        buttons=[excel(request, reverse("supervision:talk-year-export"))],
    )


@requires(*SEEN_WITH)
@require_safe
def talk_year_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, year = place_asked_for(request, *SEEN_WITH), _year(request)
    on = last_day(year, request.today)
    file = _("Talks missing %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}
    if _by_name(request, place):
        found = of_branch(place, on=on)
        missing = [line for part in PARTS for line in missing_lines(found, part, request.user)]
        rows, sheet = len(missing), MISSING.sheet(_("Talks missing"), missing, on=on)
    else:
        below = below_lines(place.path, on=on)
        rows, sheet = len(below), BRANCHES.sheet(_("Talks of the year"), below, on=on)
    record_export(action="export_talks", place=place, rows=rows, by=request.user)
    return workbook(file, sheet)


def _by_name(request: PageRequest, place: Organization) -> bool:
    return place.kind in BELOW and request.user.access.may(Capability.VIEW_SUPERVISION, place.path)


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
        "may_record": request.user.access.may(Capability.RECORD_SUPERVISION, found.branch.path),
    }


def _year(request: PageRequest) -> int:
    written = request.GET.get("year", "")
    year = int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else request.today.year
    return min(max(year, request.today.year - YEARS + 1), request.today.year)
