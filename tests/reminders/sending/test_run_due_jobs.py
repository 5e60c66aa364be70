"""`manage.py run_due_jobs`: planner and dispatcher once, without Celery."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reminders.choices import ChannelKind, MessageState
from reminders.management.commands.run_due_jobs import moment
from reminders.models import Message
from tests.reminders.planning.outbox import AT, VALUES, a_wording, occasions_for, only_kind, store_messages

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> dict[str, int]:
    printed = StringIO()
    call_command("run_due_jobs", "--json", *arguments, stdout=printed)
    return json.loads(printed.getvalue())


def test_it_says_what_was_planned_sent_failed_and_waits(cast, monkeypatch):
    dues = only_kind(monkeypatch)
    dues.occasions = occasions_for([cast.zhang, cast.li])
    in_app = {"channel": ChannelKind.IN_APP, "values": VALUES}
    store_messages(cast.zhang, **in_app, wording=a_wording("{nothing_fills_this}"))
    store_messages(cast.wang, state=MessageState.HELD)

    answer = run("--at", "2026-11-24T10:30")
    assert list(answer) == ["planned", "dispatched", "failed", "waiting"]
    assert answer == {"planned": 2, "dispatched": 1, "failed": 1, "waiting": 2}


def test_a_second_run_does_nothing(cast, monkeypatch):
    only_kind(monkeypatch).occasions = occasions_for([cast.zhang])
    run("--at", "2026-11-24T10:30")

    assert run("--at", "2026-11-24T10:31") == {"planned": 0, "dispatched": 0, "failed": 0, "waiting": 0}


def test_without_a_moment_it_is_now(monkeypatch):
    only_kind(monkeypatch)

    assert run() == {"planned": 0, "dispatched": 0, "failed": 0, "waiting": 0}


def test_people_get_a_sentence(monkeypatch):
    only_kind(monkeypatch)
    printed = StringIO()
    call_command("run_due_jobs", stdout=printed)

    assert printed.getvalue().count("0") == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-24T10:30", AT),
        ("2026-11-24 10:30:00", AT),
        ("2026-11-24T02:30Z", AT),
        ("2026-11-24T02:30+00:00", AT),
        ("2026-11-24", datetime(2026, 11, 24, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_is_shanghais_unless_it_says_otherwise(text, found):
    assert moment(text) == found


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-02-30T10:00", "24.11.2026", "0001-01-01"])
def test_what_is_no_moment_is_wrong_use(text):
    with pytest.raises(CommandError, match="--at"):
        run("--at", text)


def test_over_a_months_end_nothing_is_lost_and_nothing_comes_twice(cast, monkeypatch):
    dues = only_kind(monkeypatch)
    last_day = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    for number in range(3):
        moment_due = last_day + timedelta(minutes=20 * number)
        dues.occasions += occasions_for([cast.zhang], about=f"month {number}", due_at=moment_due)
    for minutes in (0, 29, 30, 31, 60, 10, 90, 9 * 60):  # also back, as a clock that is put right
        run("--at", (last_day + timedelta(minutes=minutes)).isoformat())

    assert Message.objects.count() == 3
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
