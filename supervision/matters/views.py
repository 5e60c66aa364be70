"""The register of major matters: lists, steps and counts."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dues.units import yuan
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models import Organization
from members.pages.requests import PageRequest, branches_offered, place_asked_for, try_on_form, workbook
from members.workbooks.writing import Sheet
from rulebook.book import rule
from supervision.matters.forms import (
    STEP_FORMS,
    CountFilterForm,
    MatterEditForm,
    MatterFilterForm,
    MatterForm,
    RemoveForm,
)
from supervision.matters.models import Matter, MatterQuerySet
from supervision.matters.queries import (
    FIGURES,
    Shown,
    branches_counted,
    for_register,
    matter_figures_by_place,
    show,
    shown,
    units_seen_by,
)
from supervision.matters.rules import KINDS_KEY, VILLAGE_KEY
from supervision.matters.services import (
    correct_matter,
    propose_matter,
    put_counts_export_on_record,
    put_matters_export_on_record,
    remove_matter,
    take_step,
)

ON_A_PAGE, ON_PAPER, MOST_ROWS = 30, 500, 20_000
VIEW, RECORD, COUNT = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION, Capability.COUNT_SUPERVISION
MATTERS = Matter.objects.select_related("organization", "opinion_meeting", "opinion_vote")


@signed_in
@never_cache
@require_safe
def matter_list(request: PageRequest) -> HttpResponse:
    """Newest first. Officers see their branch's, members those of their own branch that aren't marked.

    Committees, who read no text, are led to the counts, unless their own branch has something for them to read.
    """
    access = request.user.access
    form, rows = _asked(request)
    reads = access.may_any([VIEW]) or Matter.objects.visible_to(request.user).exists()
    if access.may_any([COUNT]) and not reads:
        return redirect("supervision:matter-counts")
    size = ON_PAPER if request.GET.get("paper") else ON_A_PAGE
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": shown(page, on=request.today),
        "query": request.GET.urlencode(),
        "on_paper": size == ON_PAPER,
        "may_record": access.may_any([RECORD]),
        "may_export": access.may_any([VIEW]),
        "may_count": access.may_any([COUNT]),
        "rule": rule(KINDS_KEY, request.today),
    }
    return render(request, "supervision/matters/list.html", context)


@requires(VIEW)
@require_safe
def matter_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    form, asked = _asked(request)
    rows = shown(asked[:MOST_ROWS], on=request.today)
    code = form.cleaned_data.get("org")
    place = Organization.objects.filter(code=code).first() if code else None
    put_matters_export_on_record(place=place, rows=len(rows), by=request.user)
    name = _("Major matters %(day)s.xlsx") % {"day": request.today.isoformat()}
    return workbook(name, Sheet(_("Major matters"), _headings(), _cells(rows)))


@signed_in
@never_cache
@require_safe
def matter_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A matter with its steps; members of the branch read it too, unless it is marked."""
    matter = get_in_scope(request, MATTERS, pk=key)
    context = {
        "matter": matter,
        "one": show(matter, on=request.today),
        "may_record": request.user.access.may(RECORD, matter.organization.path),
        "sees_meeting": request.user.access.may(Capability.VIEW_MEETINGS, matter.organization.path),
    }
    return render(request, "supervision/matters/detail.html", context)


