"""What was sent: the list, one message with what it led to, and sending once more."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.choices import Capability
from members.downloads import workbook
from members.policy import fetch, requires
from members.queries.names import names_of
from members.requests import PageRequest
from members.services.refused import Refused
from members.workbooks.writing import Sheet
from reminders.forms.messages import MessageFilterForm
from reminders.models import Message
from reminders.models.message import MessageQuerySet
from reminders.queries.messages import (
    CAN_BE_SENT_AGAIN,
    PEOPLE,
    answered,
    attempts_shown,
    letter,
    messages_of,
    narrowed,
    told,
)
from reminders.services.exported import put_messages_on_record
from reminders.services.resending import send_again

ON_A_PAGE = 30
MOST_ROWS = 20_000
MESSAGES = Message.objects.select_related(*PEOPLE, "wording")


@requires(Capability.VIEW_MESSAGES)
@require_safe
def message_list(request: PageRequest) -> HttpResponse:
    """What was sent on behalf of one's branches, the newest first."""
    form = MessageFilterForm(request.GET)
    page = Paginator(_asked(request, form), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [_line(message) for message in page],
        "narrowed": any(form.data.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
    }
    return render(request, "reminders/message_list.html", context)


@requires(Capability.VIEW_MESSAGES)
@require_safe
def message_export(request: PageRequest) -> FileResponse:
    """The list as a workbook, without what the messages say. That it was taken is on record."""
    rows = list(_asked(request, MessageFilterForm(request.GET))[:MOST_ROWS])
    put_messages_on_record(rows=len(rows), by=request.user)
    name = _("Messages %(day)s.xlsx") % {"day": request.today.isoformat()}
    return workbook(name, Sheet(_("Messages"), _headings(), _cells(rows)))


@requires(Capability.VIEW_MESSAGES)
@never_cache
@require_safe
def message_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One message as it was sent, each try, and what it led to."""
    message = fetch(request, MESSAGES.all(), pk=key)
    may_send = request.user.standing.may(Capability.SEND_MESSAGES, message.scope_path)
    attempts = attempts_shown(message)
    context = {
        **_line(message),
        "letter": letter(message),
        "attempts": attempts,
        "names": names_of(attempt.by for attempt in attempts),
        "may_send_again": may_send and message.state in CAN_BE_SENT_AGAIN,
    }
    return render(request, "reminders/message.html", context)


@requires(Capability.SEND_MESSAGES)
@require_POST
def message_again(request: PageRequest, key: UUID) -> HttpResponse:
    """Send once more what didn't go out, or perhaps didn't."""
    message = fetch(request, MESSAGES.all(), pk=key)
    try:
        send_again(message=message, at=timezone.now(), by=request.user)
        messages.success(request, _("It is planned anew and goes out within a minute or two."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reminders:message-detail", key=message.pk)


def _asked(request: PageRequest, form: MessageFilterForm) -> MessageQuerySet:
    found = narrowed(messages_of(request.user), request.user, form.given())
    return found.select_related(*PEOPLE).newest_first()


def _line(message: Message) -> dict[str, Any]:
    return {"message": message, "told": told(message), "answered": answered(message)}


def _headings() -> list[str]:
    return [
        _("Planned at"), _("Kind"), _("Branch"), _("Told"), _("Who it is"), _("About"), _("Channel"), _("State"),
        _("Sent"), _("Attempts"), _("Problem"), _("Read"), _("Answer"), _("Answered"), _("Done at"),
    ]  # fmt: skip


def _cells(rows: Iterable[Message]) -> Iterator[list[object]]:
    for message in rows:
        given = getattr(message, "answer", None)
        yield [
            _moment(message.planned_at),
            str(message.get_kind_display()),
            message.organization.name,
            str(message.get_addressee_display()),
            told(message),
            message.member.name if message.member else "",
            str(message.get_channel_display()),
            str(message.get_state_display()),
            _moment(message.sent_at),
            message.attempts_made,
            message.problem,
            _moment(message.read_at),
            str(answered(message)),
            _moment(given.answered_at if given else None),
            _moment(message.settled_at),
        ]


def _moment(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
