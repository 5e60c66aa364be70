"""Offices that wait for a second person, as pages show them."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.choices import Capability, OfficeRequestState
from members.links import Link
from members.models import OfficeRequest, User

WHOLE = OfficeRequest.objects.select_related(
    "organization", "user__member", "asked_by__member", "settled_by", "replaces"
)
SHOWN_FOR = timedelta(days=90)
MOST = 200


def shown_to(user: User, *, on: date) -> QuerySet[OfficeRequest]:
    """Those that wait first, then what was settled in the last three months."""
    late = Q(state=OfficeRequestState.WAITING) | Q(settled_on__gte=on - SHOWN_FOR)
    return WHOLE.visible_to(user).filter(late).order_by("settled_on", "-asked_on", "key")[:MOST]


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user's yes as the second person. One query."""
    paths = user.standing.paths(Capability.CONFIRM_OFFICES)
    if not paths:
        return
    waiting = OfficeRequest.objects.visible_to(user).waiting().exclude(asked_by=user).exclude(user=user)
    if count := waiting.count():
        text = ngettext("%(count)s office waits for a second yes.", "%(count)s offices wait for a second yes.", count)
        yield Link("person-badge", _("Offices to confirm"), text % {"count": count}, reverse("members:office-requests"))
