from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members import tasks
from members.choices import Capability
from members.exporting.roster import AT_ONCE, MOST_ROWS, count_rows, export_roster
from members.exporting.roster_kind import NAME, covers_of, may_reveal_all, parameters_of
from members.filters import RosterFilter, kept_pairs, kept_query, offered_columns, shown_columns
from members.forms.roster import SavedFilterForm
from members.models import Organization, SavedFilter, User
from members.models.member import MemberQuerySet
from members.policy import requires
from members.queries import roster
from members.queries.keyset import Place
from members.queries.places import Places, places_of
from members.requests import PageRequest
from members.roster_table import table_of
from members.second_person import JOBS, ask_second
from members.services.exports import ask_export
from members.services.private import may_take_alone
from members.services.refused import Refused

REASON = 200
"""Characters that a reason has room for."""


@requires(Capability.VIEW_ROSTER)
@require_safe
def roster_list(request: PageRequest) -> HttpResponse:
    """The roster, filtered, sorted and by pages. htmx gets the rows alone."""
    user, chosen = request.user, RosterFilter.from_query(request.GET)
    listed = roster.roster_list(user, chosen, on=request.today)
    former = bool(chosen.former)
    page = roster.page_of(listed.members, sort=chosen.sort, place=Place.from_query(request.GET), former=former)
    places = places_of(user, chosen.org, map(roster.place_of, page.rows))
    if chosen.org and not places.chosen:
        raise Http404
    columns = shown_columns(request.GET, one_place=len(places.offered) < 2, former=former)
    context = {
        "chosen": chosen,
        "page": page,
        "table": table_of(roster.rows_of(page.rows, places.names, on=request.today), columns),
        "listed": listed,
        "places": [("", _("All I may see")), *places.offered],
        "saved_filters": list(SavedFilter.objects.visible_to(user)),
        **_addresses(request),
        **_columns(request, columns, former=former),
        **_powers(user, former=former),
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "members/roster.html#rows" if patches else "members/roster.html", context)
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
    members = roster.asked(request.user, chosen, on=request.today, capability=Capability.EXPORT_ROSTER)
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
        return redirect(_list_address(kept_query(request.GET)))


def _export_now(request: PageRequest, members: MemberQuerySet, places: Places, **wanted: Any) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 - the response reads it to its end and closes it
    code = _code_of(request.user, places)
    export_roster(members=members, target=file, code=code, on=request.today, by=request.user, **wanted)
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
        "organization": Organization.objects.get(code=_code_of(request.user, places)),
        "total": rows,
        "covers": covers_of(request.user, places),
    }


def _code_of(user: User, places: Places) -> str:
    """Code of the organization whose roster it is: the one chosen, else that of the first office."""
    return places.chosen.code if places.chosen else _first_office(user)


def _first_office(user: User) -> str:
    """Code of the organization whose roster it is when none was chosen."""
    return next(office.code for office in user.standing.held if Capability.EXPORT_ROSTER in office.capabilities)


def _demand_reveal(user: User, *, former: bool) -> None:
    """Raises PermissionDenied unless whatever the user exports they may also reveal; of who has left, nobody may."""
    if former or not may_reveal_all(user.standing):
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
    held = user.standing.capabilities
    return {
        "may_edit": Capability.EDIT_ROSTER in held,
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_export": Capability.EXPORT_ROSTER in held,
        "may_reveal": Capability.REVEAL_PRIVATE in held and not former,
        "most_exported": MOST_ROWS,
    }


def _list_address(query: str) -> str:
    return reverse("members:roster-list") + (f"?{query}" if query else "")
