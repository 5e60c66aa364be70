"""What the start page says to who assesses: answers, second persons and corrections that somebody waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, ngettext

from assessment.models import Assessment, ManualValue, Objection
from assessment.models.scope import held_at
from members.choices import Capability
from members.links import Link
from members.models import User

ASSESS = Capability.ASSESS


@dataclass(frozen=True, slots=True)
class Kind:
    """`only`: how the list of assessments is asked for those of a kind."""

    only: str
    icon: str
    title: Promise


OBJECTIONS = Kind("objections", "chat-dots", gettext_lazy("Objections to answer"))
VALUES = Kind("values", "person-check", gettext_lazy("Values that wait for a second person"))
STALE = Kind("stale", "arrow-counterclockwise", gettext_lazy("Published points that the record has overtaken"))


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """One line for each kind that somebody waits for, in the newest scheme that has it. Three queries; none without
    the office. Whoever entered a value isn't its second person."""
    if not user.standing.may_any([ASSESS]):
        return
    mine = held_at(user, ASSESS, "assessment__")
    values = ManualValue.objects.waiting().filter(mine).exclude(entered_by=user)
    yield from _line(OBJECTIONS, Objection.objects.unanswered().filter(mine), "assessment__")
    yield from _line(VALUES, values, "assessment__")
    yield from _line(STALE, Assessment.objects.settled().stale().filter(held_at(user, ASSESS)), "")


def _line(
    kind: Kind, rows: "QuerySet[Objection] | QuerySet[ManualValue] | QuerySet[Assessment]", to: str
) -> Iterator[Link]:
    """`to`: the way from a row to its assessment."""
    branches = Count(f"{to}organization", distinct=True)
    found = rows.order_by(f"-{to}scheme__year", f"{to}scheme__code").values_list(f"{to}scheme", f"{to}scheme__title")
    row = found.annotate(branches=branches).first()
    if row:
        scheme, title, count = row
        yield Link(kind.icon, str(kind.title), _text(title, count), _address(scheme, kind.only))


def _text(scheme: str, branches: int) -> str:
    sentence = ngettext("%(scheme)s: %(count)s branch.", "%(scheme)s: %(count)s branches.", branches)
    return sentence % {"scheme": scheme, "count": branches}


def _address(scheme: UUID, only: str) -> str:
    return f"{reverse('assessment:assessment-list')}?{urlencode({'scheme': str(scheme), 'only': only})}"
