"""The order of a scheme's lines: each after the line above it, those below one together, as they stand on the sheet."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Parents = Mapping[Key, Key | None]
"""Every line with the line above it, in the order of the sheet. None: it stands at the top."""


def tree_order(parents: Parents[Key]) -> list[Key]:
    """Lines below another move behind it; among themselves they keep their order."""
    return list(_below(parents, None))


def placed_last(parents: Parents[Key], key: Key, parent: Key | None) -> dict[Key, Key | None]:
    """With the line as the last one below `parent`."""
    return {one: above for one, above in parents.items() if one != key} | {key: parent}


def moved(parents: Parents[Key], key: Key, step: int) -> dict[Key, Key | None]:
    """With the line before (-1) or behind (+1) its neighbour below the same line; unchanged at the end of the row."""
    row = [one for one, above in parents.items() if above == parents[key]]
    place = row.index(key) + step
    if not 0 <= place < len(row):
        return dict(parents)
    neighbour = row[place]
    exchanged = {key: neighbour, neighbour: key}
    order = [exchanged.get(one, one) for one in parents]
    return {one: parents[one] for one in order}


def subtree_of(parents: Parents[Key], key: Key) -> set[Key]:
    """The line and everything below it."""
    return {key}.union(*(subtree_of(parents, one) for one, above in parents.items() if above == key))


def _below(parents: Parents[Key], parent: Key | None) -> Iterator[Key]:
    for one, above in parents.items():
        if above == parent:
            yield one
            yield from _below(parents, one)
