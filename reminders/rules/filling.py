"""Fills the placeholders of a wording. What has one that isn't filled is never sent."""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from reminders.choices import MessageKind
from reminders.rules.placeholders import KNOWN, PLACEHOLDERS

BRACES = "{}｛｝"
"""The wide ones too: that is what a Chinese keyboard types."""
OPEN = re.compile(rf"[{{｛]([^{BRACES}\n]*)[}}｝]|[{BRACES}]")
"""A placeholder, or a brace without its partner."""


class Worded(Protocol):
    """A wording, or whatever has its two texts."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Unfilled(Exception):
    """Placeholders for which there is no value, or which don't exist. `names` as they were written."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(", ".join(names))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with values for its placeholders. Raises Unfilled; the answer has none left.

    A line is left out when it speaks of something that there isn't: its value is empty, and may be. Values are found
    by either name of their placeholder.
    """
    values = {KNOWN[name].name: value for name, value in values.items() if name in KNOWN}
    if missing := tuple(name for name in written(text) if not _is_filled(name, values)):
        raise Unfilled(missing)
    lines = [line for line in text.splitlines() if not _speaks_of_nothing(line, values)]
    return "\n".join(OPEN.sub(lambda found: values[KNOWN[_name(found)].name], line) for line in lines).strip()


def filled(wording: Worded, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text, ready to send. Raises Unfilled, also when nothing is left of one of them."""
    subject, text = " ".join(fill(wording.subject, values).split()), fill(wording.text, values)
    if not subject or not text:
        raise Unfilled(tuple(written(wording.subject + wording.text)))
    return subject, text


def placeholders_in(wording: Worded) -> frozenset[str] | None:
    """The keys of the values that fill it; None when something in it is no placeholder."""
    names = {KNOWN[name].name if name in KNOWN else None for name in written(f"{wording.subject}\n{wording.text}")}
    return None if None in names else frozenset(name for name in names if name)


def unknown(text: str, kind: MessageKind) -> tuple[str, ...]:
    """What stands in braces and is no placeholder of the kind; a lone brace stands for itself."""
    names = {name for one in PLACEHOLDERS[kind] for name in (one.name, one.zh)}
    return tuple(name for name in written(text) if name not in names)


def lacking(text: str) -> tuple[str, ...]:
    """Placeholders in the text of which the value may be empty: a subject can't be without them, so it has none."""
    return tuple(name for name in written(text) if name in KNOWN and KNOWN[name].may_lack)


def written(text: str) -> Iterator[str]:
    """The placeholders of a text as they are written in it, each once."""
    yield from dict.fromkeys(_name(found) for found in OPEN.finditer(text))


def _name(found: re.Match[str]) -> str:
    return found[0] if found[1] is None else found[1].strip() or "{}"


def _is_filled(name: str, values: Mapping[str, str]) -> bool:
    placeholder = KNOWN.get(name)
    if placeholder is None or placeholder.name not in values:
        return False
    return bool(values[placeholder.name].strip()) or placeholder.may_lack


def _speaks_of_nothing(line: str, values: Mapping[str, str]) -> bool:
    return any(not values[KNOWN[name].name].strip() for name in written(line))
