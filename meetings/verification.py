"""What `manage.py verify` asks of meetings: their rows are watched."""

from collections.abc import Iterator

from audit.verification import Check
from audit.watched import EACH_ROW

WATCHED = {
    "meetings.LocalKind": EACH_ROW,
    "meetings.Meeting": EACH_ROW,
    "meetings.Session": ("meeting_id",),
    "meetings.ThemeDay": EACH_ROW,
    "meetings.CalendarFeed": EACH_ROW,
    "meetings.AgendaItem": EACH_ROW,
    "meetings.Speech": EACH_ROW,
    "meetings.Task": EACH_ROW,
    "meetings.Material": EACH_ROW,
    "meetings.Observer": EACH_ROW,
    "meetings.Attendance": ("meeting_id",),
    "meetings.AttendanceChange": ("expected_id",),
    "meetings.Exclusion": EACH_ROW,
    "meetings.LeaveRequest": EACH_ROW,
    "meetings.AttendanceCorrection": EACH_ROW,
    "meetings.AttendanceImport": EACH_ROW,
    "meetings.Vote": EACH_ROW,
    "meetings.VoteLook": EACH_ROW,
    "meetings.Count": EACH_ROW,
    "meetings.Candidate": EACH_ROW,
    "meetings.Scrutineer": EACH_ROW,
    "meetings.MembershipStep": EACH_ROW,
    "meetings.Minutes": EACH_ROW,
    "meetings.Correction": EACH_ROW,
    "meetings.SpecialDay": EACH_ROW,
}
UNWATCHED = {
    "meetings.SignInAttempt": "A count of wrong codes that is kept for minutes",
}


def checks() -> Iterator[Check]:
    """Nothing beside its rows."""
    yield from ()
