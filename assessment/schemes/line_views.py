"""The lines of a draft and their clauses. A clause's kind is chosen first, then its form shows what the kind needs."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessment.choices import ClauseKind
from assessment.schemes.forms import ClauseForm, LineForm, NothingForm, clause_initial, line_initial
from assessment.schemes.line_services import (
    add_clause,
    add_line,
    change_clause,
    change_line,
    move_clause,
    move_line,
    remove_clause,
    remove_line,
)
from assessment.schemes.models import Clause, Indicator, Scheme
from assessment.schemes.queries import all_metrics, next_code
from assessment.schemes.rules import EXPLAINED
from assessment.schemes.views import MANAGE, above, fetch_draft, lines_below_which, posted
from members.access.policy import requires
from members.pages.requests import FORM_METHODS, PageRequest
from members.pages.steps import Step, form_page


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def line_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Below the line of the address (`?below=`), else at the top."""
    scheme = fetch_draft(request, key)
    parent = _parent(request, scheme)
    known = {"parent": parent, "code": next_code(scheme, parent), "part": parent and parent.part}
    form = LineForm(posted(request), parents=lines_below_which(scheme), initial=known)
    act = partial(add_line, scheme=scheme, by=request.user)
    done = _("The line is kept. Say how points are given, or add lines below it.")
    lead = _(
        "A group has lines below it, which add up to its points. The lowest lines say in clauses how points are given."
    )
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.values()),
        Step(_("Add an indicator"), _("Keep the line"), done),
        _place,
        crumbs=above(scheme),
        lead=lead,
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def line_edit(request: PageRequest, key: UUID, line: UUID) -> HttpResponse:
    scheme = fetch_draft(request, key)
    found = _line(scheme, line)
    form = LineForm(posted(request), parents=lines_below_which(scheme, found), initial=line_initial(found))
    act = partial(change_line, line=found, by=request.user)
    step = Step(_("Change an indicator"), _("Change it"), _("Changed."))
    where, lead = above(scheme), str(found)
    return form_page(request, form, lambda _t: act(values=form.values()), step, _place(found), crumbs=where, lead=lead)


@requires(MANAGE)
@require_POST
def line_move(request: PageRequest, key: UUID, line: UUID, step: int) -> HttpResponse:
    """Before or behind its neighbour; only once for a page that was looked at."""
    found = _line(fetch_draft(request, key), line)
    if seen_at := _seen_at(request):
        move_line(line=found, step=step, seen_at=seen_at, by=request.user)
    return redirect(_place(found))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def line_remove(request: PageRequest, key: UUID, line: UUID) -> HttpResponse:
    """With everything below it."""
    scheme = fetch_draft(request, key)
    found, form = _line(scheme, line), NothingForm(posted(request))
    below, question = found.below.count(), _("The line goes with its clauses. This can't be undone.")
    words = ngettext("It goes with %(counter)s line below it.", "It goes with %(counter)s lines below it.", below)
    return form_page(
        request,
        form,
        lambda _typed: remove_line(line=found, by=request.user),
        Step(_("Remove an indicator"), _("Remove it"), _("Removed."), question, danger=True),
        scheme,
        crumbs=above(scheme),
        lead=str(found),
        notes=[words % {"counter": below} if below else ""],
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def clause_new(request: PageRequest, key: UUID, line: UUID) -> HttpResponse:
    """Which kind (`?kind=`), then its form."""
    scheme = fetch_draft(request, key)
    found, kind = _line(scheme, line), _kind(request, "")
    title = _("Add a clause")
    if not kind:
        lead = f"{found} · {_('How does it give or take points?')}"
        context = {"title": title, "lead": lead, "crumbs": above(scheme), "choices": _kinds(scheme)}
        return render(request, "members/pages/choose.html", context | {"cancel_url": _place(found)})
    form = ClauseForm(posted(request), kind=kind, bands=scheme.bands.all(), initial={})
    act = partial(add_clause, line=found, by=request.user)
    step = Step(title, _("Keep the clause"), _("The clause is kept."))
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.values()),
        step,
        _place(found),
        **_of_kind(scheme, found, form),
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def clause_edit(request: PageRequest, key: UUID, clause: UUID) -> HttpResponse:
    """Its own kind, or another one (`?kind=`)."""
    scheme = fetch_draft(request, key)
    found = _clause(scheme, clause)
    kind, line = _kind(request, found.kind), found.indicator
    form = ClauseForm(posted(request), kind=kind, bands=scheme.bands.all(), initial=clause_initial(found))
    act = partial(change_clause, clause=found, by=request.user)
    step, shown = Step(_("Change a clause"), _("Change it"), _("Changed.")), _of_kind(scheme, line, form)
    return form_page(request, form, lambda _typed: act(values=form.values()), step, _place(line), **shown)


