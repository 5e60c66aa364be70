"""The regulations: looking them up, and trying them out."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from members.choices import Capability
from members.forms.regulations import RegulationFilter
from members.forms.trials import TRIALS
from members.policy import signed_in
from members.queries.local_rules import bearing_on, endable, in_force_at, place_of
from members.requests import PageRequest
from rulebook.book import versions
from rulebook.finding import find
from rulebook.rule import Rule
from rulebook.wording import LEVELS, LEVELS_EXPLAINED, MARKS, MARKS_EXPLAINED


@signed_in
@require_GET
def regulation_list(request: PageRequest) -> HttpResponse:
    """Every rule by subject, as it stands at the reader's place on the day asked for."""
    form = RegulationFilter(request.GET)
    search = form.search(request.today)
    local = in_force_at(place_of(request.user), on=search.on) if search.on else ()
    found = find(search, local)
    context = {
        "form": form,
        "found": found,
        "count": sum(len(rules) for _subject, rules in found),
        "on": search.on,
        "marks": [(mark, MARKS[mark], MARKS_EXPLAINED[mark]) for mark in MARKS],
        "levels": [(LEVELS[level], LEVELS_EXPLAINED[level]) for level in LEVELS],
    }
    return render(request, "members/regulations/list.html", context)


@signed_in
@require_GET
def regulation_detail(request: PageRequest, key: str) -> HttpResponse:
    """One rule with all its versions, and the local rules that bear on it here."""
    held = versions_or_404(key)
    current = next((one for one in held if one.holds(request.today)), None)
    local = in_force_at(place_of(request.user), on=request.today)
    may_manage = Capability.MANAGE_LOCAL_RULES in request.user.standing.capabilities
    bearing = list(bearing_on(request.user).filter(rule_key=key))
    context = {
        "rule": held[-1],
        "versions": held[::-1],
        "current": current.with_local(local, request.today) if current else None,
        "local_rules": bearing,
        "endable": endable(bearing, request.user),
        "may_manage": may_manage,
        "may_set": bool(may_manage and current and current.policy.direction != "none"),
    }
    return render(request, "members/regulations/detail.html", context)


@signed_in
@require_GET
def regulation_try(request: PageRequest, what: str) -> HttpResponse:
    """A rule computed with typed figures; nothing is stored."""
    if what not in TRIALS:
        raise Http404
    title, form_class = TRIALS[what]
    form = form_class(request.GET or None, initial={"on": request.today})
    local = in_force_at(place_of(request.user), on=form.cleaned_data["on"]) if form.is_valid() else ()
    outcome = form.outcome(local) if form.is_valid() else None
    trials = [(name, label) for name, (label, _form) in TRIALS.items()]
    context = {"form": form, "outcome": outcome, "what": what, "title": title, "trials": trials}
    return render(request, "members/regulations/try.html", context)


def versions_or_404(key: str) -> tuple[Rule, ...]:
    if key not in versions():
        raise Http404
    return versions()[key]
