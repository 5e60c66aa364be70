"""What may not stand in a text that everybody reads: who somebody is, and numbers by which one finds them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

IDENTITY = re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dX](?![\dX])", re.IGNORECASE)
PHONE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
BETWEEN = re.compile(r"[\s·•‧・]")
SHORTEST = 2
"""One character is no full name: it stands in every other word."""


class Private(StrEnum):
    NAME = "name"
    IDENTITY = "identity"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Found:
    """In which field, what, and of a name which."""

    field: str
    what: Private
    name: str = ""


def private_in(texts: Mapping[str, str], names: Iterable[str]) -> Found | None:
    """The first thing that gives somebody away. `names`: full names of people, however they are spaced."""
    known = [(name, _plain(name)) for name in names if len(_plain(name)) >= SHORTEST]
    for field, text in texts.items():
        if found := _number_in(field, text) or _name_in(field, text, known):
            return found
    return None


def _number_in(field: str, text: str) -> Found | None:
    written = unicodedata.normalize("NFKC", text)
    for pattern, what in ((IDENTITY, Private.IDENTITY), (PHONE, Private.PHONE)):
        if pattern.search(written):
            return Found(field, what)
    return None


def _name_in(field: str, text: str, names: list[tuple[str, str]]) -> Found | None:
    written = _plain(text)
    return next((Found(field, Private.NAME, name) for name, plain in names if plain in written), None)


def _plain(text: str) -> str:
    return BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
