"""How somebody wants to be told things: one's own page, and an officer's for a member."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.choices import Capability
from members.models import Member
from members.policy import fetch, requires, signed_in
from members.requests import PageRequest
from reminders.forms.preferences import PreferenceForm
from reminders.queries.preferences import way_to_member, way_to_user
from reminders.services.preferences import prefer, preference_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preference_own(request: PageRequest) -> HttpResponse:
    """One's own; a member's also holds for the offices they have."""
    reads = Capability.SETTLE_DUTIES in request.user.standing.capabilities
    form = PreferenceForm(request.POST or None, stored=preference_of(request.user), reads_overviews=reads)
    if form.is_valid():
        prefer(person=request.user, values=form.facts(), by=request.user)
        messages.success(request, _("From now on you are told like this."))
        return redirect("reminders:preference-own")
    context = {"form": form, "way": way_to_user(request.user, on=request.today)}
    return render(request, "reminders/preference_own.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def preference_member(request: PageRequest, key: UUID) -> HttpResponse:
    """What a member without an account said on the phone, or at a visit."""
    member = fetch(request, Member.objects.all(), key=key)
    form = PreferenceForm(request.POST or None, stored=preference_of(member), reads_overviews=False)
    if form.is_valid():
        prefer(person=member, values=form.facts(), by=request.user)
        messages.success(request, _("From now on %(name)s is told like this.") % {"name": member.name})
        return redirect(member)
    context = {"form": form, "member": member, "way": way_to_member(member, on=request.today)}
    return render(request, "reminders/preference_member.html", context)
