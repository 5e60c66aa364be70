"""One payment: recording it, looking at it, taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.payment import EffectForm, PaymentForm, ReversalForm, first_values
from dues.models import Payment, RemittedPayment
from dues.queries.papers import published_at
from dues.queries.paying import outlook
from dues.queries.payments import settled_by, with_people
from dues.queries.places import branch_of
from dues.services.payments import is_own, record_payment, reverse_payment
from dues.services.proposals import propose_payment
from members.choices import Capability
from members.models import Member, Organization
from members.policy import fetch, requires, signed_in
from members.queries.names import names_of
from members.refusals import add_refusal
from members.requests import PageRequest
from members.services.refused import Refused


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payment_new(request: PageRequest, member: UUID) -> HttpResponse:
    """Money that came in for one member. With `show` the page only says what the amount would settle."""
    person = fetch(request, Member.objects.all(), key=member)
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
        "dues/payment_new.html",
        context | {"outlook": outlook(person, typed.settling_fen(), on=request.today), "shown": typed.settling_fen()},
    )


@requires(Capability.RECORD_DUES)
@never_cache
@require_safe
def payment_effect(request: PageRequest, member: UUID) -> HttpResponse:
    """The part of the page that follows the amount while it is typed."""
    person = fetch(request, Member.objects.all(), key=member)
    fen = EffectForm(request.GET).settling_fen()
    context = {"outlook": outlook(person, fen, on=request.today), "shown": fen, "member": person}
    return render(request, "dues/payment_new.html#effect", context)


@signed_in
@never_cache
@require_safe
def payment_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What came in, what it settles, who recorded it; for the branch's offices and the member."""
    payment = fetch(request, with_people(Payment.objects.all()), pk=key)
    return render(request, "dues/payment.html", _about(request, payment) | {"form": ReversalForm()})


@requires(Capability.RECORD_DUES)
@require_POST
def payment_reverse(request: PageRequest, key: UUID) -> HttpResponse:
    """Take it back; what was recorded stays to be read."""
    payment = fetch(request, with_people(Payment.objects.all()), pk=key)
    form = ReversalForm(request.POST)
    if form.is_valid():
        try:
            reverse_payment(payment, **form.cleaned_data, by=request.user, on=request.today)
            messages.success(request, _("The payment is taken back. Its months are open again."))
            return redirect(payment)
        except Refused as refusal:
            add_refusal(form, refusal)
    return render(request, "dues/payment.html", _about(request, payment) | {"form": form})


def _record(request: PageRequest, form: PaymentForm, *, own: bool) -> bool:
    store = propose_payment if own else record_payment
    try:
        store(form.payment(), by=request.user, on=request.today)
    except Refused as refusal:
        add_refusal(form, refusal)
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
    standing, place = request.user.standing, payment.organization
    reversal = getattr(payment, "reversal", None)
    rows = [payment, *([reversal] if reversal else [])]
    return {
        "payment": payment,
        "reversal": reversal,
        "settled": settled_by([payment.pk])[payment.pk],
        "names": names_of({name for row in rows for name in (row.recorded_by, row.confirmed_by)}),
        "published": published_at(place, [payment.paid_on.year]),
        "remitted": RemittedPayment.objects.filter(payment=payment).select_related("remittance").first(),
        "may_reverse": _may_reverse(request, payment, place) and reversal is None,
        "may_audit": standing.may(Capability.VIEW_AUDIT, place.path),
        "officer": standing.may(Capability.VIEW_DUES, place.path),
    }


def _may_reverse(request: PageRequest, payment: Payment, place: Organization) -> bool:
    allowed = request.user.standing.may(Capability.RECORD_DUES, place.path)
    return allowed and payment.reverses_id is None and not is_own(payment.member, request.user)
