"""The grid, one member's dues, arrears and their reviews."""

from collections.abc import Callable
from datetime import date
from functools import partial, reduce
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.arrears.forms import (
    DUE,
    UNRECORDED,
    AnswerForm,
    ArrangementForm,
    ArrearsReasonForm,
    DecisionForm,
    EndForm,
    GridForm,
    OpenReviewForm,
    OutcomeForm,
    ReportForm,
    TalkForm,
    talk_of,
)
from dues.arrears.grid import (
    ON_A_PAGE,
    UNSETTLED,
    GridRow,
    branch_counts,
    branch_lines,
    branches_below,
    grid_rows,
    open_reviews,
    people_of,
    sums_of,
    tree_page,
)
from dues.arrears.queries import dues_page, entries_of, oneself, readable, readable_entries
from dues.arrears.services import (
    agree_quarterly,
    answer_review,
    close_review,
    end_quarterly,
    end_reason,
    open_review,
    record_meeting,
    record_reason,
    record_talk,
    report_review,
)
from dues.choices import MonthState
from dues.fields import DUES
from dues.ledger.models import Arrangement, ArrearsReason, ArrearsReview
from dues.ledger.queries import Beyond, arrears_of, branch_of
from dues.ledger.rules import FLAG_KEY
from dues.units import month_of
from members.access.policy import get_in_scope, require_at, requires, signed_in
from members.access.queries import holders, in_words, named_offices
from members.choices import Capability, OrganizationKind
from members.fields import opened
from members.models import Member, Organization
from members.pages.forms import PlaceForm
from members.pages.listing import Listing, Nothing, number, text
from members.pages.queries import PageStart
from members.pages.requests import FORM_METHODS, PageRequest, branch_asked_for, branches_offered, place_asked_for
from members.pages.steps import Crumb, Step, Words, form_page
from members.refused import Refused
from rulebook.book import rule, rule_if_held


