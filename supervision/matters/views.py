"""The register of major matters: lists, steps and counts."""

from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import F
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Listing, Nothing, badges, day, excel, linked, money, number, text
from members.pages.requests import FORM_METHODS, PageRequest, branches_offered, place_asked_for
from members.pages.steps import Button, Crumb, Step, form_page
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
    remove_matter,
    take_step,
)

MOST_ROWS = 20_000
VIEW, RECORD, COUNT = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION, Capability.COUNT_SUPERVISION
MATTERS = Matter.objects.select_related("organization", "opinion_meeting", "opinion_vote")


LISTING = Listing(
    columns=[
        linked("title", _("Matter"), "matter.title", url="matter.get_absolute_url", below="unit"),
        text("kind", _("Kind"), "matter.get_kind_display"),
        money("amount", _("Amount, in yuan"), "matter.amount_fen"),
        text("proposed", _("Proposed"), "matter.proposed_by", below="matter.proposed_on"),
        text("opinion", _("Opinion"), lambda one: one.matter.get_opinion_display() or None, below="matter.opinion_on"),
        text("decision", _("What was decided"), lambda one: _decision(one.matter), below="matter.decided_on"),
        day("executed_on", _("Carried out"), "matter.executed_on"),
        badges("state", _("State"), lambda one, _on: one.badges),
    ],
    phone=["title", "state", "kind", "amount"],
    workbook=[
        text("unit", _("Unit concerned")),
        text("branch", _("Branch"), "matter.organization.name"),
        text("kind", _("Kind"), "matter.get_kind_display"),
        text("title", _("Matter"), "matter.title"),
        text("proposal", _("Proposal"), "matter.proposal"),
        money("amount", _("Amount, in yuan"), "matter.amount_fen"),
        day("proposed_on", _("Proposed on"), "matter.proposed_on"),
        text("proposed_by", _("Proposed by"), "matter.proposed_by"),
        text("opinion", _("Opinion"), "matter.get_opinion_display"),
        day("opinion_on", _("Opinion given on"), "matter.opinion_on"),
        text("opinion_text", _("Opinion in words"), "matter.opinion_text"),
        text("meeting", _("Meeting"), "matter.opinion_meeting.name"),
        text("decision", _("What was decided"), "matter.get_decision_display"),
        day("decided_on", _("Decided on"), "matter.decided_on"),
        text("decided_by", _("Who decided"), "matter.decided_by"),
        text("decision_text", _("Decision in words"), "matter.decision_text"),
        text("spoke_first", _("Opinion before the decision"), "spoke_first.reason"),
        text("village", _("Through the general meeting"), "village.reason"),
        day("executed_on", _("Carried out on"), "matter.executed_on"),
        text("execution_text", _("How it was carried out"), "matter.execution_text"),
        day("reviewed_on", _("Looked back on"), "matter.reviewed_on"),
        text("review_text", _("What the look back showed"), "matter.review_text"),
        text("state", _("State"), "words"),
    ],
    orders={
        "newest": (_("Newest first"), ("-proposed_on", "key")),
        "oldest": (_("Oldest first"), ("proposed_on", "key")),
        "unit": (_("Unit concerned"), ("unit", "organization__path", "-proposed_on", "key")),
        "kind": (_("Kind"), ("kind", "-proposed_on", "key")),
        "most": (_("Largest amount first"), (F("amount_fen").desc(nulls_last=True), "-proposed_on", "key")),
    },
    counted=ngettext_lazy("%(counter)s matter", "%(counter)s matters", "counter"),
    nothing=Nothing(
        _("Your branch has put no major matter on record yet. Ask its secretary if you miss one."), "clipboard-check"
    ),
    no_match=_("No matter fits. Take away a filter."),
    paper=500,
)  # fmt: skip


def _decision(matter: Matter) -> str | None:
    """Nothing decided is a dash."""
    return f"{matter.get_decision_display()} {matter.decided_by}" if matter.decided_on else None


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
    found = LISTING.shown(
        request, rows, form=form, lines=lambda page: shown(page, on=request.today), nothing=_nothing(request)
    )
    kinds = rule(KINDS_KEY, request.today)
    may_record, may_count, may_export = (access.may_any([one]) for one in (RECORD, COUNT, VIEW))
    return found.answer(
        title=_("Major matters"),
        lead=f"{kinds.says} {kinds.citation}",
        buttons=[
            may_record and Button(_("Record a proposal"), reverse("supervision:matter-new"), "plus-lg", primary=True),
            may_count and Button(_("Counts by branch"), reverse("supervision:matter-counts"), "table"),
            may_export and excel(request, reverse("supervision:matter-export")),
        ],
    )


def _nothing(request: PageRequest) -> Nothing | None:
    if request.user.access.may_any([RECORD]):
        sentence = _(
            "No major matter is on record yet. Begin with what is being proposed now: the opinion comes before the "
            "decision."
        )
        return Nothing(sentence, "clipboard-check", _("Record a proposal"), reverse("supervision:matter-new"))
    if request.user.access.may_any([COUNT]) and not request.user.access.may_any([VIEW]):
        sentence = _("Committees read counts here, no matters of a branch.")
        return Nothing(sentence, "table", _("Counts by branch"), reverse("supervision:matter-counts"))
    return None


