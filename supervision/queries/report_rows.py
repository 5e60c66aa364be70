"""What a page of records shows, and where a figure's records are found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from members.choices import Capability

Rows = Callable[[str, date, date, date], "QuerySet[Any] | Sequence[Any]"]
"""Path of the subtree, first day, last day, today → the rows."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of such a page. `fen` only where the figure is a sum."""

    title: str
    place: str
    day: date | None = None
    note: str = ""
    url: str = ""
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure's records are; reading them one by one asks for `capability` at the place."""

    capability: Capability
    rows: Rows
    show: Callable[[Any], Record]
    place: str = "organization"
    """The way from a row to its organization."""
    fen: Any = None
    """What is added up, where the figure is no count."""
