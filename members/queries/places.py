"""The organizations that a page of the roster speaks of: where its members belong, and what it can be narrowed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, Subquery, Value
from django.db.models.functions import Concat

from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.paths import STEP, subtree

MOST_OFFERED = 120
"""Organizations offered directly below one; who has more finds the others by the tree."""
LAST_OFFERED = Organization._get_path("", 1, MOST_OFFERED)
"""The end of the path of the last one offered."""


class Found(NamedTuple):
    """What is read of an organization."""

    code: str
    name: str
    path: str
    kind: str

    @property
    def above(self) -> str:
        """The path of the organization above."""
        return self.path[:-STEP]


@dataclass(frozen=True)
class Places:
    names: dict[str, str]
    """Path → what a page calls it: a group stands behind its branch."""
    offered: list[tuple[str, str]]
    """Codes and names, indented, of the organization chosen and of those directly below it."""
    chosen: Found | None
    """None: none was asked for, or none that the user sees."""


def places_of(user: User, code: str, paths: Iterable[str]) -> Places:
    """In one query: the names of the paths, and where the roster can be narrowed to from the organization of the code.

    Without a code: from the organizations in which the user holds an office.
    """
    paths, offices = set(paths), user.standing.paths(Capability.VIEW_ROSTER)
    named = Q(path__in=paths | {path[:-STEP] for path in paths})
    near = (_from_code(code) if code else _from_offices(offices)) & subtree("path", offices)
    rows = Organization.objects.filter(named | near).in_tree_order().values_list("code", "name", "path", "kind")
    found = [Found(*row) for row in rows]
    by_path = {place.path: place for place in found}
    starts = [place for place in found if (place.code == code if code else place.path in offices)]
    return Places(
        names={path: _called(by_path[path], by_path) for path in paths & by_path.keys()},
        offered=_offered(found, {start.path for start in starts}),
        chosen=starts[0] if code and starts else None,
    )


def _from_code(code: str) -> Q:
    chosen = Organization.objects.filter(code=code)
    start, depth = Subquery(chosen.values("path")), Subquery(chosen.values("depth"))
    return Q(code=code) | Q(depth=depth + 1, path__range=(start, Concat(start, Value(LAST_OFFERED))))


def _from_offices(paths: Iterable[str]) -> Q:
    near = Q(path__in=paths)
    for path in paths:
        near |= Q(depth=len(path) // STEP + 1, path__range=(path, path + LAST_OFFERED))
    return near


def _called(place: Found, by_path: dict[str, Found]) -> str:
    above = by_path.get(place.above)
    return f"{above.name} · {place.name}" if place.kind == OrganizationKind.GROUP and above else place.name


def _offered(found: list[Found], starts: set[str]) -> list[tuple[str, str]]:
    near = [place for place in found if place.path in starts or place.above in starts]
    return [(place.code, "\u3000" * (place.above in starts) + place.name) for place in near[: MOST_OFFERED + 1]]
