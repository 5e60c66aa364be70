"""How long what is kept, for the page: period and ground at the reader's place, what is there, what went."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from members.choices import Capability
from members.models import Removal, User
from members.queries.local_rules import place_of
from members.retention import Kind, kinds
from rulebook.rule import Rule
from rulebook.wording import figure

READERS = (Capability.WATCH_JOBS, Capability.MANAGE_LOCAL_RULES)
NIGHTS_SHOWN = 3
LOOK_BACK = timedelta(days=92)


@dataclass
class Line:
    """A kind as its reader may see it. None: the number is not theirs to see, or told nobody."""

    kind: Kind
    rule: Rule
    period: str
    kept: int | None = None
    removed: int | None = None
    """Altogether."""
    last_night: date | None = None
    """When it was last carried out, whether or not something went."""
    nights: list[Removal] = field(default_factory=list)


def kept_how_long(user: User, *, on: date) -> list[Line]:
    """Every kind with what is there below the reader's offices. What went where isn't known: that is for the top."""
    lines, paths = [_line(kind, user, on) for kind in kinds()], _paths(user)
    at_the_top = sees_all(user)
    for line in lines:
        if line.kind.kept and (line.kind.placed or at_the_top):
            line.kept = line.kind.kept(paths)
    if at_the_top:
        _add_removals({line.kind.code: line for line in lines}, on)
    return lines


def sees_all(user: User) -> bool:
    return any(user.standing.may_everywhere(capability) for capability in READERS)


def _line(kind: Kind, user: User, on: date) -> Line:
    held = kind.due(on).rule_at(place_of(user))
    days = kind.days
    if days is None:
        return Line(kind, held, figure(held.number, held.unit, held.policy))
    return Line(kind, held, figure(Decimal(days), "days", held.policy) if days else _("at once"))


def _paths(user: User) -> list[str]:
    return [path for capability in READERS for path in user.standing.paths(capability)]


def _add_removals(lines: dict[str, Line], on: date) -> None:
    finished = Removal.objects.filter(kind__in=lines, finished_at__isnull=False).order_by()
    for code, total, last in finished.values_list("kind").annotate(Sum("removed"), Max("night")):
        lines[code].removed = total if lines[code].kind.kept else None
        lines[code].last_night = last
    for removal in finished.filter(removed__gt=0, night__gte=on - LOOK_BACK).order_by("-night"):
        if len(lines[removal.kind].nights) < NIGHTS_SHOWN:
            lines[removal.kind].nights.append(removal)
