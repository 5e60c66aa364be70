"""Words, evenings and people of the demo's meetings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Protocol

from branchweb.demo.county import COUNTY, GROUP_NAMES, HOME_BRANCH, PLACES, DemoOrganization
from meetings.attendance.models import Attendance
from meetings.attendance.queries import as_expected
from meetings.choices import AttendanceState, LeaveKind, MeetingKind, ReasonSource
from meetings.meeting.models import Meeting
from meetings.meeting.queries import ABOVE, SEATS
from members.choices import AffiliationKind, OfficeKind, OrganizationKind, SituationKind
from members.models import Affiliation, Member, Office, Organization, Situation
from rulebook.dates import add_months

THEMES = (
    "学习党章党规，重温入党誓词",
    "清扫社区楼道，整治环境卫生",
    "学习全会精神，交流心得体会",
    "走访困难党员和高龄老人",
    "参观县革命历史陈列馆",
    "学习党纪处分条例，以案说纪",
    "反诈宣传和平安巡查志愿服务",
    "集中交纳党费，学习党费使用规定",
    "为群众办实事项目征求意见",
    "学习基层组织工作条例",
    "文明劝导和垃圾分类志愿服务",
    "观看警示教育片，开展讨论",
)
"""One for each month of the year."""
LECTURES = (
    "从党章看党员的权利和义务",
    "身边的榜样：老党员讲入党故事",
    "读懂乡村振兴的几件小事",
    "纪律建设怎样管到日常",
)
THEME_ITEMS = (
    ("集中学习", "领学材料，并结合本支部情况谈体会。"),
    ("开展活动", "分组开展活动，收集到群众意见若干条。"),
    ("安排下月工作", "通报下月学习内容和志愿服务安排。"),
)
GENERAL_TITLE = "党员大会：总结季度工作"
GENERAL_ITEMS = (
    ("听取支部委员会季度工作报告", "书记报告组织生活、党费收缴和结对帮扶情况。"),
    ("讨论下季度工作计划", "与会党员逐条讨论，提出修改意见。"),
)
MOTION = "通过下季度工作计划"
DECISION = "同意下季度工作计划，由支部委员会组织落实。"
SPEECH = "志愿服务要错开农忙和上班时间，让在职党员也能参加。"
DISSENT = "楼道照明应当先修，不宜等到下季度再安排经费。"
TASK = "联系物业核对楼道照明清单"
COMMITTEE_TITLE = "支部委员会会议"
COMMITTEE_ITEMS = (
    ("研究本月主题党日安排", "确定主题、时间、地点和领学人。"),
    ("通报联系老党员和流动党员情况", "逐人通报，明确下次联系时间。"),
)
COMMITTEE_DECISION = "按讨论意见安排，分工负责。"
GROUP_ITEMS = (("学习讨论", "围绕支部学习内容逐人发言。"),)
ORG_LIFE_TITLE = "年度组织生活会并开展民主评议党员"
ORG_LIFE_ITEMS = (
    ("通报征求意见情况", "通报谈心谈话和征求到的意见。"),
    ("批评和自我批评", "书记带头，党员逐人作自我批评，其他党员提出批评意见。"),
    ("民主测评", "发放测评表，当场汇总。"),
)
SHORT_ITEMS = (("集中学习", "学习规定内容，交流发言。"),)

LEAVE_REASONS = {
    "personal": ("家中有事", "接送孩子", "参加亲属婚礼", ""),
    "sick": ("住院检查", "感冒发热", "腿脚不便", ""),
    "official": ("值班", "出差", "参加培训", ""),
    "": ("",),
}
ABSENCE_REASONS = ("临时加班", "身体不适", "家中有急事", "记错了时间")
OUT_OF_TOUCH = "联系不上，正在查找"
BY_RECORDING = "听会议录音"
BY_TEXT = "自学会议材料"
BROUGHT_HOME = "送学上门"
LINES = ("材料看完了，有两个问题想当面请教。", "录音听了，谢谢支部记着我。", "学习笔记已发给组长。", "")

NEXT_TITLE = "党员大会：总结全年工作，讨论明年计划"
NEXT_ITEMS = ("听取支部委员会工作报告", "讨论明年组织生活计划", "推荐优秀共产党员人选")
NEXT_LINK = "https://meeting.example.org/hongqi-1"
NEXT_MATERIALS = (
    ("支部工作报告（讨论稿）", "一年来，支部按月开展主题党日，每季度召开党员大会。报告稿供讨论，请会前看一遍。"),
    ("明年组织生活计划（讨论稿）", "拟于每月二十日开展主题党日，每季度第二个月召开党员大会并上党课。"),
)
NEXT_LEAVE = "当天在外地做工，赶不回来，想线上参加。"
SIGNED = "签到表第二页有本人签名，当晚录入时漏看了一行"
BY_VIDEO = "当天在外地，是通过视频参加的，签到时误点成现场"

TASK_DONE = "已按要求办好，并在支委会上说明了情况。"
MEMBERSHIP_ITEM = "讨论预备党员转正和接收预备党员"
APPLICANT = "林小雨"
APPROVAL = "青禾县委组织部批复〔2026〕12号"
COMMITTEE_STAFF = "组织部工作人员"
COUNTY_TITLE = "县委常委会会议"
COUNTY_ITEMS = (
    ("听取基层党建工作情况", "各党委汇报三会一课和党费收缴情况。"),
    ("审议监督报告", "讨论并通过上报的监督报告。"),
)


HOME_THEME_DAY, GENERAL_DAY, LECTURE_DAY, COMMITTEE_DAY, GROUP_DAY, ORG_LIFE_DAY, COUNTY_DAY = 20, 26, 12, 6, 14, 18, 9
MISSED_THEME_DAY, MISSED_QUARTER, MISSED_COMMITTEE = 4, 5, 7
"""Every how manyth branch missed something."""


@dataclass(frozen=True)
class PastMeeting:
    """One meeting that took place, before anybody was written down. `also`: other kinds that it was."""

    organization: Organization
    kind: MeetingKind
    day: date
    title: str = ""
    items: tuple[tuple[str, str], ...] = SHORT_ITEMS
    also: tuple[MeetingKind, ...] = ()
    year: int = 0
    """Which year it counts for, when that isn't the year of its day."""


