"""What dues were spent for, and the yearly publication to the members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from dues.choices import UseKind
from dues.templatetags.dues import yuan
from dues.upwards.forms import DisclosureForm, UseFilterForm, UseForm
from dues.upwards.lists import CORRECTIONS, FIGURES, PUBLICATIONS, USES, Correction, UseLine, sheet_facts
from dues.upwards.models import Disclosure, DuesUse
from dues.upwards.queries import corrected, needing_disclosure, readable_meetings, year_figures
from dues.upwards.services import disclose, record_use, remove_use
from dues.upwards.views import GIVERS_SEEN_BY, TABS
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models import Organization
from members.pages.forms import ReasonForm
from members.pages.requests import FORM_METHODS, PageRequest, place_asked_for, try_on_form
from members.pages.steps import Button, Step, form_page
from rulebook.book import rule

MISSING_SHOWN = 30
RECORDERS = (Capability.RECORD_DUES, Capability.APPROVE_DUES)
FIRST_YEAR = 2008


@requires(Capability.COUNT_DUES)
@require_safe
def use_list(request: PageRequest) -> HttpResponse:
    """Newest first, by kind and year."""
    form, access = UseFilterForm(request.GET), request.user.access
    rows = form.narrow(DuesUse.objects.visible_to(request.user).select_related("organization", "meeting"))
    may_record, kinds = access.may_any(RECORDERS), rule("dues.use.kinds", request.today)

    def lines(uses: Sequence[DuesUse]) -> list[UseLine]:
        readable = readable_meetings(request.user, [one.meeting for one in uses])
        found: dict[UUID | None, str] = {one.pk: one.get_absolute_url() for one in readable}
        return [UseLine(one, found.get(one.meeting_id, ""), may_record) for one in uses]

    return USES.shown(request, USES.ordered(request, rows), form=form, lines=lines).answer(
        title=_("Use of dues"),
        lead=f"{kinds.says} {kinds.citation}",
        buttons=[
            may_record and Button(_("Record a use"), reverse("dues:use-new"), "plus-lg", primary=True),
            Button(_("Excel"), reverse("dues:overview-export"), "download"),
        ],
        prints=False,
        template=TABS,
        more={"may_see_large": access.may_any(GIVERS_SEEN_BY)},
    )


@requires(*RECORDERS)
@require_http_methods(FORM_METHODS)
def use_new(request: PageRequest) -> HttpResponse:
    """One of the five kinds, with the decision that allowed it."""
    organization = place_asked_for(request, *RECORDERS)
    found = rule("dues.use.decision", request.today)

    def act(typed: dict[str, Any]) -> object:
        return record_use(DuesUse(organization=organization, **typed), by=request.user, on=request.today)

    return form_page(
        request,
        UseForm(request.POST or None, organization=organization, initial={"used_on": request.today}),
        act,
        Step(_("Record a use"), _("Record"), _("Recorded.")),
        "dues:use-list",
        crumbs=[(_("Use of dues"), reverse("dues:use-list"))],
        lead=f"{organization.name} · {found.says} {found.citation}",
    )


@requires(*RECORDERS)
@require_http_methods(FORM_METHODS)
def use_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake."""
    use = get_in_scope(request, DuesUse.objects.select_related("organization"), pk=key)
    question = _("Take this use out? The trail keeps that it was recorded.")
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda typed: remove_use(use, by=request.user, **typed),
        Step(_("Take out a use"), _("Take out"), _("Taken out."), question),
        "dues:use-list",
        crumbs=[(_("Use of dues"), reverse("dues:use-list"))],
        lead=f"{use.purpose} · {yuan(use.amount_fen)} {_('yuan')} · {use.organization.name}",
    )


@requires(Capability.COUNT_DUES)
@require_http_methods(FORM_METHODS)
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
        "title": _("Publish to the members"),
        "prints": True,
        "form": form,
        "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY),
        "may_publish": may_publish,
        "published": published,
        "asks": may_publish and (not published or form.is_bound or "again" in request.GET),
        "missing": needing_disclosure(organization.path, year)[:MISSING_SHOWN] if not may_publish else [],
    }
    return render(request, "dues/upwards/disclosure.html", context | _sheet(organization, year, figures, request))


@signed_in
@require_safe
def publication_list(request: PageRequest) -> HttpResponse:
    """What was published to oneself, and by the branches of one's offices, the newest year first."""
    rows = Disclosure.objects.visible_to(request.user).select_related("organization")
    return PUBLICATIONS.shown(request, PUBLICATIONS.ordered(request, rows)).answer(
        title=_("What was published"),
        crumbs=[(_("My dues"), reverse("dues:mine"))],
        lead=_("Once a year the branch tells its members what was collected, handed up and used."),
        prints=False,
    )


@signed_in
@require_safe
def disclosure_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was published, with the figures of that day; members read it too."""
    found = get_in_scope(request, Disclosure.objects.select_related("organization"), pk=key)
    said, today = found.figures, corrected(found, on=request.today)
    rows = [Correction(name, said[name], today[name]) for name in FIGURES if name in today]
    context = {
        "title": _("Dues published"),
        "crumbs": [(_("What was published"), reverse("dues:publication-list"))],
        "prints": True,
        "lead": f"{published_in_words(found)} {found.place}",
        "corrected": rows,
        "listing": CORRECTIONS.shown(request, rows),
        **_sheet(found.organization, found.year, said, request),
    }
    return render(request, "dues/upwards/sheet.html", context)


def published_in_words(disclosure: Disclosure) -> str:
    facts = {"day": disclosure.disclosed_on.isoformat(), "way": disclosure.get_way_display()}
    return _("Published on %(day)s: %(way)s.") % facts


def _sheet(organization: Organization, year: int, figures: dict[str, Any], request: PageRequest) -> dict[str, Any]:
    by_kind = figures.get("by_kind", {})
    return {
        "organization": organization,
        "year": year,
        "figures": figures,
        "facts": sheet_facts(figures),
        "uses": [(label, yuan(by_kind[kind])) for kind, label in UseKind.choices if by_kind.get(kind)],
        "rule": rule("dues.disclose.times_per_year", request.today),
        "years": range(request.today.year, request.today.year - 4, -1),
    }


def _year(request: PageRequest) -> int:
    written = request.GET.get("year", "")
    year = int(written) if written.isdecimal() and len(written) == 4 else request.today.year
    return min(max(year, FIRST_YEAR), request.today.year)
