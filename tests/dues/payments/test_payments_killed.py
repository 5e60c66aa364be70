"""Who records payments is killed at random points: whatever was acknowledged is there, and the ledger balances.

`KILLS=500` in the environment kills as often instead of a hundred times.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings

from audit.models import Entry
from audit.queries import breaks
from audit.row_checks import differences
from dues.models import Payment, Receipt
from tests import processes
from tests.cast import make_cast, make_member
from tests.dues.making import charge, given_by

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KILLS = int(os.environ.get("KILLS", "100"))
MOST_FINISHED, LONGEST = 3, 0.06
"""A child is killed after so many payments, and so many seconds into the next one, at most."""
PAYERS = 40


@pytest.fixture
def members(transactional_db):
    cast = make_cast()
    people = [make_member(f"党员{number}", cast.branch) for number in range(PAYERS)]
    for member in people:
        charge(member, "2026-11", 1_000_000)
    return people


class Writer:
    """The process of tests/dues/payments/writer.py, and what its children acknowledged before they were killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.acknowledged: list[UUID] = []
        self.children = 0
        self._read_until("ready")

    def kill_one(self, chance: random.Random) -> None:
        """Start a child, and kill it with -9 in the midst of some payment."""
        self.process.stdin.write(f"{self.children % PAYERS}\n")
        self.process.stdin.flush()
        self.children += 1
        pid = int(self._read_until("begun").removeprefix("begun "))
        for _payment in range(chance.randrange(MOST_FINISHED)):
            self.acknowledged.append(UUID(self.process.stdout.readline().strip()))
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(pid, signal.SIGKILL)

    def _read_until(self, word: str) -> str:
        """The next line that begins so; the keys before it are what the child before acknowledged."""
        for line in self.process.stdout:
            if line.startswith(word):
                return line.strip()
            self.acknowledged.append(UUID(line.strip()))
        raise RuntimeError("the writer ended")

    def end(self) -> None:
        self.process.stdin.close()
        self.acknowledged += [UUID(line.strip()) for line in self.process.stdout]


@contextlib.contextmanager
def writing(members, folder, **more: str) -> Iterator[Writer]:
    environment = {**processes.installation("", folder), "DATABASE_URL": processes.database_url(), **more}
    command = [sys.executable, "-m", "tests.dues.payments.writer", "officer", *(str(member.key) for member in members)]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=(folder / "writer.log").open("wb"), start_new_session=True,
    )  # fmt: skip
    try:
        yield Writer(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def torn() -> list[Payment]:
    """Payments of which only a part was stored."""
    receipts = set(Receipt.objects.values_list("payment_id", flat=True))
    entries = set(Entry.objects.filter(action="record_payment").values_list("subject_id", flat=True))
    return [
        payment
        for payment in Payment.objects.all()
        if payment.pk not in receipts or str(payment.pk) not in entries or given_by(payment) != payment.amount_fen
    ]


def test_every_acknowledged_payment_survives_and_the_ledger_balances(members, tmp_path):
    chance = random.Random(20261124)
    with writing(members, tmp_path) as writer:
        for _kill in range(KILLS):
            writer.kill_one(chance)
        writer.end()

    stored = set(Payment.objects.values_list("pk", flat=True))
    assert set(writer.acknowledged) - stored == set()
    assert 0 <= len(stored) - len(writer.acknowledged) <= KILLS  # killed between the commit and the answer
    assert len(writer.acknowledged) > KILLS / 2
    assert torn() == []
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, len(stored) + 1))
    assert list(breaks()) == []
    assert list(differences()) == []
    print(f"{KILLS} kills: {len(writer.acknowledged)} acknowledged, {len(stored)} stored, 0 lost, 0 torn")  # noqa: T201


def test_without_one_transaction_a_kill_leaves_a_part_of_a_payment(members, tmp_path):
    """Negative control: the same program, whose payment, receipt and record are no longer stored together."""
    chance = random.Random(1)
    with writing(members, tmp_path, WRITER_TORN="1") as writer:
        for _kill in range(60):
            writer.kill_one(chance)
            if torn():
                break

    assert torn()
