"""Subtrees of the organization tree as ranges of materialised paths (four characters a level, digits and capitals)."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from members.choices import OrganizationKind

STEP = 4
ROOT = ""


class Alone(str):
    """The path of one organization without what stands below it."""

    __slots__ = ()


def subtree(field: str, paths: Iterable[str]) -> Q:
    """Rows whose `field` lies in one of the subtrees; no paths, no rows. A range, because both databases index it."""
    conditions = [
        Q(**{field: str(path)}) if isinstance(path, Alone) else Q(**{f"{field}__range": (path, path + "Z" * STEP)})
        for path in outermost(paths)
    ]
    return reduce(or_, conditions) if conditions else Q(pk__in=[])


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie in no other of them."""
    paths = list(paths)
    kept: list[str] = []
    for path in sorted({path for path in paths if not isinstance(path, Alone)}):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    alone = sorted({path for path in paths if isinstance(path, Alone)})
    return kept + [path for path in alone if not any(path.startswith(wide) for wide in kept)]


def contains(path: str, other: str) -> bool:
    """Whether `other` is `path` itself or below it."""
    if isinstance(path, Alone):
        return other == path
    return bool(path) and other.startswith(path)


def branch_path(path: str, kind: str) -> str:
    """Of the branch to which a branch or a party group belongs: a group's is the one above it."""
    return path[:-STEP] if kind == OrganizationKind.GROUP else path


def common(paths: Iterable[str]) -> str:
    """The path of the nearest organization at or above all of them; the root's where there is none, or no paths."""
    ordered = sorted(set(paths))
    if not ordered:
        return ROOT
    first, last = ordered[0], ordered[-1]
    apart = (at for at in range(0, len(first), STEP) if first[at : at + STEP] != last[at : at + STEP])
    return first[: next(apart, len(first))]
