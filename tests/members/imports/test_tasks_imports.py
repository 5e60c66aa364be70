"""Imports in the background: interrupted anywhere, they go on, and nothing is stored twice."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import Entry
from members import tasks
from members.choices import ImportState, RowVerdict
from members.imports import services as service
from members.imports.running import file_of, import_roster
from members.models import Member, RosterImport
from tests.cast import Cast
from tests.members.imports.roster_files import person, roster, three


@pytest.fixture
def waiting(cast: Cast, tmp_path: Path) -> RosterImport:
    """An upload of five rows that nobody has read yet."""
    begun = RosterImport.objects.create(
        organization=cast.branch, file_name="a.xlsx", uploaded_by=cast.secretary, state=ImportState.UPLOADED
    )
    path = file_of(begun)
    path.parent.mkdir(parents=True, exist_ok=True)
    people = [person(f"张{'一二三四五'[number]}", number) for number in range(5)]
    path.write_bytes(roster(tmp_path / "a.xlsx", people).read_bytes())
    return begun


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)


def state(roster_import: RosterImport) -> tuple[str, int, int]:
    """Where it stands, how many rows are kept and how many members have come of it."""
    roster_import.refresh_from_db()
    made = Member.objects.filter(name__startswith="张").exclude(name="张英").count()
    return roster_import.state, roster_import.rows.count(), made


def confirmed(roster_import: RosterImport, cast: Cast) -> RosterImport:
    tasks.read_import(str(roster_import.key))
    roster_import.refresh_from_db()
    service.confirm_import(roster_import=roster_import, by=cast.secretary)
    return roster_import


def let_claims_run_out() -> None:
    RosterImport.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


def fail_after(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    """The service works that many times and then dies, as a killed worker would."""
    real, calls = getattr(service, name), []

    def dying(**options: object) -> None:
        calls.append(name)
        if len(calls) > times:
            raise RuntimeError("killed")
        real(**options)

    monkeypatch.setattr(service, name, dying)


def test_the_minutes_round_does_what_no_worker_was_told(cast: Cast, waiting: RosterImport) -> None:
    tasks.continue_imports()
    assert state(waiting) == ("preview", 5, 0)
    service.confirm_import(roster_import=waiting, by=cast.secretary)
    tasks.continue_imports()
    assert state(waiting) == ("applied", 5, 5)


def test_the_sheet_of_a_text_file_is_called_as_the_file_was(cast: Cast, waiting: RosterImport) -> None:
    """Not as the copy that waits on the server, whose name is the key of the import."""
    RosterImport.objects.update(file_name="一支部名册.csv")
    file_of(waiting).write_text("姓名,性别,联系电话\n张三,男,13800000000\n")
    tasks.read_import(str(waiting.key))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.sheet) == ("preview", "一支部名册")


def test_reading_that_was_interrupted_begins_again(waiting: RosterImport, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        fail_after(dying, "store_verdicts", 1)
        with pytest.raises(RuntimeError):
            tasks.read_import(str(waiting.key))
    assert state(waiting) == ("reading", 2, 0)
    let_claims_run_out()
    tasks.continue_imports()
    assert state(waiting) == ("preview", 5, 0)


def test_storing_that_was_interrupted_goes_on_where_it_stopped(
    cast: Cast, waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(waiting, cast)
    with monkeypatch.context() as dying:
        fail_after(dying, "store_chunk", 1)
        with pytest.raises(RuntimeError):
            tasks.apply_import(str(waiting.key))
    assert state(waiting) == ("applying", 5, 2)
    let_claims_run_out()
    tasks.continue_imports()
    assert state(waiting) == ("applied", 5, 5)
    assert waiting.counts == {RowVerdict.NEW: 5}
    assert Entry.objects.filter(action="import_roster").count() == 1


def test_a_worker_that_dies_at_the_very_end_leaves_only_the_end(
    cast: Cast, waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(waiting, cast)
    with monkeypatch.context() as dying:
        fail_after(dying, "finish_import", 0)
        with pytest.raises(RuntimeError):
            tasks.apply_import(str(waiting.key))
    let_claims_run_out()
    tasks.continue_imports()
    assert state(waiting) == ("applied", 5, 5)


def test_what_another_worker_is_busy_with_is_left_alone(cast: Cast, waiting: RosterImport) -> None:
    later = timezone.now() + timedelta(minutes=1)
    RosterImport.objects.update(claimed_until=later)
    tasks.continue_imports()
    assert state(waiting) == ("uploaded", 0, 0)
    RosterImport.objects.update(claimed_until=None)
    confirmed(waiting, cast)
    RosterImport.objects.update(claimed_until=later)
    tasks.apply_import(str(waiting.key))
    assert state(waiting) == ("confirmed", 5, 0)


@pytest.mark.parametrize("task", [tasks.read_import, tasks.apply_import])
def test_a_task_that_comes_twice_does_nothing_the_second_time(cast: Cast, waiting: RosterImport, task: object) -> None:
    confirmed(waiting, cast)
    for _time in range(2):
        tasks.apply_import(str(waiting.key))
    before = state(waiting)
    task(str(waiting.key))  # type: ignore[operator]
    assert state(waiting) == before == ("applied", 5, 5)


def test_one_import_that_fails_does_not_keep_the_others(
    cast: Cast, waiting: RosterImport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RosterImport.objects.create(organization=cast.next_branch, file_name="b.xlsx")
    file_of(other).write_bytes(three(tmp_path / "b.xlsx").read_bytes())
    real = service.begin_rows

    def begin(*, roster_import: RosterImport, **options: object) -> None:
        if roster_import == waiting:
            raise RuntimeError
        real(roster_import=roster_import, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "begin_rows", begin)
    tasks.continue_imports()
    other.refresh_from_db()
    assert (other.state, state(waiting)) == ("preview", ("reading", 0, 0))


def test_the_roster_may_change_between_looking_and_storing(cast: Cast, waiting: RosterImport, tmp_path: Path) -> None:
    """Another import stores one of the members meanwhile: theirs is known by then, and nobody is stored twice."""
    confirmed(waiting, cast)
    path = roster(tmp_path / "b.xlsx", [person("张三", 2)])
    import_roster(path, into=cast.branch, may_build=False, on=timezone.localdate(), by="shell")
    tasks.apply_import(str(waiting.key))
    assert state(waiting) == ("applied", 5, 5)
    assert waiting.counts == {RowVerdict.NEW: 4, RowVerdict.UNCHANGED: 1}


def test_a_missing_upload_is_said(waiting: RosterImport) -> None:
    file_of(waiting).unlink()
    tasks.read_import(str(waiting.key))
    waiting.refresh_from_db()
    assert waiting.state == ImportState.FAILED
    assert waiting.failure


def test_progress_is_seen_while_rows_are_stored(
    cast: Cast, waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(waiting, cast)
    assert (waiting.rows_total, waiting.rows_done) == (5, 0)
    with monkeypatch.context() as dying:
        fail_after(dying, "store_chunk", 2)
        with pytest.raises(RuntimeError):
            tasks.apply_import(str(waiting.key))
    waiting.refresh_from_db()
    assert (waiting.rows_total, waiting.rows_done) == (5, 4)
