"""A year's sign-in sheet as branches keep it: a column a meeting, a row a member, a mark a cell.

Headings name the day and the kind, like `1.14主题党日`, in one row or two. Marks are √ 到 请假 病假 缺 × and their
like; an empty cell under a meeting is an absence for which the sheet gives no reason.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from meetings.choices import AttendanceState, LeaveKind, MeetingKind
from members.imports.kinds import NotThisKind
from members.roster.headings import shared
from members.workbooks.catalogue import Catalogue, Column, Field
from members.workbooks.cells import text
from members.workbooks.headings import HeadedRow, Layout, Records, find_layout
from members.workbooks.reading import OpenWorkbook, Value, open_workbook

KIND_WORDS = (
    ("民主评议", MeetingKind.DEMOCRATIC_EVALUATION),
    ("民主生活", MeetingKind.DEMOCRATIC_LIFE_MEETING),
    ("组织生活", MeetingKind.ORG_LIFE_MEETING),
    ("主题党日", MeetingKind.THEME_DAY),
    ("党日", MeetingKind.THEME_DAY),
    ("党课", MeetingKind.PARTY_LECTURE),
    ("小组", MeetingKind.GROUP_MEETING),
    ("支委", MeetingKind.COMMITTEE_MEETING),
    ("委员会", MeetingKind.COMMITTEE_MEETING),
    ("换届", MeetingKind.ELECTION),
    ("选举", MeetingKind.ELECTION),
    ("转正", MeetingKind.CONFIRMATION),
    ("发展", MeetingKind.ADMISSION),
    ("接收", MeetingKind.ADMISSION),
    ("大会", MeetingKind.GENERAL_MEETING),
)
"""In this order: the first word that stands in the heading decides."""
DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)\s*[年./\-])?\s*(?<!\d)(?P<month>1[0-2]|0?[1-9])\s*[月./\-]\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?(?!\d)"
)
ISO = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")
MEETING = r"(?s).*(" + "|".join(word for word, _kind in KIND_WORDS) + r"|\d{1,2}[月./\-]\d{1,2}|\d{8}).*"
SHEET = Catalogue(
    (
        *map(shared, ("serial", "name", "national_id", "group", "remark")),
        Field(
            "total",
            ("合计", "到会率", "出勤率", "应到", "实到", "出席次数", "缺席次数", "请假次数", "到会次数", "出勤次数"),
        ),
        Field("meeting", patterns=(MEETING,), repeats=True),
    )
)
PRESENT = (
    "√",
    "✓",
    "✔",
    "v",
    "V",
    "∨",
    "到",
    "出席",
    "参加",
    "是",
    "签到",
    "迟到",
    "早退",
    "1",
    "●",
    "○",
    "〇",
    "o",
    "O",
)
ONLINE = ("线上", "网络", "视频", "远程", "云")
MADE_UP = ("补课", "补学", "补")
VISITED = ("送学", "上门")
LEAVE: tuple[tuple[str, str], ...] = (
    ("病", LeaveKind.SICK),
    ("事", LeaveKind.PERSONAL),
    ("公", LeaveKind.OFFICIAL),
    ("出差", LeaveKind.OFFICIAL),
    ("假", ""),
)
ABSENT = (
    "",
    "缺",
    "缺席",
    "未到",
    "旷",
    "×",
    "x",
    "X",
    "✗",
    "✕",
    "╳",
    "否",
    "无",
    "0",
    "-",
    "—",
    "/",
    "未参加",
    "缺勤",
)


class NotASheet(NotThisKind):
    """A workbook without a row of meetings; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class MeetingColumn:
    """One meeting of the sheet: where it stands, how it is written, and what that was understood to be."""

    index: int
    heading: str
    day: date
    kind: MeetingKind


@dataclass(frozen=True, slots=True)
class Marked:
    """What a cell says. `understood` is false for a mark that nobody could read."""

    state: AttendanceState
    leave_kind: str = ""
    understood: bool = True


@dataclass(frozen=True)
class SignInSheet:
    """The sheet that was chosen. `unread` are headings without a day or a kind of meeting, `twice` columns of a meeting
    that another column has already."""

    layout: Layout
    meetings: list[MeetingColumn]
    unread: list[Column]
    twice: list[MeetingColumn]
    book: OpenWorkbook

    def records(self) -> Iterator[HeadedRow]:
        """The rows about members. Raises UnreadableWorkbook."""
        found = Records(self.layout, ("name",), repeats=("meeting",)).of(self.book.rows(self.layout.sheet))
        return (one for one in found if isinstance(one, HeadedRow))


@contextmanager
def open_sheet(path: Path, year: int) -> Iterator[SignInSheet]:
    """Raises UnreadableWorkbook, NotASheet."""
    with open_workbook(path) as book:
        layout = find_layout(book.heads, SHEET)
        columns = [column for column in layout.columns if column.field == "meeting"] if layout else []
        read = {column.index: understood(column, year) for column in columns}
        meetings = [one for one in read.values() if one]
        if layout is None or not meetings:
            raise NotASheet(
                _("No meetings were found. The sheet needs a column 姓名 and one for each meeting, like 1.14主题党日."),
                book.heads,
            )
        first: dict[tuple[date, str], MeetingColumn] = {}
        for one in meetings:
            first.setdefault((one.day, one.kind), one)
        unread = [column for column in columns if not read[column.index]]
        unread += [column for column in layout.unknown if column.heading.strip()]
        twice = [one for one in meetings if one is not first[one.day, one.kind]]
        yield SignInSheet(layout, list(first.values()), unread, twice, book)


def understood(column: Column, year: int) -> MeetingColumn | None:
    """The meeting that a heading names; None without a readable day or kind."""
    day, kind = day_of(column.heading, year), kind_of(column.heading)
    return MeetingColumn(column.index, " ".join(column.heading.split()), day, kind) if day and kind else None


def day_of(heading: str, year: int) -> date | None:
    """The day in a heading; a day without a year is one of `year`."""
    match = ISO.search(heading) or DAY.search(heading)
    if match is None:
        return None
    try:
        return date(int(match["year"] or year), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def kind_of(heading: str) -> MeetingKind | None:
    plain = re.sub(r"\s", "", heading)
    return next((kind for word, kind in KIND_WORDS if word in plain), None)


def mark_of(value: Value) -> Marked:
    """What a cell under a meeting says."""
    written = re.sub(r"\s", "", text(value))
    if written in ABSENT:
        return Marked(AttendanceState.ABSENT)
    if written in PRESENT:
        return Marked(AttendanceState.ON_SITE)
    for words, state in (
        (ONLINE, AttendanceState.ONLINE),
        (VISITED, AttendanceState.VISITED),
        (MADE_UP, AttendanceState.MADE_UP),
    ):
        if any(word in written for word in words):
            return Marked(state)
    leave = next((kind for word, kind in LEAVE if word in written), None)
    if leave is not None:
        return Marked(AttendanceState.LEAVE, leave)
    if any(written.startswith(word) for word in ("√", "✓", "到", "出席", "已到", "准时")):
        return Marked(AttendanceState.ON_SITE)
    return Marked(AttendanceState.UNKNOWN, understood=False)