@signed_in
@never_cache
@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """One's own dues of two years, with the base and every receipt."""
    member = oneself(request.user)
    if member is None:
        nothing = Nothing(_("No member is recorded for this account, so there are no dues of your own."), "wallet2")
        return render(request, "members/pages/page.html", {"title": _("My dues"), "nothing": nothing})
    before = [dues_page(one, request.user, on=request.today, own=True) for one in entries_of(member)]
    return render(request, "dues/arrears/member.html", {**_context(request, member), "own": True, "before": before})


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def member_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The same for the officers of the branch; the base only for who fixes it."""
    member = member_asked_for(request, key)
    context = {**_context(request, member), "entries": readable_entries(member, request.user)}
    return render(request, "dues/arrears/member.html", {**context, **_powers(request, member)})


def member_asked_for(request: PageRequest, key: UUID) -> Member:
    """To be read about: on the roster of one's branch, last on it, or charged by it.

    Raises Http404, PermissionDenied.
    """
    member, charged_here = readable(request.user, key)
    if member is None:
        raise Http404
    elsewhere = bool(member.roster_path) and not charged_here
    if elsewhere or request.user.access.member_id == member.pk:
        require_at(request, member.roster_path)
    return member


def member_standing_here(request: PageRequest, key: UUID) -> Member:
    """To record something about: the branch where the member stands today. Raises Http404, PermissionDenied."""
    member = member_asked_for(request, key)
    require_at(request, member.roster_path)
    return member


def _context(request: PageRequest, member: Member) -> dict[str, object]:
    page = dues_page(member, request.user, on=request.today)
    return {"member": member, "page": page, "period_rule": rule("dues.period", request.today)}


def _powers(request: PageRequest, member: Member) -> dict[str, object]:
    here = request.user.access.may(Capability.RECORD_DUES, member.roster_path)
    own = request.user.access.member_id == member.pk
    return {"may_record": here, "may_agree": here and not own, "review_form": OpenReviewForm}  # made where it is shown


MEMBERS_ON_A_PAGE = 60
ADDRESS = ("org", "year", "month", "state", "behind", "category", "group", "q", "sort")
STATES: dict[str, tuple[MonthState, ...]] = {
    "unsettled": UNSETTLED,
    "unknown": (MonthState.UNKNOWN,),
    "ahead": (MonthState.AHEAD,),
}
ORDERS: dict[str, Callable[[GridRow], Any]] = {
    "name": lambda row: (row.member.name_key, row.member.pk),
    "behind": lambda row: (-row.months_in_arrears, -row.due_fen, row.member.name_key),
    "open": lambda row: (-row.due_fen, row.member.name_key),
}


@requires(Capability.VIEW_DUES)
@require_safe
def grid(request: PageRequest) -> HttpResponse:
    """Members × months with their states, and the sums of one month. htmx gets the rows alone."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form = _form(request, branch)
    context = {
        "branch": branch,
        "form": form,
        "year": form.chosen_year,
        "month": form.chosen_month,
        "unsorted": _address(request, but="sort"),
        **_figures(request, branch, form),
        **_grid_powers(request, branch),
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "dues/arrears/grid.html#rows" if patches else "dues/arrears/grid.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _form(request: PageRequest, branch: Organization) -> GridForm:
    groups = Organization.objects.below(branch.path).filter(kind=OrganizationKind.GROUP).standing_on(request.today)
    branches = branches_offered(request, Capability.VIEW_DUES)
    return GridForm(request.GET, branches=branches, groups=groups, on=request.today)


def _figures(request: PageRequest, branch: Organization, form: GridForm) -> dict[str, Any]:
    rows = grid_rows(branch, people_of(branch, form.chosen_year), form.chosen_year, on=request.today)
    shown = narrowed(rows, form, form.chosen_month)
    return {
        "sums": sums_of(rows, form.chosen_month),
        "in_arrears": sum(_is_in_arrears(row, DUE) for row in rows),
        "due_fen": sum(row.due_fen for row in rows),
        "beyond": reduce(Beyond.plus, (row.beyond for row in rows), Beyond()),
        "is_this_month": form.chosen_month == month_of(form.on),
        "people": len(rows),
        "found": len(shown),
        "settled": 0 if form.asked("sort") else sum(row.is_settled for row in shown),
        "page": Paginator(shown, MEMBERS_ON_A_PAGE).get_page(request.GET.get("page")),
    }


def narrowed(rows: list[GridRow], form: GridForm, month: date) -> list[GridRow]:
    """Those whom the form asks for, in its order, else those who owe first."""
    wanted = [row for row in rows if _fits(row, form, month)]
    return sorted(wanted, key=ORDERS.get(form.asked("sort"), _urgency))


def _urgency(row: GridRow) -> tuple[bool, bool]:
    return row.is_settled, not row.due_fen


def _fits(row: GridRow, form: GridForm, month: date) -> bool:
    category, group, text = form.asked("category"), form.asked("group"), form.asked("q") or ""
    states = STATES.get(form.asked("state"))
    return (
        _is_in_arrears(row, form.asked("behind") or 0)
        and (not category or row.member.dues_category == ("" if category == UNRECORDED else category))
        and (not group or row.group == dict(form.fields["group"].choices).get(group))  # type: ignore[attr-defined]
        and (text in row.member.name or row.member.name_key.startswith(text.lower() or "\0"))
        and (states is None or row.cells[month.month - 1].state in states)
    )


def _is_in_arrears(row: GridRow, months: int) -> bool:
    """So many months; for `DUE` the exact `in_arrears`, so that the list has as many lines as the head counts."""
    return row.due_fen > 0 if months == DUE else row.months_in_arrears >= months


def _address(request: PageRequest, but: str) -> str:
    """What the address says of the list, without one field, as the beginning of a link."""
    kept = [(name, request.GET[name]) for name in ADDRESS if name != but and request.GET.get(name)]
    return f"{urlencode(kept)}&" if kept else ""


def _grid_powers(request: PageRequest, branch: Organization) -> dict[str, Any]:
    may = request.user.access.may
    may_fix = may(Capability.FIX_BASES, branch.path)
    others = [] if may_fix else named_offices([branch.path], on=request.today)
    return {
        "may_record": may(Capability.RECORD_DUES, branch.path),
        "may_fix": may_fix,
        "fixed_by": in_words(holders(others, Capability.FIX_BASES, branch.path)),
    }


LISTED = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)


