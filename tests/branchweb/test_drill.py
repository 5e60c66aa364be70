"""The drill: a county of a year is backed up, restored elsewhere and verified; nothing is lost when it is killed."""

import os
import random
import signal
import time
from itertools import count

import pytest
from django.core.management import call_command
from django.db import connection

from branchweb import start
from branchweb.backup import databases
from branchweb.backup.making import make_backup
from branchweb.backup.restoring import mark, open_backup, restore_backup
from branchweb.management.commands.verify import every_check
from supervision.letters import sealing
from tests.branchweb.backups import counts_now, empty_installation, keep_migrated
from tests.cast import make_cast

PAIR = sealing.new_pair()
KILLS = int(os.environ.get("BRANCHWEB_KILLS", "6"))
"""Trials of the suite. Five hundred: BRANCHWEB_KILLS=500."""


@pytest.fixture
def home(transactional_db, settings, tmp_path):
    """A data folder of the test's own."""
    keep_migrated()
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.AUDIT_ANCHORS = settings.DATA_DIR / "audit_anchors"
    settings.MEDIA_ROOT.mkdir(parents=True)
    return tmp_path


@pytest.mark.slow
def test_a_county_of_a_year_comes_back_whole(home, settings, record_property):
    call_command("generate", members=1_000, branches=20, months=12, seed=7, verbosity=0)
    before = counts_now()
    made = make_backup(home / "backup", sealed_to=PAIR.public)
    (home / "elsewhere").mkdir()
    with empty_installation(settings, home / "elsewhere", migrated=False):
        restored = restore_backup(home / "backup", private=PAIR.private)
        after = counts_now()
        wrong = [check for check in every_check() if not check.ok]

    assert wrong == []
    assert after == before
    assert int(after["members_member"]["*"]) == 1_000
    assert int(after["dues_charge"]["amount_fen"]) > 0
    record_property("seconds", f"backup {made.seconds}, restore {restored.seconds}")


def killed(work, after):
    """Do the work in a process of its own and kill it after so many seconds, unless it is done. Whether it was."""
    connection.close()
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def moments(seconds):
    """Moments of a work of about so many seconds, the same in each run."""
    chance = random.Random(7)
    return (chance.uniform(0, seconds) for _ in count())


@pytest.mark.slow
def test_a_backup_that_is_killed_is_never_taken_for_a_whole_one(home):
    make_cast()
    made = make_backup(home / "backup", sealed_to=PAIR.public)
    ends = {True: 0, False: 0}
    for trial, after in zip(range(KILLS), moments(made.seconds * 1.5), strict=False):
        folder = home / f"killed{trial}"
        was_killed = killed(lambda to=folder: make_backup(to, sealed_to=PAIR.public), after)
        ends[was_killed] += 1
        assert folder.exists() or was_killed
        if folder.exists():
            assert open_backup(folder, PAIR.private).contents["kept"] == made.files
    assert ends[True]


@pytest.mark.slow
def test_a_restore_that_is_killed_says_so_and_is_begun_anew(home, settings):
    make_cast()
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"photo" * 100_000)
    before = counts_now()
    make_backup(home / "backup", sealed_to=PAIR.public)
    seconds, ends = 0.5, {"not begun": 0, "broken off": 0, "done": 0}
    for trial, after in zip(range(KILLS * 10), moments(1), strict=False):
        if trial >= KILLS and ends["broken off"]:  # how long a restore lies open depends on the machine
            break
        folder = home / f"elsewhere{trial}"
        folder.mkdir()
        with empty_installation(settings, folder, migrated=bool(trial % 2)):
            killed(lambda: restore_backup(home / "backup", private=PAIR.private), after * seconds)
            ends[state_left_behind(before)] += 1
            if counts_or_none() != before or mark().exists():
                seconds = max(seconds, restored_anew(home / "backup"))
            assert counts_now() == before
            assert (folder / "media/photo.jpg").read_bytes() == b"photo" * 100_000
            assert list(start.obstacles()) == []
    assert ends["broken off"]


def state_left_behind(before):
    """What a killed restore left: nothing, data that isn't to be used and says so, or all of it."""
    if mark().exists():
        assert "Run manage.py restore again" in next(start.obstacles())
        return "broken off"
    there = counts_or_none()
    assert there in (None, before) or there["members_member"]["*"] == "0"
    return "done" if there == before else "not begun"


def counts_or_none():
    tables = set(connection.introspection.table_names())
    return counts_now() if set(databases.countable()) <= tables else None


def restored_anew(backup):
    return restore_backup(backup, private=PAIR.private).seconds