def theme_day_of(code: str) -> int:
    """The fixed day of the month of a branch."""
    return HOME_THEME_DAY if code == HOME_BRANCH else 5 + 3 * _number(code) % 20


def evenings(places: dict[str, Organization], on: date) -> Iterator[PastMeeting]:
    """Everything that was held before that day, branch by branch."""
    branches = [place for place in PLACES if place.members]
    for place in branches:
        everything = _at_home(places, on) if place.code == HOME_BRANCH else _elsewhere(place, places, on)
        yield from (evening for evening in everything if evening.day < on)
    yield from (evening for evening in _of_county(places, on) if evening.day < on)


def _of_county(places: dict[str, Organization], on: date) -> Iterator[PastMeeting]:
    """The committee's own meetings of the last months."""
    for month in list(_months(on))[-3:]:
        day = month.replace(day=COUNTY_DAY)
        yield PastMeeting(places[COUNTY], MeetingKind.COMMITTEE_MEETING, day, COUNTY_TITLE, COUNTY_ITEMS)


def _number(code: str) -> int:
    return next(number for number, place in enumerate(PLACES) if place.code == code)


def _months(on: date) -> Iterator[date]:
    """The first days of the last twelve months."""
    return (add_months(on.replace(day=1), -back) for back in range(11, -1, -1))


