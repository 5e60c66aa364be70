"""All work in the background on one page; for who watches the machinery, also whether it works."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access.policy import requires, signed_in
from members.choices import Capability
from members.pages.requests import PageRequest
from members.refused import Refused
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.jobs.queries import dead_lines, jobs_of, machinery
from reminders.messages.queries import messages_of
from reminders.messages.services import send_again

LETTERS_SHOWN = 20


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
            raise Refused(_("It was perhaps sent. Whether to send it once more is for the branch to decide."))
        send_again(message=message, at=timezone.now(), by=request.user)
        messages.success(request, _("It is planned anew and goes out within a minute or two."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reminders:job-list")


def _machinery(request: PageRequest) -> dict[str, Any]:
    """What is shown besides to who watches it."""
    if Capability.WATCH_JOBS not in request.user.access.capabilities:
        return {}
    page = Paginator(dead_lines(request.user), LETTERS_SHOWN).get_page(request.GET.get("page"))
    found = machinery(request.user, timezone.now())
    return {"machinery": found, "page": page, "letters": [_letter(row) for row in page]}


def _letter(row: dict[str, Any]) -> dict[str, Any]:
    """Codes in words."""
    return {**row, "kind": MessageKind(row["kind"]).label, "channel": ChannelKind(row["channel"]).label}
