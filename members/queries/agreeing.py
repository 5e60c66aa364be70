"""Workbooks with private values of many people: who may agree, and what waits for whom."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.choices import Capability, ExportState
from members.exporting.kinds import covered
from members.links import Link
from members.models import Export, Office, Organization, User
from members.offices import CAPABILITIES
from members.paths import STEP

WANTED = {Capability.EXPORT_ROSTER, Capability.REVEAL_PRIVATE}
AGREEING = [kind for kind, held in CAPABILITIES.items() if held >= WANTED]
"""The offices that may see private values and take them along."""
MOST_NAMED = 6


def second_persons(covers: Iterable[str], *, asking: User, on: date) -> list[str]:
    """Names of those who may agree, the nearest first: each may see everybody that is asked for. Two queries."""
    paths = list(Organization.objects.filter(code__in=covers).values_list("path", flat=True))
    shared = [path for path in _above(min(paths, default="")) if all(one.startswith(path) for one in paths)]
    offices = Office.objects.holding(on).filter(organization__path__in=shared, kind__in=AGREEING)
    able = Q(user__is_active=True) | Q(member__user__is_active=True)
    found = offices.filter(able).exclude(Q(user=asking) | Q(member__user=asking))
    rows = found.select_related("user__member", "member__user").order_by("-organization__path", "pk")
    return list(dict.fromkeys(_name(office) for office in rows))[:MOST_NAMED]


def waiting_for(user: User) -> list[Export]:
    """What others ask for and the user may agree to, the oldest first."""
    if Capability.REVEAL_PRIVATE not in user.standing.capabilities:
        return []
    rows = Export.objects.put_to(user).filter(state=ExportState.PROPOSED).select_related("organization")
    return [one for one in rows.order_by("asked_at")[:20] if may_agree(one, user)]


def may_agree(export: Export, user: User) -> bool:
    """Whether the user's offices, as above, cover everybody who is asked for."""
    return all(covered(export, user.standing.paths(capability)) for capability in WANTED)


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user's yes, and what the user may fetch today."""
    if waiting := waiting_for(user):
        count = len(waiting)
        text = ngettext("%(count)s workbook waits for your yes.", "%(count)s workbooks wait for your yes.", count)
        url = reverse("members:export-agree", args=[waiting[0].key])
        yield Link("shield-lock", _("Private values to be taken along"), text % {"count": count}, url)


def _above(path: str) -> list[str]:
    """The path and those above it."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def _name(office: Office) -> str:
    if office.member:
        return office.member.name
    return (office.user.member.name if office.user.member else office.user.get_full_name()) if office.user else ""
