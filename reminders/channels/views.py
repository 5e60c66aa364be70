"""The pages of channels and of preferences."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member
from members.pages.about_member import member_crumbs
from members.pages.listing import Badge, Listing, Nothing, drawn, text
from members.pages.requests import FORM_METHODS, PageRequest, address
from members.pages.steps import Button, Crumb, Step, Words, form_page
from members.refused import Refused
from reminders.channels.forms import ChannelChangeForm, ChannelFilterForm, ChannelForm, PreferenceForm, TrialForm
from reminders.channels.models import ChannelSetup
from reminders.channels.queries import way_to_member, way_to_user
from reminders.channels.services import add_channel, change_channel, prefer, preference_of, stop_channel, try_channel

DOTS = "/••••••"
SETUPS = ChannelSetup.objects.select_related("organization")


def shown_address(setup: ChannelSetup) -> str:
    """The host, and dots for the rest: whoever knows the rest can write in the group."""
    return (urlsplit(opened(setup.address)).hostname or "") + DOTS


def moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _tried(setup: ChannelSetup) -> str:
    return _("tried out %(day)s") % {"day": moment(setup.tested_at)} if setup.tested_at else ""


def _state(setup: ChannelSetup, _on: date) -> Iterator[Badge]:
    if not setup.is_used:
        yield _("No longer used"), "quiet"
    elif not setup.tested_at:
        yield _("Not tried out yet"), "warn"
    else:
        yield (_("The trial failed"), "bad") if setup.test_problem else (_("In use"), "good")


ADDRESS = text("address", _("Address"), shown_address)
LISTING = Listing(
    columns=[
        text("name", _("Called")),
        text("organization", _("Organization"), "organization.name"),
        text("kind", _("Channel"), "get_kind_display"),
        ADDRESS,
        text(
            "state", _("State"), lambda setup: setup.test_problem if setup.is_used else "", badges=_state, below=_tried
        ),
        replace(drawn("acts", _("Actions"), "reminders/channels/channel_acts.html"), is_untitled=True),
    ],
    phone=["name", "kind", "organization", "state"],
    nothing=Nothing(
        _(
            "No channel is set up. Messages stand in Branchweb, go by e-mail where there is a mail server, and to the "
            "call list where there is neither."
        ),
        "send", _("Set up a channel"), reverse_lazy("reminders:channel-add"),
    ),
    no_match=_("No channel was found. Try fewer words."),
)  # fmt: skip
ABOUT = _(
    "Where messages go outside. Group robots announce meetings in a branch's chat; a gateway sends text messages to "
    "who has a phone. An organization's channel serves all below it that have none."
)
CHANNELS: Crumb = (_("Channels"), reverse_lazy("reminders:channel-list"))


@requires(Capability.MANAGE_MESSAGES)
@require_safe
def channel_list(request: PageRequest) -> HttpResponse:
    """What is set up at and below one's organizations; what is in use first."""
    form = ChannelFilterForm(request.GET)
    setups = form.narrow(SETUPS.visible_to(request.user)).order_by("-is_used", "organization__path", "kind", "key")
    sent = _("E-mail is sent from %(mail_from)s.")
    none = _("No e-mail is sent: the administrator has named no mail server.")
    mail = sent % {"mail_from": settings.DEFAULT_FROM_EMAIL} if settings.EMAIL_HOST else none
    add = Button(_("Set up a channel"), reverse("reminders:channel-add"), "plus-lg", primary=True)
    shown = LISTING.shown(request, setups, form=form)
    return shown.answer(title=CHANNELS[0], lead=ABOUT, notes=[mail], buttons=[add], prints=False)


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(FORM_METHODS)
def channel_add(request: PageRequest) -> HttpResponse:
    """Set up one more."""
    form = ChannelForm(request.POST or None, user=request.user)
    return form_page(
        request,
        form,
        lambda typed: add_channel(by=request.user, **typed),
        Step(_("Set up a channel"), _("Store the channel"), _("The channel is set up. Try it out now.")),
        lambda setup: address("reminders:channel-try", setup.pk),
        crumbs=[CHANNELS],
        notes=[
            _(
                "Make a robot in the group's settings and copy its address here. The address of a gateway for text "
                "messages must first be allowed by the administrator."
            )
        ],
        within="includes/datalist.html",
        more={"list_id": "places", "offered": form.places},
    )


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(FORM_METHODS)
def channel_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Another name, address or secret."""
    setup = get_in_scope(request, SETUPS.in_use(), pk=key)
    form = ChannelChangeForm(request.POST or None, initial={"name": setup.name})
    act = partial(change_channel, setup=setup, by=request.user)
    title = _("Change %(name)s") % {"name": setup.name}
    step = Step(title, _("Store the change"), _("The channel is changed."))
    facts = _facts(setup)
    return form_page(request, form, lambda _t: act(**form.given()), step, CHANNELS[1], crumbs=[CHANNELS], facts=facts)


def _facts(setup: ChannelSetup) -> list[tuple[Words, object]]:
    tried = " · ".join(filter(None, [moment(setup.tested_at), setup.test_problem]))
    facts: list[tuple[Words, object]] = [
        (_("Channel"), setup.get_kind_display()),
        (_("Organization"), setup.organization.name),
        (_("Address"), shown_address(setup)),
    ]
    return [*facts, (_("Tried out"), tried)] if setup.tested_at else facts


@requires(Capability.MANAGE_MESSAGES)
@require_http_methods(FORM_METHODS)
def channel_try(request: PageRequest, key: UUID) -> HttpResponse:
    """Send a trial, and say what came of it."""
    setup = get_in_scope(request, SETUPS.in_use(), pk=key)
    form = TrialForm(request.POST if request.method == "POST" else None, setup=setup)
    by_phone = _("One text message is sent to the phone you give. It says that it is a trial, and names nobody.")
    in_group = _("One message is written into the group. It says that it is a trial, and names nobody.")

    def act(typed: dict[str, Any]) -> None:
        phone = typed.get("phone", "")
        if problem := try_channel(setup=setup, phone=phone, at=timezone.now(), by=request.user):
            raise Refused(problem)

    return form_page(
        request,
        form,
        act,
        Step(
            _("Try %(name)s out") % {"name": setup.name},
            _("Send the trial"),
            _("The trial is sent. Look whether it arrived."),
        ),
        CHANNELS[1],
        crumbs=[CHANNELS],
        facts=_facts(setup),
        notes=[by_phone if "phone" in form.fields else in_group],
    )


@requires(Capability.MANAGE_MESSAGES)
@require_POST
def channel_stop(request: PageRequest, key: UUID) -> HttpResponse:
    """Send nothing by it any more."""
    stop_channel(setup=get_in_scope(request, SETUPS, pk=key), by=request.user)
    messages.success(request, _("The channel is no longer used."))
    return redirect("reminders:channel-list")


@signed_in
@require_http_methods(FORM_METHODS)
def preference_own(request: PageRequest) -> HttpResponse:
    """One's own; a member's also holds for the offices they have."""
    reads = Capability.SETTLE_DUTIES in request.user.access.capabilities
    form = PreferenceForm(request.POST or None, stored=preference_of(request.user), reads_overviews=reads)
    return form_page(
        request,
        form,
        lambda _typed: prefer(person=request.user, values=form.facts(), by=request.user),
        Step(_("How I am told things"), _("Save"), _("From now on you are told like this.")),
        "reminders:preference-own",
        crumbs=[(_("My messages"), reverse("reminders:inbox"))],
        template="reminders/channels/preference.html",
        more={"way": way_to_user(request.user, on=request.today)},
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
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
        template="reminders/channels/preference.html",
        more={"way": way_to_member(member, on=request.today)},
    )
