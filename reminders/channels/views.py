"""The pages of channels and of preferences."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member
from members.pages.about_member import member_crumbs
from members.pages.requests import PageRequest
from members.pages.steps import Step, form_page
from members.refused import Refused
from reminders.channels.forms import ChannelChangeForm, ChannelFilterForm, ChannelForm, PreferenceForm, TrialForm
from reminders.channels.models import ChannelSetup
from reminders.channels.queries import way_to_member, way_to_user
from reminders.channels.services import add_channel, change_channel, prefer, preference_of, stop_channel, try_channel

ON_A_PAGE = 30
DOTS = "/••••••"
SETUPS = ChannelSetup.objects.select_related("organization")


@requires(Capability.MANAGE_MESSAGES)
@require_safe
def channel_list(request: PageRequest) -> HttpResponse:
    """What is set up at and below one's organizations; what is in use first."""
    form = ChannelFilterForm(request.GET)
    setups = form.narrow(SETUPS.visible_to(request.user)).order_by("-is_used", "organization__path", "kind", "key")
    page = Paginator(setups, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [(setup, shown_address(setup)) for setup in page],
        "narrowed": any(form.data.get(name) for name in form.fields),
        "has_mail": bool(settings.EMAIL_HOST),
        "mail_from": settings.DEFAULT_FROM_EMAIL,
    }
    return render(request, "reminders/channels/channel_list.html", context)


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def channel_add(request: PageRequest) -> HttpResponse:
    """Set up one more."""
    form = ChannelForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            setup = add_channel(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The channel is set up. Try it out now."))
            return redirect("reminders:channel-try", setup.pk)
    return render(request, "reminders/channels/channel_add.html", {"form": form})


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Another name, address or secret."""
    setup = get_in_scope(request, SETUPS.in_use(), pk=key)
    form = ChannelChangeForm(request.POST or None, initial={"name": setup.name})
    if form.is_valid():
        try:
            change_channel(setup=setup, by=request.user, **form.given())
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The channel is changed."))
            return redirect("reminders:channel-list")
    context = {"form": form, "setup": setup, "address": shown_address(setup)}
    return render(request, "reminders/channels/channel_edit.html", context)


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def channel_try(request: PageRequest, key: UUID) -> HttpResponse:
    """Send a trial, and say what came of it."""
    setup = get_in_scope(request, SETUPS.in_use(), pk=key)
    form = TrialForm(request.POST if request.method == "POST" else None, setup=setup)
    if form.is_valid():
        phone = form.cleaned_data.get("phone", "")
        problem = try_channel(setup=setup, phone=phone, at=timezone.now(), by=request.user)
        if not problem:
            messages.success(request, _("The trial is sent. Look whether it arrived."))
            return redirect("reminders:channel-list")
        form.add_error(None, problem)
    context = {"form": form, "setup": setup, "address": shown_address(setup)}
    return render(request, "reminders/channels/channel_try.html", context)


@requires(Capability.MANAGE_MESSAGES)
@require_POST
def channel_stop(request: PageRequest, key: UUID) -> HttpResponse:
    """Send nothing by it any more."""
    stop_channel(setup=get_in_scope(request, SETUPS, pk=key), by=request.user)
    messages.success(request, _("The channel is no longer used."))
    return redirect("reminders:channel-list")


def shown_address(setup: ChannelSetup) -> str:
    """The host, and dots for the rest: whoever knows the rest can write in the group."""
    return (urlsplit(opened(setup.address)).hostname or "") + DOTS


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preference_own(request: PageRequest) -> HttpResponse:
    """One's own; a member's also holds for the offices they have."""
    reads = Capability.SETTLE_DUTIES in request.user.access.capabilities
    form = PreferenceForm(request.POST or None, stored=preference_of(request.user), reads_overviews=reads)
    if form.is_valid():
        prefer(person=request.user, values=form.facts(), by=request.user)
        messages.success(request, _("From now on you are told like this."))
        return redirect("reminders:preference-own")
    context = {"form": form, "way": way_to_user(request.user, on=request.today)}
    return render(request, "reminders/channels/preference_own.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def preference_member(request: PageRequest, key: UUID) -> HttpResponse:
    """What a member without an account said on the phone, or at a visit."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form, name = PreferenceForm(request.POST or None, stored=preference_of(member), reads_overviews=False), member.name
    done = _("From now on %(name)s is told like this.") % {"name": name}
    return form_page(
        request,
        form,
        lambda _typed: prefer(person=member, values=form.facts(), by=request.user),
        Step(_("How to tell %(name)s things") % {"name": name}, _("Save"), done),
        member,
        crumbs=member_crumbs(member),
        lead=_("For members who don't do it themselves: what they said on the phone or at a visit."),
        template="reminders/channels/preference_member.html",
        more={"way": way_to_member(member, on=request.today)},
    )
