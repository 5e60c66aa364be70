"""Receipts: on the screen, on paper, and for whoever holds the paper."""

from collections.abc import Sequence
from uuid import UUID

import segno
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.keyring import fingerprint
from dues.forms.receipts import RangeForm
from dues.models import Receipt
from dues.queries.receipts import Sheet, of_token, sheets, with_payment
from dues.rules.names import masked
from members.choices import Capability
from members.places import branch_asked_for
from members.policy import fetch, public, requires, signed_in
from members.requests import PageRequest

AT_ONCE = 300
"""Receipts printed at once, at most."""
MINUTE = 60
WRONG_A_MINUTE = 20


@signed_in
@never_cache
@require_safe
def receipt_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One receipt, for the branch's offices and the member; it prints as half a page."""
    receipt = fetch(request, with_payment(Receipt.objects.all()), pk=key)
    officer = request.user.standing.may(Capability.VIEW_DUES, receipt.organization.path)
    may_record = request.user.standing.may(Capability.RECORD_DUES, receipt.organization.path)
    context = {"sheet": _drawn(request, [receipt])[0], "officer": officer, "may_record": may_record}
    return render(request, "dues/receipt.html", context)


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def receipt_print(request: PageRequest) -> HttpResponse:
    """A run of numbers of a branch and year, two on a page."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form = RangeForm(request.GET, on=request.today)
    receipts = with_payment(Receipt.objects.visible_to(request.user).filter(organization=branch))
    found = list(form.narrow(receipts)[:AT_ONCE])
    context = {"branch": branch, "form": form, "sheets": _drawn(request, found), "most": AT_ONCE}
    return render(request, "dues/receipt_print.html", context)


@public
@never_cache
@require_safe
def receipt_verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether a receipt is genuine and still valid. Made-up codes are answered alike, and not many a minute."""
    receipt = of_token(token)
    if receipt is None and _guesses_too_much(request):
        return _unlisted(render(request, "429.html", status=429))
    if receipt is None:
        return _unlisted(render(request, "dues/receipt_unknown.html", status=404))
    payment = receipt.payment
    context = {
        "receipt": receipt,
        "payment": payment,
        "name": masked(receipt.member_name),
        "is_valid": not hasattr(payment, "reversal"),
    }
    return _unlisted(render(request, "dues/receipt_verify.html", context))


def _guesses_too_much(request: HttpRequest) -> bool:
    """Wrong codes are counted by address and minute; whoever holds a paper is never kept waiting."""
    minute = int(timezone.now().timestamp() // MINUTE)
    name = f"receipt-guesses:{fingerprint(request.META.get('REMOTE_ADDR') or 'unknown', size=8)}:{minute}"
    cache.add(name, 0, timeout=2 * MINUTE)
    return cache.incr(name) > WRONG_A_MINUTE


def _drawn(request: PageRequest, receipts: Sequence[Receipt]) -> list[Sheet]:
    """With the code that leads to the page that verifies each, as a drawing inside the address of an image."""
    codes = []
    for receipt in receipts:
        address = request.build_absolute_uri(reverse("dues:receipt-verify", args=[receipt.token]))
        codes.append(segno.make(address, error="m", micro=False).svg_data_uri(border=1, omitsize=True))
    return sheets(receipts, codes)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
