"""The lines of a draft and their clauses. A clause's kind is chosen first, then its form shows what the kind needs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
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
from assessment.schemes.views import MANAGE, fetch_draft, lines_below_which, posted
from members.access.policy import requires
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def line_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Below the line of the address (`?below=`), else at the top."""
    scheme = fetch_draft(request, key)
    parent = _parent(request, scheme)
    known = {"parent": parent, "code": next_code(scheme, parent), "part": parent and parent.part}
    form = LineForm(posted(request), parents=lines_below_which(scheme), initial=known)
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "values": form.values(), "by": request.user}
        if try_on_form(form, lambda: add_line(scheme=scheme, **given)):
            messages.success(request, _("The line is kept. Say how points are given, or add lines below it."))
            return redirect(f"{scheme.get_absolute_url()}#line-{form.cleaned_data['key']}")
    return render(request, "assessment/schemes/line_new.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def line_edit(request: PageRequest, key: UUID, line: UUID) -> HttpResponse:
    scheme = fetch_draft(request, key)
    found = _line(scheme, line)
    form = LineForm(posted(request), parents=lines_below_which(scheme, found), initial=line_initial(found))
    if form.is_valid() and try_on_form(form, lambda: change_line(line=found, values=form.values(), by=request.user)):
        messages.success(request, _("Changed."))
        return redirect(_place(found))
    return render(request, "assessment/schemes/line_edit.html", {"form": form, "scheme": scheme, "line": found})


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
    if form.is_valid() and try_on_form(form, lambda: remove_line(line=found, by=request.user)):
        messages.success(request, _("Removed."))
        return redirect(scheme)
    context = {"form": form, "scheme": scheme, "line": found, "below": found.below.count()}
    return render(request, "assessment/schemes/line_remove.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def clause_new(request: PageRequest, key: UUID, line: UUID) -> HttpResponse:
    """Which kind (`?kind=`), then its form."""
    scheme = fetch_draft(request, key)
    found, kind = _line(scheme, line), _kind(request, "")
    context = {"scheme": scheme, "line": found, "kinds": _kinds(scheme)}
    if not kind:
        return render(request, "assessment/schemes/clause_kinds.html", context)
    form = ClauseForm(posted(request), kind=kind, bands=scheme.bands.all(), initial={})
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "values": form.values(), "by": request.user}
        if try_on_form(form, lambda: add_clause(line=found, **given)):
            messages.success(request, _("The clause is kept."))
            return redirect(_place(found))
    return render(request, "assessment/schemes/clause_new.html", context | _of_kind(form, kind))


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def clause_edit(request: PageRequest, key: UUID, clause: UUID) -> HttpResponse:
    """Its own kind, or another one (`?kind=`)."""
    scheme = fetch_draft(request, key)
    found = _clause(scheme, clause)
    kind = _kind(request, found.kind)
    form = ClauseForm(posted(request), kind=kind, bands=scheme.bands.all(), initial=clause_initial(found))
    if form.is_valid() and try_on_form(
        form, lambda: change_clause(clause=found, values=form.values(), by=request.user)
    ):
        messages.success(request, _("Changed."))
        return redirect(_place(found.indicator))
    context = {"scheme": scheme, "clause": found, "line": found.indicator, "kinds": _kinds(scheme)}
    return render(request, "assessment/schemes/clause_edit.html", context | _of_kind(form, kind))


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
    if form.is_valid() and try_on_form(form, lambda: remove_clause(clause=found, by=request.user)):
        messages.success(request, _("Removed."))
        return redirect(_place(found.indicator))
    return render(request, "assessment/schemes/clause_remove.html", {"form": form, "scheme": scheme, "clause": found})


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


def _kinds(scheme: Scheme) -> list[tuple[str, Any, Any]]:
    """Kinds to choose from with what they are for; a veto needs a band to decide."""
    offered = [kind for kind in ClauseKind if kind != ClauseKind.VETO or scheme.bands.exists()]
    return [(kind.value, kind.label, EXPLAINED[kind]) for kind in offered]


def _of_kind(form: ClauseForm, kind: str) -> dict[str, Any]:
    metrics = list(all_metrics().values()) if "metric" in form.fields else []
    known = ClauseKind(kind)
    return {"form": form, "kind": kind, "label": known.label, "explained": EXPLAINED[known], "metrics": metrics}
