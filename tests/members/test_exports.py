"""Workbooks made in the background: one file or none, for one person alone."""

import os
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, strategies
from hypothesis import settings as Settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from kombu.exceptions import OperationalError

from audit.keyring import SealBroken
from audit.models import Entry
from members import tasks
from members.choices import ExportProblem, ExportState, OfficeKind
from members.exporting import files, roster, running
from members.exporting.kinds import Written, kinds
from members.exporting.roster_kind import NAME, ROSTER, parameters_of
from members.models import Export, Member, Office, User
from members.offices import CAPABILITIES
from members.services import exports as service
from tests.cast import TODAY, Cast, make_member

As = Callable[[User], Client]
EXPORT = reverse("members:roster-export")
JOBS = reverse("reminders:job-list")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    settings.EXPORT_ROOT = tmp_path / "exports"
    return settings.EXPORT_ROOT


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    """More than one member is many, and each is a batch."""
    monkeypatch.setattr("members.views.roster.AT_ONCE", 1)
    monkeypatch.setattr(roster, "ROWS_AT_ONCE", 1)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes up what is handed over."""
    monkeypatch.setattr(tasks, "start", lambda task, key: None)


def ask(cast: Cast, by: User | None = None, *, query: str = "", private: bool = False) -> Export:
    return service.ask_export(
        kind=NAME,
        parameters=parameters_of(query=query, private=private, reason="上报" if private else ""),
        organization=cast.branch,
        total=2,
        by=by or cast.secretary,
    )


def make(export: Export) -> Export:
    running.make_export(export.key, on=TODAY)
    export.refresh_from_db()
    return export


def fetched(client: Client, export: Export) -> bytes:
    answer = client.get(reverse("members:export-file", args=[export.key]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def names_in(content: bytes) -> list[str]:
    _headings, *rows = openpyxl.load_workbook(BytesIO(content)).active.values
    return [row[0] for row in rows]


def lying_about() -> list[str]:
    """What is in the folder besides finished files."""
    return [path.name for path in files.folder().iterdir() if path.suffix != ".sealed"]


def let_claims_run_out() -> None:
    Export.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


# From the list to the file


def test_a_large_roster_is_made_in_the_background_and_fetched(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    answer = client.post(f"{EXPORT}?sort=name", follow=True)
    assert answer.redirect_chain == [(JOBS, 302)]
    export = Export.objects.get()
    assert (export.state, export.total, export.organization.code) == (ExportState.WAITING, 2, "branch")
    assert not Entry.objects.filter(action="export_roster").exists()
    tasks.continue_exports()
    assert names_in(fetched(client, export)) == ["张英", "李国强"]
    made, taken = Entry.objects.filter(action__in=["export_roster", "download_export"]).order_by("number")
    assert (made.actor, made.organization_code, made.details) == ("secretary", "branch", {"rows": 2, "private": False})
    assert (taken.action, taken.actor, taken.subject_id) == ("download_export", "secretary", str(export.key))


def test_a_small_roster_is_still_made_at_once(cast: Cast, as_user: As, today: date) -> None:
    answer = as_user(cast.secretary).post(EXPORT)
    assert names_in(b"".join(answer.streaming_content)) == ["张英", "李国强"]
    assert not Export.objects.exists()


@pytest.mark.parametrize("private", [False, True])
def test_it_is_the_same_workbook_as_the_one_made_at_once(cast: Cast, as_user: As, today: date, private: bool) -> None:
    client, data = as_user(cast.secretary), {"private": "1", "reason": "上报"} if private else {}
    at_once = b"".join(client.post(f"{EXPORT}?sort=name", data).streaming_content)
    export = make(ask(cast, query="sort=name", private=private))
    assert [*openpyxl.load_workbook(BytesIO(fetched(client, export))).active.values] == [
        *openpyxl.load_workbook(BytesIO(at_once)).active.values
    ]
    first, second = Entry.objects.filter(action="export_roster").order_by("number")
    assert (first.details, first.reason, first.subject_id) == (second.details, second.reason, second.subject_id)


def test_what_looks_like_a_formula_stays_text(cast: Cast, as_user: As) -> None:
    Member.objects.filter(pk=cast.zhang.pk).update(work_post="=1+1")
    content = fetched(as_user(cast.secretary), make(ask(cast)))
    cells = [cell for row in openpyxl.load_workbook(BytesIO(content)).active for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert not any(cell.data_type == "f" for cell in cells)


def test_private_fields_take_a_reason_before_anything_is_begun(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    client.post(EXPORT, {"private": "1", "reason": " "})
    assert not Export.objects.exists()
    client.post(EXPORT, {"private": "1", "reason": "上报年度统计"})
    assert Export.objects.get().parameters == {"query": "", "private": True, "reason": "上报年度统计"}


def test_a_number_that_was_searched_for_does_not_stand_in_the_row(cast: Cast, as_user: As, small, no_worker) -> None:
    make_member("张英二", cast.branch, phone="15695900689")
    client = as_user(cast.secretary)
    client.post(f"{EXPORT}?q=15695900689")
    export = Export.objects.get()
    assert "15695900689" not in str(export.parameters)
    assert sorted(names_in(fetched(client, make(export)))) == ["张英", "张英二"]


def test_the_same_wish_twice_is_one_export(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    for _time in range(2):
        client.post(EXPORT)
    client.post(f"{EXPORT}?sort=name")
    as_user(cast.officer).post(EXPORT)
    assert Export.objects.count() == 3


def test_without_a_broker_the_minutes_round_makes_it(cast: Cast, as_user: As, small, monkeypatch) -> None:
    monkeypatch.setattr(tasks.make_export, "delay", lambda key: (_ for _ in ()).throw(OperationalError("gone")))
    assert as_user(cast.secretary).post(EXPORT).status_code == 302
    tasks.continue_exports()
    assert Export.objects.get().state == ExportState.DONE


# For one person alone


@pytest.mark.parametrize("part", ["officer", "district_staff", "county_staff", "next_secretary", "administrator"])
@pytest.mark.parametrize(("name", "method"), [("file", "get"), ("cancel", "post"), ("retry", "post")])
def test_to_everybody_else_it_is_as_good_as_missing(cast: Cast, as_user: As, part: str, name: str, method: str) -> None:
    export = make(ask(cast))
    answer = getattr(as_user(cast.users()[part]), method)(reverse(f"members:export-{name}", args=[export.key]))
    assert answer.status_code == 404
    assert not Entry.objects.filter(action="download_export").exists()


def test_nobody_who_is_not_logged_in_gets_it(cast: Cast, client: Client) -> None:
    export = make(ask(cast))
    assert client.get(reverse("members:export-file", args=[export.key])).status_code == 302


def test_the_file_is_not_handed_out_when_the_office_has_ended(cast: Cast, as_user: As) -> None:
    export = make(ask(cast))
    Office.objects.filter(user=cast.secretary).update(valid_until=TODAY - timedelta(days=1))
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


def test_nor_when_one_of_two_offices_has(cast: Cast, as_user: As) -> None:
    second = Office.objects.create(user=cast.secretary, kind=OfficeKind.SECRETARY, organization=cast.next_branch)
    export = make(ask(cast))
    assert export.covers == ["branch", "next-branch"]
    second.delete()
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


def test_private_fields_are_not_handed_out_without_the_right_to_reveal(cast: Cast, as_user: As, monkeypatch) -> None:
    export = make(ask(cast, private=True))
    less = CAPABILITIES[OfficeKind.SECRETARY] - {"reveal_private"}
    monkeypatch.setitem(CAPABILITIES, OfficeKind.SECRETARY, less)
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


@pytest.mark.parametrize("why", ["office", "closed", "place", "reveal"])
def test_it_is_made_with_the_rights_of_the_moment_it_is_made(cast: Cast, monkeypatch, why: str) -> None:
    query = "org=group" if why == "place" else ""
    export = ask(cast, query=query, private=why == "reveal")
    if why == "office":
        Office.objects.all().delete()
    elif why == "closed":
        User.objects.filter(pk=cast.secretary.pk).update(is_active=False)
    elif why == "place":
        Office.objects.filter(user=cast.secretary).update(organization=cast.next_branch)
    else:
        less = CAPABILITIES[OfficeKind.SECRETARY] - {"reveal_private"}
        monkeypatch.setitem(CAPABILITIES, OfficeKind.SECRETARY, less)
    make(export)
    assert (export.state, export.problem, lying_about()) == (ExportState.FAILED, ExportProblem.NO_RIGHT, [])
    assert not files.file_of(export.key).exists()
    assert not Entry.objects.filter(action="export_roster").exists()


def test_what_lies_in_the_folder_says_nothing(cast: Cast, own_folder: Path) -> None:
    export = make(ask(cast, private=True))
    stored = files.file_of(export.key).read_bytes()
    assert stored[:2] != b"PK" and "张英".encode() not in stored
    assert own_folder.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(files.open_file(export.key)) as book:
        assert "15695900689" in "".join(book.read(name).decode() for name in book.namelist())


def test_a_piece_that_was_moved_or_cut_off_is_noticed(tmp_path: Path, cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(files, "PIECE", 4)
    export, other = ask(cast), ask(cast, cast.officer)
    (tmp_path / "plain").write_bytes(b"0123456789")
    path = files.file_of(export.key)
    files.seal_file(tmp_path / "plain", path, key=export.key)
    assert files.open_file(export.key).read() == b"0123456789"
    lines = path.read_text().splitlines(keepends=True)
    for broken in (lines[:-1], lines[1:], [lines[1], lines[0], lines[2]], []):
        path.write_text("".join(broken))
        with pytest.raises(SealBroken):
            files.open_file(export.key)
    files.file_of(other.key).write_text("".join(lines))
    with pytest.raises(SealBroken):
        files.open_file(other.key)


@pytest.mark.parametrize("size", [0, 1, 4, 8, 9])
def test_files_of_any_size_come_back_as_they_were(tmp_path: Path, cast: Cast, monkeypatch, size: int) -> None:
    monkeypatch.setattr(files, "PIECE", 4)
    key, plain = ask(cast).key, tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    files.seal_file(plain, files.file_of(key), key=key)
    assert files.open_file(key).read() == plain.read_bytes()


@pytest.mark.parametrize("state", [state for state in ExportState if state != ExportState.DONE])
def test_there_is_nothing_to_fetch_before_it_is_ready(cast: Cast, as_user: As, state: ExportState) -> None:
    export = in_state(ask(cast), state)
    answer = as_user(cast.secretary).get(reverse("members:export-file", args=[export.key]))
    assert (answer.status_code, answer.url) == (302, JOBS)


def test_a_file_that_is_gone_is_said(cast: Cast, as_user: As) -> None:
    export = make(ask(cast))
    files.remove_file(export.key)
    page = as_user(cast.secretary).get(reverse("members:export-file", args=[export.key]), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


@pytest.mark.parametrize(("name", "method"), [("file", "post"), ("cancel", "get"), ("retry", "get")])
def test_the_wrong_method_does_nothing(cast: Cast, as_user: As, name: str, method: str) -> None:
    export = ask(cast)
    answer = getattr(as_user(cast.secretary), method)(reverse(f"members:export-{name}", args=[export.key]))
    export.refresh_from_db()
    assert (answer.status_code, export.state) == (405, ExportState.WAITING)


# Stopped, broken, tried again


def in_state(export: Export, state: ExportState) -> Export:
    """An export that came to that state in one of the usual ways."""
    if state == ExportState.RUNNING:
        service.claim_export(export.key)
    elif state == ExportState.DONE:
        make(export)
    elif state == ExportState.CANCELLED:
        service.cancel_export(export=export, by=export.asked_by)
    elif state == ExportState.FAILED:
        service.fail_export(export=service.claim_export(export.key), problem=ExportProblem.BROKE)
    export.refresh_from_db()
    return export


@pytest.mark.parametrize("state", ExportState)
def test_cancelling_by_state(cast: Cast, as_user: As, state: ExportState) -> None:
    export = in_state(ask(cast), state)
    before = Entry.objects.filter(action="cancel_export").count()
    stopped = state in (ExportState.WAITING, ExportState.RUNNING)
    for _time in range(2):
        as_user(cast.secretary).post(reverse("members:export-cancel", args=[export.key]))
    export.refresh_from_db()
    assert export.state == (ExportState.CANCELLED if stopped else state)
    assert Entry.objects.filter(action="cancel_export").count() == before + stopped


def at_batch(monkeypatch, number: int, act: Callable[[Export], object]) -> None:
    """Something happens right before the worker says for the `number`-th time how far it has come."""
    real, turns = service.go_on, []

    def say(*, export: Export, done: int) -> None:
        turns.append(done)
        if len(turns) == number:
            act(Export.objects.select_related("organization").get(pk=export.pk))
        real(export=export, done=done)

    monkeypatch.setattr(service, "go_on", say)


def test_a_worker_notices_between_batches(cast: Cast, small, monkeypatch) -> None:
    at_batch(monkeypatch, 1, lambda export: service.cancel_export(export=export, by=cast.secretary))
    export = make(ask(cast))
    assert (export.state, export.done, lying_about()) == (ExportState.CANCELLED, 0, [])
    assert not files.file_of(export.key).exists()
    assert not Entry.objects.filter(action="export_roster").exists()


def test_progress_is_seen_between_batches(cast: Cast, small, monkeypatch) -> None:
    seen: list[tuple[str, int]] = []
    at_batch(monkeypatch, 2, lambda export: seen.append((export.state, export.done)))
    make(ask(cast))
    assert seen == [(ExportState.RUNNING, 1)]


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_cancelling_and_finishing_at_once(cast: Cast, monkeypatch, cancelled_first: bool) -> None:
    """Both orders: whoever holds the row first wins, and file, record and state agree."""
    real = service.finish_export

    def finish(**options: object) -> None:
        export = Export.objects.select_related("organization").get()
        if cancelled_first:
            assert service.cancel_export(export=export, by=cast.secretary)
        real(**options)  # type: ignore[arg-type]
        assert cancelled_first or not service.cancel_export(export=export, by=cast.secretary)

    monkeypatch.setattr(service, "finish_export", finish)
    export = make(ask(cast))
    assert export.state == (ExportState.CANCELLED if cancelled_first else ExportState.DONE)
    assert files.file_of(export.key).exists() is not cancelled_first
    assert Entry.objects.filter(action="export_roster").count() == (not cancelled_first)
    assert Entry.objects.filter(action="cancel_export").count() == cancelled_first


def test_what_another_worker_is_busy_with_is_left_alone(cast: Cast) -> None:
    export = ask(cast)
    held = service.claim_export(export.key)
    assert held is not None and service.claim_export(export.key) is None
    assert make(export).state == ExportState.RUNNING


def test_a_worker_whose_turn_is_over_writes_nothing_more(cast: Cast) -> None:
    """It was silent for too long; another has taken over and is at work."""
    slow = service.claim_export(ask(cast).key)
    assert slow is not None
    let_claims_run_out()
    quick = service.claim_export(slow.key)
    for late in (
        lambda: service.go_on(export=slow, done=1),
        lambda: service.finish_export(export=slow, rows=1, covers=[], put=lambda: pytest.fail("put")),
    ):
        with pytest.raises(service.Stopped):
            late()
    service.fail_export(export=slow, problem=ExportProblem.BROKE)
    service.let_go(export=slow)
    row = Export.objects.get()
    assert quick is not None and (row.state, row.claim) == (ExportState.RUNNING, quick.claim)


class Broken:
    """A kind whose program breaks off, or refuses."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def write(self, *arguments: object, **options: object) -> Written:
        raise self.problem


