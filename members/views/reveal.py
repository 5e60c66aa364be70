from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.choices import Capability
from members.forms.reveal import LABELS, RevealForm
from members.models import Member
from members.policy import fetch, requires
from members.requests import PageRequest
from members.services.private import reveal_private, reveals_left
from members.services.refused import Refused


@requires(Capability.REVEAL_PRIVATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_reveal(request: PageRequest, key: UUID) -> HttpResponse:
    """One private value of a member, after a reason was typed. The value is in this answer and nowhere else."""
    member = fetch(request, Member.objects.all(), key=key)
    now = timezone.now()
    form = RevealForm(request.POST or None, member=member, initial={"field": request.GET.get("field", "")})
    context: dict[str, Any] = {"member": member, "form": form}
    if form.is_valid():
        try:
            value = reveal_private(member=member, by=request.user, now=now, **form.cleaned_data)
            context["revealed"] = revealed(form.cleaned_data["field"], value)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    context["left"] = reveals_left(request.user, now=now)
    return render(request, "members/reveal.html", context)


def revealed(field: str, value: str) -> dict[str, object]:
    """The value with its name; the dues base, kept in fen, in yuan."""
    if field == "dues_base" and value.isdecimal():
        value = _("%(yuan)s yuan") % {"yuan": Decimal(value) / 100}
    return {"label": LABELS[field], "value": value}
