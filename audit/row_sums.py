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

ROW_COLUMNS = ("table_name", "place", "rows", "sum", "mark")
TABLE_COLUMNS = ("table_name", "columns", "places", "sum", "round", "mark")
KEYS = {"audit_rowsum": ("table_name", "place"), "audit_tablesum": ("table_name",)}
Line = tuple[object, ...]
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
        heads = _locked(connection, cursor, sorted(changes))
        before = _places(cursor, changes)
        stored: list[tuple[PlaceSum, str]] = []
        emptied: list[tuple[str, str]] = []
        for table, of_table in changes.items():
            head, mark = heads[table]
            total, count = head.sum, head.places
            for place, change in of_table.items():
                was, was_mark = before.get((table, place), (PlaceSum(table, place, 0, 0), None))
                now, now_mark = _changed(was, was_mark, change)
                total += as_number(now_mark) - as_number(was_mark)
                count += (now_mark is not None) - (was_mark is not None)
                if now_mark is None:
                    emptied.append((table, place))
                else:
                    stored.append((now, now_mark))
            later = TableSum(table, head.columns, count, total % MODULUS, head.round)
            heads[table] = later, later.mark() if mark == head.mark() else NEVER
        _store(cursor, "audit_rowsum", ROW_COLUMNS, [_row(*line) for line in stored])
        _forget(cursor, emptied)
        _store(cursor, "audit_tablesum", TABLE_COLUMNS, [_table_row(*line) for line in heads.values()])


def _changed(was: PlaceSum, mark: str | None, change: Change) -> tuple[PlaceSum, str | None]:
    """The sum of a place and its mark; no mark: nothing is left there."""
    rows, added = change
    now = PlaceSum(was.table, was.place, was.rows + rows, (was.sum + added) % MODULUS)
    if mark is not None and mark != was.mark():
        return now, NEVER
    return now, now.mark() if now.rows or now.sum else None


def as_number(mark: str | None) -> int:
    """What the mark of a place adds to its table's sum."""
    return int(mark or "0", 16)


def as_text(number: int) -> str:
    return f"{number:064x}"


def _locked(connection: Any, cursor: Any, tables: Sequence[str]) -> dict[str, tuple[TableSum, str]]:
    found = _tables(connection, cursor, tables)
    if missing := [table for table in tables if table not in found]:
        _begin(cursor, missing)
        found = _tables(connection, cursor, tables)
    return found


def _tables(connection: Any, cursor: Any, tables: Sequence[str]) -> dict[str, tuple[TableSum, str]]:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    cursor.execute(
        f"SELECT {', '.join(TABLE_COLUMNS)} FROM audit_tablesum"  # noqa: S608
        f" WHERE table_name IN ({_marks(tables)}) ORDER BY table_name{lock}",
        list(tables),
    )
    return {
        table: (TableSum(table, columns, places, int(total, 16), turn), mark)
        for table, columns, places, total, turn, mark in cursor.fetchall()
    }


def _begin(cursor: Any, missing: Sequence[str]) -> None:
    """The first row of an installation makes the sums of all tables. One that is missing later was taken away: it gets
    a sum of round 0, which shows it."""
    from audit.watched import watched_tables  # noqa: PLC0415 - connections are made before the apps are

    cursor.execute("SELECT count(*) FROM audit_tablesum")
    names = missing if cursor.fetchone()[0] else list(watched_tables())
    first = [TableSum(name, ",".join(watched_tables()[name].columns), 0, 0, 0) for name in names]
    _store(cursor, "audit_tablesum", TABLE_COLUMNS, [_table_row(one, one.mark()) for one in first], is_new=True)


def _places(cursor: Any, changes: Changes) -> dict[tuple[str, str], tuple[PlaceSum, str]]:
    found: dict[tuple[str, str], tuple[PlaceSum, str]] = {}
    pairs = [(table, place) for table, places in changes.items() for place in places]
    for part in _parts(pairs):
        cursor.execute(
            f"SELECT {', '.join(ROW_COLUMNS)} FROM audit_rowsum WHERE {_any_of(part)}",  # noqa: S608
            [value for pair in part for value in pair],
        )
        for table, place, rows, total, mark in cursor.fetchall():
            found[table, place] = PlaceSum(table, place, rows, int(total, 16)), mark
    return found


def _forget(cursor: Any, pairs: Sequence[tuple[str, str]]) -> None:
    for part in _parts(pairs):
        values = [value for pair in part for value in pair]
        cursor.execute(f"DELETE FROM audit_rowsum WHERE {_any_of(part)}", values)  # noqa: S608


def _store(cursor: Any, table: str, columns: Sequence[str], lines: Sequence[Line], *, is_new: bool = False) -> None:
    """Insert lines or, by their first columns, change them. `is_new`: those that are there stay as they are."""
    keys = KEYS[table]
    others = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in keys)
    unless = "DO NOTHING" if is_new else f"({', '.join(keys)}) DO UPDATE SET {others}"
    for part in _parts(lines):
        rows = ", ".join([f"({_marks(columns)})"] * len(part))
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows} ON CONFLICT {unless}",  # noqa: S608
            [value for line in part for value in line],
        )


def _row(one: PlaceSum, mark: str) -> Line:
    return one.table, one.place, one.rows, as_text(one.sum), mark


def _table_row(one: TableSum, mark: str) -> Line:
    return one.table, one.columns, one.places, as_text(one.sum), one.round, mark


def _any_of(pairs: Sequence[tuple[str, str]]) -> str:
    return " OR ".join(["table_name = %s AND place = %s"] * len(pairs))


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _keyed(*values: object) -> str:
    return hashlib.blake2b(repr(values).encode(), key=row_key(), digest_size=32).hexdigest()


def _parts(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (things[start : start + AT_ONCE] for start in range(0, len(things), AT_ONCE))
