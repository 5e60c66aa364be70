"""Batches of dues, as the branch hands them up and the committee confirms them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.upwards import ReasonForm, ReceivedForm, RemittanceForm
from dues.models import Remittance
from dues.queries.upwards import next_period, not_handed_up
from dues.rules.upwards import remittance_rule
from dues.services.remittances import confirm_remittance, hand_up, take_back_remittance
from dues.views.large import GIVERS_SEEN_BY
from members.choices import Capability
from members.models import Organization
from members.places import branch_asked_for, branches_offered
from members.policy import fetch, requires
from members.queries.local_rules import in_force_at
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.refused import Refused
from rulebook.rule import NoRule, Rule

ON_A_PAGE = 30


@requires(Capability.RECORD_DUES, Capability.COUNT_DUES)
@require_safe
def remittance_list(request: PageRequest) -> HttpResponse:
    """What was handed up, what waits for the committee's word, newest first."""
    rows = Remittance.objects.visible_to(request.user).select_related("organization", "receiver")
    if request.GET.get("waiting"):
        rows = rows.unconfirmed()
    standing = request.user.standing
    context = {
        "page": Paginator(rows.order_by("-sent_on", "key"), ON_A_PAGE).get_page(request.GET.get("page")),
        "only_waiting": bool(request.GET.get("waiting")),
        "confirms": Capability.APPROVE_DUES in standing.capabilities,
        "records": Capability.RECORD_DUES in standing.capabilities,
        "may_see_large": standing.may_any(GIVERS_SEEN_BY),
        "received_form": ReceivedForm(initial={"received_on": request.today}),
    }
    return render(request, "dues/remittances.html", context)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def remittance_new(request: PageRequest) -> HttpResponse:
    """Choose the months, see what is in them and the committee's share, hand it up."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    first, last = next_period(branch, request.today)
    form = RemittanceForm(request.POST or None, initial={"first": first, "last": last, "sent_on": request.today})
    if form.is_valid():
        given = {"branch": branch, "by": request.user, "on": request.today, **form.cleaned_data}
        if carried_out(form, lambda: hand_up(**given)):
            messages.success(request, _("Handed up. The committee confirms when the money has arrived."))
            return redirect("dues:remittance-list")
    waiting = not_handed_up(branch, first, last)
    context = {
        "form": form,
        "branch": branch,
        "branches": branches_offered(request, Capability.RECORD_DUES),
        "collected_fen": sum(payment.amount_fen for payment in waiting),
        "count": len(waiting),
        "ratio": _ratio(branch, request),
    }
    return render(request, "dues/remittance_new.html", context)


@requires(Capability.APPROVE_DUES)
@require_POST
def remittance_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee has the money."""
    remittance = fetch(request, Remittance.objects.all(), pk=key)
    form = ReceivedForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Write the day on which the money arrived, like 2026-03-05."))
        confirm_remittance(remittance, by=request.user, on=request.today, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Confirmed."))
    return redirect("dues:remittance-list")


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def remittance_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Undo a batch that the committee hasn't confirmed."""
    remittance = fetch(request, Remittance.objects.select_related("organization"), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and carried_out(
        form, lambda: take_back_remittance(remittance, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Taken back: the payments can be handed up again."))
        return redirect("dues:remittance-list")
    return render(request, "dues/remittance_take_back.html", {"form": form, "remittance": remittance})


def _ratio(branch: Organization, request: PageRequest) -> Rule | None:
    try:
        return remittance_rule(request.today, in_force_at(branch.path, on=request.today))
    except NoRule:
        return None
