"""Compares the rows of watched tables with the sums of what the program wrote, and names what differs."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from audit import row_sums
from audit.keyring import fingerprint
from audit.models import RowSum, TableSum
from audit.row_sums import MODULUS, PlaceSum
from audit.watched import Watched, watched_tables
from audit.watching import place_and_content, standing_on_database

ROWS_AT_ONCE = 5_000
DEEP = 3
"""How many rows a row's organization may be away."""


@dataclass(frozen=True)
class Difference:
    """Where rows are not what the program wrote."""

    table: str
    place: str
    what: str
    organization: str = ""

    def __str__(self) -> str:
        where = " ".join(part for part in (self.table, self.place) if part)
        return f"{where}{f' of {self.organization}' if self.organization else ''}: {self.what}"


def differences(tables: Iterable[Watched] | None = None, *, rounds: Path | None = None) -> Iterator[Difference]:
    """Recount the watched tables, each at one moment."""
    connection.add_up()  # type: ignore[attr-defined] # of a transaction that is under way; otherwise nothing
    for watched in watched_tables().values() if tables is None else tables:
        with snapshot():
            yield from _Comparison(watched).differences()
    if tables is None:
        yield from _put_back(rounds)


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Reads see one moment of the database, and nobody waits."""
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("COMMIT")


class _Comparison:
    """A table's rows beside its sums."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.table = watched, watched.table

    def differences(self) -> Iterator[Difference]:
        head = TableSum.objects.filter(pk=self.table).first()
        if head and head.columns != ",".join(self.watched.columns):
            yield Difference(self.table, "", "its columns changed since it was summed up: run manage.py migrate")
            return
        count, total, sums = 0, 0, RowSum.objects.filter(table_name=self.table)
        for stored in sums.values_list("place", "rows", "sum", "mark").iterator(chunk_size=ROWS_AT_ONCE):
            yield from self._differs(*stored)
            count, total = count + 1, total + row_sums.as_number(stored[3])
        for place, (rows, _total) in self.recounted.items():
            yield self._named(place, "not written by the program" if rows == 1 else f"{rows} rows not written by it")
        if head and not _holds(head):
            yield Difference(self.table, "", "the sum over the table was edited")
        elif head and (head.places != count or int(head.sum, 16) != total % MODULUS):
            yield Difference(self.table, "", f"sums were edited, put back or taken away ({head.places - count} fewer)")

    @cached_property
    def recounted(self) -> dict[str, tuple[int, int]]:
        return recount(self.watched)

    def _differs(self, place: str, rows: int, total: str, mark: str) -> Iterator[Difference]:
        now_rows, now_sum = self.recounted.pop(place, (0, 0))
        if mark != PlaceSum(self.table, place, rows, int(total, 16)).mark():
            yield self._named(place, "its sum was edited")
        elif now_rows != rows:
            yield self._named(place, _more_or_fewer(now_rows, rows))
        elif now_sum % MODULUS != int(total, 16):
            yield self._named(place, "changed" if rows == 1 else f"some of {rows} rows changed")

    def _named(self, place: str, what: str) -> Difference:
        columns = self.watched.place
        names = ", ".join(f"{column} {value}" for column, value in zip(columns, place.split("/"), strict=False))
        return Difference(self.table, names, what, organization_at(self.watched, place))


def _more_or_fewer(now: int, written: int) -> str:
    if now == 0:
        return "gone" if written == 1 else f"all {written} rows are gone"
    return f"{now} rows, the program wrote {written}"


def _holds(head: TableSum) -> bool:
    stored = row_sums.TableSum(head.table_name, head.columns, head.places, int(head.sum, 16), head.round)
    return head.mark == stored.mark()


def recount(watched: Watched) -> dict[str, tuple[int, int]]:
    """Rows and sum of each place, as the table has them now."""
    found: dict[str, tuple[int, int]] = {}
    digest = row_sums.row_digester()
    for place, content in _rows(watched):
        rows, total = found.get(place, (0, 0))
        found[place] = rows + 1, total + digest(watched.table, content)
    return found


def _rows(watched: Watched) -> Iterator[tuple[str, str]]:
    """Place and content of every row, as the triggers tell them."""
    table = connection.ops.quote_name(watched.table)
    if connection.vendor == "postgresql":
        place, content = place_and_content(watched)
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {place}, {content} FROM {table} AS line")  # noqa: S608
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield from rows
        return
    # A plus sign makes an expression of a column: SQLite then gives the value as it is stored.
    columns = ", ".join(f"+{connection.ops.quote_name(column)}" for column in (*watched.place, *watched.columns))
    width = len(watched.place)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for row in rows:
                yield row_sums.place_name(row[:width]), repr(tuple(row[width:]))


def organization_at(watched: Watched, place: str) -> str:
    """The code of the organization that the place belongs to, where a row still says so."""
    if not watched.place:
        return ""
    try:
        row = watched.model._base_manager.filter(**_lookups(watched, place)).first()
    except (ValueError, TypeError):
        return ""
    return _code_of(row, DEEP) if row else ""


