"""Where finished workbooks lie: sealed, whole, for a week, and nothing is left behind."""

import os
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.keyring import SealBroken
from members import tasks
from members.exports import services
from members.models import Export
from tests.cast import Cast
from tests.members.exports.making import ask, lying_about, make, no_worker, own_folder, small

__all__ = ["no_worker", "own_folder", "small"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def test_what_lies_in_the_folder_says_nothing(cast: Cast, own_folder: Path) -> None:
    export = make(ask(cast, private=True))
    stored = services.file_of(export.key).read_bytes()
    assert stored[:2] != b"PK" and "张英".encode() not in stored
    assert own_folder.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(services.open_file(export.key)) as book:
        assert "15695900689" in "".join(book.read(name).decode() for name in book.namelist())


def test_a_piece_that_was_moved_or_cut_off_is_noticed(tmp_path: Path, cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(services, "PIECE", 4)
    export, other = ask(cast), ask(cast, cast.officer)
    (tmp_path / "plain").write_bytes(b"0123456789")
    path = services.file_of(export.key)
    services.seal_file(tmp_path / "plain", path, key=export.key)
    assert services.open_file(export.key).read() == b"0123456789"
    lines = path.read_text().splitlines(keepends=True)
    for broken in (lines[:-1], lines[1:], [lines[1], lines[0], lines[2]], []):
        path.write_text("".join(broken))
        with pytest.raises(SealBroken):
            services.open_file(export.key)
    services.file_of(other.key).write_text("".join(lines))
    with pytest.raises(SealBroken):
        services.open_file(other.key)


@pytest.mark.parametrize("size", [0, 1, 4, 8, 9])
def test_files_of_any_size_come_back_as_they_were(tmp_path: Path, cast: Cast, monkeypatch, size: int) -> None:
    monkeypatch.setattr(services, "PIECE", 4)
    key, plain = ask(cast).key, tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    services.seal_file(plain, services.file_of(key), key=key)
    assert services.open_file(key).read() == plain.read_bytes()


def test_each_night_what_was_kept_long_enough_goes_with_its_file(cast: Cast) -> None:
    old, new = make(ask(cast)), make(ask(cast, cast.officer))
    Export.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(days=1))
    tasks.remove_overdue()
    assert [row.key for row in Export.objects.all()] == [new.key]
    assert (services.file_of(old.key).exists(), services.file_of(new.key).exists()) == (False, True)


def test_it_is_kept_for_a_week(cast: Cast) -> None:
    export = make(ask(cast))
    assert export.expires_at is not None and export.ended_at is not None
    assert export.expires_at - export.ended_at == timedelta(days=7)


def test_what_belongs_to_nobody_goes_after_a_day(cast: Cast) -> None:
    export = make(ask(cast))
    left = services.folder() / "making-gone-x"
    left.mkdir()
    (left / "plain.xlsx").write_bytes(b"PK")
    services.remove_leftovers(keep=[])
    assert left.exists() and services.file_of(export.key).exists()
    long_ago = time.time() - services.DAY_SECONDS - 60
    for path in (left, services.file_of(export.key)):
        os.utime(path, (long_ago, long_ago))
    tasks.remove_overdue()
    assert (left.exists(), services.file_of(export.key).exists()) == (False, True)


def test_what_a_killed_worker_left_goes_with_the_next_attempt(cast: Cast) -> None:
    export = ask(cast)
    (services.folder() / f"{services.SCRATCH}{export.key}-dead").mkdir()
    make(export)
    assert lying_about() == []
