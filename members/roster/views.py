"""The roster, its groups, situations, and revealing a value."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import tasks
from members.access.policy import get_in_scope, requires
from members.choices import Capability, OrganizationKind, SituationKind
from members.exports.kinds import JOBS
from members.exports.services import ask_export
from members.models.files import SavedFilter
from members.models.member import Member, MemberQuerySet, Situation
from members.models.organization import Organization
from members.models.user import User
from members.pages.about_member import member_crumbs, remove_page
from members.pages.listing import Nothing
from members.pages.queries import PageStart
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.pages.steps import Step, form_page
from members.refused import Refused
from members.roster import queries
from members.roster.exporting import (
    AT_ONCE,
    MOST_ROWS,
    NAME,
    count_rows,
    covers_of,
    export_roster,
    may_reveal_all,
    parameters_of,
)
from members.roster.filters import RosterFilter, kept_pairs, kept_query, offered_columns, shown_columns
from members.roster.forms import (
    LABELS,
    GroupForm,
    RevealForm,
    SavedFilterForm,
    SituationCorrectForm,
    SituationEndForm,
    SituationForm,
)
from members.roster.member_queries import groups_of, left_lately
from members.roster.move_services import (
    add_situation,
    correct_situation,
    end_situation,
    place_in_group,
    remove_situation,
)
from members.roster.queries import Places, places_of
from members.roster.second_person import ask_second
from members.roster.services import may_take_alone, recorded_fields, reveal_private, reveals_left
from members.roster.table import table_of

REASON = 200
"""Characters that a reason has room for."""


@requires(Capability.VIEW_ROSTER)
@require_safe
def roster_list(request: PageRequest) -> HttpResponse:
    """The roster, filtered, sorted and by pages. htmx gets the rows alone."""
    return _list(request)


def _list(request: PageRequest, wish: Mapping[str, Any] | None = None) -> HttpResponse:
    """`wish`: an export that was refused; its menu stays open, with what was typed."""
    user, chosen = request.user, RosterFilter.from_query(request.GET)
    listed = queries.roster_list(user, chosen, on=request.today)
    former = bool(chosen.former)
    page = queries.page_of(listed.members, sort=chosen.sort, place=PageStart.from_query(request.GET), former=former)
    places = places_of(user, chosen.org, map(queries.place_of, page.rows))
    if chosen.org and not places.chosen:
        raise Http404
    columns = shown_columns(request.GET, one_place=len(places.offered) < 2, former=former)
    context = {
        "chosen": chosen,
        "page": page,
        "table": table_of(
            queries.rows_of(page.rows, places.names, on=request.today), columns, grouped=not (chosen.sort or former)
        ),
        "listed": listed,
        "wish": wish,
        "places": [("", _("All I may see")), *places.offered],
        "saved_filters": list(SavedFilter.objects.visible_to(user)),
        **_addresses(request),
        **_columns(request, columns, former=former),
        **_powers(user, former=former),
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "members/roster/roster.html#rows" if patches else "members/roster/roster.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@requires(Capability.VIEW_ROSTER)
@require_POST
def roster_search(request: PageRequest) -> HttpResponse:
    """From what was typed and chosen to the address of the list, in which no number can be read."""
    return redirect(_list_address(kept_query(request.POST)))


@requires(Capability.VIEW_ROSTER)
@require_POST
def roster_filter_save(request: PageRequest) -> HttpResponse:
    """Keep what the list shows under a name; the same name again means the newer."""
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the filter a name of at most 40 characters."))
        return redirect("members:roster-list")
    saved = SavedFilter.objects.keep(user=request.user, **form.cleaned_data)
    messages.success(request, _("The filter “%(name)s” is saved.") % {"name": saved.name})
    return redirect(_list_address(saved.query))


@requires(Capability.VIEW_ROSTER)
@require_POST
def roster_filter_delete(request: PageRequest, key: str) -> HttpResponse:
    saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), key=key)
    saved.delete()
    messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": saved.name})
    return redirect("members:roster-list")


@requires(Capability.EXPORT_ROSTER)
@require_POST
def roster_export(request: PageRequest) -> HttpResponseBase:
    """Everybody on the list that the address describes, as a workbook. Private fields with a reason."""
    chosen = RosterFilter.from_query(request.GET)
    wanted = {"private": "private" in request.POST, "reason": request.POST.get("reason", "")[:REASON].replace("\0", "")}
    places = places_of(request.user, chosen.org, ())
    if chosen.org and not places.chosen:
        raise Http404
    if wanted["private"]:
        _demand_reveal(request.user, former=bool(chosen.former))
    members = queries.asked(request.user, chosen, on=request.today, capability=Capability.EXPORT_ROSTER)
    try:
        rows = count_rows(members)
        alone = rows <= AT_ONCE and may_take_alone(request.user, people=rows, now=timezone.now())
        if wanted["private"] and not alone:
            return ask_second(request, **_wish(request, places, rows, **wanted))
        if rows > AT_ONCE:
            return _export_later(request, places, rows, **wanted)
        return _export_now(request, members, places, **wanted, former=bool(chosen.former))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _list(request, wish=wanted)


def _export_now(request: PageRequest, members: MemberQuerySet, places: Places, **wanted: Any) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 - the response reads it to its end and closes it
    place = _place_of(request.user, places)
    export_roster(members=members, target=file, place=place, on=request.today, by=request.user, **wanted)
    file.seek(0)
    name = _("Roster %(day)s.xlsx") % {"day": request.today.isoformat()}
    return FileResponse(file, as_attachment=True, filename=name)


def _export_later(request: PageRequest, places: Places, rows: int, **wanted: Any) -> HttpResponse:
    export = ask_export(**_wish(request, places, rows, **wanted), by=request.user)
    tasks.start(tasks.make_export, export.key)
    messages.info(request, _("The workbook is being made. You can go on working; fetch it here when it is ready."))
    return redirect(JOBS)


def _wish(request: PageRequest, places: Places, rows: int, **wanted: Any) -> dict[str, Any]:
    """What is asked for, to be made in the background."""
    return {
        "kind": NAME,
        "parameters": parameters_of(query=kept_query(request.GET, but="columns"), **wanted),
        "organization": _place_of(request.user, places),
        "total": rows,
        "covers": covers_of(request.user, places),
    }


def _place_of(user: User, places: Places) -> Organization:
    """The organization whose roster it is: the one chosen, else that of the first office."""
    held = (office.code for office in user.access.held if Capability.EXPORT_ROSTER in office.capabilities)
    return Organization.objects.get(code=places.chosen.code if places.chosen else next(held))


def _demand_reveal(user: User, *, former: bool) -> None:
    """Raises PermissionDenied unless whatever the user exports they may also reveal; of who has left, nobody may."""
    if former or not may_reveal_all(user.access):
        raise PermissionDenied(_("Your office doesn't reveal private fields. Export without them."))


def _addresses(request: PageRequest) -> dict[str, Any]:
    """The address's filter in the forms in which links and forms take it up."""
    query, unsorted = kept_query(request.GET), kept_query(request.GET, but="sort")
    return {
        "query": query,
        "query_and": f"{query}&" if query else "",
        "unsorted_and": f"{unsorted}&" if unsorted else "",
        "kept_pairs": kept_pairs(request.GET, but="columns"),
    }


