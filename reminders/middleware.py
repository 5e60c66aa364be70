"""What happens around every page: what officers of branches fill in is counted, so that it can be seen and spared."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from members.choices import Capability
from reminders.desk.rules import filled_fields
from reminders.desk.services import count_form

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger(__name__)


class EffortMiddleware:
    """Counts the forms that officers send, after they were answered. Whatever goes wrong here, the page stands."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code < 400:
            try:
                _count(request)
            except Exception:
                log.exception("An officer's form could not be counted")
        return response


def _count(request: HttpRequest) -> None:
    if not _is_branch_work(request):
        return
    held = request.user.access.held  # type: ignore[union-attr]
    office = next((one for one in held if Capability.SETTLE_DUTIES in one.capabilities), None)
    if office is None:
        return
    tapped = bool(getattr(request, "htmx", False))
    fields = 1 if tapped else filled_fields(request.POST.lists(), request.FILES)
    count_form(path=office.path, office=office.kind, fields=fields, on=request.today)  # type: ignore[attr-defined]


def _is_branch_work(request: HttpRequest) -> bool:
    """A page of the program by somebody who is logged in: no program of theirs, no log-in, password or type size."""
    match = request.resolver_match
    if not request.user.is_authenticated or match is None or hasattr(match.func, "cls"):
        return False
    return bool(match.namespace) and match.view_name != "members:preference-edit"
