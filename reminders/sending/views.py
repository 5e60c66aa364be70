"""The list to call from: on paper in large type, or beside the telephone."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.contacts.services import AT_ONCE, Numbers
from members.pages.forms import CallListForm
from members.pages.requests import PageRequest, try_on_form
from members.refused import Refused
from reminders.messages.models import Message
from reminders.messages.rules import choices_of
from reminders.sending.queries import Callee, callees_of, holders_of
from reminders.sending.services import NOT_REACHED, TOLD, open_numbers, record_call


@requires(Capability.SEND_MESSAGES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call_list(request: PageRequest) -> HttpResponse:
    """Whom to call today and what to say. Phone numbers only after a reason was given, on record."""
    now = timezone.now()
    people = callees_of(request.user, at=now)
    form = CallListForm(request.POST or None)
    numbers: dict[int, Numbers] = {}
    holders: dict[int, str] = {}
    if form.is_valid():
        told = [call.message for one in people[:AT_ONCE] for call in one.calls]
        given = {"messages": told, "now": now, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: numbers.update(open_numbers(**given))):
            holders = holders_of(people[:AT_ONCE], request.user)
    context = _shown(people, numbers, holders) | {
        "form": form,
        "opened": bool(numbers or holders),
        "may_reveal": Capability.REVEAL_PRIVATE in request.user.access.capabilities,
    }
    return render(request, "reminders/sending/call_list.html", context)


@requires(Capability.SEND_MESSAGES)
@require_POST
def call_record(request: PageRequest, key: UUID) -> HttpResponse:
    """What became of one call. htmx takes the call off the list and leaves the numbers of the others where they are."""
    message = get_in_scope(request, Message.objects.select_related("organization"), pk=key)
    form = CallForm(request.POST, message=message)
    try:
        if not form.is_valid():
            raise Refused(_("Say what became of the call."))
        record_call(message=message, at=timezone.now(), by=request.user, **form.cleaned_data)
    except Refused as refusal:
        if request.htmx:
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, str(refusal))
    return _taken_off(request) if request.htmx else redirect("reminders:call-list")


def _taken_off(request: PageRequest) -> HttpResponse:
    """Nothing in the call's place, and how many are left. When none is, the page is loaded anew and says so."""
    left = _shown(callees_of(request.user, at=timezone.now()), {}, {})
    response = render(request, "reminders/sending/call_list.html#patch", {**left, "is_patch": True})
    if not left["total"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _shown(people: list[Callee], numbers: dict[int, Numbers], holders: dict[int, str]) -> dict[str, Any]:
    lines = [
        {
            "who": one,
            "numbers": numbers.get(one.message.member_id or 0),
            "holder": holders.get(one.message.member_id or 0),
        }
        for one in people[:AT_ONCE]
    ]
    return {"lines": lines, "total": len(people), "most": AT_ONCE}


class CallForm(forms.Form):
    """What became of one call."""

    result = forms.ChoiceField()
    words = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        results = [*choices_of(message.kind), TOLD, NOT_REACHED]
        self.fields["result"].choices = [(code, "") for code in results]  # type: ignore[attr-defined]
