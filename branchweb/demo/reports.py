"""The demo's reports that were read and closed in time: of the quarters before, and of most other branches.

The demo's reports: of the last quarter one is a draft, one waits to be read, one came back with questions; the
others are closed, those of the quarters before too.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial

from branchweb.demo.county import COUNTY, HOME_BRANCH
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from meetings.planning.duty_rules import Period
from members.choices import OfficeKind
from members.models import Office, Organization, User
from supervision.choices import ReportPeriod, ReportState
from supervision.reports.figures import ABOVE, kept
from supervision.reports.models import Report, ReportStep
from supervision.reports.queries import meetings_for
from supervision.reports.rules import QUARTER, Act, due_on, every, is_asked, latest, reportable
from supervision.reports.services import adopt_report, begin_report, move_report, write_judgement

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


COMMITTEE = "chengguan"
WRITERS = (OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY, OfficeKind.ORGANIZATION_OFFICER)
READERS = (OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY)
HOW_MANY = 4
ANSWERED = ((), (Act.READ, Act.CLOSE), (), (Act.READ, Act.CLOSE), (Act.RETURN,))
"""What the level above did with each of these; the first is the home branch's draft."""
WORDS = (
    "“三会一课”按计划开展，流动党员补学仍不够及时；下季度由支委分片联系，每月通报一次补学情况。",
    "组织生活正常，缺席多为外出务工和住院，已逐一核对原因。群众反映的路灯、台阶两件事已解决，停车问题还在协调。",
    "谈心谈话进度偏慢，支委与老党员的谈话安排在下个月完成。党费按月收齐，收支已向党员公布。",
    "查摆的问题多数整改到位，没有完成的都明确了责任人和时限。重大事项都先经支部研究再决定。",
)
QUESTION = "报告里“未登记”的到会人数偏多，请说明原因，并把补记的情况一并报来。"


def fill(*, on: date) -> None:
    """The branches below one committee report on the last quarter; committee and county draw them together."""
    period = latest(on)
    committee = Organization.objects.filter(code=COMMITTEE).first()
    if committee is None:
        return
    _close_others(committee, on)
    branches = [one for one in _branches(committee, on) if is_asked(one.known_first_day(), period)]
    day = min(due_on(period) - timedelta(days=1), on)
    for number, branch in enumerate(branches):
        begun_on = on if branch.code == HOME_BRANCH else day
        report = _begun(branch, period.name, WORDS[number % len(WORDS)], WRITERS, begun_on)
        if report and branch.code != HOME_BRANCH and _adopted(report, day):
            _sent(report, day, ANSWERED[number % len(ANSWERED)])
    for one in Organization.objects.filter(code__in=[COMMITTEE, COUNTY]):
        _begun(one, period.name, "", READERS, on)


def _branches(committee: Organization, on: date) -> list[Organization]:
    """The home branch, whose report is still a draft, and a few others of the committee."""
    found = Organization.objects.below(committee.path).branches().standing_on(on).in_tree_order()
    home = [one for one in found if one.code == HOME_BRANCH]
    return home + [one for one in found if one.code != HOME_BRANCH and _officer(one, WRITERS, on)][:HOW_MANY]


def _begun(
    organization: Organization, period: str, words: str, kinds: tuple[OfficeKind, ...], on: date
) -> Report | None:
    officer = _officer(organization, kinds, on)
    if officer is None:
        return None
    report = begin_report(key=uuid.uuid4(), organization=organization, period=period, on=on, by=officer)
    write_judgement(report=report, judgement=words, by=officer)
    return report


def _adopted(report: Report, on: date) -> bool:
    """Where no meeting was held since the end of the quarter, the report stays a draft."""
    meeting: Meeting | None = meetings_for(report, on=on).first()
    officer = _officer(report.organization, WRITERS, on)
    if meeting is None or officer is None:
        return False
    adopt_report(report=report, meeting=meeting, on=on, by=officer)
    return True


def _close_others(committee: Organization, on: date) -> None:
    """Reports that went their way: the year's of all branches, the last quarter's of those outside the committee."""
    last, *earlier = quarters_of_the_year(on)
    reader = _above(committee, on)
    branches = list(Organization.objects.branches().standing_on(on).in_tree_order())
    outside = [one for one in branches if not one.path.startswith(committee.path)]
    for some, periods in ((branches, earlier), (outside[1:], [last])):
        if reader:
            close_reports(some, periods, writer=partial(_officer, kinds=WRITERS, on=on), reader=reader, on=on)


def _sent(report: Report, on: date, acts: tuple[Act, ...]) -> None:
    officer, above = _officer(report.organization, WRITERS, on), _above(report.organization, on)
    if officer is None:
        return
    move_report(report=report, act=Act.SUBMIT, text="", on=on, by=officer)
    for act in acts:
        assert above is not None  # the county has staff
        move_report(report=report, act=act, text=QUESTION if act == Act.RETURN else "", on=on, by=above)


def _above(organization: Organization, on: date) -> User | None:
    above = Organization.objects.filter(kind__in=ABOVE).in_tree_order().reverse()
    receivers = (_officer(one, READERS, on) for one in above if organization.path.startswith(one.path))
    return next((one for one in receivers if one), None)


def _officer(organization: Organization, kinds: tuple[OfficeKind, ...], on: date) -> User | None:
    """An account that holds one of the offices there, in the order in which they are named."""
    held = Office.objects.holding(on).filter(organization=organization, kind__in=kinds)
    found = {office.kind: _account(office) for office in held.select_related("user", "member__user")}
    return next((found[kind] for kind in kinds if found.get(kind)), None)


def _account(office: Office) -> User | None:
    return office.user or getattr(office.member, "user", None)
