"""The collect page: tick who handed in cash, look once more, record all of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dues.forms.collecting import CollectForm
from dues.models import Payment
from dues.queries.paying import open_lines, recent_meetings, waiting_members
from dues.services.collecting import check_cash, collect_cash
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import Organization
from members.places import branch_asked_for, branches_offered
from members.policy import requires
from members.requests import PageRequest
from members.services.refused import Refused


@requires(Capability.RECORD_DUES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: PageRequest) -> HttpResponse:
    """The list to tick; a filled in one leads to the page that asks once more."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    meeting = _meeting(request, branch)
    form = _form(request, branch, meeting)
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        try:
            handed_in = form.handed_in()
            check_cash(organization=branch, lines=handed_in, paid_on=form.cleaned_data["paid_on"], on=request.today)
            return render(request, "dues/collect_confirm.html", _to_confirm(request, form, branch))
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
            return _after(request, branch, payments, len(proposals))
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, branch, meeting)


def _form(request: PageRequest, branch: Organization, meeting: Meeting | None) -> CollectForm:
    lines = open_lines(branch.path, on=request.today, meeting=meeting)
    data = request.POST if request.method == "POST" else None
    day = min(meeting.day, request.today) if meeting else request.today
    return CollectForm(data, lines=lines, on=request.today, ticked="tick" in request.GET, paid_on=day)


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
    }
    return render(request, "dues/collect.html", context)


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


def _after(request: PageRequest, branch: Organization, payments: list[Payment], waiting: int) -> HttpResponse:
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
    return redirect(reverse("dues:receipt-print") + "?" + urlencode(asked))
