"""Keyed sums over the rows that the program wrote. No models: connections of `audit.databases` add to them at commit.

A place (a row, or rows that lie together) has the sum of its rows' digests, modulo 2^256; a table has the sum of its
places' marks. Adding and subtracting needs neither the other rows nor the order; without the key of the record nobody
can make a sum fit. What was changed past the program stays a difference, whatever the program writes there later.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.keyring import row_key

MODULUS = 1 << 256
AT_ONCE = 200
NEVER = ""
"""Instead of a mark: what was added to a sum that somebody had edited fits never again."""

Change = tuple[int, int]
"""How many rows more, and what they add to the sum."""
Changes = Mapping[str, Mapping[str, Change]]
"""By table and place."""


@dataclass(frozen=True)
class PlaceSum:
    table: str
    place: str
    rows: int
    sum: int

    def mark(self) -> str:
        return _keyed("place", self.table, self.place, self.rows, self.sum)


@dataclass(frozen=True)
class TableSum:
    table: str
    columns: str
    places: int
    sum: int
    round: int

    def mark(self) -> str:
        return _keyed("table", self.table, self.columns, self.places, self.sum, self.round)


def row_digester() -> Callable[[str, str], int]:
    """What a row of a table adds to the sum of its place. The key is looked up once."""
    key = row_key()

    def digest(table: str, content: str) -> int:
        return int.from_bytes(hashlib.blake2b(f"{table}\0{content}".encode(), key=key, digest_size=32).digest())

    return digest


def place_name(values: Iterable[Any]) -> str:
    return "/".join("" if value is None else str(value) for value in values)


def add(connection: Any, changes: Changes) -> None:
    """Add what a transaction wrote to the sums, inside that transaction. Tables are locked in order of their names."""
    with connection.cursor() as cursor:
        for table in sorted(changes):
            _add_to_table(connection, cursor, table, changes[table])


def _add_to_table(connection: Any, cursor: Any, table: str, changes: Mapping[str, Change]) -> None:
    head, head_mark = _locked(connection, cursor, table)
    total, count = head.sum, head.places
    stored: list[tuple[PlaceSum, str]] = []
    emptied: list[str] = []
    before = _places(cursor, table, list(changes))
    for place, (rows, added) in changes.items():
        was, mark = before.get(place, (PlaceSum(table, place, 0, 0), None))
        now = PlaceSum(table, place, was.rows + rows, (was.sum + added) % MODULUS)
        holds = mark is None or mark == was.mark()
        count += mark is None
        total -= as_number(mark)
        if holds and not now.rows and not now.sum:
            emptied.append(place)
            count -= 1
            continue
        new_mark = now.mark() if holds else NEVER
        stored.append((now, new_mark))
        total += as_number(new_mark)
    _store(cursor, stored)
    _forget(cursor, table, emptied)
    later = TableSum(table, head.columns, count, total % MODULUS, head.round)
    _store_table(cursor, later, later.mark() if head_mark == head.mark() else NEVER)


def as_number(mark: str | None) -> int:
    """What the mark of a place adds to its table's sum."""
    return int(mark or "0", 16)


def as_text(number: int) -> str:
    return f"{number:064x}"


def _begin(cursor: Any, table: str) -> None:
    """The first row of an installation makes the sums of all tables. One that is missing later was taken away: it gets
    a sum of round 0, which shows it."""
    from audit.watched import watched_tables  # noqa: PLC0415 - connections are made before the apps are

    cursor.execute("SELECT count(*) FROM audit_tablesum")
    tables = [table] if cursor.fetchone()[0] else list(watched_tables())
    for name in tables:
        first = TableSum(name, ",".join(watched_tables()[name].columns), 0, 0, 0)
        cursor.execute(
            "INSERT INTO audit_tablesum (table_name, columns, places, sum, round, mark) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [name, first.columns, 0, as_text(0), 0, first.mark()],
        )


def _locked(connection: Any, cursor: Any, table: str) -> tuple[TableSum, str]:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    query = f"SELECT columns, places, sum, round, mark FROM audit_tablesum WHERE table_name = %s{lock}"  # noqa: S608
    cursor.execute(query, [table])
    row = cursor.fetchone()
    if row is None:
        _begin(cursor, table)
        cursor.execute(query, [table])
        row = cursor.fetchone()
    columns, places, total, turn, mark = row
    return TableSum(table, columns, places, int(total, 16), turn), mark


def _places(cursor: Any, table: str, places: list[str]) -> dict[str, tuple[PlaceSum, str]]:
    found: dict[str, tuple[PlaceSum, str]] = {}
    for part in _parts(places):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(
            f"SELECT place, rows, sum, mark FROM audit_rowsum WHERE table_name = %s AND place IN ({marks})",  # noqa: S608
            [table, *part],
        )
        for place, rows, total, mark in cursor.fetchall():
            found[place] = PlaceSum(table, place, rows, int(total, 16)), mark
    return found


def _store(cursor: Any, stored: list[tuple[PlaceSum, str]]) -> None:
    for part in _parts(stored):
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(part))
        values = [v for now, mark in part for v in (now.table, now.place, now.rows, as_text(now.sum), mark)]
        cursor.execute(
            f"INSERT INTO audit_rowsum (table_name, place, rows, sum, mark) VALUES {rows}"  # noqa: S608
            " ON CONFLICT (table_name, place) DO UPDATE SET rows = excluded.rows, sum = excluded.sum,"
            " mark = excluded.mark",
            values,
        )


def _forget(cursor: Any, table: str, places: list[str]) -> None:
    for part in _parts(places):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(
            f"DELETE FROM audit_rowsum WHERE table_name = %s AND place IN ({marks})",  # noqa: S608
            [table, *part],
        )


def _store_table(cursor: Any, later: TableSum, mark: str) -> None:
    cursor.execute(
        "UPDATE audit_tablesum SET places = %s, sum = %s, round = %s, mark = %s WHERE table_name = %s",
        [later.places, as_text(later.sum), later.round, mark, later.table],
    )


def _keyed(*values: object) -> str:
    return hashlib.blake2b(repr(values).encode(), key=row_key(), digest_size=32).hexdigest()


def _parts(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (things[start : start + AT_ONCE] for start in range(0, len(things), AT_ONCE))
