"""The demo's reports that were read and closed in time: of the quarters before, and of most other branches."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from meetings.choices import MeetingKind
from meetings.models import Meeting
from meetings.rules.duties import Period
from members.models import Organization, User
from supervision.choices import ReportPeriod, ReportState
from supervision.models import Report, ReportStep
from supervision.queries.report_figures import kept
from supervision.rules.report_periods import QUARTER, due_on, every, is_asked, reportable

WENT = (
    (ReportState.ADOPTED, 8), (ReportState.SUBMITTED, 9), (ReportState.READ, 13), (ReportState.CLOSED, 16)
)  # fmt: skip
"""How a report went, so many days after the end of its quarter."""
JUDGEMENT = "组织生活按计划开展，党费按月收齐，没有完成的事项已列入下季度计划。"
Writers = Callable[[Organization], User | None]


def quarters_of_the_year(on: date) -> list[Period]:
    """Those whose report falls due in the year of that day, the last one first."""
    return [one for one in reportable(on) if every(one.name) == QUARTER and due_on(one).year == on.year]


def close_reports(
    branches: Iterable[Organization], periods: list[Period], *, writer: Writers, reader: User, on: date
) -> None:
    """Where the days for it have gone by and a committee met in between."""
    for branch in branches:
        by = writer(branch)
        for period in periods:
            meeting = _meeting(branch, period)
            if by and meeting and is_asked(branch.known_first_day(), period) and _day(period, WENT[-1][1]) <= on:
                _close(branch, period, meeting, by, reader)


def _close(branch: Organization, period: Period, meeting: Meeting, by: User, reader: User) -> None:
    adopted_on, submitted_on, _read_on, closed_on = (_day(period, days) for _state, days in WENT)
    report = Report.objects.create(
        organization=branch, period_kind=ReportPeriod.QUARTER, period=period.name, state=ReportState.CLOSED,
        judgement=JUDGEMENT, figures=kept(branch, period, on=adopted_on), begun_on=meeting.day, adopted_on=adopted_on,
        meeting=meeting, submitted_on=submitted_on, closed_on=closed_on,
    )  # fmt: skip
    written = (ReportState.ADOPTED, ReportState.SUBMITTED)
    ReportStep.objects.bulk_create(
        ReportStep(report=report, state=state, on=_day(period, days), by=by if state in written else reader)
        for state, days in WENT
    )


def _meeting(branch: Organization, period: Period) -> Meeting | None:
    """The committee's first after the end of the quarter."""
    days = (period.last + timedelta(days=1), _day(period, WENT[0][1]))
    held = Meeting.objects.held().of_kind(MeetingKind.COMMITTEE_MEETING)
    return held.filter(organization=branch, day__range=days).order_by("day", "key").first()


def _day(period: Period, days: int) -> date:
    return period.last + timedelta(days=days)
