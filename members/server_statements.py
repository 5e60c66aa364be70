"""Statements that a PostgreSQL server keeps for a connection: planning a small one takes it longer than running it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakSet

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import AsIs

TYPES = ((date, "date"), (UUID, "uuid"), (int, "bigint"), (str, "unknown"))
"""Of values, choices among them. What is unknown takes the type of what it is compared with, like a quoted word."""
_numbers = count(1)


def kept_by_server() -> bool:
    """Not where connections share sessions of the server (DISABLE_SERVER_SIDE_CURSORS: a pooler between us)."""
    return connection.vendor == "postgresql" and not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


@dataclass(frozen=True, slots=True, eq=False)
class ServerStatement:
    """A statement with `%s` for its parameters, which are constants or numbered places of values."""

    text: str
    parameters: Sequence[Any]
    types: Sequence[str]
    """Of the places, from the first."""
    name: str = field(default_factory=lambda: f"branchweb_{next(_numbers)}")
    _known: WeakSet[Any] = field(default_factory=WeakSet)
    """Connections whose server has it."""

    def execute(self, cursor: CursorWrapper, values: Sequence[Any]) -> None:
        """Run it with a value for each place. The server is told of it once; that isn't a query of the page."""
        session = connection.connection
        if session not in self._known:
            with connection.wrap_database_errors:
                cursor.cursor.execute(f"PREPARE {self.name} {self._typed} AS {self.text}", self.parameters)
            self._known.add(session)
        cursor.execute(f"EXECUTE {self.name}{self._places}", values)

    @property
    def _typed(self) -> str:
        return f"({', '.join(self.types)})" if self.types else ""

    @property
    def _places(self) -> str:
        return f"({', '.join(['%s'] * len(self.types))})" if self.types else ""


def type_of(value: object) -> str:
    return next(name for kind, name in TYPES if isinstance(value, kind))


def numbered(number: int) -> AsIs:
    """The place of a value in a statement, the first is 1."""
    return AsIs(f"${number}")
