"""Looking for occasions reads the meetings of some days by their index, however many years there are."""

from datetime import datetime, time, timedelta

import pytest

from meetings.models import Attendance, Meeting
from members.bulk import refresh_statistics
from reminders.channels.rules import SHANGHAI
from reminders.planning.queries import closed_lately, coming
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
NOW = datetime.combine(TODAY, time(9), SHANGHAI)


YEARS = 10


@pytest.fixture(autouse=True)
def many_years(cast):
    """A meeting a day and somebody absent from it, so that it pays to look for the days."""
    days = [TODAY - timedelta(days=number) for number in range(365 * YEARS)]
    held = {"organization": cast.branch, "kind": "theme_day", "state": "held"}
    meetings = Meeting.objects.bulk_create(Meeting(day=day, counts_for_year=day.year, **held) for day in days)
    absent = {"member": cast.zhang, "name": "张英", "is_formal": True, "state": "absent"}
    Attendance.objects.bulk_create(Attendance(meeting=meeting, **absent) for meeting in meetings)
    refresh_statistics(Meeting, Attendance)


def test_meetings_that_were_closed_lately_are_found_by_their_days():
    assert "meeting_by_day" in closed_lately(NOW, "").values("pk").explain()


def test_meetings_to_come_are_found_by_their_days(monkeypatch):
    asked = []
    monkeypatch.setattr("reminders.planning.queries.as_coming", lambda rows: asked.append(rows) or [])
    coming(NOW, "")
    assert "meeting_by_day" in asked[0].values("pk").explain()


def test_another_condition_would_not_do():
    """The control: without the days neither is found by that index."""
    assert "meeting_by_day" not in Meeting.objects.filter(kind="theme_day").values("pk").explain()
    assert "meeting_by_day" not in Attendance.objects.filter(state="absent").values("pk").explain()
