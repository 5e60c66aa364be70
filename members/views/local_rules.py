"""Rules that committees set for themselves."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from members.choices import Capability
from members.forms.regulations import LocalRuleEndForm, LocalRuleForm
from members.models import LocalRule
from members.policy import fetch, requires, signed_in
from members.queries.local_rules import bearing_on, endable
from members.requests import PageRequest
from members.services.local_rules import Basis, RuleRefused, add_local_rule, end_local_rule
from members.views.regulations import versions_or_404
from rulebook.book import rule_if_held, versions
from rulebook.rule import Rule


@signed_in
@require_GET
def local_rule_list(request: PageRequest) -> HttpResponse:
    """Local rules of one's own subtree and of the committees above."""
    settable = [held[-1] for held in versions().values() if held[-1].policy.direction != "none"]
    bearing = list(bearing_on(request.user))
    context = {
        "local_rules": bearing,
        "endable": endable(bearing, request.user),
        "may_manage": Capability.MANAGE_LOCAL_RULES in request.user.standing.capabilities,
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
    local_rule = fetch(request, LocalRule.objects.select_related("organization"), pk=key)
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
