"""The desk, what doesn't apply, and counts of the branches below."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.dashboard.below_queries import need_at
from meetings.meeting.models import Meeting
from members import duties
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind, office_words
from members.models import Member, Organization, User
from members.organizations.queries import roster_summary
from members.pages.forms import PlaceForm, key_field
from members.pages.links import Link, own_links, start_links
from members.pages.listing import excel
from members.pages.navigation import first_page
from members.pages.requests import FORM_METHODS, PageRequest, address, code_asked_for, try_with_message, workbook
from members.pages.steps import Button, Step, Words, form_page
from members.paths import outermost
from reminders.desk.beginning import beginning_of
from reminders.desk.count_queries import (
    AskedBelow,
    BranchesBelow,
    EffortAsked,
    asked_below,
    asked_by_month,
    asked_of,
    counted_since,
    counts_at,
    counts_below,
)
from reminders.desk.lists import BELOW, BRANCHES, MONTHS, late
from reminders.desk.models import NotApplicable
from reminders.desk.queries import (
    MOST_BRANCHES,
    Desk,
    OwnYear,
    branches_settled,
    desk_of,
    own_year,
    sees_kind,
    today_of,
    words_of,
)
from reminders.desk.rules import Section, When, sections
from reminders.desk.services import say_not_applicable, take_back
from reminders.messages.models import Message
from rulebook.wording import period_words

ASKED_OF = _("What we ask of a branch")
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def places_asked_for(request: PageRequest) -> tuple[Organization | None, list[str]]:
    """The organization of the address and its path, else none and the paths of all of one's offices."""
    if code := code_asked_for(request):
        place = get_in_scope(request, Organization.objects.all(), code=code)
        return place, [place.path]
    return None, request.user.access.paths(Capability.VIEW_DUTIES)


def places_offered(request: PageRequest) -> QuerySet[Organization]:
    """The committees and general branches within one's own, in tree order."""
    mine = Organization.objects.visible_to(request.user, Capability.VIEW_DUTIES).standing_on(request.today)
    return mine.filter(kind__in=ABOVE).in_tree_order()


def desk_paths(request: PageRequest) -> list[str]:
    """Where the user's duties are shown one by one; nowhere when there are too many branches for a page."""
    if branches_settled(request.user, on=request.today) > MOST_BRANCHES:
        return []
    return request.user.access.paths(Capability.SETTLE_DUTIES)


def counted_paths(request: PageRequest, shown: list[str]) -> list[str]:
    """Where the user sees counts: wherever they see duties and don't have them on the desk."""
    held = [office.path for office in request.user.access.held if Capability.VIEW_DUTIES in office.capabilities]
    return outermost(path for path in held if not path.startswith(tuple(shown)))


FILTER_FROM = 12
"""So many lines are worth a filter."""
OPENED = 12
"""Lines that a pile shows when it is opened; the rest is a page of its own."""
ON_A_PAGE = 30
FOLDED = (When.LATER, When.DONE)


@signed_in
@require_safe
def start(request: PageRequest) -> HttpResponse:
    """Where everybody begins: whose first page is the dashboard there, everybody else at what there is to do."""
    first = first_page(request.user.access).url_name
    return redirect(first) if first == "assessment:dashboard" else desk(request)


@signed_in
@require_safe
def desk(request: PageRequest) -> HttpResponse:
    """An officer's duties, a committee's branches in counts, a member's own few lines."""
    user, on = request.user, request.today
    paths = desk_paths(request)
    context = start_of(user, on=on) | {"beginning": beginning_of(user, on=on)} | _shown(request, paths)
    counted = counted_paths(request, paths)
    if not paths and not counted and (year := own_year(user, on=on)):
        context |= _own_page(year, context["own"])
    if context.get("today"):
        coming = next_meeting(user, on=on)
        context |= {"next_meeting": coming, "doors": doors_of(user) | {"meeting": meeting_door(user, coming, on=on)}}
    if counted:
        context |= {"below": counts_below(counted, on=on), "needs": need_at(_seen(request, counted), on=on)}
    return render(request, "reminders/desk/desk.html", context)


def _own_page(year: OwnYear, own: list[Link]) -> dict[str, Any]:
    """The year of a member; what its sentences say isn't said again in the lines."""
    dues = reverse("dues:mine")
    said = {dues, year.coming["meeting"].get_absolute_url() if year.coming else dues}
    owed = next((link for link in own if link.url == dues), None)
    return {"year": year, "owed": owed, "own": [link for link in own if link.url not in said]}


