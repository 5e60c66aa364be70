"""Payments: one, those that wait for another officer, and many at once."""

from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.choices import ProposalState
from dues.ledger.payment_models import Payment, PaymentProposal
from dues.ledger.queries import branch_of, settled_by, with_people
from dues.papers import published_at
from dues.payments.forms import CollectForm, EffectForm, PaymentForm, ReversalForm, first_values
from dues.payments.list_views import payment_badges
from dues.payments.queries import open_lines, outlook, recent_meetings, waiting_members
from dues.payments.services import (
    check_cash,
    collect_cash,
    confirm_proposal,
    decline_proposal,
    is_own,
    may_decide,
    propose_payment,
    record_payment,
    reverse_payment,
)
from dues.upwards.models import RemittedPayment
from meetings.meeting.models import Meeting
from members.access.policy import get_in_scope, requires, signed_in
from members.access.queries import NamedOffice, holders, in_words, named_offices
from members.choices import Capability
from members.dates import to_the_minute
from members.models import Member, Organization
from members.pages.listing import Badge, Listing, Nothing, badges, day, linked, money, text
from members.pages.queries import names_of
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branch_asked_for,
    branches_offered,
    try_on_form,
    try_with_message,
)
from members.refused import Refused
from members.templatetags.look import kept_under


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(FORM_METHODS)
def payment_new(request: PageRequest, member: UUID) -> HttpResponse:
    """Money that came in for one member. With `show` the page only says what the amount would settle."""
    person = get_in_scope(request, Member.objects.all(), key=member)
    branch, own = branch_of(person), is_own(person, request.user)
    if branch is None:
        return redirect(person)
    begun = outlook(person, 0, on=request.today)
    first = first_values(open_fen=begun.open_fen, on=request.today)
    form = PaymentForm(request.POST or None, member=person, branch=branch, own=own, initial=first)
    if request.method == "POST" and "show" not in request.POST and form.is_valid() and _record(request, form, own=own):
        return _after(form, own=own)
    typed = EffectForm(request.POST) if request.method == "POST" else EffectForm({"amount": form["amount"].value()})
    context = {"form": form, "member": person, "branch": branch, "own": own}
    return render(
        request,
        "dues/payments/payment_new.html",
        context | {"outlook": outlook(person, typed.settling_fen(), on=request.today), "shown": typed.settling_fen()},
    )


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def payment_effect(request: PageRequest, member: UUID) -> HttpResponse:
    """The part of the page that follows the amount while it is typed."""
    person = get_in_scope(request, Member.objects.all(), key=member)
    fen = EffectForm(request.GET).settling_fen()
    context = {"outlook": outlook(person, fen, on=request.today), "shown": fen, "member": person}
    return render(request, "dues/payments/payment_new.html#effect", context)


@signed_in
@never_cache
@require_safe
def payment_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What came in, what it settles, who recorded it; for the branch's offices and the member."""
    payment = get_in_scope(request, with_people(Payment.objects.all()), pk=key)
    return render(request, "dues/payments/payment.html", _about(request, payment) | {"form": ReversalForm()})


@requires(Capability.RECORD_DUES)
@require_POST
def payment_reverse(request: PageRequest, key: UUID) -> HttpResponse:
    """Take it back; what was recorded stays to be read."""
    payment = get_in_scope(request, with_people(Payment.objects.all()), pk=key)
    form = ReversalForm(request.POST)
    act = partial(reverse_payment, payment, by=request.user, on=request.today)
    if form.is_valid() and try_on_form(form, lambda: act(**form.cleaned_data)):
        messages.success(request, _("The payment is taken back. Its months are open again."))
        return redirect(payment)
    return render(request, "dues/payments/payment.html", _about(request, payment) | {"form": form})


def _record(request: PageRequest, form: PaymentForm, *, own: bool) -> bool:
    store = propose_payment if own else record_payment
    if not try_on_form(form, lambda: store(form.payment(), by=request.user, on=request.today)):
        return False
    if own:
        messages.info(
            request, _("These are your own dues: they count once another officer of the branch confirms them.")
        )
    else:
        messages.success(request, _("The payment is recorded."))
    return True


