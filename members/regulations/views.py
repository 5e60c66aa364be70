"""Regulations to read and to try, and local rules."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models.organization import LocalRule
from members.pages.requests import PageRequest
from members.regulations.forms import TRIALS, LocalRuleEndForm, LocalRuleForm, RegulationFilter
from members.regulations.queries import bearing_on, endable, in_force_at, place_of
from members.regulations.services import Basis, RuleRefused, add_local_rule, end_local_rule
from rulebook.book import rule_if_held, versions
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
    may_manage = Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities
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


@signed_in
@require_GET
def local_rule_list(request: PageRequest) -> HttpResponse:
    """Local rules of one's own subtree and of the committees above."""
    settable = [held[-1] for held in versions().values() if held[-1].policy.direction != "none"]
    bearing = list(bearing_on(request.user))
    context = {
        "local_rules": bearing,
        "endable": endable(bearing, request.user),
        "may_manage": Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities,
        "settable": sorted((one for one in settable if one.holds(request.today)), key=lambda one: one.key),
    }
    return render(request, "members/regulations/local_list.html", context)


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(["GET", "POST"])
def local_rule_add(request: PageRequest, key: str) -> HttpResponse:
    """Set a committee's own figure for one rule."""
    held = settable_or_404(request, key)
    form = LocalRuleForm(request.POST or None, user=request.user, rule=held, initial={"valid_from": request.today})
    if form.is_valid():
        try:
            _add(request, held, form)
        except RuleRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The local rule is stored."))
            return redirect("members:regulation-detail", key=key)
    return render(request, "members/regulations/local_add.html", {"form": form, "rule": held})


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(["GET", "POST"])
def local_rule_end(request: PageRequest, key: str) -> HttpResponse:
    """End a local rule from a day on, with a reason."""
    local_rule = get_in_scope(request, LocalRule.objects.select_related("organization"), pk=key)
    form = LocalRuleEndForm(request.POST or None, initial={"on": request.today})
    if form.is_valid():
        try:
            end_local_rule(local_rule=local_rule, by=request.user, **form.cleaned_data)
        except RuleRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The local rule has ended."))
            return redirect("members:regulation-local-list")
    return render(request, "members/regulations/local_end.html", {"form": form, "local_rule": local_rule})


def settable_or_404(request: PageRequest, key: str) -> Rule:
    versions_or_404(key)
    held = rule_if_held(key, request.today)
    if held is None or held.policy.direction == "none":
        raise Http404
    return held


def _add(request: PageRequest, held: Rule, form: LocalRuleForm) -> LocalRule:
    typed = form.cleaned_data
    basis = Basis(typed["document"], typed["number"], typed["approved_by"], typed["approved_on"])
    return add_local_rule(
        key=typed["key"],
        organization=typed["organization"],
        rule_key=held.key,
        value=typed["value"],
        basis=basis,
        valid_from=typed["valid_from"],
        on=request.today,
        by=request.user,
    )