@requires(Capability.VIEW_DUTIES)
@require_safe
def desk_at(request: PageRequest, code: str) -> HttpResponse:
    """One branch: its desk for who settles duties there, its counts by kind for the levels above."""
    branch = get_in_scope(request, Organization.objects.branches(), code=code)
    if request.user.access.may(Capability.SETTLE_DUTIES, branch.path):
        return render(request, "reminders/desk/desk_at.html", {"place": branch} | _shown(request, [branch.path]))
    row = next(iter(counts_at(branch.path, on=request.today)), None)
    context = {"place": branch, "row": row, "late": late(row.overdue_kinds if row else {})}
    return render(request, "reminders/desk/desk_counts.html", context)


def _shown(request: PageRequest, paths: list[str]) -> dict[str, Any]:
    """The desk of those paths; with `kind` in the address a page of that kind's lines."""
    if not paths:
        return {}
    kind = request.GET.get("kind", "")[:40]
    found = desk_of(request.user, paths, on=request.today, kind=kind)
    context: dict[str, Any] = {
        "desk": found,
        "today": None if kind or "all" in request.GET else today_of(found, on=request.today),
        "sections": found.sections,
        "kind": kind,
        "has_filter": sum(count for _kind, _title, count in found.kinds) >= FILTER_FROM,
        "open_now": sum(section.size for section in found.sections if section.when not in FOLDED),
        "opened": f":{OPENED}",
        "most_opened": OPENED,
        "next": next((pile.lines[0] for one in found.sections if one.when == When.LATER for pile in one.piles), None),
    }
    return context | _paged(request, found) if kind else context


def next_meeting(user: User, *, on: date) -> Meeting | None:
    """The next one that isn't over, among those that the user's offices see."""
    return (
        Meeting.objects.visible_to(user)
        .coming(on)
        .select_related("organization")
        .order_by("day", "starts_at", "key")
        .first()
    )


def meeting_door(user: User, coming: Meeting | None, *, on: date) -> str:
    """The next meeting; where none is planned the form for one, for who plans them in one branch, else the list."""
    if Capability.VIEW_MEETINGS not in user.access.capabilities:
        return ""
    if coming:
        return coming.get_absolute_url()
    places = Organization.objects.visible_to(user, Capability.RECORD_MEETINGS).branches().standing_on(on)[:2]
    if len(places) == 1:
        return reverse("meetings:meeting-plan", args=[places[0].code])
    return reverse("meetings:meeting-list")


def doors_of(user: User) -> dict[str, Any]:
    """Which of the most usual works the user's offices allow."""
    held = user.access.capabilities
    calls = Capability.SEND_MESSAGES in held
    return {
        "dues": Capability.RECORD_DUES in held,
        "calls": calls,
        "to_call": Message.objects.visible_to(user).to_call().count() if calls else 0,
    }


def _paged(request: PageRequest, found: Desk) -> dict[str, Any]:
    lines = [line for section in found.sections for pile in section.piles for line in pile.lines]
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    shown: list[Section[Any]] = sections(list(page), on=request.today)
    return {"page": page, "sections": shown}


def _seen(request: PageRequest, paths: list[str]) -> list[Organization]:
    """Of the places where one counts duties those of which one sees the figures."""
    seen = [path for path in paths if request.user.access.may(Capability.VIEW_DASHBOARD, path)]
    return list(Organization.objects.filter(path__in=seen).in_tree_order()) if seen else []


@requires(Capability.VIEW_DUTIES)
@require_safe
def branch_list(request: PageRequest) -> HttpResponse:
    """Those that need help first."""
    place, below = _counts_asked_for(request)
    form = PlaceForm(request.GET, places=places_offered(request), at=place)
    query = {"org": place.code} if place else {}
    return BRANCHES.shown(request, below.rows, form=form).answer(
        title=_("Duties of branches"),
        lead=_at(place, _("The branches with most that is overdue come first.")),
        buttons=[
            Button(ASKED_OF, address("reminders:desk-effort", **query), "hourglass-split"),
            excel(request, reverse("reminders:desk-branch-export")),
        ],
        template="reminders/desk/branches.html",
        more={"below": below},
    )


