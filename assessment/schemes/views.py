"""Schemes: lists, one scheme, its steps, and the facts that schemes count."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.choices import IndicatorPart
from assessment.schemes.forms import (
    BandsForm,
    CopyForm,
    ForceForm,
    NothingForm,
    RetireForm,
    SchemeDataForm,
    SchemeFilterForm,
    SchemeForm,
    SchemeKeyForm,
    data_of,
)
from assessment.schemes.models import Indicator, Scheme
from assessment.schemes.queries import SchemeTree, metric_groups, places_kept, plan_of, scheme_sheet, tree_of
from assessment.schemes.rules import Flaw, plain
from assessment.schemes.services import (
    begin_scheme,
    change_bands,
    change_scheme,
    copy_scheme,
    delete_scheme,
    make_version,
    predecessors,
    put_in_force,
    retire_scheme,
)
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Badge, Listing, Nothing, badges, linked, number, text
from members.pages.requests import FORM_METHODS, PageRequest, address, code_asked_for, workbook
from members.pages.steps import Button, Crumb, Step, form_page

VIEW, MANAGE = Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES
SCHEMES = Scheme.objects.select_related("organization")


def fetch_draft(request: PageRequest, key: UUID) -> Scheme:
    """A scheme that can still be changed; 403 with the reason when it no longer can."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    if not scheme.is_draft:
        raise PermissionDenied(_("Branches are assessed by it, so it stays as it is: make a new version."))
    return scheme


