"""Lists for self-checks as they are typed: a line a row, and after a bar or a tab the document and article."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES, LONGEST_TEXT, LONGEST_SOURCE = 40, 300, 200
BARS = ("\t", "|", "｜")
"""A tab is what stands between two columns that were copied out of a sheet."""


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    text: str
    source: str = ""


class Unfit(StrEnum):
    """Why a list can't be kept as it was typed."""

    EMPTY = "empty"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class ChecklistObjection:
    """`number` is the line it is about, from one; None: the whole."""

    why: Unfit
    number: int | None = None


def read_lines(typed: str) -> list[ChecklistLine]:
    """The lines of a list; rows with nothing in them are left out."""
    rows = (_line(row) for row in typed.splitlines())
    return [line for line in rows if line.text]


def write_lines(lines: Iterable[ChecklistLine]) -> str:
    """The same as it can be typed."""
    return "\n".join(f"{line.text} | {line.source}" if line.source else line.text for line in lines)


def objection(lines: list[ChecklistLine]) -> ChecklistObjection | None:
    """What is wrong first; None: the list can be kept."""
    if not lines:
        return ChecklistObjection(Unfit.EMPTY)
    if len(lines) > MOST_LINES:
        return ChecklistObjection(Unfit.TOO_MANY)
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if len(line.text) > LONGEST_TEXT or len(line.source) > LONGEST_SOURCE:
            return ChecklistObjection(Unfit.TOO_LONG, number)
        if line.text in seen:
            return ChecklistObjection(Unfit.TWICE, number)
        seen.add(line.text)
    return None


def _line(row: str) -> ChecklistLine:
    at = min((row.index(bar) for bar in BARS if bar in row), default=len(row))
    return ChecklistLine(row[:at].strip(), row[at + 1 :].strip())