def _at(place: Organization | None, sentence: Words) -> str:
    return f"{place.name} · {sentence}" if place else str(sentence)


@requires(Capability.VIEW_DUTIES)
@require_safe
def branch_export(request: PageRequest) -> FileResponse:
    """The same rows; no member's name is in them."""
    _place, below = _counts_asked_for(request)
    title = _("Duties of branches")
    return BRANCHES.exported(request, below.rows, file=f"{title} {request.today}.xlsx", sheet=title)


def _counts_asked_for(request: PageRequest) -> tuple[Organization | None, BranchesBelow]:
    place, paths = places_asked_for(request)
    form = PlaceForm(request.GET, places=places_offered(request).none())
    return place, counts_below(paths, on=request.today, text=form.text())


@requires(Capability.VIEW_DUTIES)
@require_safe
def effort(request: PageRequest) -> HttpResponse:
    """Twelve months of a branch; of a committee each branch, and the median."""
    place, paths = _effort_asked_for(request)
    if place and place.kind == OrganizationKind.BRANCH:
        since = counted_since()
        months = asked_by_month(place.path, on=request.today, since=since)
        asked = asked_of(place, on=request.today)
        more = {"place": place, "since": since, "as_of": asked.as_of, **_year(asked, months)}
        lines = [{"month": month, "asked": one} for month, one in months]
        lead = _("The last twelve months. The committees above see the same figures.")
        shown = MONTHS.shown(request, lines)
    else:
        form = PlaceForm(request.GET, places=places_offered(request), at=place)
        below = asked_below(paths, on=request.today)
        rows = [row for row in below.rows if form.text().casefold() in row.branch.name.casefold()]
        lead = _("What the rules, and we, asked of each branch in the last twelve months.")
        more = {"place": place, "since": counted_since(), "as_of": below.as_of, "sums": below.median, "below": below}
        shown = BELOW.shown(request, rows, form=form)
    buttons, template = [excel(request, reverse("reminders:desk-effort-export"))], "reminders/desk/effort.html"
    return shown.answer(title=ASKED_OF, lead=_at(place, lead), buttons=buttons, template=template, more=more)


@requires(Capability.VIEW_DUTIES)
@require_safe
def effort_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, paths = _effort_asked_for(request)
    if place and place.kind == OrganizationKind.BRANCH:
        found = asked_by_month(place.path, on=request.today, since=counted_since())
        sheet = MONTHS.sheet(ASKED_OF, [{"month": month, "asked": one} for month, one in found], on=request.today)
    else:
        below = asked_below(paths, on=request.today)
        rows = [{"branch": row.branch.name, "asked": row.asked} for row in below.rows]
        sheet = BELOW.sheet(ASKED_OF, [*rows, {"branch": _("Median"), "asked": below.median}], on=request.today)
    return workbook(f"{ASKED_OF} {request.today}.xlsx", sheet)


def _effort_asked_for(request: PageRequest) -> tuple[Organization | None, list[str]]:
    """The place of the address, else the branch in which one works when it is the only one."""
    place, paths = places_asked_for(request)
    if place is None:
        branches = Organization.objects.visible_to(request.user, Capability.VIEW_DUTIES).branches()
        only = list(branches.standing_on(request.today)[:2])
        place = only[0] if len(only) == 1 else None
    return place, paths


def _year(found: AskedBelow, months: list[tuple[date, EffortAsked]]) -> dict[str, Any]:
    """The figures that those above see, and how many of the year's duties belong to none of its months so far."""
    sums = found.rows[0].asked if found.rows else EffortAsked()
    begun = sum(asked.duties or 0 for month, asked in months if month.year == months[0][0].year)
    return {"sums": sums, "begun": begun, "earlier": max((sums.duties or 0) - begun, 0)}


class NotApplicableForm(forms.Form):
    """Why a duty doesn't apply. Which one comes with the line; nobody types it."""

    key = key_field()
    of_kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    of_period = forms.CharField(max_length=20, widget=forms.HiddenInput)
    of_member = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("It doesn't apply, because"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stored encrypted; read by the officers of the branch. Committees only see how many there are."),
    )


