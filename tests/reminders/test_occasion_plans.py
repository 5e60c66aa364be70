"""Looking for occasions reads the meetings of some days by their index, however many years there are."""

from datetime import datetime, time

import pytest
from django.db import connection

from meetings.models import Expected, Meeting
from reminders.queries.absences import closed_lately
from reminders.queries.invited import coming
from reminders.rules.quiet import SHANGHAI
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
NOW = datetime.combine(TODAY, time(9), SHANGHAI)


@pytest.fixture(autouse=True)
def large_tables():
    """PostgreSQL reads small tables through; in large ones it takes the index."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


def test_meetings_that_were_closed_lately_are_found_by_their_days():
    assert "meeting_by_day" in closed_lately(NOW, "").values("pk").explain()


def test_meetings_to_come_are_found_by_their_days(monkeypatch):
    asked = []
    monkeypatch.setattr("reminders.queries.invited.as_coming", lambda rows: asked.append(rows) or [])
    coming(NOW, "")
    assert "meeting_by_day" in asked[0].values("pk").explain()


def test_another_condition_would_not_do():
    """The control: without the days neither is found by that index."""
    assert "meeting_by_day" not in Meeting.objects.filter(kind="theme_day").values("pk").explain()
    assert "meeting_by_day" not in Expected.objects.filter(state="absent").values("pk").explain()
