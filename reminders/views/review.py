"""Messages that somebody looks at before they go out: the first time that many of a kind would."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.choices import Capability
from members.models import Organization
from members.paths import subtree
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from reminders.choices import MessageKind
from reminders.forms.messages import DeclineForm
from reminders.models import Release
from reminders.models.message import MessageQuerySet
from reminders.queries.messages import PEOPLE, held_heaps, letter, messages_of, told
from reminders.services.releasing import decline, release, take_back

ON_A_PAGE = 30
RELEASES = Release.objects.select_related("organization", "released_by")


@requires(Capability.SEND_MESSAGES)
@require_safe
def review_list(request: PageRequest) -> HttpResponse:
    """What waits to be looked at, by branch and kind; and which kinds go out without."""
    given = RELEASES.visible_to(request.user, Capability.SEND_MESSAGES).in_force()
    context = {"heaps": held_heaps(request.user), "releases": given.order_by("organization__path", "kind")}
    return render(request, "reminders/review_list.html", context)


@requires(Capability.SEND_MESSAGES)
@never_cache
@require_safe
def review_detail(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Each of them in its words."""
    place = fetch(request, Organization.objects.all(), code=code)
    return _shown(request, place, _kind(kind), DeclineForm())


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_release(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Let them go, and those to come."""
    place = fetch(request, Organization.objects.all(), code=code)
    number = release(place, _kind(kind), by=request.user)
    sentence = ngettext("%(number)s message goes out now.", "%(number)s messages go out now.", number)
    messages.success(request, sentence % {"number": number})
    return redirect("reminders:review-list")


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_decline(request: PageRequest, code: str, kind: str) -> HttpResponse:
    """Don't send those that are ticked, or any of them, because."""
    place = fetch(request, Organization.objects.all(), code=code)
    form = DeclineForm(request.POST)
    declined: list[int] = []
    if form.is_valid():
        given = {"by": request.user, "reason": form.cleaned_data["reason"], "keys": form.keys()}
        carried_out(form, lambda: declined.append(decline(place, _kind(kind), **given)))
    if not declined:
        return _shown(request, place, _kind(kind), form)
    sentence = ngettext("%(number)s message is not sent.", "%(number)s messages are not sent.", declined[0])
    messages.success(request, sentence % {"number": declined[0]})
    return redirect("reminders:review-list")


@requires(Capability.SEND_MESSAGES)
@require_POST
def review_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """From now on messages of the kind are looked at again."""
    given = fetch(request, RELEASES.all(), pk=key)
    take_back(given, by=request.user)
    messages.success(request, _("From now on messages of this kind wait to be looked at again, when there are many."))
    return redirect("reminders:review-list")


def _shown(request: PageRequest, place: Organization, kind: MessageKind, form: DeclineForm) -> HttpResponse:
    page = Paginator(_waiting(request, place, kind), ON_A_PAGE).get_page(request.GET.get("page"))
    lines: list[dict[str, Any]] = [{"message": one, "told": told(one), "letter": letter(one)} for one in page]
    context = {"place": place, "kind": kind, "page": page, "lines": lines, "form": form, "ticked": form.ticked()}
    return render(request, "reminders/review.html", context)


def _waiting(request: PageRequest, place: Organization, kind: MessageKind) -> MessageQuerySet:
    held = messages_of(request.user, Capability.SEND_MESSAGES).held()
    inside = held.filter(subtree("organization__path", [place.path]), kind=kind)
    return inside.select_related(*PEOPLE, "wording").order_by("planned_at", "key")


def _kind(code: str) -> MessageKind:
    try:
        return MessageKind(code)
    except ValueError:
        raise Http404 from None
