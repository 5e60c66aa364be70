"""What lists of meetings and of attendance show."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from meetings.attendance.models import Attendance
from meetings.choices import AttendanceState
from meetings.pages.queries import MISSED, PersonLine
from meetings.templatetags.meetings import state_badges
from members.pages.listing import Act, Listing, Nothing, acts, badges, day, drawn, linked, number, text

PLACE = text("organization", _("Branch or group"), "meeting.organization.name")


def _kind(row: dict[str, Any]) -> str:
    kind = row["meeting"].get_kind_display()
    return "" if kind == row["meeting"].name else kind


def _day_and_hour(row: dict[str, Any]) -> str:
    meeting = row["meeting"]
    return f"{meeting.day} {meeting.starts_at:%H:%M}" if meeting.starts_at else str(meeting.day)


def _attended(row: dict[str, Any]) -> str:
    return f"{row['tally'].present} / {row['tally'].expected}" if row["tally"] else ""


def _corrected(row: dict[str, Any]) -> object:
    return pgettext_lazy("attendance", "corrected") if row["tally"] and row["tally"].corrected else ""


MEETINGS = Listing(
    columns=[
        linked("name", _("Meeting"), "meeting.name", url="meeting.get_absolute_url", below=_kind),
        text("day", _("Date"), _day_and_hour, style="nowrap says-itself"),
        PLACE,
        text("place", _("Place"), "meeting.place"),
        badges("state", _("State"), lambda row, _on: state_badges(row["meeting"])),
        text("attended", _("Attended"), _attended, style="number", below=_corrected),
    ],
    phone=["name", "state", "day", "organization", "attended"],
    nothing=Nothing(
        _("No meeting is on record yet. Plan the next one: day, place and agenda are enough."), "calendar-event"
    ),
    no_match=_("No meeting fits. Take away a filter."),
)


def _make_up(one: Attendance) -> Iterator[Act]:
    if one.state == AttendanceState.ABSENT and not one.reason:
        yield _("Say why"), reverse("meetings:absence-why", args=[one.meeting_id]), str(one.meeting)
    if one.state in MISSED:
        yield _("Make up for it"), reverse("meetings:make-up", args=[one.meeting_id]), str(one.meeting)


def _corrected_on(one: Attendance) -> object:
    return _("corrected on %(day)s") % {"day": one.corrected_on} if one.corrected_on else ""


OWN = Listing(
    columns=[
        linked("name", _("Meeting"), "meeting.name", url="meeting.get_absolute_url"),
        day("day", _("Date"), "meeting.day"),
        PLACE,
        text("state", _("Attendance"), lambda one: "", badges=lambda one, _on: state_badges(one), below=_corrected_on),
        acts(_make_up),
    ],
    phone=["name", "state", "day", "organization"],
    nothing=Nothing(_("No meeting of this period is on record."), "calendar-event"),
)


def _give_reason(one: Attendance) -> Iterator[Act]:
    if one.state in MISSED:
        yield (
            _("Reason, make-up"),
            reverse("meetings:attendance-person", args=[one.meeting_id, one.member_id]),
            str(one.meeting),
        )


THEIRS = replace(OWN, columns=[*OWN.columns[:-1], acts(_give_reason)])
"""The same of a member, for the officers of the branch."""


FIGURES = [
    number("on_site", _("On site"), "tally.is_on_site"),
    number("online", _("Online"), "tally.is_online"),
    number("visited", _("Visited"), "tally.is_visited"),
    number("made_up", _("Made up"), "tally.is_made_up"),
    number("leave", _("On leave"), "tally.is_leave"),
    number("absent", _("Absent"), "tally.is_absent"),
    number("unknown", _("Not recorded"), "tally.is_unknown"),
]
NAME = linked("name", _("Name"), "member.name", url="member.get_absolute_url")
BRANCH = text("branch", _("Branch"), "branch.name")
EXPECTED = number("expected", _("Expected"), "tally.expected")
MONTHS, ELSEWHERE = _("Months in a row without a reason"), _("Attended elsewhere")
TOOK_PART = text(
    "took_part",
    _("Took part"),
    lambda line: f"{line.took_part} / {line.tally.expected}",
    style="number",
    below=lambda line: _("%(number)s corrected") % {"number": line.tally.corrected} if line.tally.corrected else "",
)


def _when_and_where(line: PersonLine) -> str:
    meetings = [one.meeting for one in line.elsewhere]
    return "\n".join(f"{one.day:%Y-%m-%d} {one.get_kind_display()} {one.organization.name}" for one in meetings)


PEOPLE = Listing(
    columns=[
        NAME,
        TOOK_PART,
        *FIGURES,
        text(
            "months",
            MONTHS,
            lambda line: "" if line.is_flagged else line.months or "",
            badges=lambda line, _on: [(str(line.months), "warn")] if line.is_flagged else [],
        ),
        drawn("elsewhere", ELSEWHERE, "meetings/pages/elsewhere_line.html"),
    ],
    phone=["name", "took_part", "leave", "absent", "unknown", "months"],
    workbook=[
        NAME,
        EXPECTED,
        *FIGURES,
        number("months", MONTHS),
        number("elsewhere", ELSEWHERE, lambda line: len(line.elsewhere)),
        text("when", _("When and where"), _when_and_where),
    ],
    nothing=Nothing(_("Nobody fits. Take away a filter."), "people"),
)
PLACES = Listing(
    columns=[
        BRANCH,
        TOOK_PART,
        *FIGURES,
        text("elsewhere", ELSEWHERE, lambda line: line.elsewhere or "", style="number"),
    ],
    phone=["branch", "took_part", "leave", "absent", "unknown"],
    workbook=[BRANCH, EXPECTED, *FIGURES, number("elsewhere", ELSEWHERE)],
    nothing=PEOPLE.nothing,
)