@requires(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_new(request: PageRequest) -> HttpResponse:
    """What was proposed; the steps follow."""
    place = place_asked_for(request, RECORD)
    form = MatterForm(request.POST or None, initial={"proposed_on": request.today})
    if form.is_valid():
        matter = Matter(key=form.cleaned_data["key"], organization=place, **form.facts())
        if try_on_form(form, lambda: propose_matter(matter, by=request.user, on=request.today)):
            messages.success(request, _("Recorded. Next comes the branch's opinion, out of a meeting."))
            return redirect("supervision:matter-detail", key=matter.key)
    context = {"form": form, "place": place, "village": rule(VILLAGE_KEY, request.today)}
    return render(request, "supervision/matters/new.html", context)


@requires(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct the proposal, with a reason."""
    matter = get_in_scope(request, MATTERS, pk=key)
    form = MatterEditForm(request.POST or None, matter=matter)
    if form.is_valid():
        given = {"values": form.facts(), "reason": form.cleaned_data["reason"]}
        if try_on_form(form, lambda: correct_matter(matter=matter, by=request.user, on=request.today, **given)):
            messages.success(request, _("Corrected."))
            return redirect(matter)
    return render(request, "supervision/matters/edit.html", {"form": form, "matter": matter})


@requires(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake, as long as nothing was decided."""
    matter = get_in_scope(request, MATTERS, pk=key)
    form = RemoveForm(request.POST or None)
    if form.is_valid() and try_on_form(form, lambda: remove_matter(matter, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Taken out."))
        return redirect("supervision:matter-list")
    return render(request, "supervision/matters/remove.html", {"form": form, "matter": matter})


def _asked(request: PageRequest) -> tuple[MatterFilterForm, MatterQuerySet]:
    offered = list(branches_offered(request, VIEW))
    form = MatterFilterForm(request.GET, branches=offered, units=units_seen_by(request.user))
    return form, form.narrow(for_register(Matter.objects.visible_to(request.user)))


def _headings() -> list[str]:
    return [
        _("Unit concerned"), _("Branch"), _("Kind"), _("Matter"), _("Proposal"), _("Amount, in yuan"),
        _("Proposed on"), _("Proposed by"), _("Opinion"), _("Opinion given on"), _("Opinion in words"), _("Meeting"),
        _("What was decided"), _("Decided on"), _("Who decided"), _("Decision in words"),
        _("Opinion before the decision"), _("Through the general meeting"), _("Carried out on"),
        _("How it was carried out"), _("Looked back on"), _("What the look back showed"), _("State"),
    ]  # fmt: skip


def _cells(rows: list[Shown]) -> Iterator[list[object]]:
    for one in rows:
        it = one.matter
        yield [
            one.unit, it.organization.name, it.get_kind_display(), it.title, it.proposal,
            None if it.amount_fen is None else yuan(it.amount_fen), it.proposed_on, it.proposed_by,
            it.get_opinion_display(), it.opinion_on, it.opinion_text,
            it.opinion_meeting.name if it.opinion_meeting else "", it.get_decision_display(), it.decided_on,
            it.decided_by, it.decision_text, one.spoke_first.reason if one.spoke_first is not None else "",
            one.village.reason if one.village is not None else "", it.executed_on, it.execution_text, it.reviewed_on,
            it.review_text, str(one.words),
        ]  # fmt: skip


WORDS = {
    "opinion": gettext_lazy("Opinion of the party organization"),
    "decision": gettext_lazy("What was decided"),
    "execution": gettext_lazy("Carrying out"),
    "review": gettext_lazy("Looking back"),
}


@requires(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_step(request: PageRequest, key: UUID, step: str) -> HttpResponse:
    """Put the step down; one that stands is corrected with a reason."""
    matter = get_in_scope(request, MATTERS, pk=key)
    form = STEP_FORMS[step](request.POST or None, matter=matter, on=request.today)
    if form.is_valid():
        given = {"step": step, "values": form.values(), "reason": form.cleaned_data.get("reason", "")}
        if try_on_form(form, lambda: take_step(matter=matter, by=request.user, on=request.today, **given)):
            messages.success(request, _("Recorded."))
            return redirect(matter)
    context = {"form": form, "matter": matter, "one": show(matter, on=request.today), "heading": WORDS[step]}
    return render(request, "supervision/matters/step.html", context | {"step": step})


BRANCHES_ON_A_PAGE = 50


class Counted(NamedTuple):
    branch: Organization
    figures: dict[str, int]


@requires(COUNT)
@require_safe
def matter_counts(request: PageRequest) -> HttpResponse:
    """One line for each branch of the year."""
    place, form, year, rows = _asked_counts(request)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "page": Paginator(rows, BRANCHES_ON_A_PAGE).get_page(request.GET.get("page")),
        "total": {name: sum(one.figures[name] for one in rows) for name in FIGURES},
        "query": request.GET.urlencode(),
        "reads": request.user.access.may_any([Capability.VIEW_SUPERVISION]),
    }
    return render(request, "supervision/matters/counts.html", context)


@requires(COUNT)
@require_safe
def matter_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year, rows = _asked_counts(request)
    put_counts_export_on_record(place=place, year=year, rows=len(rows), by=request.user)
    headings = [
        _("Branch"), _("Proposed"), _("Decided"), _("Without an opinion"), _("Carried out"), _("Looked back on"),
    ]  # fmt: skip
    cells = ([one.branch.name, *(one.figures[name] for name in FIGURES)] for one in rows)
    name = _("Major matters counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}
    return workbook(name, Sheet(_("Major matters"), headings, cells))


def _asked_counts(request: PageRequest) -> tuple[Organization, forms.Form, int, list[Counted]]:
    """The branches below the place that was asked for; where something was decided without an opinion, first."""
    place = place_asked_for(request, COUNT)
    form = CountFilterForm(request.GET, today=request.today)
    first, last = form.period()
    figures = matter_figures_by_place(place.path, first, last)
    branches = form.narrow(branches_counted(place.path, on=request.today))
    nothing = dict.fromkeys(FIGURES, 0)
    rows = [Counted(branch, figures.get(branch.code, nothing)) for branch in branches]
    return place, form, first.year, form.kept(rows)
