"""Who reads and stores a workbook is killed at random points: the next one goes on, nobody is lost or stored twice.

`KILLS=100` in the environment kills as often instead of a dozen times.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from audit.models import Entry
from audit.queries import breaks
from audit.row_checks import differences
from members.choices import ImportState, RowVerdict
from members.imports import running
from members.models import Affiliation, Member
from members.models.files import RosterImport, RosterImportRow
from tests import processes
from tests.cast import make_cast
from tests.members.imports.roster_files import person, roster

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KILLS = int(os.environ.get("KILLS", "12"))
ROWS = 600
LONGEST = 0.25
"""A child is killed so many seconds after it began, at most."""


SIGNS = str.maketrans("0123456789", "甲乙丙丁戊己庚辛壬癸")


def name_of(number: int) -> str:
    return "党" + str(number).translate(SIGNS)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def begin(cast, tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path / "imports"

    def begin(number: int) -> RosterImport:
        people = [person(name_of(1_000 * number + row), 1_000 * number + row) for row in range(ROWS)]
        workbook = SimpleUploadedFile("名册.xlsx", roster(tmp_path / "名册.xlsx", people).read_bytes())
        return running.receive(workbook, key=uuid4(), into=cast.branch, may_build=False, by=cast.secretary)

    return begin


class Importer:
    """The process of tests/members/imports/importer.py."""

    def __init__(self, process: subprocess.Popen[str], begun: RosterImport) -> None:
        self.process, self.begun = process, begun
        assert self._next() == "ready"

    def run(self, until: ImportState, seconds: float) -> bool:
        """Let a child take the import on to that state and for a while, then kill it with -9; whether it had ended."""
        RosterImport.objects.filter(pk=self.begun.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        pid = int(self._next().removeprefix("begun "))
        while self.state() not in (until, ImportState.APPLIED):
            time.sleep(0.005)
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            while True:  # what it was about to store is stored before it is gone
                os.kill(pid, signal.SIGKILL)
        return self.state() == ImportState.APPLIED

    def finish(self) -> None:
        RosterImport.objects.filter(pk=self.begun.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert [self._next()[:5], self._next()] == ["begun", "done"]

    def state(self) -> str:
        return RosterImport.objects.values_list("state", flat=True).get(pk=self.begun.pk)

    def _next(self) -> str:
        return self.process.stdout.readline().strip()


@contextlib.contextmanager
def importing(begun: RosterImport, folder: Path, **more: str) -> Iterator[Importer]:
    environment = {**processes.installation("", folder), **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.members.imports.importer", str(begun.key)],
        cwd=settings.BASE_DIR, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=(folder / "importer.log").open("ab"), start_new_session=True,
    )  # fmt: skip
    try:
        yield Importer(process, begun)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def torn() -> list[object]:
    """What is stored twice or in part: names that stand twice, members on no roster or of no row, rows gone."""
    stored = Member.objects.filter(name__startswith="党")
    twice = stored.values("name").annotate(times=Count("pk")).filter(times__gt=1).values_list("name", flat=True)
    on_roster = Affiliation.objects.values("member")
    of_a_row = RosterImportRow.objects.exclude(member=None).values("member")
    parts = stored.exclude(pk__in=on_roster) | stored.exclude(pk__in=of_a_row)
    read = RosterImport.objects.filter(state__in=(ImportState.CONFIRMED, ImportState.APPLYING, ImportState.APPLIED))
    gone = read.annotate(number=Count("rows")).exclude(number=ROWS)
    return [*twice, *parts.values_list("pk", flat=True), *gone]


def test_a_killed_import_goes_on_and_stores_everybody_once(begin, tmp_path):
    chance, kills, imports, storing = random.Random(20261202), 0, 0, 0
    while kills < KILLS:
        imports += 1
        begun = begin(imports)
        with importing(begun, tmp_path) as importer:
            for until in [ImportState.READING] * 3 + [ImportState.APPLYING] * ROWS:
                if kills == KILLS or importer.run(until, chance.uniform(0, LONGEST)):
                    break
                kills += 1
                storing += importer.state() == ImportState.APPLYING
                assert torn() == []
            importer.finish()
        assert set(begun.rows.values_list("verdict", flat=True)) == {RowVerdict.NEW}
        assert begun.rows.exclude(member=None).values("member").distinct().count() == ROWS

    assert Member.objects.filter(name__startswith="党").count() == imports * ROWS
    assert storing > KILLS / 4
    entries = Entry.objects.filter(action__in=("confirm_import", "import_roster")).values_list("action", flat=True)
    assert sorted(entries) == ["confirm_import"] * imports + ["import_roster"] * imports
    assert list(breaks()) == []
    assert list(differences()) == []
    print(f"{KILLS} kills, {storing} while storing, {imports} imports of {ROWS}: 0 lost, 0 twice")  # noqa: T201


def test_without_one_transaction_a_kill_leaves_a_part_of_a_row(begin, tmp_path):
    """Negative control: the same program, whose members, relations and rows are no longer stored together."""
    chance = random.Random(1)
    for number in range(10):
        with importing(begin(number), tmp_path, IMPORTER_TORN="1") as importer:
            for _kill in range(20):
                if torn() or importer.run(ImportState.APPLYING, chance.uniform(0, LONGEST)):
                    break
        if torn():
            break

    assert torn()
