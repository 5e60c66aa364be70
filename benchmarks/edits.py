"""1,000 random edits by somebody with full access to the database and without the key of the record: are they named?

python -m benchmarks.edits [EDITS]      on the database in DATABASE_URL, which is left as it was

Each edit lifts the triggers of its table, changes rows, puts them back, and is undone after the comparison. One
in ten is none of rows: the end of the chain is cut, chain and anchors are written anew, a trigger is replaced by an
idle one, sums are edited, taken away or put back.
"""

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

import django
from django.conf import settings

django.setup()

from django.db import DatabaseError, connection, models, transaction  # noqa: E402

from audit.models import UNKEYED, Entry, Head, RowSum, TableSum, digest_of  # noqa: E402
from audit.row_checks import count_round, differences  # noqa: E402
from audit.tasks import anchor_record  # noqa: E402
from audit.verification import checks  # noqa: E402
from audit.watched import Watched, watched_tables  # noqa: E402
from audit.watching import putting_up, taking_down  # noqa: E402

TRIES = 40
Places = set[str]
"""Of the rows that were touched."""
Edit = Callable[[Watched, Random], Places]


@dataclass(frozen=True)
class Result:
    kind: str
    table: str
    column: str
    is_named: bool


class Impossible(Exception):
    """The table has no row, or no column, for such an edit."""


def trial(edits: int, seed: int = 1, after: Callable[[Watched], object] = lambda _watched: None) -> list[Result]:
    """So many edits, over all tables with rows in turn. `after` is called after each, before the comparison."""
    random = Random(seed)  # noqa: S311 - to be repeated
    tables = [watched for watched in watched_tables().values() if watched.model._base_manager.exists()]
    results: list[Result] = []
    turn = 0
    connection.add_up()  # of a test's transaction
    while len(results) < edits:
        watched, (kind, edit) = tables[turn % len(tables)], random.choice(list(EDITS.items()))
        turn += 1
        if result := _tried(watched, kind, edit, random, after):
            results.append(result)
    return results


def _tried(
    watched: Watched, kind: str, edit: "Callable[..., tuple[str, Places]]", random: Random, after: Callable[..., object]
) -> Result | None:
    """None: the database refuses every such edit, as it does when rows would be doubled."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                with lifted(watched.table):
                    column, places = edit(watched, random)
                after(watched)
                named = {found.place for found in differences([watched])}
                transaction.set_rollback(True)
        except DatabaseError:
            continue
        except Impossible:
            return None
        return Result(kind, watched.table, column, {_named(watched, place) for place in places} <= named)
    return None


def _named(watched: Watched, place: str) -> str:
    return ", ".join(f"{column} {value}" for column, value in zip(watched.place, place.split("/"), strict=False))


@contextlib.contextmanager
def lifted(table: str) -> Iterator[None]:
    """Without the table's triggers, which stand again afterwards as they were."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def update(watched: Watched, random: Random) -> tuple[str, Places]:
    """Another value in a column of a row."""
    [row] = _rows(watched, random, 1)
    column = random.choice(_columns(watched))
    value = _other(row[column], watched, column, random)
    _write(watched, row, {column: value})
    return column, {_place(watched, row), _place(watched, {**row, column: value})}


def swap(watched: Watched, random: Random) -> tuple[str, Places]:
    """The values of two rows in a column, exchanged."""
    one, two = _rows(watched, random, 2)
    columns = [column for column in _columns(watched) if one[column] != two[column]]
    if not columns:
        raise Impossible
    column = random.choice(columns)
    _write(watched, one, {column: two[column]})
    _write(watched, two, {column: one[column]})
    if _place(watched, one) == _place(watched, {**two, column: one[column]}) and column in watched.place:
        raise DatabaseError  # the same rows stand in the same places
    return column, {_place(watched, one), _place(watched, two)}


def delete(watched: Watched, random: Random) -> tuple[str, Places]:
    [row] = _rows(watched, random, 1)
    key = watched.model._meta.pk.column
    _run(f"DELETE FROM {_quoted(watched.table)} WHERE {_quoted(key)} = %s", [row[key]])
    return "", {_place(watched, row)}


def insert(watched: Watched, random: Random) -> tuple[str, Places]:
    """A row like another, with a key of its own and something different in it."""
    [row] = _rows(watched, random, 1)
    key = watched.model._meta.pk
    column = random.choice(_columns(watched))
    new = {**row, column: _other(row[column], watched, column, random), key.column: _new_key(key)}
    names = ", ".join(map(_quoted, new))
    _run(
        f"INSERT INTO {_quoted(watched.table)} ({names}) VALUES ({', '.join(['%s'] * len(new))})",  # noqa: S608
        list(new.values()),
    )
    return column, {_place(watched, new)}


