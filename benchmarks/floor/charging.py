"""python -m benchmarks.floor.charging WAY: a month's dues by one statement, twice; prints seconds and work as JSON.

`ledger`: INSERT … SELECT … ON CONFLICT into the ledger's own table; `bare`: into a table with nothing but the key.
`ours`: what `manage.py charge_dues` calls. The bases that all of them read are made first, if they aren't there.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from branchweb.demo.generator.dues import BASES, Amounts  # noqa: E402
from dues.charging.services import charge_month  # noqa: E402
from members.choices import DuesCategory  # noqa: E402
from members.models import Organization  # noqa: E402

FROM = """
FROM members_affiliation relation
JOIN dues_basis basis ON basis.member_id = relation.member_id
    AND basis.valid_from <= {month} AND (basis.valid_until IS NULL OR basis.valid_until > {month})
WHERE relation.kind = 'formal' AND relation.valid_until IS NULL
ON CONFLICT (member_id, month, turn) DO NOTHING
"""
LEDGER = """
INSERT INTO dues_charge (member_id, organization_id, month, turn, kind, amount_fen, waived_fen, rate, rules, basis_id,
    reason, made_by, made_at)
SELECT relation.member_id, relation.organization_id, {month}, 0, 'charge', basis.amount_fen, 0, basis.rate,
    basis.rules, basis.key, '', 'floor', {now}
"""
BARE = """
INSERT INTO benchmark_charge (member_id, month, turn, amount_fen)
SELECT relation.member_id, {month}, 0, basis.amount_fen
"""
BARE_TABLE = """
CREATE TABLE IF NOT EXISTS benchmark_charge (
    member_id bigint NOT NULL, month date NOT NULL, turn smallint NOT NULL, amount_fen integer NOT NULL,
    UNIQUE (member_id, month, turn)
)
"""
BASIS = """
INSERT INTO dues_basis (key, member_id, year, category, base, parts, amount_fen, rate, capped, rules, valid_from,
    reason, fixed_by, fixed_at)
SELECT {key}, id, %s, %s, %s, '', %s, %s, {capped}, %s, {month}, '', 'floor', {now} FROM members_member
WHERE dues_category = %s
"""


def main() -> None:
    way, month = sys.argv[1], timezone.localdate().replace(day=1)
    if way == "bases":
        fix_bases(month)
        print("{}")
        return
    if way == "bare":
        execute(BARE_TABLE)
    print(json.dumps([timed(lambda: WAYS[way](month)) for _ in range(2)]))


def charged(statement: str, month: date) -> int:
    with transaction.atomic():
        return execute((statement + FROM).format(**written(month)))


def ours(month: date) -> int:
    root = Organization.objects.get(depth=1)
    return charge_month(root, month, by="floor", on=month).charged


WAYS: dict[str, Callable[[date], int]] = {
    "ledger": lambda month: charged(LEDGER, month),
    "bare": lambda month: charged(BARE, month),
    "ours": ours,
}


def fix_bases(month: date) -> None:
    """One amount a category, computed by the rules, for everybody whose category is known."""
    amounts = Amounts((), month)
    with transaction.atomic():
        for category in DuesCategory.values if not execute("SELECT 1 FROM dues_basis LIMIT 1") else ():
            amount = amounts.of(category, BASES[category][0] if category in BASES else None)
            execute(
                BASIS.format(**written(month)),
                month.year, category, str.__str__(amount.base), amount.fen, amount.rate and str(amount.rate),
                amount.rules, category,
            )  # fmt: skip
    execute("VACUUM ANALYZE dues_basis" if connection.vendor == "postgresql" else "PRAGMA optimize")


def written(month: date) -> dict[str, str]:
    postgres = connection.vendor == "postgresql"
    return {
        "month": f"CAST('{month}' AS date)" if postgres else f"'{month}'",
        "now": "now()" if postgres else "datetime('now')",
        "key": "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))",
        "capped": "false" if postgres else "0",
    }


def execute(statement: str, *given: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given) or None)  # type: ignore[arg-type]
        return len(cursor.fetchall()) if cursor.description else int(cursor.rowcount)


def timed(way: Callable[[], int]) -> dict[str, float]:
    """Seconds by the clock and of processor time, that of the database's process included."""
    started, worked = time.perf_counter(), work()
    rows = way()
    return {"rows": rows, "seconds": time.perf_counter() - started, "work": work() - worked}


def work() -> float:
    return time.process_time() + (_backend() if connection.vendor == "postgresql" else 0)


def _backend() -> float:
    """Processor seconds of the PostgreSQL process that serves us, if it runs on this machine."""
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    fields = stat.read_text().rsplit(")", 1)[1].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) / 100


main()
