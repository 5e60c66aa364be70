from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.choices import Capability
from members.filters import COLUMNS, RosterFilterForm, kept_pairs, kept_query
from members.forms.roster import SavedFilterForm
from members.models import Organization, SavedFilter
from members.models.member import MemberQuerySet
from members.policy import requires
from members.queries import roster
from members.queries.keyset import Place
from members.requests import PageRequest
from members.roster_table import table_of


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the filter and who is then on the list."""

    form: RosterFilterForm
    members: MemberQuerySet


@requires(Capability.VIEW_ROSTER)
@require_safe
def roster_list(request: PageRequest) -> HttpResponse:
    """The roster, filtered, sorted and by pages. htmx gets the rows alone."""
    asked = _asked(request)
    chosen = asked.form.chosen
    page = roster.roster_page(asked.members, sort=chosen.sort, place=Place.from_query(request.GET), on=request.today)
    context = {
        "form": asked.form,
        "page": page,
        "table": table_of(page.rows, asked.form.shown_columns),
        "count": roster.count_up_to(asked.members),
        "most": roster.COUNTED,
        "sort": chosen.sort,
        "narrowed": chosen.narrows or bool(request.GET.get("org")),
        "saved_filters": list(SavedFilter.objects.visible_to(request.user)),
        **_addresses(request),
        **_columns(asked.form),
        **_powers(request),
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "members/roster.html#rows" if patches else "members/roster.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


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


def _asked(request: PageRequest, capability: Capability = Capability.VIEW_ROSTER) -> Asked:
    """Read the address. Raises Http404 for an organization that the viewer doesn't see."""
    code = request.GET.get("org", "")
    places = roster.places(request.user, code)
    form = RosterFilterForm(request.GET, _place_choices(places))
    members = roster.roster(request.user, capability)
    if code:
        place = next((place for place in places if place.code == code), None)
        if place is None:
            raise Http404
        members = members.below(place.path)
    return Asked(form, roster.narrowed(members, form.chosen, on=request.today))


def _place_choices(places: Iterable[Organization]) -> list[tuple[str, str]]:
    """Codes and names, indented by depth."""
    places = list(places)
    top = min((place.depth for place in places), default=0)
    return [(place.code, "\u3000" * (place.depth - top) + place.name) for place in places]


def _addresses(request: PageRequest) -> dict[str, Any]:
    """The address's filter in the forms in which links and forms take it up."""
    query, unsorted = kept_query(request.GET), kept_query(request.GET, but="sort")
    return {
        "query": query,
        "query_and": f"{query}&" if query else "",
        "unsorted_and": f"{unsorted}&" if unsorted else "",
        "kept_pairs": kept_pairs(request.GET, but="columns"),
    }


def _columns(form: RosterFilterForm) -> dict[str, Any]:
    shown = form.shown_columns
    return {"column_choices": [(column, label, column in shown) for column, label in COLUMNS.items()]}


def _powers(request: PageRequest) -> dict[str, bool]:
    held = request.user.standing.capabilities
    return {
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_export": Capability.EXPORT_ROSTER in held,
        "may_reveal": Capability.REVEAL_PRIVATE in held,
    }


def _list_address(query: str) -> str:
    return reverse("members:roster-list") + (f"?{query}" if query else "")