@requires(Capability.COUNT_DUES)
@require_safe
def arrears(request: PageRequest) -> HttpResponse:
    """A branch's people by name, most months in arrears first; committees get counts and the cases under review."""
    place = place_asked_for(request, Capability.COUNT_DUES, among=Organization.objects.filter(kind__in=LISTED))
    if not request.user.access.may(Capability.VIEW_DUES, place.path):
        return _below(request, place)
    context = {"place": place, "rule": rule_if_held(FLAG_KEY, request.today)}
    return render(request, "dues/arrears/arrears.html", context | _names(request, place))


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def reason_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A good reason for not having paid, with the months it covers."""
    member = member_standing_here(request, key)
    form = ArrearsReasonForm(request.POST or None, initial={"first": month_of(request.today)})
    act = partial(record_reason, member=member, by=request.user, on=request.today)
    step = Step(_("A reason for arrears"), _("Record"), _("The reason is on record."))
    note = _("A good reason that is on record stops the ladder for the months it covers. What is owed stays owed.")
    return form_page(
        request,
        form,
        lambda typed: act(until=form.until(), **{name: typed[name] for name in ("key", "first", "reason")}),
        step,
        notes=[note],
        **_about(member),
    )


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def reason_end(request: PageRequest, key: UUID) -> HttpResponse:
    """The reason holds until a month and no longer."""
    reason = get_in_scope(request, ArrearsReason.objects.select_related("member"), pk=key)
    end = partial(end_reason, reason=reason, by=request.user)
    return _ended(request, reason.member, _("The reason no longer holds"), end)


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def arrangement_add(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch agrees that a member pays once a quarter."""
    member = member_standing_here(request, key)
    form = ArrangementForm(request.POST or None, initial={"first": month_of(request.today), "agreed_on": request.today})
    act = partial(agree_quarterly, member=member, by=request.user, on=request.today)
    step = Step(_("Quarterly payment"), _("Record"), _("Quarterly payment is on record."))
    note = _("In special circumstances, and if the branch agrees, a member may pay once a quarter (article 12).")
    return form_page(request, form, lambda typed: act(**typed), step, notes=[note], **_about(member))


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def arrangement_end(request: PageRequest, key: UUID) -> HttpResponse:
    """Monthly again."""
    agreed = get_in_scope(request, Arrangement.objects.select_related("member"), pk=key)
    end = partial(end_quarterly, arrangement=agreed, by=request.user)
    return _ended(request, agreed.member, _("Monthly payment again"), end)


def _ended(request: PageRequest, member: Member, title: Words, end: Callable[..., object]) -> HttpResponse:
    form = EndForm(request.POST or None, initial={"last": month_of(request.today)})
    step = Step(title, _("Let it end"), _("The changes are stored."))
    return form_page(request, form, lambda typed: end(until=form.until()), step, **_about(member))


def _about(member: Member) -> dict[str, Any]:
    """What stands on the steps of a member, and where they lead."""
    url = reverse("dues:member-detail", args=[member.key])
    return {"then": url, "crumbs": [DUES, (member.name, url)], "lead": member.name}


def _places(request: PageRequest) -> QuerySet[Organization]:
    """What one may choose: the organizations in which one works, and those directly below."""
    mine = Organization.objects.visible_to(request.user, Capability.COUNT_DUES).standing_on(request.today)
    return mine.filter(kind__in=LISTED).in_tree_order()


def _names(request: PageRequest, place: Organization) -> dict[str, Any]:
    """A branch is short enough to be sorted; a larger tree is walked in the order of its roster."""
    if place.kind == OrganizationKind.BRANCH:
        lines = branch_lines(place.path, on=request.today)
        page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
        return {"lines": list(page), "numbered": page, "found": len(lines)}
    beside, lines = tree_page(place.path, PageStart.from_query(request.GET), on=request.today)
    query = f"org={place.code}"
    return {"lines": lines, "page": beside, "query": query, "query_and": f"{query}&"}