def _after(form: PaymentForm, *, own: bool) -> HttpResponse:
    if own:
        return redirect("dues:proposal-list")
    return redirect("dues:receipt-detail", key=form.cleaned_data["key"])


def _about(request: PageRequest, payment: Payment) -> dict[str, Any]:
    access, place = request.user.access, payment.organization
    reversal = getattr(payment, "reversal", None)
    rows = [payment, *([reversal] if reversal else [])]
    return {
        "payment": payment,
        "reversal": reversal,
        "badges": payment_badges(payment),
        "settled": settled_by([payment.pk])[payment.pk],
        "names": names_of({name for row in rows for name in (row.recorded_by, row.confirmed_by)}),
        "published": published_at(place, [payment.paid_on.year]),
        "remitted": RemittedPayment.objects.filter(payment=payment).select_related("remittance").first(),
        "may_reverse": _may_reverse(request, payment, place) and reversal is None,
        "may_audit": access.may(Capability.VIEW_AUDIT, place.path),
        "officer": access.may(Capability.VIEW_DUES, place.path),
    }


def _may_reverse(request: PageRequest, payment: Payment, place: Organization) -> bool:
    allowed = request.user.access.may(Capability.RECORD_DUES, place.path)
    return allowed and payment.reverses_id is None and not is_own(payment.member, request.user)


LATEST = 20


class Decided(NamedTuple):
    proposal: PaymentProposal
    names: dict[str, str]

    @property
    def url(self) -> str:
        is_payment = self.proposal.state == ProposalState.CONFIRMED
        return reverse("dues:payment-detail", args=[self.proposal.pk]) if is_payment else ""

    @property
    def badge(self) -> Badge:
        kind = "good" if self.proposal.state == ProposalState.CONFIRMED else "quiet"
        return self.proposal.get_state_display(), kind


def _second_person(line: Decided) -> str:
    return f"{kept_under(line.names, line.proposal.decided_by)} · {to_the_minute(line.proposal.decided_at)}"


DECIDED = Listing(
    columns=[
        linked("name", _("Name"), "proposal.member.name", url="url"),
        day("paid_on", _("Paid on"), "proposal.paid_on"),
        money("amount", _("Amount, in yuan"), "proposal.amount_fen"),
        text("proposed_by", _("Entered by"), lambda line: kept_under(line.names, line.proposal.proposed_by)),
        text("decided_by", _("Second person"), _second_person),
        badges("state", _("State"), lambda line, _on: [line.badge]),
    ],
    phone=["name", "state", "amount", "paid_on"],
    nothing=Nothing(_("Nothing waits for a second person."), "person-check"),
)
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
    names = names_of(people)
    context = {
        "listing": DECIDED.shown(request, [Decided(row, names) for row in decided]),
        "waiting": [(row, may_decide(row, request.user), _others(row, offices)) for row in waiting],
        "decided": decided,
        "names": names,
    }
    return render(request, "dues/payments/proposal_list.html", context)


def _others(proposal: PaymentProposal, offices: list[NamedOffice]) -> str:
    """Who may confirm it, by name and office; empty where only the member himself records dues there."""
    able = holders(offices, Capability.RECORD_DUES, proposal.organization.path)
    return in_words(one for one in able if one.member_id != proposal.member_id)


@requires(Capability.RECORD_DUES)
@require_POST
def proposal_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    proposal = get_in_scope(request, PROPOSALS.all(), pk=key)
    done = _("The payment is recorded under both names.")
    if try_with_message(request, lambda: confirm_proposal(proposal, by=request.user, on=request.today), done):
        return redirect("dues:receipt-detail", key=proposal.pk)
    return redirect("dues:proposal-list")


