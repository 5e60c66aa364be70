"""Officers who settle duties one by one, and which duties are theirs."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from members.choices import Capability, OfficeKind
from members.models import Office, Organization, User
from members.offices import CAPABILITIES
from members.paths import common, subtree
from members.queries.standing import PLACE
from members.standing import HeldOffice, Standing
from reminders.queries.desk import sees_kind
from reminders.queries.duties import duties_below
from reminders.queries.not_applicable import keys_below
from reminders.rules.desk import key_of
from rulebook.values import Duty, DutyState

SETTLES = [kind for kind, capabilities in CAPABILITIES.items() if Capability.SETTLE_DUTIES in capabilities]
ABOVE_ALL = "~"
"""Sorts behind every path."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is open of the officers' duties; `titles` of places by their codes."""

    of: Mapping[int, list[Duty]]
    places: Mapping[str, str]


def duty_officers(path: str, *, on: date) -> list[User]:
    """Accounts that can log in and settle duties at the path or below it, each with all offices held there as its
    standing, and nothing else. Two queries."""
    able = Office.objects.holding(on).filter(subtree("organization__path", [path]), kind__in=SETTLES)
    settling = {own or members for own, members in able.values_list("user", "member__user")}
    held: dict[int, list[HeldOffice]] = defaultdict(list)
    offices = Office.objects.holding(on).filter(subtree("organization__path", [path])).with_stand_ins(on)
    rows = offices.order_by("organization__path").values_list("user", "member__user", "kind", *PLACE)
    for own, members, kind, *place in rows:
        if (user := own or members) in settling and user:
            held[user].append(HeldOffice(OfficeKind(kind), *place))
    active = User.objects.filter(pk__in=held, is_active=True).values_list("pk", flat=True)
    return [_standing(user, Standing(on, tuple(held[user]))) for user in sorted(active)]


def duties_of(officers: Sequence[User], *, on: date) -> Asked:
    """Open duties by officer: where they settle them, of kinds that they see, and not said not to apply.

    Computed once for the nearest organization above all of them: as many queries for one officer as for all.
    """
    if not officers:
        return Asked({}, {})
    root = common(path for one in officers for path in settled_paths(one))
    said = keys_below(root)
    rows = Organization.objects.below(root).values_list("code", "path", "name")
    places = {code: (path, name) for code, path, name in rows}
    by_path: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties_below(root, on=on):
        if duty.state != DutyState.DONE and key_of(duty) not in said:
            by_path[places[duty.organization][0]].append(duty)
    ordered = sorted(by_path)
    return Asked(
        of={one.pk: _seen(one, by_path, ordered) for one in officers},
        places={code: name for code, (_path, name) in places.items()},
    )


def settled_paths(officer: User) -> list[str]:
    return officer.standing.paths(Capability.SETTLE_DUTIES)


def _seen(officer: User, by_path: Mapping[str, list[Duty]], ordered: Sequence[str]) -> list[Duty]:
    return [
        duty
        for root in settled_paths(officer)
        for path in ordered[bisect_left(ordered, root) : bisect_left(ordered, root + ABOVE_ALL)]
        for duty in by_path[path]
        if sees_kind(officer, duty.kind, about_member=bool(duty.member), path=path)
    ]


def _standing(pk: int, standing: Standing) -> User:
    officer = User(pk=pk)
    officer.standing = standing
    return officer