BRANCHES = Listing(
    columns=[
        text("branch", _("Branch"), "branch.name"),
        number("in_arrears", _("Behind")),
        number("one", _("From 1 month"), lambda line: line.stages[0]),
        number("three", _("From 3 months"), lambda line: line.stages[1]),
        number("five", _("From 5 months"), lambda line: line.stages[2]),
        number("to_review", _("To review"), is_bad=True),
    ],
    phone=["branch", "to_review", "in_arrears", "three", "five"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
)


def _below(request: PageRequest, place: Organization) -> HttpResponse:
    """How many in each branch, those to help first; of a large tree its parts. The cases under review by name."""
    branches, template = branches_below(place.path, on=request.today), "dues/arrears/arrears_below.html"
    words: dict[str, Any] = {
        "title": _("Behind with dues"),
        "lead": f"{place.name} · {_('The branches with most members behind come first.')}",
        "prints": True,
    }
    reviews = open_reviews(request.user, place.path)
    if branches is None:
        below = Organization.objects.filter(depth=place.depth + 1, path__startswith=place.path)
        parts = list(below.standing_on(request.today).in_tree_order())
        return render(request, template, {**words, "parts": parts, "reviews": reviews})
    form = PlaceForm(request.GET, places=_places(request), at=place)
    counts = branch_counts(place.path, branches, on=request.today)
    figures = {
        "in_arrears": sum(one.in_arrears for one in counts),
        "to_help": sum(one.in_arrears > 0 for one in counts),
        "branches": len(counts),
    }
    shown = BRANCHES.shown(request, [one for one in counts if form.text() in one.branch.name], form=form)
    return shown.answer(**words, template=template, more={**figures, "reviews": reviews})


REVIEWS = ArrearsReview.objects.select_related("member", "meeting")


@requires(Capability.VIEW_DUES, Capability.APPROVE_DUES)
@require_safe
def review(request: PageRequest, key: UUID) -> HttpResponse:
    """The case with its steps. What the member said is the branch's; the committee reads what was decided."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    may, path = request.user.access.may, found.member.roster_path
    sees_reason = may(Capability.VIEW_DUES, path)
    context = {
        "review": found,
        "branch": branch_of(found.member),
        "arrears": arrears_of([found.member_id], on=request.today).get(found.member_id),
        "rule": rule("dues.arrears.flag_months", request.today),
        "sees_reason": sees_reason,
        "said": opened(found.reason) if sees_reason else "",
        "may_record": may(Capability.RECORD_DUES, path) and request.user.access.member_id != found.member_id,
        "may_answer": may(Capability.APPROVE_DUES, path),
    }
    return render(request, "dues/arrears/review.html", context)


@requires(Capability.RECORD_DUES)
@require_POST
def review_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Begin with the case of a member who is six months in arrears."""
    member = member_standing_here(request, key)
    form = OpenReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This page is old. Open it again."))
        return redirect("dues:member-detail", member.key)
    try:
        case = open_review(key=form.cleaned_data["key"], member=member, by=request.user, on=request.today)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("dues:member-detail", member.key)
    return redirect("dues:review", case.pk)


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def review_talk(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody talked to the member."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    form = TalkForm(request.POST or None, initial=talk_of(found))
    return _step(request, found, form, _("The talk"), record_talk)


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def review_decision(request: PageRequest, key: UUID) -> HttpResponse:
    """The general meeting decided."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    stored = {name: getattr(found, name) for name in ("meeting_on", "meeting", "decision")}
    form = DecisionForm(request.POST or None, review=found, branch=branch_of(found.member), initial=stored)
    return _step(request, found, form, _("The general meeting"), record_meeting)


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def review_report(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch reported upwards."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    form = ReportForm(request.POST or None, initial={"reported_on": found.reported_on or request.today})
    return _step(request, found, form, _("Reported upwards"), report_review)


@requires(Capability.APPROVE_DUES)
@require_http_methods(FORM_METHODS)
def review_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee answers."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    stored = {"answered_on": found.answered_on or request.today, "answer": found.answer}
    return _step(request, found, AnswerForm(request.POST or None, initial=stored), _("The answer"), answer_review)


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def review_close(request: PageRequest, key: UUID) -> HttpResponse:
    """What came of it."""
    found = get_in_scope(request, REVIEWS.all(), pk=key)
    return _step(request, found, OutcomeForm(request.POST or None), _("Close the review"), close_review)


def _step(
    request: PageRequest, found: ArrearsReview, form: Form, title: Words, act: Callable[..., object]
) -> HttpResponse:
    """Show the form of a step, or take the step."""
    url, above = reverse("dues:review", args=[found.pk]), (_("Behind with dues"), reverse("dues:arrears"))
    run = partial(act, review=found, by=request.user, on=request.today)
    step = Step(title, _("Record"), _("The step is on record."))
    crumbs: list[Crumb] = [above, (found.member.name, url)]
    return form_page(request, form, lambda typed: run(**typed), step, url, crumbs=crumbs, lead=found.member.name)
