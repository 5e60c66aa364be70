from meetings.models.agenda import AgendaItem, Material, Observer, Speech, Task
from meetings.models.attendance import Exclusion, Expected, LeaveRequest, Mark
from meetings.models.attendance_correction import AttendanceCorrection, VoteLook
from meetings.models.attendance_import import AttendanceImport
from meetings.models.meeting import CalendarFeed, LocalKind, Meeting, Session, ThemeDay
from meetings.models.membership import MembershipStep
from meetings.models.minutes import Correction, Minutes
from meetings.models.sign_in import SignInAttempt
from meetings.models.special_day import SpecialDay
from meetings.models.vote import Candidate, Count, Scrutineer, Vote

__all__ = [
    "AgendaItem",
    "AttendanceCorrection",
    "AttendanceImport",
    "CalendarFeed",
    "Candidate",
    "Correction",
    "Count",
    "Exclusion",
    "Expected",
    "LeaveRequest",
    "LocalKind",
    "Mark",
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