@requires(Capability.RECORD_DUES)
@require_POST
def proposal_decline(request: PageRequest, key: UUID) -> HttpResponse:
    proposal = get_in_scope(request, PROPOSALS.all(), pk=key)
    try_with_message(request, lambda: decline_proposal(proposal, by=request.user), _("Declined: nothing is recorded."))
    return redirect("dues:proposal-list")


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(FORM_METHODS)
def collect(request: PageRequest) -> HttpResponse:
    """The list to tick; a filled in one leads to the page that asks once more."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    meeting = _meeting(request, branch)
    form = _form(request, branch, meeting)
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        try:
            handed_in = form.handed_in()
            check_cash(organization=branch, lines=handed_in, paid_on=form.cleaned_data["paid_on"], on=request.today)
            return render(request, "dues/payments/collect_confirm.html", _to_confirm(request, form, branch))
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, branch, meeting)


@requires(Capability.RECORD_DUES)
@require_POST
def collect_store(request: PageRequest) -> HttpResponse:
    """All of it or nothing; the form that was sent twice is stored once."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    meeting = _meeting(request, branch)
    form = _form(request, branch, meeting)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            payments, proposals = collect_cash(
                key=typed["key"],
                organization=branch,
                lines=form.handed_in(),
                paid_on=typed["paid_on"],
                by=request.user,
                on=request.today,
            )
            return _after_collecting(request, branch, payments, len(proposals))
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, branch, meeting)


def _form(request: PageRequest, branch: Organization, meeting: Meeting | None) -> CollectForm:
    lines = open_lines(branch.path, on=request.today, meeting=meeting)
    data = request.POST if request.method == "POST" else None
    day = min(meeting.day, request.today) if meeting else request.today
    return CollectForm(data, lines=lines, on=request.today, everybody="tick" in request.GET, paid_on=day)


def _meeting(request: PageRequest, branch: Organization) -> Meeting | None:
    """The meeting of the address, if it is one of those that are offered."""
    code = request.GET.get("meeting", "")
    return next((one for one in _meetings(request, branch) if str(one.pk) == code), None) if code else None


def _meetings(request: PageRequest, branch: Organization) -> list[Meeting]:
    return recent_meetings(request.user, branch.path, on=request.today)


def _page(request: PageRequest, form: CollectForm, branch: Organization, meeting: Meeting | None) -> HttpResponse:
    context = {
        "form": form,
        "branch": branch,
        "rows": list(form.rows()),
        "meeting": meeting,
        "meetings": _meetings(request, branch),
        "branches": branches_offered(request, Capability.RECORD_DUES),
        "own": request.user.member_id,
        "waiting": waiting_members(branch),
        "query": request.GET.urlencode(),
        "may_charge": request.user.access.may(Capability.FIX_BASES, branch.path),
    }
    return render(request, "dues/payments/collect.html", context)


def _to_confirm(request: PageRequest, form: CollectForm, branch: Organization) -> dict[str, Any]:
    """What was ticked, and the same form again as hidden fields."""
    lines = form.handed_in()
    for field in form.fields.values():
        field.widget = forms.HiddenInput()
    sent = [form["key"], form["paid_on"]]
    for line in lines:
        sent += [form[f"{name}-{line.member.pk}"] for name in ("hand", "amount", "reason")]
    return {
        "branch": branch,
        "paid_on": form.cleaned_data["paid_on"],
        "lines": lines,
        "sent": sent,
        "total": sum(line.fen for line in lines),
        "own": request.user.member_id,
        "query": request.GET.urlencode(),
    }


def _after_collecting(
    request: PageRequest, branch: Organization, payments: list[Payment], waiting: int
) -> HttpResponse:
    if waiting:
        messages.info(request, _("Your own dues wait until another officer of the branch confirms them."))
    if not payments:
        return redirect("dues:proposal-list")
    counted = {"count": len(payments)}
    messages.success(
        request,
        ngettext("%(count)s payment is recorded.", "%(count)s payments are recorded.", len(payments)) % counted,
    )
    numbers = [payment.receipt.number for payment in payments]
    asked = {"org": branch.code, "year": payments[0].receipt.year, "first": min(numbers), "last": max(numbers)}
    return redirect(address("dues:receipt-print", **asked))