@requires(VIEW)
@require_safe
def matter_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    form, asked = _asked(request)
    rows = shown(asked[:MOST_ROWS], on=request.today)
    code = form.cleaned_data.get("org")
    place = Organization.objects.filter(code=code).first() if code else None
    record_export(action="export_matters", place=place, rows=len(rows), by=request.user)
    name = _("Major matters %(day)s.xlsx") % {"day": request.today.isoformat()}
    return LISTING.exported(request, rows, file=name, sheet=_("Major matters"))


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
@require_http_methods(FORM_METHODS)
def matter_new(request: PageRequest) -> HttpResponse:
    """What was proposed; the steps follow."""
    place, village = place_asked_for(request, RECORD), rule(VILLAGE_KEY, request.today)
    form = MatterForm(request.POST or None, initial={"proposed_on": request.today})
    done = _("Recorded. Next comes the branch's opinion, out of a meeting.")
    step = Step(_("Record a proposal"), _("Record"), done)

    def act(typed: dict[str, Any]) -> Matter:
        matter = Matter(key=typed["key"], organization=place, **form.facts())
        propose_matter(matter, by=request.user, on=request.today)
        return matter

    note = f"{village.says} {village.citation}"
    return form_page(
        request, form, act, step, lambda matter: matter, crumbs=[_register()], lead=place.name, notes=[note]
    )


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def matter_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct the proposal, with a reason."""
    matter = get_in_scope(request, MATTERS, pk=key)
    form = MatterEditForm(request.POST or None, matter=matter)
    step = Step(_("Correct the proposal"), _("Correct"), _("Corrected."))
    act = partial(correct_matter, matter=matter, by=request.user, on=request.today)
    return form_page(
        request,
        form,
        lambda typed: act(values=form.facts(), reason=typed["reason"]),
        step,
        matter,
        crumbs=_crumbs(matter),
    )


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def matter_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake, as long as nothing was decided."""
    matter = get_in_scope(request, MATTERS, pk=key)
    question = _("Take this matter out? The trail keeps that it was recorded.")
    return form_page(
        request,
        RemoveForm(request.POST or None),
        lambda typed: remove_matter(matter, by=request.user, **typed),
        Step(_("Take out a matter"), _("Take out"), _("Taken out."), question, danger=True),
        "supervision:matter-list",
        crumbs=_crumbs(matter),
        lead=f"{matter.title} · {matter.organization.name}",
    )


def _register() -> Crumb:
    return _("Major matters"), reverse("supervision:matter-list")


def _crumbs(matter: Matter) -> list[Crumb]:
    return [_register(), (matter.title, matter.get_absolute_url())]


def _asked(request: PageRequest) -> tuple[MatterFilterForm, MatterQuerySet]:
    offered = list(branches_offered(request, VIEW))
    form = MatterFilterForm(request.GET, branches=offered, units=units_seen_by(request.user))
    return form, LISTING.ordered(request, form.narrow(for_register(Matter.objects.visible_to(request.user))))


WORDS = {
    "opinion": _("Opinion of the party organization"),
    "decision": _("What was decided"),
    "execution": _("Carrying out"),
    "review": _("Looking back"),
}


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def matter_step(request: PageRequest, key: UUID, step: str) -> HttpResponse:
    """Put the step down; one that stands is corrected with a reason."""
    matter = get_in_scope(request, MATTERS, pk=key)
    form = STEP_FORMS[step](request.POST or None, matter=matter, on=request.today)
    act = partial(take_step, step=step, matter=matter, by=request.user, on=request.today)
    return form_page(
        request,
        form,
        lambda typed: act(values=form.values(), reason=typed.get("reason", "")),
        Step(WORDS[step], _("Record"), _("Recorded.")),
        matter,
        crumbs=_crumbs(matter),
        lead=f"{matter.title} · {_('Proposed on')} {matter.proposed_on}",
        template="supervision/matters/step.html",
        more={"matter": matter, "one": show(matter, on=request.today), "step": step},
    )


class BranchFigures(NamedTuple):
    branch: Organization
    figures: dict[str, int]


BRANCHES = Listing(
    columns=[
        text("branch", _("Branch"), "branch.name"),
        number("proposed", _("Proposed"), "figures.proposed"),
        number("decided", _("Decided"), "figures.decided"),
        number("without_opinion", _("Without an opinion"), "figures.without_opinion", is_bad=True),
        number("executed", _("Carried out"), "figures.executed"),
        number("reviewed", _("Looked back on"), "figures.reviewed"),
    ],
    phone=["branch", "without_opinion", "proposed", "decided"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "table"),
    size=50,
)


@requires(COUNT)
@require_safe
def matter_counts(request: PageRequest) -> HttpResponse:
    """One line for each branch of the year."""
    place, form, year, rows = _counts_asked_for(request)
    totals = {name: sum(one.figures[name] for one in rows) for name in FIGURES}
    shown = BRANCHES.shown(request, rows, form=form, totals={"branch": _("All branches"), **totals})
    return shown.answer(
        title=_("Major matters by branch"),
        lead=_("%(place)s, %(year)s") % {"place": place.name, "year": year},
        crumbs=[_register()] if request.user.access.may_any([VIEW]) else [],
        buttons=[excel(request, reverse("supervision:matter-counts-export"))],
    )


@requires(COUNT)
@require_safe
def matter_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year, rows = _counts_asked_for(request)
    record_export(action="export_matter_counts", place=place, rows=len(rows), by=request.user, details={"year": year})
    name = _("Major matters counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}
    return BRANCHES.exported(request, rows, file=name, sheet=_("Major matters"))


def _counts_asked_for(request: PageRequest) -> tuple[Organization, forms.Form, int, list[BranchFigures]]:
    """The branches below the place that was asked for; where something was decided without an opinion, first."""
    place = place_asked_for(request, COUNT)
    form = CountFilterForm(request.GET, today=request.today)
    first, last = form.period()
    figures = matter_figures_by_place(place.path, first, last)
    branches = form.narrow(branches_counted(place.path, on=request.today))
    nothing = dict.fromkeys(FIGURES, 0)
    rows = [BranchFigures(branch, figures.get(branch.code, nothing)) for branch in branches]
    return place, form, first.year, form.kept(rows)
