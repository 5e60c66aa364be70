"""What the sums over rows cost, on the database in DATABASE_URL, which is left as it was: python -m benchmarks.sums

A full comparison (each night, and in `verify`), a round (each minute), and writing with the triggers and without.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from audit.models import RowSum  # noqa: E402
from audit.row_checks import count_round, differences  # noqa: E402
from audit.watched import watched_tables  # noqa: E402
from audit.watching import take_down  # noqa: E402
from members.models import Member  # noqa: E402

ONE_MEMBER = 200


def main() -> None:
    rows = sum(watched.model._base_manager.count() for watched in watched_tables().values())
    print(f"{rows:,} rows of {len(watched_tables())} tables, {RowSum.objects.count():,} sums, on {connection.vendor}")
    seconds = timed(lambda: print(f"{len(list(differences()))} differences"))
    print(f"full comparison: {seconds:.1f} s, {rows / seconds:,.0f} rows a second")
    with TemporaryDirectory() as folder:
        print(f"a round: {timed(lambda: count_round(Path(folder) / 'round')) * 1000:.0f} ms")
    every, one = written(every_member), written(one_member)
    print(f"all {Member.objects.count():,} members in one statement: {every[0]:.2f} s, without sums {every[1]:.2f} s")
    print(f"one member in a transaction: {one[0] * 1000:.2f} ms, without sums {one[1] * 1000:.2f} ms")


def every_member() -> None:
    Member.objects.update(remark="x")


def one_member() -> None:
    Member.objects.filter(pk=Member.objects.values_list("pk")[:1]).update(remark=str(time.monotonic()))


def written(act: Callable[[], None]) -> tuple[float, float]:
    """Seconds with sums and without, each undone afterwards."""
    turns = ONE_MEMBER if act is one_member else 1
    times = []
    for is_watched in (True, False):
        with transaction.atomic():
            if not is_watched:
                take_down()
            times.append(timed(lambda: [_once(act) for _ in range(turns)]) / turns)
            transaction.set_rollback(True)
    return times[0], times[1]


def _once(act: Callable[[], None]) -> None:
    act()
    connection.add_up()  # type: ignore[attr-defined]


def timed(act: Callable[[], object]) -> float:
    """Seconds; on SQLite of the processor, where all the work is this process's own."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    started = clock()
    act()
    return clock() - started


if __name__ == "__main__":
    sys.exit(main())