EDITS = {"update": update, "swap": swap, "delete": delete, "insert": insert}


def _columns(watched: Watched) -> list[str]:
    columns = [column for column in watched.columns if column != watched.model._meta.pk.column]
    return columns or list(watched.columns)


def _rows(watched: Watched, random: Random, count: int) -> list[dict[str, Any]]:
    """Rows drawn by lot, with every column as the database has it."""
    total = watched.model._base_manager.count()
    if total < count:
        raise Impossible
    rows = []
    fields = watched.model._meta.local_concrete_fields
    names = ", ".join(_as_stored(field) for field in fields)
    key = _quoted(watched.model._meta.pk.column)
    with connection.cursor() as cursor:
        for place in random.sample(range(total), count):
            cursor.execute(
                f"SELECT {names} FROM {_quoted(watched.table)} ORDER BY {key} LIMIT 1 OFFSET %s",  # noqa: S608
                [place],
            )
            rows.append(dict(zip([field.column for field in fields], cursor.fetchone(), strict=True)))
    return rows


def _as_stored(field: "models.Field[Any, Any]") -> str:
    """Values that can be written back as they are."""
    name = _quoted(field.column)
    return f"{name}::text" if connection.vendor == "postgresql" else f"+{name}"


def _other(value: Any, watched: Watched, column: str, random: Random) -> Any:
    """Another value of the same kind: of another row, or a little beside."""
    field = next(one for one in watched.model._meta.local_concrete_fields if one.column == column)
    others = [row[column] for row in _rows(watched, random, 1)]
    if others[0] != value and random.random() < 0.5:
        return others[0]
    return _beside(value, field, random)


def _beside(value: Any, field: "models.Field[Any, Any]", random: Random) -> Any:
    kind = field.get_internal_type()
    if field.is_relation or kind == "BinaryField":
        raise DatabaseError  # only another row's value is one
    if value in (None, ""):
        return EMPTY.get(kind, "7")
    if "Integer" in kind or kind == "DecimalField":
        return str(int(float(value)) + 1)
    if kind in BESIDE:
        return BESIDE[kind](value, random)
    return f"{value}{random.randrange(9)}"


EMPTY = {"DateField": "2020-01-01", "DateTimeField": "2020-01-01 00:00:00"}
BESIDE: dict[str, Callable[[Any, Random], Any]] = {
    "BooleanField": lambda value, _random: str(value).lower() not in {"1", "true"},
    "DateField": lambda _value, random: f"2020-02-0{random.randrange(1, 9)}",
    "DateTimeField": lambda _value, random: f"2020-02-02 10:00:0{random.randrange(1, 9)}",
    "UUIDField": lambda _value, _random: str(uuid4()) if connection.vendor == "postgresql" else uuid4().hex,
    "JSONField": lambda _value, random: f'{{"x": {random.randrange(99)}}}',
}


def _new_key(field: "models.Field[Any, Any]") -> Any:
    kind = field.get_internal_type()
    if kind == "UUIDField":
        return str(uuid4()) if connection.vendor == "postgresql" else uuid4().hex
    if field.is_relation:
        raise Impossible
    return 987_654_321 if "Auto" in kind or "Integer" in kind else uuid4().hex[:20]


def _write(watched: Watched, row: dict[str, Any], values: dict[str, Any]) -> None:
    key = watched.model._meta.pk.column
    sets = ", ".join(f"{_quoted(column)} = %s" for column in values)
    _run(
        f"UPDATE {_quoted(watched.table)} SET {sets} WHERE {_quoted(key)} = %s",  # noqa: S608
        [*values.values(), row[key]],
    )