@requires(Capability.SETTLE_DUTIES)
@require_http_methods(FORM_METHODS)
def not_applicable(request: PageRequest, code: str) -> HttpResponse:
    """Why a duty doesn't apply. The desk holds the same form in each line; here it comes back when it was refused."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    form = NotApplicableForm(request.POST or None, initial=request.GET.dict())
    member = _member(request, place)
    kind = form["of_kind"].value() or ""
    if not sees_kind(request.user, kind, about_member=member is not None, path=place.path):
        raise PermissionDenied(_("This duty isn't on your desk."))
    period = period_words(form["of_period"].value() or "")
    return form_page(
        request,
        form,
        lambda _typed: _say(request, form, place, member),
        Step(
            _("It doesn't apply"),
            _("Note it"),
            _("Noted: it doesn't apply. At the end of the desk it can be taken back."),
        ),
        _back(request, place),
        cancel=reverse("reminders:desk"),
        lead=" · ".join([place.name, str(words_of(kind).title), *([member.name] if member else []), period]),
    )


@requires(Capability.SETTLE_DUTIES)
@require_POST
def not_applicable_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """The duty is on the desk again."""
    rows = NotApplicable.objects.select_related("organization")
    row = get_in_scope(request, rows, pk=key)
    if not sees_kind(request.user, row.kind, about_member=row.member_id is not None, path=row.scope_path):
        raise PermissionDenied(_("This duty isn't on your desk."))
    try_with_message(request, lambda: take_back(row=row, by=request.user), _("It is asked for again."))
    return redirect(_back(request, row.organization))


def _member(request: PageRequest, place: Organization) -> Member | None:
    """Whom the duty is about; 404 for anybody who isn't on the roster there."""
    given = request.POST.get("of_member") or request.GET.get("of_member")
    if not given:
        return None
    try:
        return get_in_scope(request, Member.objects.below(place.path), key=UUID(given))
    except ValueError:
        raise Http404 from None


def _say(request: PageRequest, form: NotApplicableForm, place: Organization, member: Member | None) -> None:
    given = form.cleaned_data
    say_not_applicable(
        key=given["key"], organization=place, kind=given["of_kind"], period=given["of_period"], member=member,
        reason=given["reason"], by=request.user, on=request.today,
    )  # fmt: skip


def _back(request: PageRequest, place: Organization) -> str:
    on_the_desk = any(place.path.startswith(path) for path in desk_paths(request))
    return reverse("reminders:desk") if on_the_desk else reverse("reminders:desk-at", args=[place.code])


FIGURES = {
    "members": (_("members"), "members:roster-list", ""),
    "voting": (_("with a vote"), "members:roster-list", "voting=yes"),
    "probationary": (_("on probation"), "members:roster-list", "membership=probationary_member"),
    "retired": (_("retired"), "members:roster-list", "situation=retired"),
    "mobile": (_("mobile"), "members:roster-list", "situation=mobile"),
    "frail": (_("old and frail"), "members:reach-list", ""),
    "abroad": (_("abroad"), "members:reach-list", ""),
    "lost_contact": (_("out of contact"), "members:roster-list", "situation=lost_contact"),
    "in_transfer": (_("in transfer"), "members:roster-list", "situation=in_transfer"),
}
"""Figure of RosterSummary → what it counts, and the list that shows them."""


def start_of(user: User, *, on: date) -> dict[str, Any]:
    """What this person can do next, and how their part of the tree stands."""
    held = user.access.capabilities
    context: dict[str, Any] = {
        "member_id": user.access.member_id,
        "offices": [(office_words(office.kind, office.place), office.organization) for office in user.access.held],
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_manage_users": Capability.MANAGE_USERS in held,
        "sees_roster": Capability.VIEW_ROSTER in held,
        "keeps_contacts": Capability.VIEW_CONTACTS in held,
        "members": duties.roster_size(user),
        "own": own_links(user, on=on),
        "links": start_links(user, on=on),
    }
    if Capability.VIEW_CONTACTS in held:
        context["figures"] = _figures(user, on)
    elif Capability.VIEW_ORGANIZATIONS in held:
        counts = duties.organization_counts(user, on=on)
        context["organizations"] = [(kind.label, count) for kind, count in counts.items()]
    return context


def _figures(user: User, on: date) -> list[tuple[int, Any, str, str]]:
    """Count, label, and address of the list, of whatever there is one of in the branches the user works in."""
    summary = asdict(roster_summary(user.access.paths(Capability.VIEW_CONTACTS), on=on))
    return [(summary[name], *shown) for name, shown in FIGURES.items() if summary[name]]
