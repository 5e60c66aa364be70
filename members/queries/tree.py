"""The tree as its page shows it: the tops of one's scope, and the levels on the way to what was opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from members.choices import Capability
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import STEP, contains
from members.queries.organizations import RosterSummary, summaries

LEVEL_LIMIT = 200
"""Most organizations shown of one level; the others are found by searching."""


@dataclass(frozen=True)
class Node:
    """A line of the tree; `level` counts from the top that is shown, `close_to` stays open when it is closed."""

    organization: Organization
    level: int
    opened: bool
    close_to: str
    figures: RosterSummary


@dataclass(frozen=True)
class Tree:
    nodes: list[Node]
    cut: list[Organization]
    """Open organizations that have more below them than is shown."""


def tree(user: User, *, opened: Organization | None, on: date) -> Tree:
    """The lines with everything on the way to `opened` laid open, and its own level; nothing opened: a single top's.

    One query for the tops and one for each open level, and two for all figures.
    """
    tops = user.standing.paths(Capability.VIEW_ORGANIZATIONS)
    standing = Organization.objects.standing_on(on).in_tree_order()
    open_paths = list(_open_paths(tops, opened))
    levels = {path: list(_children(standing, path)) for path in open_paths}
    shown = list(standing.filter(path__in=tops)) + [place for level in levels.values() for place in level[:LEVEL_LIMIT]]
    shown.sort(key=lambda place: place.path)
    figures, codes = summaries(shown, on=on), {place.path: place.code for place in shown}
    nodes = [
        Node(
            organization=place,
            level=len(place.path) // STEP - _top_length(tops, place.path) // STEP,
            opened=place.path in levels,
            close_to=codes.get(place.parent_path, ""),
            figures=figures[place.path],
        )
        for place in shown
    ]
    return Tree(nodes, [place for place in shown if len(levels.get(place.path, ())) > LEVEL_LIMIT])


def _open_paths(tops: list[str], opened: Organization | None) -> Iterator[str]:
    if opened is None:
        yield from tops if len(tops) == 1 else ()
        return
    top = _top_length(tops, opened.path)
    for length in range(top, len(opened.path) + 1, STEP):
        yield opened.path[:length]


def _children(standing: OrganizationQuerySet, path: str) -> OrganizationQuerySet:
    """One more than is shown, so that a level which is cut is known."""
    below: OrganizationQuerySet = standing.filter(depth=len(path) // STEP + 1).below(path)[: LEVEL_LIMIT + 1]
    return below


def _top_length(tops: list[str], path: str) -> int:
    """Length of the path of the top above."""
    return next(len(top) for top in tops if contains(top, path))
