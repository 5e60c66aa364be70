"""Subtrees of the organization tree as ranges of materialised paths (four characters a level, digits and capitals)."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

STEP = 4
ROOT = ""


def subtree(field: str, paths: Iterable[str]) -> Q:
    """Rows whose `field` lies in one of the subtrees; no paths, no rows. A range, because both databases index it."""
    ranges = [Q(**{f"{field}__range": (path, path + "Z" * STEP)}) for path in outermost(paths)]
    return reduce(or_, ranges) if ranges else Q(pk__in=[])


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie in no other of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def contains(path: str, other: str) -> bool:
    """Whether `other` is `path` itself or below it."""
    return bool(path) and other.startswith(path)


def common(paths: Iterable[str]) -> str:
    """The path of the nearest organization at or above all of them; the root's where there is none, or no paths."""
    ordered = sorted(set(paths))
    if not ordered:
        return ROOT
    first, last = ordered[0], ordered[-1]
    apart = (at for at in range(0, len(first), STEP) if first[at : at + STEP] != last[at : at + STEP])
    return first[: next(apart, len(first))]
