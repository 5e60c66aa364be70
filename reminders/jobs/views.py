"""All work in the background on one page; for who watches the machinery, also whether it works."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from members.access.policy import requires, signed_in
from members.choices import Capability
from members.pages.listing import Listing, Nothing, drawn, number, text
from members.pages.requests import PageRequest
from members.refused import Refused
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.jobs.queries import dead_lines, jobs_of, machinery
from reminders.messages.queries import messages_of
from reminders.messages.services import send_again

CHANNELS = Listing(
    columns=[
        text("label", _("Channel")),
        number("waiting", _("Waiting")),
        number("unknown", _("Perhaps sent")),
        number("dead", _("Could not be sent")),
    ],
    phone=["label", "waiting", "unknown", "dead"],
    nothing=Nothing(_("Everything that was due has been sent."), "check-circle"),
)
LETTERS = Listing(
    columns=[
        text("kind", _("Kind"), lambda row: MessageKind(row["kind"]).label),
        text("branch", _("Branch"), "organization__name"),
        text("channel", _("Channel"), lambda row: ChannelKind(row["channel"]).label),
        text("problem", _("Problem")),
        replace(drawn("again", _("Try again"), "reminders/jobs/again.html"), is_untitled=True),
    ],
    phone=["kind", "channel", "branch", "problem"],
    nothing=CHANNELS.nothing,
    size=20,
)


@signed_in
@require_safe
def job_list(request: PageRequest) -> HttpResponse:
    """One's own jobs and those of one's places. htmx asks for the list alone while something is under way."""
    jobs = jobs_of(request.user, on=request.today)
    context: dict[str, Any] = {"jobs": jobs, "busy": any(job.is_busy for job in jobs)}
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "reminders/jobs/jobs.html#list", context)
    else:
        response = render(request, "reminders/jobs/jobs.html", context | _machinery(request))
    patch_vary_headers(response, ["HX-Request"])
    return response


@requires(Capability.WATCH_JOBS)
@require_POST
def job_again(request: PageRequest, key: UUID) -> HttpResponse:
    """Let a message that could not be sent be tried once more, by who sees nothing of it but its kind.

    Not one that was perhaps sent: whether to risk saying it twice is for the branch to decide.
    """
    message = get_object_or_404(messages_of(request.user, Capability.WATCH_JOBS), pk=key)
    try:
        if message.state == MessageState.UNKNOWN:
            raise Refused(str(_("It was perhaps sent. Whether to send it once more is for the branch to decide.")))
        send_again(message=message, at=timezone.now(), by=request.user)
        messages.success(request, _("It is planned anew and goes out within a minute or two."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reminders:job-list")


def _machinery(request: PageRequest) -> dict[str, Any]:
    """What is shown besides to who watches it."""
    if Capability.WATCH_JOBS not in request.user.access.capabilities:
        return {}
    found = machinery(request.user, timezone.now())
    channels = CHANNELS.shown(request, found.channels) if found.channels else None
    return {"machinery": found, "channels": channels, "letters": LETTERS.shown(request, dead_lines(request.user))}
