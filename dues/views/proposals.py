"""What officers entered about their own dues, for a second one to look at."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dues.choices import ProposalState
from dues.models import PaymentProposal
from dues.services.proposals import confirm_proposal, decline_proposal, may_decide
from members.choices import Capability
from members.policy import fetch, requires
from members.queries.names import names_of
from members.queries.standing import NamedOffice, holders, in_words, named_offices
from members.refusals import told
from members.requests import PageRequest

LATEST = 20
PROPOSALS = PaymentProposal.objects.select_related("member", "organization")


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def proposal_list(request: PageRequest) -> HttpResponse:
    """Those that wait, and below what became of the latest others."""
    mine = PROPOSALS.visible_to(request.user)
    waiting = list(mine.waiting().order_by("proposed_at"))
    decided = list(mine.exclude(state=ProposalState.WAITING).order_by("-decided_at")[:LATEST])
    people = {name for row in [*waiting, *decided] for name in (row.proposed_by, row.decided_by)}
    offices = named_offices({row.organization.path for row in waiting}, on=request.today) if waiting else []
    context = {
        "waiting": [(row, may_decide(row, request.user), _others(row, offices)) for row in waiting],
        "decided": decided,
        "names": names_of(people),
    }
    return render(request, "dues/proposal_list.html", context)


def _others(proposal: PaymentProposal, offices: list[NamedOffice]) -> str:
    """Who may confirm it, by name and office; empty where only the member himself records dues there."""
    able = holders(offices, Capability.RECORD_DUES, proposal.organization.path)
    return in_words(one for one in able if one.member_id != proposal.member_id)


@requires(Capability.RECORD_DUES)
@require_POST
def proposal_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    proposal = fetch(request, PROPOSALS.all(), pk=key)
    done = _("The payment is recorded under both names.")
    if told(request, lambda: confirm_proposal(proposal, by=request.user, on=request.today), done):
        return redirect("dues:receipt-detail", key=proposal.pk)
    return redirect("dues:proposal-list")


@requires(Capability.RECORD_DUES)
@require_POST
def proposal_decline(request: PageRequest, key: UUID) -> HttpResponse:
    proposal = fetch(request, PROPOSALS.all(), pk=key)
    told(request, lambda: decline_proposal(proposal, by=request.user), _("Declined: nothing is recorded."))
    return redirect("dues:proposal-list")
