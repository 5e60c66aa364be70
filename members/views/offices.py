"""Giving, ending and handing over offices. Access follows them from their first day to their last."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability, OfficeRequestState
from members.forms.user import OfficeEndForm, OfficeGiveForm, OfficeHandOverForm, OfficeRequestForm
from members.models import Office, OfficeRequest, Organization
from members.policy import fetch, requires
from members.queries.office_requests import WHOLE, shown_to
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.services.office_requests import (
    WAITS,
    confirm_office,
    give_or_ask,
    hand_over_or_ask,
    may_confirm,
    refuse_office,
    withdraw_office,
)
from members.services.users import end_office
from members.views.users import fetch_user


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_give(request: PageRequest, username: str) -> HttpResponse:
    """Another office for the user, somewhere below the administrator's own."""
    user = fetch_user(request, username)
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = OfficeGiveForm(request.POST or None, by=request.user, initial=known)
    if form.is_valid():
        given = {**form.cleaned_data, "user": user, "by": request.user}
        made: list[Office | OfficeRequest] = []
        if carried_out(form, lambda: made.append(give_or_ask(**given))):
            return _to_what_was_made(request, made[0], _("The office is given."), "members:user-detail", username)
    return render(request, "members/office_give.html", {"form": form, "person": user})


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_end(request: PageRequest, key: str) -> HttpResponse:
    """End the office."""
    office = fetch(request, Office.objects.select_related("organization", "user", "member"), key=key)
    form = OfficeEndForm(request.POST or None, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "office": office, "by": request.user}
        if carried_out(form, lambda: end_office(**given)):
            messages.success(request, _("The office ends on %(day)s.") % {"day": form.cleaned_data["on"]})
            return redirect(office.organization)
    return render(request, "members/office_end.html", {"form": form, "office": office})


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_hand_over(request: PageRequest, key: str) -> HttpResponse:
    """End the office of one and give it to another, on the same day; or ask the second person to."""
    office = fetch(request, Office.objects.select_related("organization", "user", "member"), key=key)
    form = OfficeHandOverForm(request.POST or None, by=request.user, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "office": office, "by": request.user}
        made: list[Office | OfficeRequest] = []
        if carried_out(form, lambda: made.append(hand_over_or_ask(**given))):
            sentence = _("Handed over to %(name)s.") % {"name": form.cleaned_data["to"].get_full_name()}
            return _to_what_was_made(request, made[0], sentence, office.organization)
    return render(request, "members/office_hand_over.html", {"form": form, "office": office})


TWO_PEOPLE = requires(Capability.CONFIRM_OFFICES, Capability.MANAGE_USERS)
ACTS = {"confirm": confirm_office, "refuse": refuse_office, "withdraw": withdraw_office}


@TWO_PEOPLE
@require_safe
def office_requests(request: PageRequest) -> HttpResponse:
    """Offices that wait for a second person, and what came of those of the last three months."""
    rows = list(shown_to(request.user, on=request.today))
    waiting = [row for row in rows if row.state == OfficeRequestState.WAITING]
    settled = [row for row in rows if row.state != OfficeRequestState.WAITING]
    return render(request, "members/office_requests.html", {"waiting": waiting, "settled": settled})


@TWO_PEOPLE
@require_http_methods(FORM_METHODS)
def office_request(request: PageRequest, key: str) -> HttpResponse:
    """The second person confirms it or doesn't; who manages users takes it back."""
    asked = fetch(request, WHOLE, key=key)
    form = OfficeRequestForm(request.POST or None)
    if form.is_valid():
        act = ACTS[form.cleaned_data["act"]]
        if carried_out(form, lambda: act(request=asked, on=request.today, by=request.user)):
            messages.success(request, _("Stored."))
            return redirect("members:office-requests")
    may = request.user.standing.may
    context = {
        "asked": asked,
        "form": form,
        "waits": asked.state == OfficeRequestState.WAITING,
        "may_confirm": may_confirm(asked, request.user),
        "may_refuse": may(Capability.CONFIRM_OFFICES, asked.organization.path),
        "may_withdraw": may(Capability.MANAGE_USERS, asked.organization.path),
    }
    return render(request, "members/office_request.html", context)


def _to_what_was_made(
    request: PageRequest, made: Office | OfficeRequest, sentence: str, *back: str | Organization
) -> HttpResponse:
    if isinstance(made, OfficeRequest):
        messages.info(request, WAITS)
        return redirect(made)
    messages.success(request, sentence)
    return redirect(*back)
