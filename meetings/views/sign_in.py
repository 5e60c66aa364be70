"""Signing in by the code on the wall: the officer's page with it, and the page that it leads to."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.attendance import SignInForm
from meetings.models import Expected, Meeting
from meetings.queries.tally import tally_of
from meetings.rules.sign_in import slot_of, token
from meetings.services.meeting import NotNow
from meetings.services.sign_in import (
    CAN_SIGN_IN,
    close_sign_in,
    open_sign_in,
    shows_code,
    sign_in_by_name,
    sign_in_member,
)
from members.choices import Capability
from members.fields import opened
from members.models import User
from members.policy import fetch, public, requires
from members.refusals import told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization")
COOKIE = "sign_in"
MINUTES_TO_ANSWER = 5
"""So long somebody who showed the code may take for the log-in or for typing."""


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_safe
def code(request: PageRequest, key: UUID) -> HttpResponse:
    """The code in large, to be shown on a screen; it follows the half-minutes by itself."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    context = {"meeting": meeting, "slot": slot_of(timezone.now()), "tally": tally_of(meeting)}
    return render(request, "meetings/code.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def code_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Let people sign in by the code."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    if told(request, lambda: open_sign_in(meeting=meeting, by=request.user)):
        return redirect("meetings:code", key=meeting.pk)
    return redirect(meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def code_close(request: PageRequest, key: UUID) -> HttpResponse:
    """No code of the evening works any more."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    close_sign_in(meeting=meeting, by=request.user)
    messages.success(request, _("Nobody can sign in with the code any more."))
    return redirect("meetings:attendance", key=meeting.pk)


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_safe
def code_image(request: PageRequest, key: UUID) -> HttpResponse:
    """The QR code of this half-minute, as an image of its own: the page may hold no drawing of ours."""
    meeting = fetch(request, MEETINGS.exclude(sign_in_secret=""), pk=key)
    offered = token(opened(meeting.sign_in_secret), meeting.pk, slot_of(timezone.now()))
    address = request.build_absolute_uri(reverse("meetings:sign-in", args=[meeting.pk])) + f"?code={offered}"
    response = HttpResponse(content_type="image/svg+xml")
    drawn = segno.make(address, error="m", micro=False)
    drawn.save(cast(Any, response), kind="svg", border=2, omitsize=True, xmldecl=False)
    return response


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the code leads: one tap for who is logged in, name and last digits for who has no account."""
    meeting = MEETINGS.filter(pk=key).first()
    if meeting is None:  # answered like a code of yesterday: nobody learns which meetings there are
        return render(request, "meetings/sign_in_old.html", status=403)
    if offered := request.GET.get("code"):
        return _arrive(request, meeting, offered)
    if not _has_shown_code(request, meeting):
        return render(request, "meetings/sign_in_old.html", status=403)
    member_id = request.user.member_id if isinstance(request.user, User) else None
    if member_id:
        return _sign_in_as_member(request, meeting, member_id)
    return _sign_in_by_name(request, meeting)


def _arrive(request: HttpRequest, meeting: Meeting, offered: str) -> HttpResponse:
    """The code is exchanged for a few minutes to answer; the cookie stays with this browser, a link doesn't."""
    if not shows_code(meeting, offered, now=timezone.now()):
        return render(request, "meetings/sign_in_old.html", status=403)
    response = redirect("meetings:sign-in", key=meeting.pk)
    response.set_signed_cookie(
        COOKIE, str(meeting.pk), salt=COOKIE, max_age=timedelta(minutes=MINUTES_TO_ANSWER), httponly=True,
        samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip
    return response


def _has_shown_code(request: HttpRequest, meeting: Meeting) -> bool:
    shown = request.get_signed_cookie(COOKIE, default=None, salt=COOKIE, max_age=timedelta(minutes=MINUTES_TO_ANSWER))
    return shown == str(meeting.pk)


def _sign_in_as_member(request: HttpRequest, meeting: Meeting, member_id: int) -> HttpResponse:
    own = Expected.objects.filter(meeting=meeting, member=member_id).first()
    if own is None:
        raise Http404
    if request.method == "POST":
        told(request, lambda: sign_in_member(meeting=meeting, member_id=member_id, by=str(request.user)))
        return redirect("meetings:meeting-detail", key=meeting.pk)
    context = {"meeting": meeting, "own": own, "is_recorded": own.state not in CAN_SIGN_IN}
    return render(request, "meetings/sign_in.html", context)


def _sign_in_by_name(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if form.is_valid():
        address = request.META.get("REMOTE_ADDR", "")
        try:
            if sign_in_by_name(meeting=meeting, address=address, now=timezone.now(), **form.cleaned_data):
                return render(request, "meetings/sign_in_done.html", {"meeting": meeting})
            form.add_error(
                None, _("Name and digits don't fit anybody who is expected. Try again, or tell the officer.")
            )
        except NotNow as refusal:
            form.add_error(None, str(refusal))
    return render(request, "meetings/sign_in.html", {"meeting": meeting, "form": form})
