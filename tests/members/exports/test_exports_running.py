"""Making a workbook in the background: stopped, killed, taken over and tried again in any order, one file or none."""

import threading
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings as Settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from audit.models import Entry
from members import tasks
from members.choices import ExportProblem, ExportState
from members.exports import services, services as service
from members.exports.kinds import ExportContents, kinds
from members.models import Export, Member
from members.roster import exporting
from members.roster.exporting import NAME, ROSTER
from tests.cast import TODAY, Cast, make_member
from tests.members.exports.making import (
    As,
    ask,
    at_batch,
    fetched,
    in_state,
    let_claims_run_out,
    lying_about,
    make,
    names_in,
    no_worker,
    own_folder,
    small,
)

__all__ = ["no_worker", "own_folder", "small"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def test_a_worker_notices_between_batches(cast: Cast, small, monkeypatch) -> None:
    at_batch(monkeypatch, 1, lambda export: service.cancel_export(export=export, by=cast.secretary))
    export = make(ask(cast))
    assert (export.state, export.done, lying_about()) == (ExportState.CANCELLED, 0, [])
    assert not services.file_of(export.key).exists()
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
    assert services.file_of(export.key).exists() is not cancelled_first
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
        lambda: service.count_rows_done(export=slow, done=1),
        lambda: service.finish_export(export=slow, rows=1, covers=[], put=lambda: pytest.fail("put")),
    ):
        with pytest.raises(service.ExportStopped):
            late()
    service.fail_export(export=slow, problem=ExportProblem.BROKE)
    service.let_go(export=slow)
    row = Export.objects.get()
    assert quick is not None and (row.state, row.claim) == (ExportState.RUNNING, quick.claim)


class Broken:
    """A kind whose program breaks off, or refuses."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def write(self, *arguments: object, **options: object) -> ExportContents:
        raise self.problem


def test_what_breaks_off_three_times_has_failed_and_can_be_tried_again(cast: Cast, as_user: As, monkeypatch) -> None:
    export = ask(cast)
    with monkeypatch.context() as broken:
        broken.setattr("members.exports.services.kinds", lambda: {NAME: Broken(RuntimeError("disk"))})
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
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
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
                put = services.file_of(self.export.key).touch
                service.finish_export(export=self.held, rows=2, covers=["branch"], put=put)
                self.made += 1
            elif ends == "fail":
                service.fail_export(export=self.held, problem=ExportProblem.NO_RIGHT)
            else:
                service.let_go(export=self.held)
        except service.ExportStopped:
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
        assert services.file_of(self.export.key).exists() == (self.state() == ExportState.DONE)
        assert self.made <= 1
        assert Entry.objects.filter(action="cancel_export").count() == self.cancelled

    def teardown(self) -> None:
        services.remove_file(self.export.key)
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)


def test_in_any_order_there_is_one_file_or_none(cast: Cast) -> None:
    run_state_machine_as_test(
        lambda: ExportMachine(cast),
        settings=Settings(
            max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


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
        assert all(hasattr(kind, part) for part in ("write", "record", "may_take", "address", "file_name"))
    assert kinds()["roster"] is ROSTER


def test_the_queries_of_a_batch_do_not_grow(cast: Cast, django_assert_num_queries) -> None:
    export = service.claim_export(ask(cast).key)
    assert export is not None
    members = Member.objects.below(cast.branch.path)
    exporting.write_roster(members, BytesIO(), on=TODAY)
    for more in (0, 20):
        for number in range(more):
            make_member(f"王{number}", cast.branch)
        with django_assert_num_queries(4):
            exporting.write_roster(members, BytesIO(), on=TODAY)
