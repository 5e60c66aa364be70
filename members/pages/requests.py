"""What every view needs: the request, the place it is about, how a refusal is shown, a workbook as an answer."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from members.access.policy import get_in_scope
from members.choices import Capability
from members.models.organization import Organization
from members.models.user import User
from members.refused import Refused
from members.workbooks.writing import Sheet, write_workbook

FORM_METHODS = ["GET", "HEAD", "POST"]
"""Of a view that shows a form and takes it."""


class PageRequest(HttpRequest):
    """A request behind log-in: `PolicyMiddleware` has set the day and what the user may see and do."""

    user: User
    today: date
    htmx: HtmxDetails


def code_asked_for(request: PageRequest) -> str:
    """Of the organization in the address: a field of many (`LookedUpField`) sends its name."""
    asked = request.GET.get("org", "")
    if asked.isascii():
        return asked
    named = Organization.objects.visible_to(request.user).filter(name=asked.strip())
    codes = list(named.values_list("code", flat=True)[:2])
    return codes[0] if len(codes) == 1 else asked


def branches_offered(request: PageRequest, *capabilities: Capability) -> QuerySet[Organization]:
    """The standing branches in which one of the capabilities holds, in tree order."""
    paths = [path for capability in capabilities for path in request.user.access.paths(capability)]
    inside = Organization.objects.none()
    for path in paths:
        inside |= Organization.objects.below(path)
    return inside.branches().standing_on(request.today).in_tree_order()


def branch_asked_for(request: PageRequest, *capabilities: Capability) -> Organization:
    """404 where the address names a place outside one's own, or where one has no branch at all."""
    if code := code_asked_for(request):
        return get_in_scope(request, Organization.objects.branches(), code=code)
    first = branches_offered(request, *capabilities).first()
    if first is None:
        raise Http404
    return first


def place_asked_for(
    request: PageRequest, *capabilities: Capability, among: QuerySet[Organization] | None = None
) -> Organization:
    """The same for pages that are also about committees: any organization, else the first of one's offices."""
    if code := code_asked_for(request):
        return get_in_scope(request, Organization.objects.all() if among is None else among, code=code)
    paths = [path for capability in capabilities for path in request.user.access.paths(capability)]
    if (first := Organization.objects.filter(path__in=paths).first()) is None:
        raise Http404
    return first


def address(name: str, *args: object, **query: str | int) -> str:
    """Where a page is, with what stands behind the question mark."""
    url = reverse(name, args=args)
    return f"{url}?{urlencode(query)}" if query else url


def try_on_form(form: BaseForm, act: Callable[[], object]) -> bool:
    """Whether the service did it; if it refused, its sentence stands beside the field."""
    try:
        act()
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    return True


def try_with_message(request: HttpRequest, act: Callable[[], object], done: str | Promise = "") -> bool:
    """Whether the service did it. The next page says what is done, or why nothing was."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, str(done))
    return True


def add_refusal(form: BaseForm, refusal: Refused) -> None:
    """Show a service's sentence beside its field, or above the form."""
    for field, sentence in refusal.fields.items():
        form.add_error(field if field in form.fields else None, sentence)


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name: str, *sheets: Sheet) -> FileResponse:
    """`name` is the file's, ending included."""
    return written(name, lambda file: write_workbook(file, sheets))


def written(name: str, write: Callable[[BytesIO], object]) -> FileResponse:
    """A workbook that a service writes."""
    file = BytesIO()
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