@requires(MANAGE)
@require_POST
def clause_move(request: PageRequest, key: UUID, clause: UUID, step: int) -> HttpResponse:
    """Before or behind its neighbour in the line; only once for a page that was looked at."""
    found = _clause(fetch_draft(request, key), clause)
    if seen_at := _seen_at(request):
        move_clause(clause=found, step=step, seen_at=seen_at, by=request.user)
    return redirect(_place(found.indicator))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def clause_remove(request: PageRequest, key: UUID, clause: UUID) -> HttpResponse:
    scheme = fetch_draft(request, key)
    found, form = _clause(scheme, clause), NothingForm(posted(request))
    question = _("The clause goes. This can't be undone.")
    return form_page(
        request,
        form,
        lambda _typed: remove_clause(clause=found, by=request.user),
        Step(_("Remove a clause"), _("Remove it"), _("Removed."), question, danger=True),
        _place(found.indicator),
        crumbs=above(scheme),
        lead=str(found.indicator),
        notes=[found.text],
    )


def _line(scheme: Scheme, line: UUID) -> Indicator:
    return get_object_or_404(Indicator.objects.select_related("scheme", "parent"), scheme=scheme, pk=line)


def _clause(scheme: Scheme, clause: UUID) -> Clause:
    rows = Clause.objects.select_related("indicator__scheme", "band")
    return get_object_or_404(rows, indicator__scheme=scheme, pk=clause)


def _seen_at(request: PageRequest) -> int:
    """The place at which the page showed what is to be moved; 0: the page doesn't say."""
    seen_at = request.POST.get("position", "")
    return int(seen_at) if seen_at.isdecimal() and len(seen_at) < 6 else 0


def _place(line: Indicator) -> str:
    return f"{line.scheme.get_absolute_url()}#line-{line.pk}"


def _parent(request: PageRequest, scheme: Scheme) -> Indicator | None:
    """The line of the address, if the scheme has it; what can't be one is none."""
    try:
        key = UUID(request.GET.get("below", ""))
    except ValueError:
        return None
    return scheme.indicators.filter(pk=key).first()


def _kind(request: PageRequest, otherwise: str) -> str:
    kind = request.GET.get("kind") or otherwise
    if kind and kind not in ClauseKind.values:
        raise Http404
    return kind


def _kinds(scheme: Scheme) -> list[dict[str, Any]]:
    """Kinds to choose from with what they are for; a veto needs a band to decide."""
    offered = [kind for kind in ClauseKind if kind != ClauseKind.VETO or scheme.bands.exists()]
    return [
        {"url": f"?kind={kind.value}", "icon": "plus-lg", "title": kind.label, "text": EXPLAINED[kind]}
        for kind in offered
    ]


def _of_kind(scheme: Scheme, line: Indicator, form: ClauseForm) -> dict[str, Any]:
    """What the two pages with the form of a clause show: its kind, the other ones, and the facts to choose from."""
    kind = ClauseKind(form.kind)
    metrics = list(all_metrics().values()) if "metric" in form.fields else []
    return {
        "crumbs": above(scheme),
        "cancel": _place(line),
        "lead": f"{line} · {kind.label} · {EXPLAINED[kind]}",
        "template": "assessment/schemes/clause_step.html",
        "more": {"metrics": metrics, "kinds": _kinds(scheme), "kind": f"?kind={kind.value}"},
    }
