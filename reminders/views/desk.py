"""The desk: what is due, by when and why, and the way to where it is done. The first page after the log-in."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment.queries.need_list import need_at
from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires, signed_in
from members.requests import PageRequest
from reminders.queries.desk import Desk, desk_of
from reminders.queries.desk_counts import counts_at, counts_below
from reminders.rules.desk import Section, When, sections
from reminders.views.places import counted_paths, desk_paths
from reminders.views.start import start_of

FILTER_FROM = 12
"""So many lines are worth a filter."""
OPENED = 12
"""Lines that a pile shows when it is opened; the rest is a page of its own."""
ON_A_PAGE = 30
FOLDED = (When.LATER, When.DONE)


@signed_in
@require_safe
def desk(request: PageRequest) -> HttpResponse:
    """Everybody's start page: an officer's duties, a committee's branches in counts, a member's own few lines."""
    user, on = request.user, request.today
    paths = desk_paths(request)
    context = start_of(user, on=on) | _shown(request, paths)
    if counted := counted_paths(request, paths):
        context |= {"below": counts_below(counted, on=on), "needs": need_at(_seen(request, counted), on=on)}
    return render(request, "reminders/desk.html", context)


@requires(Capability.VIEW_DUTIES)
@require_safe
def desk_at(request: PageRequest, code: str) -> HttpResponse:
    """One branch: its desk for who settles duties there, its counts by kind for the levels above."""
    branch = fetch(request, Organization.objects.branches(), code=code)
    if request.user.standing.may(Capability.SETTLE_DUTIES, branch.path):
        return render(request, "reminders/desk_at.html", {"place": branch} | _shown(request, [branch.path]))
    row = next(iter(counts_at(branch.path, on=request.today)), None)
    return render(request, "reminders/desk_counts.html", {"place": branch, "row": row})


def _shown(request: PageRequest, paths: list[str]) -> dict[str, Any]:
    """The desk of those paths; with `kind` in the address a page of that kind's lines."""
    if not paths:
        return {}
    kind = request.GET.get("kind", "")[:40]
    found = desk_of(request.user, paths, on=request.today, kind=kind)
    context: dict[str, Any] = {
        "desk": found,
        "sections": found.sections,
        "kind": kind,
        "has_filter": sum(count for _kind, _title, count in found.kinds) >= FILTER_FROM,
        "open_now": sum(section.size for section in found.sections if section.when not in FOLDED),
        "opened": f":{OPENED}",
        "most_opened": OPENED,
        "next": next((pile.lines[0] for one in found.sections if one.when == When.LATER for pile in one.piles), None),
    }
    return context | _paged(request, found) if kind else context


def _paged(request: PageRequest, found: Desk) -> dict[str, Any]:
    lines = [line for section in found.sections for pile in section.piles for line in pile.lines]
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    shown: list[Section[Any]] = sections(list(page), on=request.today)
    return {"page": page, "sections": shown}


def _seen(request: PageRequest, paths: list[str]) -> list[Organization]:
    """Of the places where one counts duties those of which one sees the figures."""
    seen = [path for path in paths if request.user.standing.may(Capability.VIEW_DASHBOARD, path)]
    return list(Organization.objects.filter(path__in=seen).in_tree_order()) if seen else []