def posted(request: PageRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when nothing was."""
    return request.POST if request.method == "POST" else None


def may_manage(request: PageRequest, scheme: Scheme) -> bool:
    return request.user.access.may(MANAGE, scheme.scope_path)


def places_offered(request: PageRequest) -> list[Organization]:
    """The committees for which the viewer keeps schemes, in tree order. 404 without one."""
    if not (places := list(places_kept(request.user).standing_on(request.today))):
        raise Http404
    return places


def place_asked_for(request: PageRequest) -> Organization:
    """The one in the address, else the first of one's own. 404 outside one's own."""
    code = code_asked_for(request)
    found = next((place for place in places_offered(request) if code in (None, "", place.code)), None)
    if found is None:
        raise Http404
    return found


def lines_below_which(scheme: Scheme, line: Indicator | None = None) -> QuerySet[Indicator]:
    """Lines below which another may stand."""
    lines = scheme.indicators.order_by("position")
    return lines.exclude(pk=line.pk) if line else lines


def checks(scheme: Scheme, tree: SchemeTree) -> list[dict[str, Any]]:
    """What doesn't add up yet: which line it is about, the sentence, and the page where it is put right."""
    return [
        {"place": _place(flaw, tree), "sentence": flaw.sentence, "url": _page(flaw, scheme, tree)}
        for flaw in tree.flaws()
    ]


def _place(flaw: Flaw, tree: SchemeTree) -> str:
    return str(tree.lines[flaw.line].line) if flaw.line is not None else ""


def _page(flaw: Flaw, scheme: Scheme, tree: SchemeTree) -> str:
    if flaw.line is None:
        name = "scheme-bands" if flaw.path.startswith("bands") else "scheme-edit"
        name = "scheme-line-new" if flaw.code == "no_lines" else name
        return reverse(f"assessment:{name}", args=[scheme.pk])
    line = tree.lines[flaw.line]
    if flaw.clause is not None:
        return reverse("assessment:scheme-clause-edit", args=[scheme.pk, line.clauses[flaw.clause].clause.pk])
    name = "scheme-clause-new" if flaw.code == "clauses_missing" else "scheme-line-edit"
    return reverse(f"assessment:{name}", args=[scheme.pk, line.line.pk])


KINDS = {"in_force": "good", "draft": "warn"}


def state_badges(scheme: Scheme, _on: date) -> Iterator[Badge]:
    yield scheme.get_state_display(), KINDS.get(scheme.state, "quiet")


def version_words(scheme: Scheme) -> str:
    return f"{scheme.code} · {_('version %(number)s') % {'number': scheme.version}}"


EVERY = _("every unit")
LISTING = Listing(
    columns=[
        linked("title", _("Scheme"), below=version_words),
        text("year", _("Year")),
        text("unit_kind", _("For branches of"), lambda one: one.get_unit_kind_display() if one.unit_kind else EVERY),
        text("committee", _("Committee"), "organization.name"),
        number("total", _("Points in all"), lambda one: plain(one.total)),
        badges("state", _("State"), state_badges),
    ],
    phone=["title", "state", "year", "committee"],
    counted=ngettext_lazy("%(counter)s scheme", "%(counter)s schemes", "counter"),
    nothing=Nothing(
        _(
            "There is no scheme yet by which this branch is assessed. When the committee puts one in force, it stands "
            "here."
        ),
        "clipboard-check",
    ),
    no_match=_("No scheme fits. Take away a filter."),
)
FIRST = _(
    "No scheme yet. Build one line by line, or read the sheet that the committee has already from a workbook. Later "
    "ones are copied from last year's."
)
ABOUT = _(
    "By what branches are assessed. Indicators, points and bands are local (level L): the committee adopts them, no "
    "regulation fixes them."
)


@requires(VIEW, MANAGE)
@never_cache
@require_safe
def scheme_list(request: PageRequest) -> HttpResponse:
    """Those of one's committee and below it, and those by which one's branch is assessed; the newest year first."""
    form, may_manage = SchemeFilterForm(request.GET), request.user.access.may_any([MANAGE])
    build, new = _("Build a scheme"), reverse("assessment:scheme-new")
    nothing = Nothing(FIRST, "clipboard-check", build, new) if may_manage else None
    rows = form.narrow(SCHEMES.visible_to(request.user)).latest_first()
    return LISTING.shown(request, rows, form=form, nothing=nothing).answer(
        title=_("Schemes of assessment"),
        lead=ABOUT,
        buttons=[
            may_manage and Button(build, new, "plus-lg", primary=True),
            may_manage and Button(_("From a workbook"), reverse("assessment:scheme-import-new"), "upload"),
            Button(_("The facts the program counts"), reverse("assessment:metric-list"), "clipboard-check"),
        ],
    )


def above(scheme: Scheme) -> list[Crumb]:
    """The pages between Home and a page below a scheme."""
    return [
        (_("Schemes of assessment"), reverse("assessment:scheme-list")),
        (scheme.title, scheme.get_absolute_url()),
    ]


def about(scheme: Scheme) -> dict[str, Any]:
    """What stands on the steps of a whole scheme."""
    return {"crumbs": above(scheme), "lead": f"{scheme.organization.name} · {scheme} · {version_words(scheme)}"}


@signed_in
@never_cache
@require_safe
def scheme_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree with every clause and its fact; of a draft also what doesn't add up yet."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    tree, manages = tree_of(scheme), may_manage(request, scheme)
    context = {
        "scheme": scheme,
        "version": version_words(scheme),
        "badges": state_badges(scheme, request.today),
        "tree": tree,
        "party": tree.points_of(IndicatorPart.PARTY),
        "business": tree.points_of(IndicatorPart.BUSINESS),
        "may_manage": manages,
        "may_copy": request.user.access.may_any([MANAGE]),
        "may_edit": manages and scheme.is_draft,
        "checks": checks(scheme, tree) if manages and scheme.is_draft else [],
    }
    return render(request, "assessment/schemes/detail.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_new(request: PageRequest) -> HttpResponse:
    """An empty draft; its lines come afterwards."""
    place = place_asked_for(request)
    form = SchemeForm(posted(request), place=place, today=request.today)
    act = partial(begin_scheme, organization=place, by=request.user)
    done = _("The draft is kept. Say next into which bands its points fall.")
    lead = _("First what it is and for whom; then its bands, its indicators and how each gives points.")
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.values()),
        Step(_("Build a scheme"), _("Keep the draft"), done),
        lambda new: address("assessment:scheme-bands", new.pk),
        crumbs=[(_("Schemes of assessment"), reverse("assessment:scheme-list"))],
        lead=f"{place.name} · {lead}",
        template="assessment/schemes/new.html",
        more={"places": places_offered(request)},
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """The data and the weights of a draft."""
    scheme = fetch_draft(request, key)
    form = SchemeDataForm(posted(request), place=scheme.organization, initial=data_of(scheme))
    act = partial(change_scheme, scheme=scheme, by=request.user)
    step = Step(_("Data and weights of the scheme"), _("Change it"), _("Changed."))
    return form_page(request, form, lambda _typed: act(values=form.values()), step, scheme, crumbs=above(scheme))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_bands(request: PageRequest, key: UUID) -> HttpResponse:
    """Bands and the points from which they hold: the committee's own, no regulation fixes them."""
    scheme = fetch_draft(request, key)
    form = BandsForm(posted(request), bands=plan_of(scheme).bands)
    act = partial(change_bands, scheme=scheme, by=request.user)
    return form_page(
        request,
        form,
        lambda _typed: act(bands=form.plan()),
        Step(_("Bands of points"), _("Keep the bands"), _("Changed.")),
        scheme,
        crumbs=above(scheme),
        lead=_(
            "The best first; the last one begins at 0. Local (level L): no regulation fixes bands or quotas. Rows "
            "without a name are left out."
        ),
        template="assessment/schemes/bands.html",
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_force(request: PageRequest, key: UUID) -> HttpResponse:
    """Who adopted it; refused as long as something doesn't add up."""
    scheme = fetch_draft(request, key)
    known = {"approved_by": scheme.approved_by, "document": scheme.document, "since": request.today}
    flaws, older = checks(scheme, tree_of(scheme)), predecessors(scheme).first()
    replaced = _("Version %(number)s is in force; it is retired at the same moment. What was assessed by it stays.")
    stays = _(
        "From then on branches are assessed by it, and it stays as it is: what has to change becomes a new version."
    )
    act = partial(put_in_force, scheme=scheme, on=request.today, by=request.user)
    return form_page(
        request,
        ForceForm(posted(request), initial=known),
        lambda typed: act(**typed),
        Step(_("Put the scheme in force"), _("Put in force"), _("Branches are assessed by it from now on.")),
        scheme,
        notes=[] if flaws else [stays],
        notice=replaced % {"number": older.version} if older and not flaws else "",
        template="assessment/schemes/force.html",
        more={"checks": flaws},
        **about(scheme),
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_retire(request: PageRequest, key: UUID) -> HttpResponse:
    """No branch is assessed by it any more; what was assessed stays."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    act = partial(retire_scheme, scheme=scheme, by=request.user)
    step = Step(_("Retire the scheme"), _("Retire it"), _("No branch is assessed by it any more."))
    notes, form = [_("No branch is assessed by it any more. What was assessed stays.")], RetireForm(posted(request))
    return form_page(request, form, lambda typed: act(**typed), step, scheme, notes=notes, **about(scheme))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_delete(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft that nobody needs."""
    scheme, form = fetch_draft(request, key), NothingForm(posted(request))
    question = _("The draft goes with all its lines. This can't be undone.")
    step = Step(_("Delete the draft"), _("Delete it"), _("The draft is deleted."), question, danger=True)

    def act(_typed: dict[str, Any]) -> None:
        delete_scheme(scheme=scheme, by=request.user)

    return form_page(request, form, act, step, "assessment:scheme-list", notes=[question], **about(scheme))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_version(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft of the next version, with everything in it."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    act, form = partial(make_version, scheme=scheme, by=request.user), SchemeKeyForm(posted(request))
    done = _("The draft of the next version. Change what is to be different.")
    step = Step(_("Make a new version"), _("Make the draft"), done)
    note = _(
        "A draft with everything in it. Branches are assessed by the old version until the new one is put in force."
    )
    return form_page(request, form, lambda typed: act(**typed), step, lambda new: new, notes=[note], **about(scheme))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_copy(request: PageRequest, key: UUID) -> HttpResponse:
    """For another year, or for a committee of one's own from the scheme of the level above."""
    places = places_offered(request)
    scheme = get_in_scope(request, SCHEMES, path_of=lambda _row: places[0].path, pk=key)
    form = CopyForm(posted(request), scheme=scheme, places=places)

    def act(typed: dict[str, Any]) -> Scheme:
        place = form.places[typed["org"]]
        return copy_scheme(scheme=scheme, key=typed["key"], organization=place, values=typed, by=request.user)

    done = _("The copy is a draft: look through it, then put it in force.")
    step = Step(_("Copy for another year"), _("Make the copy"), done)
    notes = [_("A draft with the same indicators, clauses, bands and weights.")]
    return form_page(request, form, act, step, lambda new: new, notes=notes, **about(scheme))


@signed_in
@require_safe
def scheme_export(request: PageRequest, key: UUID) -> FileResponse:
    """The sheet that committees are used to; it can be read in again. That it was taken is on record."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    tree = tree_of(scheme)
    place = scheme.organization
    record_export(action="export_scheme", place=place, subject=scheme, rows=len(tree.lines), by=request.user)
    return workbook(f"{scheme.code} {scheme.version}.xlsx", scheme_sheet(scheme, tree))


@requires(Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES)
@require_safe
def metric_list(request: PageRequest) -> HttpResponse:
    """By the part of the record in which they stand. Reads nothing of any branch."""
    return render(request, "assessment/schemes/metric_list.html", {"groups": metric_groups(request.today)})
