"""The worker that makes a workbook is killed in the midst of it: the next one begins anew, and there is one file."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import Entry
from members import tasks
from members.choices import ExportState, Membership
from members.exports import services
from members.models import Export, Member
from tests import processes
from tests.cast import Cast, make_cast
from tests.members.exports.making import ask

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MANY = 4_000
KILLS = 2
PATIENCE = 60
"""Seconds."""


@pytest.fixture
def large_cast(transactional_db: None) -> Cast:
    cast = make_cast()
    path = cast.branch.path
    people = (
        Member(name=f"党员{number}", name_key=f"dy{number:05}", membership=Membership.FORMAL, roster_path=path)
        for number in range(MANY)
    )
    Member.objects.bulk_create(people, batch_size=1_000)
    return cast


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, list(Export.objects.values())
        time.sleep(0.02)


def row(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)


def test_one_file_however_often_the_worker_is_killed(
    large_cast: Cast, installation: dict[str, str], tmp_path: Path, settings
) -> None:
    settings.EXPORT_ROOT = tmp_path / "exports"
    export = ask(large_cast)
    with processes.tasks_sent_to(installation["REDIS_URL"]):
        for number in range(KILLS):
            with processes.worker(installation, tmp_path / f"worker{number}.log") as worker:
                tasks.make_export.delay(str(export.key))
                wait_for(lambda: row(export).done > 1_000)
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
            assert (row(export).state, services.file_of(export.key).exists()) == (ExportState.RUNNING, False)
            assert any(path.name.startswith(services.SCRATCH) for path in services.folder().iterdir())
            Export.objects.update(done=0, claimed_until=timezone.now() - timedelta(seconds=1))
        with processes.worker(installation, tmp_path / "last.log"):
            for _time in range(3):
                tasks.continue_exports.delay()
            wait_for(lambda: row(export).state == ExportState.DONE)
    assert [path.name for path in services.folder().iterdir()] == [f"{export.key}.sealed"]
    assert (row(export).total, row(export).attempts) == (MANY + 2, KILLS + 1)
    assert Entry.objects.filter(action="export_roster").count() == 1
    with contextlib.closing(services.open_file(export.key)) as file:
        assert file.read(2) == b"PK"
