from meetings.attendance.models import (
    Attendance,
    AttendanceChange,
    AttendanceImport,
    Exclusion,
    LeaveRequest,
    SignInAttempt,
)
from meetings.meeting.models import AgendaItem, LocalKind, Material, Meeting, Observer, Session, Speech, Task
from meetings.minutes.models import Correction, Minutes
from meetings.planning.models import CalendarFeed, SpecialDay, ThemeDay
from meetings.votes.models import AttendanceCorrection, Candidate, Count, MembershipStep, Scrutineer, Vote, VoteLook

__all__ = [
    "AgendaItem",
    "AttendanceCorrection",
    "AttendanceImport",
    "CalendarFeed",
    "Candidate",
    "Correction",
    "Count",
    "Exclusion",
    "Attendance",
    "LeaveRequest",
    "LocalKind",
    "AttendanceChange",
    "Material",
    "Meeting",
    "MembershipStep",
    "Minutes",
    "Observer",
    "Scrutineer",
    "Session",
    "SignInAttempt",
    "SpecialDay",
    "Speech",
    "Task",
    "ThemeDay",
    "Vote",
    "VoteLook",
]
