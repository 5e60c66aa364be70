"""python -m benchmarks.balances BRANCH ROUNDS: a branch's balances of a year, ours and the bare query, as JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from dues.arrears.grid import (  # noqa: E402
    grid_rows,
    people_of,
)
from dues.ledger.queries import balances  # noqa: E402
from members.models import Member, Organization  # noqa: E402

QUERY = """
SELECT charge.member_id, charge.month, SUM(charge.amount_fen), SUM(charge.waived_fen),
    (SELECT SUM(given.amount_fen) FROM dues_allocation given
        WHERE given.member_id = charge.member_id AND given.month = charge.month)
FROM dues_charge charge JOIN members_member member ON member.id = charge.member_id
WHERE member.roster_path BETWEEN %s AND %s AND charge.month BETWEEN %s AND %s
GROUP BY charge.member_id, charge.month
"""
WARM_UP = 10


def main() -> None:
    code, rounds = sys.argv[1], int(sys.argv[2])
    branch, today = Organization.objects.get(code=code), timezone.localdate()
    ways: dict[str, Callable[[], object]] = {
        "query": lambda: raw(branch, today.year),
        "balances": lambda: ours(branch, today.year),
        "the grid's rows": lambda: grid_rows(branch, people_of(branch, today.year), today.year, on=today),
    }
    found: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "work": []} for name in ways}
    for number in range(rounds + WARM_UP):
        for name, way in ways.items():
            started, worked = time.perf_counter(), time.thread_time()
            way()
            if number >= WARM_UP:
                found[name]["seconds"].append(time.perf_counter() - started)
                found[name]["work"].append(time.thread_time() - worked)
    print(json.dumps(found))


def raw(branch: Organization, year: int) -> list[tuple[object, ...]]:
    days = [connection.ops.adapt_datefield_value(day) for day in (date(year, 1, 1), date(year, 12, 1))]
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [branch.path, f"{branch.path}ZZZZ", *days])
        return list(cursor.fetchall())


def ours(branch: Organization, year: int) -> object:
    """The members whom the page knows already are asked for here too, as the query does."""
    members = Member.objects.below(branch.path).order_by().values_list("pk", flat=True)
    return balances(list(members), date(year, 1, 1))


main()