def test_what_breaks_off_three_times_has_failed_and_can_be_tried_again(cast: Cast, as_user: As, monkeypatch) -> None:
    export = ask(cast)
    with monkeypatch.context() as broken:
        broken.setattr("members.exporting.running.kinds", lambda: {NAME: Broken(RuntimeError("disk"))})
        for _round in range(5):
            tasks.continue_exports()
    export.refresh_from_db()
    assert (export.state, export.problem, export.attempts) == (ExportState.FAILED, ExportProblem.BROKE, 3)
    monkeypatch.setattr(tasks, "start", lambda task, key: task(str(key)))
    for _time in range(2):
        as_user(cast.secretary).post(reverse("members:export-retry", args=[export.key]))
    export.refresh_from_db()
    assert (export.state, export.attempts, export.problem) == (ExportState.DONE, 1, "")


def test_one_that_breaks_off_does_not_keep_the_others(cast: Cast, monkeypatch) -> None:
    first, second = ask(cast), ask(cast, cast.officer)
    real = service.claim_export

    def claim(key: object) -> Export | None:
        if key == first.key:
            raise RuntimeError
        return real(key)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "claim_export", claim)
    tasks.continue_exports()
    second.refresh_from_db()
    assert second.state == ExportState.DONE


def test_a_worker_that_is_killed_each_time_is_not_started_for_ever(cast: Cast) -> None:
    export = ask(cast)
    for _time in range(service.MOST_ATTEMPTS):
        assert service.claim_export(export.key)
        let_claims_run_out()
    assert service.claim_export(export.key) is None
    export.refresh_from_db()
    assert (export.state, export.problem) == (ExportState.FAILED, ExportProblem.BROKE)


