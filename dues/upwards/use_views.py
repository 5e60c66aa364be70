"""What dues were spent for, and the yearly publication to the members."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dues.choices import UseKind
from dues.upwards.forms import DisclosureForm, ReasonForm, UseForm
from dues.upwards.models import Disclosure, DuesUse
from dues.upwards.queries import corrected, needing_disclosure, readable_meetings, year_figures
from dues.upwards.services import disclose, record_use, remove_use
from dues.upwards.views import GIVERS_SEEN_BY
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models import Organization
from members.pages.requests import PageRequest, place_asked_for, try_on_form
from rulebook.book import rule

ON_A_PAGE = 30
RECORDERS = (Capability.RECORD_DUES, Capability.APPROVE_DUES)
FIRST_YEAR = 2008
FIGURES = {
    "members": gettext_lazy("Members charged"),
    "exempt": gettext_lazy("Of these exempt"),
    "payers": gettext_lazy("Members who paid everything"),
    "owing": gettext_lazy("Members who left something open"),
    "charged_fen": gettext_lazy("Charged, in yuan"),
    "waived_fen": gettext_lazy("Waived or reduced, in yuan"),
    "settled_fen": gettext_lazy("Of this paid, in yuan"),
    "carried_fen": gettext_lazy("Carried over, in yuan"),
    "carried_settled_fen": gettext_lazy("Collected of what was carried over, in yuan"),
    "due_fen": gettext_lazy("Due and unpaid, in yuan"),
    "earlier_fen": gettext_lazy("Open from earlier, in yuan"),
    "this_month_fen": gettext_lazy("This month, unpaid, in yuan"),
    "paid_fen": gettext_lazy("Received in the year, in yuan"),
    "before_fen": gettext_lazy("Of what is paid, received in another year or by another branch, in yuan"),
    "apart_fen": gettext_lazy("Of this for earlier years or months of other branches, in yuan"),
    "beyond_fen": gettext_lazy("Of this ahead or too much, in yuan"),
    "voluntary_fen": gettext_lazy("Of this voluntary, in yuan"),
    "remitted_fen": gettext_lazy("Handed up, in yuan"),
    "used_fen": gettext_lazy("Used, in yuan"),
}
"""What a publication says, in the words of its sheet."""


@requires(Capability.COUNT_DUES)
@require_safe
def use_list(request: PageRequest) -> HttpResponse:
    """Newest first, by kind and year."""
    rows = DuesUse.objects.visible_to(request.user).select_related("organization", "meeting")
    if (kind := request.GET.get("kind")) in UseKind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows.order_by("-used_on", "key"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "readable": readable_meetings(request.user, [one.meeting for one in page]),
        "kinds": UseKind.choices,
        "kind": kind,
        "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY),
        "may_record": request.user.access.may_any(RECORDERS),
        "rule": rule("dues.use.kinds", request.today),
    }
    return render(request, "dues/upwards/uses.html", context)


@requires(*RECORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def use_new(request: PageRequest) -> HttpResponse:
    """One of the five kinds, with the decision that allowed it."""
    organization = place_asked_for(request, *RECORDERS)
    form = UseForm(request.POST or None, organization=organization, initial={"used_on": request.today})
    if form.is_valid():
        use = DuesUse(organization=organization, **form.cleaned_data)
        if try_on_form(form, lambda: record_use(use, by=request.user, on=request.today)):
            messages.success(request, _("Recorded."))
            return redirect("dues:use-list")
    context = {"form": form, "organization": organization, "rule": rule("dues.use.decision", request.today)}
    return render(request, "dues/upwards/use_new.html", context)


@requires(*RECORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def use_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake."""
    use = get_in_scope(request, DuesUse.objects.select_related("organization"), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and try_on_form(form, lambda: remove_use(use, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Taken out."))
        return redirect("dues:use-list")
    return render(request, "dues/upwards/use_remove.html", {"form": form, "use": use})


@requires(Capability.COUNT_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def disclosure(request: PageRequest) -> HttpResponse:
    """A year's figures as a sheet to read out, hang up or print; the branch publishes them, saying how, where and when.

    Once published the page says so; it is published once more only by whoever asks for that.
    """
    organization, year = place_asked_for(request, Capability.COUNT_DUES), _year(request)
    may_publish = request.user.access.may(Capability.RECORD_DUES, organization.path)
    if request.method == "POST" and not may_publish:
        raise PermissionDenied
    figures = year_figures(organization.path, year, on=request.today).as_dict()
    form = DisclosureForm(request.POST if request.method == "POST" else None, figures=figures)
    if form.is_valid():
        facts = form.cleaned_data | {"organization": organization, "year": year}
        if try_on_form(form, lambda: disclose(**facts, by=request.user, on=request.today)):
            messages.success(request, _("Published. The members find it under “My dues”."))
            return redirect(f"{request.path}?org={organization.code}&year={year}")
    published = list(Disclosure.objects.filter(organization=organization, year=year).order_by("disclosed_on"))
    context = {
        "form": form,
        "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY),
        "may_publish": may_publish,
        "published": published,
        "asks": may_publish and (not published or form.is_bound or "again" in request.GET),
        "missing": needing_disclosure(organization.path, year)[:ON_A_PAGE] if not may_publish else [],
    }
    return render(request, "dues/upwards/disclosure.html", context | _sheet(organization, year, figures, request))


@signed_in
@require_safe
def publication_list(request: PageRequest) -> HttpResponse:
    """What was published to oneself, and by the branches of one's offices, the newest year first."""
    rows = Disclosure.objects.visible_to(request.user).select_related("organization")
    page = Paginator(rows.order_by("-year", "-disclosed_on", "key"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "dues/upwards/publications.html", {"page": page})


@signed_in
@require_safe
def disclosure_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was published, with the figures of that day; members read it too."""
    found = get_in_scope(request, Disclosure.objects.select_related("organization"), pk=key)
    context = {"disclosure": found, "corrected": _corrections(found, request)} | _sheet(
        found.organization, found.year, found.figures, request
    )
    return render(request, "dues/upwards/disclosure_detail.html", context)


def _corrections(disclosure: Disclosure, request: PageRequest) -> list[tuple[str, int, int, bool]]:
    """What the record says otherwise today: figure, published, today, whether it is money."""
    said, today = disclosure.figures, corrected(disclosure, on=request.today)
    return [
        (str(label), said[name], today[name], name.endswith("_fen")) for name, label in FIGURES.items() if name in today
    ]


def _sheet(organization: Organization, year: int, figures: dict[str, Any], request: PageRequest) -> dict[str, Any]:
    by_kind = figures.get("by_kind", {})
    return {
        "organization": organization,
        "year": year,
        "figures": figures,
        "uses": [(label, by_kind.get(kind, 0)) for kind, label in UseKind.choices],
        "rule": rule("dues.disclose.times_per_year", request.today),
        "years": range(request.today.year, request.today.year - 4, -1),
    }


def _year(request: PageRequest) -> int:
    written = request.GET.get("year", "")
    year = int(written) if written.isdecimal() and len(written) == 4 else request.today.year
    return min(max(year, FIRST_YEAR), request.today.year)