def _at_home(places: dict[str, Organization], on: date) -> Iterator[PastMeeting]:
    home = places[HOME_BRANCH]
    groups = [places[f"{HOME_BRANCH}-g{number}"] for number, _name in enumerate(GROUP_NAMES, start=1)]
    for month in _months(on):
        yield _theme_day(home, month, THEME_ITEMS)
        yield _committee_meeting(home, month)
        for group in groups:
            yield _group_meeting(group, month)
        if month.month % 3 == 2:
            lecture = LECTURES[month.month // 3]
            yield PastMeeting(home, MeetingKind.PARTY_LECTURE, month.replace(day=LECTURE_DAY), f"党课：{lecture}")
            yield _general_meeting(home, month)
        if month.month == 1:
            yield _org_life_meeting(home, month)


def _elsewhere(place: DemoOrganization, places: dict[str, Organization], on: date) -> Iterator[PastMeeting]:
    """Plainer, and with gaps: a theme day, a general, committee or group meeting is missing here and there."""
    branch, number, last = places[place.code], _number(place.code), add_months(on.replace(day=1), -1)
    for month in _months(on):
        back = (last.year - month.year) * 12 + last.month - month.month
        if number % MISSED_THEME_DAY or back:
            yield _theme_day(branch, month, SHORT_ITEMS)
        if number % MISSED_COMMITTEE or back:
            yield _committee_meeting(branch, month)
        for group in range(1, place.groups + 1):
            if group == 1 or back:
                yield _group_meeting(places[f"{place.code}-g{group}"], month)
        if month.month % 3 == 2 and (number % MISSED_QUARTER or back > 3):
            yield _general_meeting(branch, month)
        if month.month == 1:
            yield _org_life_meeting(branch, month)


def _theme_day(branch: Organization, month: date, items: tuple[tuple[str, str], ...]) -> PastMeeting:
    """In July the theme day is also the party lecture of the anniversary."""
    also = (MeetingKind.PARTY_LECTURE,) if month.month == 7 else ()
    day = month.replace(day=theme_day_of(branch.code))
    return PastMeeting(branch, MeetingKind.THEME_DAY, day, THEMES[month.month - 1], items, also)


def _committee_meeting(branch: Organization, month: date) -> PastMeeting:
    day = month.replace(day=COMMITTEE_DAY)
    return PastMeeting(branch, MeetingKind.COMMITTEE_MEETING, day, COMMITTEE_TITLE, COMMITTEE_ITEMS)


def _group_meeting(group: Organization, month: date) -> PastMeeting:
    return PastMeeting(group, MeetingKind.GROUP_MEETING, month.replace(day=GROUP_DAY), items=GROUP_ITEMS)


def _general_meeting(branch: Organization, month: date) -> PastMeeting:
    day = month.replace(day=GENERAL_DAY)
    return PastMeeting(branch, MeetingKind.GENERAL_MEETING, day, GENERAL_TITLE, GENERAL_ITEMS)


def _org_life_meeting(branch: Organization, month: date) -> PastMeeting:
    """In January, for the year before, together with the appraisal."""
    return PastMeeting(
        branch, MeetingKind.ORG_LIFE_MEETING, month.replace(day=ORG_LIFE_DAY), ORG_LIFE_TITLE,
        ORG_LIFE_ITEMS, (MeetingKind.DEMOCRATIC_EVALUATION,), month.year - 1,
    )  # fmt: skip


AT_HOME = {SituationKind.FRAIL, SituationKind.BEDRIDDEN}
ELSEWHERE = {
    SituationKind.MOBILE, SituationKind.RELOCATED, SituationKind.SECONDED, SituationKind.ABROAD_SENT,
    SituationKind.ABROAD_PRIVATE,
}  # fmt: skip
UNHEARD = {SituationKind.LOST_CONTACT, SituationKind.SUSPENDED}
ON_SITE, ONLINE, VISITED, MADE_UP, LEAVE, ABSENT = (
    AttendanceState.ON_SITE, AttendanceState.ONLINE, AttendanceState.VISITED, AttendanceState.MADE_UP,
    AttendanceState.LEAVE, AttendanceState.ABSENT,
)  # fmt: skip
WELL = ((ON_SITE, 88), (ONLINE, 3), (LEAVE, 6), (MADE_UP, 1), (ABSENT, 2))
FRAIL = ((ON_SITE, 12), (VISITED, 48), (LEAVE, 38), (ABSENT, 2))
AWAY = ((ONLINE, 58), (MADE_UP, 14), (LEAVE, 20), (ABSENT, 8))
"""Ways to attend, of a hundred."""


class Lasting(Protocol):
    valid_from: date | None
    valid_until: date | None


def holds(row: Lasting, day: date) -> bool:
    """`periods.holding` of a row in memory."""
    return (row.valid_from or day) <= day and (row.valid_until is None or row.valid_until > day)


@dataclass(frozen=True)
class Rolls:
    """Who belongs where, what has befallen them and who holds an office: read once for the whole county."""

    affiliations: dict[str, list[Affiliation]]
    situations: dict[int, list[Situation]]
    offices: dict[int, list[Office]]

    def expected_at(self, meeting: Meeting) -> list[Attendance]:
        """The list as it would have been frozen that evening, unsaved."""
        day, seen = meeting.day, dict[int, Affiliation]()
        for one in self._near(meeting.organization):
            if holds(one, day) and (one.member_id not in seen or one.kind == AffiliationKind.FORMAL):
                seen[one.member_id] = one
        if meeting.kind == MeetingKind.COMMITTEE_MEETING or meeting.organization.kind in ABOVE:
            seats = self.seats(meeting)
            seen = {member_id: one for member_id, one in seen.items() if member_id in seats}
        return [as_expected(meeting, one, self.befallen(one.member_id, day)) for one in seen.values()]

    def _near(self, place: Organization) -> Iterable[Affiliation]:
        """The roster of a branch or group; of a committee, everybody's: its members belong anywhere."""
        return chain.from_iterable(self.affiliations.values()) if place.kind in ABOVE else self.affiliations[place.path]

    def befallen(self, member_id: int, day: date) -> set[str]:
        return {row.kind for row in self.situations[member_id] if holds(row, day)}

    def seats(self, meeting: Meeting) -> set[int]:
        offices = self.offices[meeting.organization_id]
        return {one.member_id for one in offices if one.kind in SEATS and one.member_id}

    def holder(self, meeting: Meeting, kind: OfficeKind) -> Member | None:
        return next((one.member for one in self.offices[meeting.organization_id] if one.kind == kind), None)


def read_rolls() -> Rolls:
    affiliations: dict[str, list[Affiliation]] = defaultdict(list)
    rows = Affiliation.objects.select_related("member", "organization")
    for row in rows.order_by("organization__path", "member__name_key", "member_id"):
        affiliations[row.organization.path].append(row)
        if row.organization.kind == OrganizationKind.GROUP:
            affiliations[row.organization.parent_path].append(row)
    situations: dict[int, list[Situation]] = defaultdict(list)
    for situation in Situation.objects.all():
        situations[situation.member_id].append(situation)
    offices: dict[int, list[Office]] = defaultdict(list)
    for office in Office.objects.select_related("member").order_by("valid_from", "member_id"):
        offices[office.organization_id].append(office)
    return Rolls(affiliations, situations, offices)


def attend(people: Iterable[Attendance], rolls: Rolls, rng: Random) -> None:
    """Write down how everybody attended; whoever leads the meeting or writes it down is there."""
    for one in people:
        meeting = one.meeting
        leads = one.member_id in (meeting.chair_id, meeting.recorder_id)
        one.state = ON_SITE if leads else _state(rolls.befallen(one.member_id, meeting.day), rng)
        one.marked_by, one.marked_at = str(meeting.recorder or meeting.chair or "system"), meeting.opened_at
        {LEAVE: _on_leave, VISITED: _visited, MADE_UP: _made_up}.get(AttendanceState(one.state), _as_it_is)(one, rng)


def stay_away(people: Iterable[Attendance], missing: Collection[int]) -> None:
    """These were absent, and nobody said why; whoever else would have been came after all."""
    for one in people:
        if one.member_id in missing:
            one.state = ABSENT
            one.leave_kind = one.leave_granted_by = one.reason = one.reason_source = ""
            one.made_up_on, one.made_up_with, one.answer, one.answer_source = None, "", "", ""
        elif one.state == ABSENT:
            one.state = ON_SITE


def explain(people: Iterable[Attendance], rolls: Rolls, before: date) -> None:
    """Why somebody was absent before that day was asked since, and is on record."""
    for number, one in enumerate(people):
        if one.state == ABSENT and one.meeting.day < before:
            lost = rolls.befallen(one.member_id, one.meeting.day) & UNHEARD
            one.reason = OUT_OF_TOUCH if lost else ABSENCE_REASONS[number % len(ABSENCE_REASONS)]
            one.reason_source = ReasonSource.OFFICER


def _state(befallen: set[str], rng: Random) -> AttendanceState:
    if befallen & UNHEARD:
        return ABSENT
    ways = FRAIL if befallen & AT_HOME else AWAY if befallen & ELSEWHERE else WELL
    return rng.choices([state for state, _share in ways], [share for _state, share in ways])[0]


def _as_it_is(one: Attendance, rng: Random) -> None:
    """Nothing more is known; an absence is given no reason that nobody gave."""


def _on_leave(one: Attendance, rng: Random) -> None:
    one.leave_kind = rng.choices((LeaveKind.PERSONAL, LeaveKind.SICK, LeaveKind.OFFICIAL, ""), (40, 25, 30, 5))[0]
    one.leave_granted_by = str(one.meeting.chair or "")
    one.reason = rng.choice(LEAVE_REASONS[one.leave_kind])
    one.reason_source = ReasonSource.OFFICER if one.reason else ""


def _visited(one: Attendance, rng: Random) -> None:
    one.made_up_with = BROUGHT_HOME
    _answer(one, rng, ReasonSource.CONTACT_PERSON)


def _made_up(one: Attendance, rng: Random) -> None:
    one.made_up_on = one.meeting.day + timedelta(days=rng.randint(1, 3))
    one.made_up_with = rng.choice((BY_RECORDING, BY_TEXT))
    _answer(one, rng, ReasonSource.MEMBER)


def _answer(one: Attendance, rng: Random, source: ReasonSource) -> None:
    one.answer = rng.choice(LINES)
    one.answer_source = source if one.answer else ""