def _columns(request: PageRequest, shown: list[str], *, former: bool) -> dict[str, Any]:
    return {
        "offered_columns": offered_columns(former=former),
        "shown_columns": shown,
        "chosen_columns": shown if "columns" in request.GET else [],
    }


def _powers(user: User, *, former: bool) -> dict[str, Any]:
    held = user.access.capabilities
    return {
        "may_edit": Capability.EDIT_ROSTER in held,
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_export": Capability.EXPORT_ROSTER in held,
        "may_reveal": Capability.REVEAL_PRIVATE in held and not former,
        "most_exported": MOST_ROWS,
    }


def _list_address(query: str) -> str:
    return reverse("members:roster-list") + (f"?{query}" if query else "")


@requires(Capability.REVEAL_PRIVATE)
@never_cache
@require_http_methods(FORM_METHODS)
def member_reveal(request: PageRequest, key: UUID) -> HttpResponse:
    """One private value of a member, after a reason was typed. The value is in this answer and nowhere else."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    now = timezone.now()
    form = RevealForm(request.POST or None, member=member, initial={"field": request.GET.get("field", "")})
    context: dict[str, Any] = {
        "title": _("Private values of %(name)s") % {"name": member.name},
        "crumbs": member_crumbs(member),
    }
    if not recorded_fields(member):
        url = member.get_absolute_url()
        sentence = _("Nothing private is recorded about this member.")
        context["nothing"] = Nothing(sentence, "shield-lock", _("Back to the member"), url)
        return render(request, "members/pages/page.html", context)
    if form.is_valid():
        try:
            value = reveal_private(member=member, by=request.user, now=now, **form.cleaned_data)
            context["revealed"] = revealed(form.cleaned_data["field"], value)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    left = reveals_left(request.user, now=now)
    words = ngettext(
        "You may reveal %(counter)s more value within this hour.",
        "You may reveal %(counter)s more values within this hour.",
        left,
    )
    context |= {"form": form, "label": _("Show"), "cancel_url": member.get_absolute_url()}
    return render(request, "members/roster/reveal.html", context | {"notes": [words % {"counter": left}]})


def revealed(field: str, value: str) -> dict[str, object]:
    """The value with its name; the dues base, kept in fen, in yuan."""
    if field == "dues_base" and value.isdecimal():
        value = _("%(yuan)s yuan") % {"yuan": Decimal(value) / 100}
    return {"label": LABELS[field], "value": value}


BRANCHES = Organization.objects.filter(kind=OrganizationKind.BRANCH)


@requires(Capability.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD"])
def member_groups(request: PageRequest, code: str) -> HttpResponse:
    """Who is in which group, and who left the branch lately."""
    branch = get_in_scope(request, BRANCHES.all(), code=code)
    may_edit = request.user.access.may(Capability.EDIT_ROSTER, branch.path)
    groups = groups_of(branch, on=request.today)
    context = {
        "branch": branch,
        "groups": groups,
        "may_edit": may_edit and len(groups) > 1,
        "form": GroupForm(branch=branch, today=request.today),
        "left": left_lately(branch, on=request.today) if may_edit else [],
    }
    return render(request, "members/roster/member_groups.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["POST"])
def member_group_place(request: PageRequest, code: str) -> HttpResponse:
    """Put the chosen members into a group of the branch, or out of their group."""
    branch = get_in_scope(request, BRANCHES.all(), code=code)
    form = GroupForm(request.POST, branch=branch, today=request.today)
    moved: list[int] = []
    if form.is_valid() and try_on_form(
        form, lambda: moved.append(place_in_group(today=request.today, by=request.user, **form.cleaned_data))
    ):
        text = ngettext("%(count)s member changed place.", "%(count)s members changed place.", moved[0])
        messages.success(request, text % {"count": moved[0]})
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("members:member-groups", branch.code)


SITUATIONS = Situation.objects.select_related("member")


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def situation_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Something begins to hold for a member."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = SituationForm(request.POST or None, initial={"kind": request.GET.get("kind"), "valid_from": request.today})
    act, done = partial(add_situation, member=member, by=request.user), _("“%(situation)s” is on record.")
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], kind=SituationKind(typed["kind"]), values=form.facts()),
        Step(
            _("A situation of %(name)s") % {"name": member.name},
            _("Record"),
            lambda _stored: done % {"situation": SituationKind(form.cleaned_data["kind"]).label},
        ),
        member,
        crumbs=member_crumbs(member),
        lead=_("What the branch has to reckon with for a time. It only reminds: nobody loses a right by it."),
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def situation_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct what is on record about a situation."""
    situation = get_in_scope(request, SITUATIONS.all(), pk=key)
    form, member = SituationCorrectForm(request.POST or None, situation=situation), situation.member
    title = _("%(name)s: %(situation)s") % {"name": member.name, "situation": situation}
    act = partial(correct_situation, situation=situation, by=request.user)
    ended = (_("It has ended"), reverse("members:situation-end", args=[key]))
    never_true = (_("It was never true: remove it"), reverse("members:situation-remove", args=[key]))
    return form_page(
        request,
        form,
        lambda _typed: act(values=form.facts()),
        Step(title, _("Store the changes"), _("The changes are stored.")),
        member,
        crumbs=member_crumbs(member),
        ways=[never_true] if situation.valid_until else [ended, never_true],
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def situation_end(request: PageRequest, key: UUID) -> HttpResponse:
    """It no longer holds, from a day on."""
    situation = get_in_scope(request, SITUATIONS.all(), pk=key)
    words = {"name": situation.member.name, "situation": str(situation)}
    done = _("“%(situation)s” has ended.") % words
    act = partial(end_situation, situation=situation, by=request.user)
    return form_page(
        request,
        SituationEndForm(request.POST or None, today=request.today),
        lambda typed: act(on=typed["on"]),
        Step(_("%(name)s: %(situation)s has ended") % words, _("Record the end"), done),
        situation.member,
        crumbs=member_crumbs(situation.member),
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def situation_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """What was never true goes, with a word why."""
    situation = get_in_scope(request, SITUATIONS.all(), pk=key)
    act = partial(remove_situation, situation=situation, by=request.user)
    done = _("“%(situation)s” is removed.") % {"situation": situation}
    return remove_page(request, situation, lambda reason: act(reason=reason), done)