def test_more_rows_than_a_workbook_holds_are_refused_with_a_way_out(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(roster, "MOST_ROWS", 1)
    assert make(ask(cast)).problem == ExportProblem.TOO_MANY


def test_trying_again_what_was_asked_for_anew_leaves_one(cast: Cast) -> None:
    failed = in_state(ask(cast), ExportState.FAILED)
    anew = ask(cast)
    assert service.retry_export(export=failed)
    assert [row.key for row in Export.objects.all()] == [anew.key]


def test_somebody_who_leaves_meanwhile_is_left_out(cast: Cast, small, monkeypatch, as_user: As) -> None:
    at_batch(monkeypatch, 1, lambda export: Member.objects.filter(name="李国强").update(roster_path=""))
    export = make(ask(cast))
    assert (export.state, export.total) == (ExportState.DONE, 1)
    assert names_in(fetched(as_user(cast.secretary), export)) == ["张英"]


# Kept for a week


def test_each_night_what_was_kept_long_enough_goes_with_its_file(cast: Cast) -> None:
    old, new = make(ask(cast)), make(ask(cast, cast.officer))
    Export.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    tasks.forget_exports()
    assert [row.key for row in Export.objects.all()] == [new.key]
    assert (files.file_of(old.key).exists(), files.file_of(new.key).exists()) == (False, True)


def test_it_is_kept_for_a_week(cast: Cast) -> None:
    export = make(ask(cast))
    assert export.expires_at is not None and export.ended_at is not None
    assert export.expires_at - export.ended_at == timedelta(days=7)


def test_what_belongs_to_nobody_goes_after_a_day(cast: Cast) -> None:
    export = make(ask(cast))
    left = files.folder() / "making-gone-x"
    left.mkdir()
    (left / "plain.xlsx").write_bytes(b"PK")
    files.remove_leftovers(keep=[])
    assert left.exists() and files.file_of(export.key).exists()
    long_ago = time.time() - files.DAY_SECONDS - 60
    for path in (left, files.file_of(export.key)):
        os.utime(path, (long_ago, long_ago))
    tasks.forget_exports()
    assert (left.exists(), files.file_of(export.key).exists()) == (False, True)


def test_what_a_killed_worker_left_goes_with_the_next_attempt(cast: Cast) -> None:
    export = ask(cast)
    (files.folder() / f"{files.SCRATCH}{export.key}-dead").mkdir()
    make(export)
    assert lying_about() == []


# Any order


class ExportMachine(RuleBasedStateMachine):
    """Person and workers in any order: a file exactly where the state says DONE, one record for each file."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.cast, self.export = cast, ask(cast)
        self.held: Export | None = None
        self.made = self.cancelled = 0

    @rule()
    def claim(self) -> None:
        self.held = service.claim_export(self.export.key) or self.held

    @rule()
    def silence(self) -> None:
        let_claims_run_out()

    @rule(ends=strategies.sampled_from(["finish", "fail", "break"]))
    def end(self, ends: str) -> None:
        if self.held is None:
            return
        try:
            if ends == "finish":
                put = files.file_of(self.export.key).touch
                service.finish_export(export=self.held, rows=2, covers=["branch"], put=put)
                self.made += 1
            elif ends == "fail":
                service.fail_export(export=self.held, problem=ExportProblem.NO_RIGHT)
            else:
                service.let_go(export=self.held)
        except service.Stopped:
            pass

    @rule()
    def cancel(self) -> None:
        was = self.state()
        stopped = service.cancel_export(export=self.export, by=self.cast.secretary)
        self.cancelled += stopped and was != ExportState.CANCELLED
        assert stopped == (was in (ExportState.WAITING, ExportState.RUNNING, ExportState.CANCELLED))

    @rule()
    def retry(self) -> None:
        service.retry_export(export=self.export)

    def state(self) -> str:
        return Export.objects.values_list("state", flat=True).get()

    @invariant()
    def file_and_state_agree(self) -> None:
        assert files.file_of(self.export.key).exists() == (self.state() == ExportState.DONE)
        assert self.made <= 1
        assert Entry.objects.filter(action="cancel_export").count() == self.cancelled

    def teardown(self) -> None:
        files.remove_file(self.export.key)
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)


def test_in_any_order_there_is_one_file_or_none(cast: Cast) -> None:
    run_state_machine_as_test(
        lambda: ExportMachine(cast),
        settings=Settings(
            max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# At once


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_export(cast: Cast) -> None:
    found: list[object] = []

    def click() -> None:
        try:
            found.append(ask(cast).key)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and set(found) == {Export.objects.get().key}


def test_every_kind_can_be_asked_everything() -> None:
    for name, kind in kinds().items():
        assert name and str(kind.title)
        assert all(hasattr(kind, part) for part in ("write", "put_on_record", "may_take", "address", "file_name"))
    assert kinds()["roster"] is ROSTER


def test_the_queries_of_a_batch_do_not_grow(cast: Cast, django_assert_num_queries) -> None:
    export = service.claim_export(ask(cast).key)
    assert export is not None
    members = Member.objects.below(cast.branch.path)
    roster.write_roster(members, BytesIO(), on=TODAY)
    for more in (0, 20):
        for number in range(more):
            make_member(f"王{number}", cast.branch)
        with django_assert_num_queries(4):
            roster.write_roster(members, BytesIO(), on=TODAY)
