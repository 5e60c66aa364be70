"""Which workbooks may be made in the background. `settings.EXPORTS` names one `ExportKind` each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from members.choices import ExportProblem
from members.models.files import Export
from members.models.organization import Organization
from members.models.user import User
from members.paths import contains

GoOn = Callable[[int], None]
"""Told after each batch how many rows are written; raises when the work is to stop."""


class NotMade(Exception):
    """The workbook can't be made, and trying again by itself wouldn't help."""

    def __init__(self, problem: ExportProblem) -> None:
        super().__init__(problem.label)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ExportContents:
    """How many rows, the codes of the organizations whose they are, and the ids of the members in it."""

    rows: int
    covers: Sequence[str]
    members: Sequence[int] = ()


class ExportKind(Protocol):
    """A workbook. What it holds is decided by the rights of whoever asks, as they are while it is written."""

    @property
    def title(self) -> Promise: ...

    @property
    def holds(self) -> Promise:
        """Which private values, for the second person."""
        ...

    def write(self, export: Export, target: Path, *, by: User, on: date, go_on: GoOn) -> ExportContents:
        """Write the .xlsx; temporary files go beside it. Raises NotMade, and whatever `go_on` raises."""
        ...

    def record(self, export: Export, written: ExportContents) -> None:
        """The same entry as when the workbook is made at once, in the transaction that finishes it."""
        ...

    def may_take(self, export: Export, user: User) -> bool:
        """Whether the file may still be handed to whoever asked for it."""
        ...

    def address(self, export: Export) -> str:
        """The page from which it was asked for."""
        ...

    def file_name(self, export: Export) -> str: ...


@cache
def kinds() -> Mapping[str, ExportKind]:
    """Name → kind, of all apps."""
    return {name: import_string(path) for name, path in settings.EXPORTS.items()}


def covered(export: Export, paths: list[str]) -> bool:
    """Whether the paths reach every organization whose rows are in the file, wherever it lies by now."""
    places = list(Organization.objects.filter(code__in=export.covers).values_list("path", flat=True))
    return len(places) == len(export.covers) and all(any(contains(own, place) for own in paths) for place in places)


JOBS = "reminders:job-list"
"""A page of the app above, which knows every app's jobs; only its name is known here."""