def _lookups(watched: Watched, place: str) -> dict[str, Any]:
    fields = {field.column: field for field in watched.model._meta.local_concrete_fields}
    values = zip(watched.place, place.split("/"), strict=False)
    return {fields[column].attname: fields[column].to_python(value) for column, value in values}


def _code_of(row: models.Model, deep: int) -> str:
    """Of the row's own organization, else of the nearest row that it points to."""
    if code := getattr(row, "code", "") if row._meta.model_name == "organization" else "":
        return str(code)
    if deep == 0:
        return ""
    relations = [field for field in row._meta.local_concrete_fields if field.is_relation]
    for field in sorted(relations, key=lambda field: field.name != "organization"):
        try:
            other = getattr(row, field.name)
        except models.ObjectDoesNotExist:
            continue
        if other is not None and (code := _code_of(other, deep - 1)):
            return code
    return _code_of_followers(row)


def _code_of_followers(row: models.Model) -> str:
    """Of rows that belong to an organization and to this row, such as somebody's affiliations or offices."""
    for relation in row._meta.related_objects:
        model: Any = relation.related_model
        names = {field.name for field in model._meta.fields}
        if model._meta.app_label == row._meta.app_label and "organization" in names:
            follower = model._base_manager.filter(**{relation.field.name: row}).order_by("pk").first()
            if follower and follower.organization:
                return str(follower.organization.code)
    return ""


# --- Rounds: that nothing was put back to an earlier state, sums and all ----------------------------------------------


@transaction.atomic
def count_round(rounds: Path) -> int:
    """Number the tables' sums anew; the number goes to a file outside the database. Called each minute.

    A sum that somebody edited or put back keeps its old number, and so remains found.
    """
    heads = list(TableSum.objects.select_for_update().order_by("pk"))
    latest = max((head.round for head in heads if _holds(head)), default=0)
    if latest < written_round(rounds):
        return latest
    for head in heads:
        if head.round == latest and _holds(head):
            later = row_sums.TableSum(head.table_name, head.columns, head.places, int(head.sum, 16), latest + 1)
            TableSum.objects.filter(pk=head.pk).update(round=later.round, mark=later.mark())
    transaction.on_commit(lambda: _write_round(rounds, latest + 1))
    return latest + 1


def _write_round(rounds: Path, number: int) -> None:
    beside = rounds.with_name(f"{rounds.name}.new")
    beside.write_text(f"{number} {_round_mark(number)}\n")
    beside.replace(rounds)


def written_round(rounds: Path) -> int:
    """The last round that was written outside the database; 0: none, or not by this program."""
    number, _, mark = (rounds.read_text() if rounds.exists() else "").partition(" ")
    return int(number) if number.isdecimal() and mark.strip() == _round_mark(int(number)) else 0


def _round_mark(number: int) -> str:
    return fingerprint(f"round {number}")


def _put_back(rounds: Path | None) -> Iterator[Difference]:
    heads = [head for head in TableSum.objects.order_by("pk") if _holds(head)]
    latest = max([*(head.round for head in heads), written_round(rounds) if rounds else 0])
    summed = set(TableSum.objects.values_list("table_name", flat=True))
    for table in sorted(set(watched_tables()) - summed) if summed else []:
        yield Difference(table, "", "the sum over the table is gone")
    for head in heads:
        if head.round != latest:
            yield Difference(head.table_name, "", "put back to what it was earlier, sums and all")


# --- Taking rows in ---------------------------------------------------------------------------------------------------


@transaction.atomic
def take_in(watched: Watched) -> int:
    """Take what the table holds now for what the program wrote; returns how many rows. The caller records it."""
    connection.add_up()  # type: ignore[attr-defined]
    latest = max(TableSum.objects.values_list("round", flat=True), default=0)
    RowSum.objects.filter(table_name=watched.table).delete()
    TableSum.objects.filter(pk=watched.table).delete()
    sums = [PlaceSum(watched.table, p, rows, total % MODULUS) for p, (rows, total) in recount(watched).items()]
    RowSum.objects.bulk_create(
        [
            RowSum(table_name=one.table, place=one.place, rows=one.rows, sum=row_sums.as_text(one.sum), mark=one.mark())
            for one in sums
        ],
        batch_size=ROWS_AT_ONCE,
    )
    total = sum(row_sums.as_number(one.mark()) for one in sums) % MODULUS
    head = row_sums.TableSum(watched.table, ",".join(watched.columns), len(sums), total, latest)
    TableSum.objects.create(
        table_name=head.table,
        columns=head.columns,
        places=head.places,
        sum=row_sums.as_text(total),
        round=head.round,
        mark=head.mark(),
    )
    return sum(one.rows for one in sums)


def never_taken_in() -> list[Watched]:
    """Watched tables without a sum, in a database that has rows: those of an older version. Else none."""
    standing, summed = set(standing_on_database()), set(TableSum.objects.values_list("table_name", flat=True))
    watched = [watched for table, watched in watched_tables().items() if table in standing]
    if not summed and not any(one.model._base_manager.exists() for one in watched):
        return []
    return [one for one in watched if one.table not in summed]
