"""Queries of busy pages, composed once: composing one takes longer than running it (docs/adr/0014)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakSet

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
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


Row = tuple[Any, ...]
Some = TypeVar("Some", bound=Model)
LENGTHS = (1, 4, 16, 32, 64, 256)
"""To which lists are filled up, so that a few statements serve all; of a longer one the statement isn't kept."""


class Prepared:
    """A function that makes a queryset from plain values, asked again and again with other values.

    The values are whole numbers, days, words, keys, and lists of them. They have to go into the statement as they are,
    words also with something behind them (the end of a subtree): a queryset that reckons with a value, or is another
    one for another value, can't be prepared, and is refused where that can be seen. Each set of names, kinds and
    lengths has a statement of its own, in each database.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._composed: dict[tuple[object, ...], _Statement] = {}

    def rows(self, **values: Any) -> Iterator[Row]:
        """Tuples, as of `values_list`. One query."""
        statement, filled = self._statement(values)
        return statement.rows(filled)

    def objects(self, model: type[Some], **values: Any) -> list[Some]:
        """Rows of a model, of a queryset that selects its own fields and perhaps annotates. One query."""
        statement, filled = self._statement(values)
        return [statement.object(model, row) for row in statement.rows(filled)]

    def _statement(self, values: Mapping[str, Any]) -> "tuple[_Statement, dict[str, Any]]":
        filled = {name: _filled(value) if isinstance(value, list) else value for name, value in values.items()}
        kinds = ((name, len(value) if isinstance(value, list) else type(value)) for name, value in filled.items())
        shape = (connection.vendor, *kinds)
        statement = self._composed.get(shape) or _Statement(self.build, filled)
        if all(len(value) <= LENGTHS[-1] for value in filled.values() if isinstance(value, list)):
            self._composed[shape] = statement
        return statement, filled


class _Statement:
    """SQL with the places of the values in it. Composed with values that stand nowhere else, to find those places."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], values: Mapping[str, Any]) -> None:
        marks = dict(_marks(values))
        query = build(**_like(values, marks)).query
        self.compiler: SQLCompiler = query.get_compiler(connection=connection)
        self.text, found = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])
        places = {_adapted(mark): place for place, mark in marks.items()}
        self.places = [_placed(value, places) for value in found]
        standing = {place.name_and_number for place in self.places if isinstance(place, _Place)}
        if lost := [place.name for place in marks if place.name_and_number not in standing]:
            raise ValueError(f"{', '.join(lost)}: not in the statement as given")
        self.wanted = list(dict.fromkeys(place for place in self.places if isinstance(place, _Place)))
        self.on_server = self._on_server(values) if kept_by_server() else None

    def _on_server(self, values: Mapping[str, Any]) -> ServerStatement:
        numbers = {place: numbered(number) for number, place in enumerate(self.wanted, start=1)}
        types = [type_of(place.value(values)) for place in self.wanted]
        return ServerStatement(self.text, [numbers.get(place, place) for place in self.places], types)

    def rows(self, values: Mapping[str, Any]) -> Iterator[Row]:
        with connection.cursor() as cursor:
            if self.on_server:
                self.on_server.execute(cursor, [place.value(values) for place in self.wanted])
            else:
                given = [place.value(values) if isinstance(place, _Place) else place for place in self.places]
                cursor.execute(self.text, given)
            rows = cursor.fetchall()
        return map(tuple, self.compiler.apply_converters(rows, self.converters)) if self.converters else iter(rows)

    def object(self, model: type[Some], row: Row) -> Some:
        names = [field.attname for field in model._meta.concrete_fields]
        found = model.from_db(connection.alias, names, row[: len(names)])
        for name, at in self.compiler.annotation_col_map.items():
            setattr(found, name, row[at])
        return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A value's name, its number in the list or -1 where it is none, and what stands behind it."""

    name: str
    number: int = -1
    behind: str = ""

    @property
    def name_and_number(self) -> tuple[str, int]:
        return self.name, self.number

    def value(self, values: Mapping[str, Any]) -> Any:
        value = values[self.name] if self.number < 0 else values[self.name][self.number]
        return value + self.behind if self.behind else _adapted(value)


def _placed(value: Any, places: Mapping[Any, _Place]) -> Any:
    """The place of a mark, the value itself where it is none."""
    if isinstance(value, str) and value.startswith("\x02"):
        mark, end, behind = value.partition("\x03")
        return replace(places[mark + end], behind=behind)
    return places.get(value, value)


def _marks(values: Mapping[str, Any]) -> Iterator[tuple[_Place, Any]]:
    number = 0
    for name, value in values.items():
        several = isinstance(value, list)
        for at, one in enumerate(value if several else [value]):
            number += 1
            yield _Place(name, at if several else -1), _mark(one, number)


def _mark(value: object, number: int) -> Any:
    """Of the same kind, and found nowhere in a queryset of ours."""
    if type(value) is date:
        return date.fromordinal(date(8765, 4, 3).toordinal() + number)
    if isinstance(value, UUID):
        return UUID(int=(0xABCD << 112) + number)
    if isinstance(value, str):
        return f"\x02{number}\x03"
    if isinstance(value, int) and not isinstance(value, bool):
        return 2_047_000_000 + number
    raise TypeError(f"a statement isn't prepared for {type(value).__name__}")


def _like(values: Mapping[str, Any], marks: Mapping[_Place, Any]) -> dict[str, Any]:
    """The values with marks in their places."""
    return {name: _marked(name, value, marks) for name, value in values.items()}


def _marked(name: str, value: object, marks: Mapping[_Place, Any]) -> Any:
    if isinstance(value, list):
        return [marks[_Place(name, at)] for at in range(len(value))]
    return marks[_Place(name)]


def _adapted(value: Any) -> Any:
    """As fields hand it to the database."""
    if type(value) is date:
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return value


def _filled(values: Iterable[Any]) -> list[Any]:
    """With its last one again, to the next of LENGTHS. Raises ValueError for nothing: nothing has to be asked then."""
    listed = list(values)
    if not listed:
        raise ValueError("ask nothing for an empty list")
    wanted = next((length for length in LENGTHS if length >= len(listed)), len(listed))
    return listed + [listed[-1]] * (wanted - len(listed))
