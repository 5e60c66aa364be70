"""Exports for tests: asked for, made, fetched, and what happens while one is made."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import tasks
from members.choices import ExportProblem, ExportState
from members.exports import services, services as service
from members.models import Export, User
from members.roster import exporting
from members.roster.exporting import NAME, parameters_of
from tests.cast import TODAY, Cast

As = Callable[[User], Client]
EXPORT = reverse("members:roster-export")
JOBS = reverse("reminders:job-list")


@pytest.fixture
def own_folder(settings, tmp_path: Path) -> Path:
    settings.EXPORT_ROOT = tmp_path / "exports"
    return settings.EXPORT_ROOT


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    """More than one member is many, and each is a batch."""
    monkeypatch.setattr("members.roster.views.AT_ONCE", 1)
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 1)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes up what is handed over."""
    monkeypatch.setattr(tasks, "start", lambda task, key: None)


def ask(cast: Cast, by: User | None = None, *, query: str = "", private: bool = False, covers=("branch",)) -> Export:
    """With private fields it is asked for and agreed to."""
    export = service.ask_export(
        kind=NAME,
        parameters=parameters_of(query=query, private=private, reason="上报年度统计" if private else ""),
        organization=cast.branch,
        total=2,
        by=by or cast.secretary,
        covers=covers,
        needs_agreement=private,
    )
    return service.settle_export(export=export, agreed=True, by=cast.officer) if private else export


def make(export: Export) -> Export:
    services.make_export(export.key, on=TODAY)
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
    return [path.name for path in services.folder().iterdir() if path.suffix != ".sealed"]


def let_claims_run_out() -> None:
    Export.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


def in_state(export: Export, state: ExportState) -> Export:
    """An export that came to that state in one of the usual ways."""
    if state == ExportState.PROPOSED:
        Export.objects.filter(pk=export.pk).update(state=state, needs_agreement=True)
    elif state == ExportState.DECLINED:
        in_state(export, ExportState.PROPOSED)
        service.settle_export(export=export, agreed=False, by=User.objects.get(username="officer"))
    elif state == ExportState.RUNNING:
        service.claim_export(export.key)
    elif state == ExportState.DONE:
        make(export)
    elif state == ExportState.CANCELLED:
        service.cancel_export(export=export, by=export.asked_by)
    elif state == ExportState.FAILED:
        service.fail_export(export=service.claim_export(export.key), problem=ExportProblem.BROKE)
    export.refresh_from_db()
    return export


def at_batch(monkeypatch, number: int, act: Callable[[Export], object]) -> None:
    """Something happens right before the worker says for the `number`-th time how far it has come."""
    real, turns = service.count_rows_done, []

    def say(*, export: Export, done: int) -> None:
        turns.append(done)
        if len(turns) == number:
            act(Export.objects.select_related("organization").get(pk=export.pk))
        real(export=export, done=done)

    monkeypatch.setattr(service, "count_rows_done", say)
