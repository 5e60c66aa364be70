"""What the database refuses about corrections of attendance."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from meetings.models import AgendaItem, AttendanceCorrection, Meeting, Vote, VoteLook

KEY = uuid.UUID(int=8)
DAY, LATER = date(2026, 11, 14), datetime(2026, 11, 20, tzinfo=UTC)
DECLINED = {"state": "declined", "decided_at": LATER, "declined_because": "签到表上有名字"}


def meeting_of(cast: Any) -> Meeting:
    facts = {"organization": cast.branch, "kind": "theme_day", "day": DAY, "counts_for_year": 2026, "state": "locked"}
    return Meeting.objects.get_or_create(key=KEY, defaults=facts)[0]


def vote_of(cast: Any) -> Vote:
    item = AgendaItem.objects.get_or_create(meeting=meeting_of(cast), position=1, title="讨论")[0]
    facts = {"item": item, "subject": "motion", "method": "open", "about": "计划", "entitled": 2, "present": 2}
    return Vote.objects.get_or_create(key=KEY, defaults=facts)[0]


LAWFUL: dict[type[models.Model], Any] = {
    AttendanceCorrection: lambda cast: {
        "meeting": meeting_of(cast), "member": cast.zhang, "name": "张英", "was": "absent", "becomes": "on_site",
        "reason": "签到表上有他的签名", "proposed_by": cast.secretary,
    },
    VoteLook: lambda cast: {
        "vote": vote_of(cast), "present": 1, "doubt": "到会人数不够", "reason": "签到表上有两个人", "by": cast.officer,
    },
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (AttendanceCorrection, "attendance_correction_says_whom_and_why", {"reason": ""}),
    (AttendanceCorrection, "attendance_correction_says_whom_and_why", {"name": ""}),
    (AttendanceCorrection, "attendance_correction_states_known", {"becomes": "unknown"}),
    (AttendanceCorrection, "attendance_correction_make_up_is_whole", {"becomes": "made_up"}),
    (AttendanceCorrection, "attendance_correction_make_up_is_whole", {"made_up_on": DAY, "made_up_with": "材料"}),
    (AttendanceCorrection, "attendance_correction_make_up_is_whole", {"becomes": "visited", "made_up_on": DAY}),
    (AttendanceCorrection, "attendance_correction_reason_has_source", {"becomes": "leave", "away_source": "member"}),
    (VoteLook, "vote_look_says_why", {"reason": ""}),
    (VoteLook, "vote_look_says_why", {"doubt": ""}),
    (AttendanceCorrection, "attendance_correction_states_known", {"was": "lost"}),
    (AttendanceCorrection, "attendance_correction_changes_something", {"was": "on_site"}),
    (AttendanceCorrection, "attendance_correction_by_two_persons", {"state": "confirmed"}),
    (
        AttendanceCorrection,
        "attendance_correction_by_two_persons",
        {"state": "confirmed", "decided_at": LATER, "decided_by": lambda cast: cast.secretary},
    ),
    (AttendanceCorrection, "attendance_correction_by_two_persons", DECLINED),
    (
        AttendanceCorrection,
        "attendance_correction_declined_with_reason",
        {"state": "declined", "decided_at": LATER, "decided_by": lambda cast: cast.officer},
    ),
    (AttendanceCorrection, "attendance_correction_declined_with_reason", {"declined_because": "不对"}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (AttendanceCorrection, "attendance_correction_waits_once", {}, {"becomes": "online"}),
    (VoteLook, "vote_look_once", {}, {"reason": "再看了一遍，结果不变"}),
]