def _run(statement: str, parameters: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _place(watched: Watched, row: dict[str, Any]) -> str:
    return "/".join("" if row[column] is None else str(row[column]) for column in watched.place)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


# --- What is no row of a watched table --------------------------------------------------------------------------------
def trial_of_the_record(edits: int, seed: int = 1) -> list[Result]:
    """So many edits of the chain, the anchors, the triggers and the sums, each compared by all checks of the record."""
    random = Random(seed)  # noqa: S311 - to be repeated
    connection.add_up()  # of a test's transaction
    anchor_record()
    kept = settings.AUDIT_ANCHORS.read_bytes()
    results = []
    for turn in range(edits):
        kind, edit = list(OTHERS.items())[turn % len(OTHERS)]
        with transaction.atomic():
            where, word = edit(random)
            told = "; ".join(check.detail for check in checks() if not check.ok)
            transaction.set_rollback(True)
        settings.AUDIT_ANCHORS.write_bytes(kept)
        results.append(Result(kind, where, "", word in told))
    return results


def cut_tail(random: Random) -> tuple[str, str]:
    """The last entries, and the head as if they had never been."""
    last = Entry.objects.in_order().last()
    number = last.number - random.randrange(1, min(6, last.number))
    with lifted("audit_entry"):
        _run("DELETE FROM audit_entry WHERE number > %s", [number])
    Head.objects.update(number=number, digest=Entry.objects.get(pk=number).digest)
    return "audit_entry", f"entry {last.number}"


def rewrite_chain(random: Random) -> tuple[str, str]:
    """An entry, and every digest from there on as far as that goes without the key; the file of anchors too."""
    last = Entry.objects.in_order().last()
    number = last.number - random.randrange(min(30, last.number))
    previous = ""
    with lifted("audit_entry"):
        for entry in Entry.objects.in_order().filter(number__gte=number):
            entry.previous_digest = previous or entry.previous_digest
            entry.reason = "another" if entry.number == number else entry.reason
            previous = digest_of(entry, UNKEYED)
            _run(
                "UPDATE audit_entry SET reason = %s, previous_digest = %s, digest = %s WHERE number = %s",
                [entry.reason, entry.previous_digest, previous, entry.number],
            )
    Head.objects.update(digest=previous)
    settings.AUDIT_ANCHORS.write_text(f"{last.number} {previous}\n")
    return "audit_entry", f"entry {number}"


def replace_trigger(random: Random) -> tuple[str, str]:
    """The triggers of a watched table by others of the same names that do nothing."""
    table = random.choice(list(watched_tables()))
    with connection.cursor() as cursor:
        for statement in [*taking_down([table]), *idle_triggers(table)]:
            cursor.execute(statement)
    return table, table


def idle_triggers(table: str) -> list[str]:
    statements = putting_up(watched_tables()[table])
    if connection.vendor == "postgresql":
        return [statements[0].split("$$")[0] + "$$ BEGIN RETURN NULL; END $$", *statements[1:]]
    return [f"{statement.split(' BEGIN ')[0]} BEGIN SELECT 1; END" for statement in statements]


def edit_sum(random: Random) -> tuple[str, str]:
    row = random.choice(list(RowSum.objects.order_by("pk")))
    RowSum.objects.filter(pk=row.pk).update(sum=f"{random.getrandbits(255):064x}")
    return row.table_name, row.table_name


def take_away_sum(random: Random) -> tuple[str, str]:
    row = random.choice(list(RowSum.objects.order_by("pk")))
    RowSum.objects.filter(pk=row.pk).delete()
    return row.table_name, row.table_name


def put_back(random: Random) -> tuple[str, str]:
    """A table's sums as they were a round ago, which its rows are too."""
    head = random.choice(list(TableSum.objects.order_by("pk")))
    count_round(settings.AUDIT_ROUND)
    head.save()
    return head.table_name, head.table_name


OTHERS: dict[str, Callable[[Random], tuple[str, str]]] = {
    "cut": cut_tail,
    "rewrite": rewrite_chain,
    "trigger": replace_trigger,
    "sum edited": edit_sum,
    "sum gone": take_away_sum,
    "put back": put_back,
}


def report(results: list[Result]) -> str:
    """Counts by table, then of what is no row."""
    kinds = [*EDITS, *OTHERS]
    tables = sorted({result.table for result in results})
    lines = [f"{'table':36} {' '.join(f'{kind:>7}' for kind in EDITS)} {'others':>7} {'named':>9}"]
    for table in tables:
        here = [result for result in results if result.table == table]
        count = Counter(result.kind for result in here)
        others = sum(count[kind] for kind in OTHERS)
        counts = " ".join(f"{count[kind]:7}" for kind in EDITS)
        lines.append(f"{table:36} {counts} {others:7} {sum(result.is_named for result in here):4}/{len(here):4}")
    for kind in kinds:
        of_kind = [result for result in results if result.kind == kind]
        if of_kind:
            lines.append(f"{kind:36} {sum(result.is_named for result in of_kind):4}/{len(of_kind):4}")
    named = sum(result.is_named for result in results)
    lines.append(f"{named} of {len(results)} edits in {len(tables)} tables are named, on {connection.vendor}")
    lines += [f"not named: {result}" for result in results if not result.is_named]
    return "\n".join(lines)


def main() -> None:
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    others = edits // 10
    print(report([*trial(edits - others), *trial_of_the_record(others)]))


if __name__ == "__main__":
    main()
