"""Giving, ending and handing over offices. Access follows them from their first day to their last."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.choices import Capability
from members.forms.user import OfficeEndForm, OfficeGiveForm, OfficeHandOverForm
from members.models import Office
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.users import end_office, give_office, hand_over
from members.views.users import fetch_user

FORM_METHODS = ["GET", "HEAD", "POST"]


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_give(request: PageRequest, username: str) -> HttpResponse:
    """Another office for the user, somewhere below the administrator's own."""
    user = fetch_user(request, username)
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = OfficeGiveForm(request.POST or None, by=request.user, initial=known)
    if form.is_valid():
        given = {**form.cleaned_data, "user": user, "by": request.user}
        if carried_out(form, lambda: give_office(**given)):
            messages.success(request, _("The office is given."))
            return redirect("members:user-detail", username)
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
    """End the office of one and give it to another, on the same day."""
    office = fetch(request, Office.objects.select_related("organization", "user", "member"), key=key)
    form = OfficeHandOverForm(request.POST or None, by=request.user, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "office": office, "by": request.user}
        if carried_out(form, lambda: hand_over(**given)):
            messages.success(request, _("Handed over to %(name)s.") % {"name": form.cleaned_data["to"].get_full_name()})
            return redirect(office.organization)
    return render(request, "members/office_hand_over.html", {"form": form, "office": office})
