"""What the demo's members suggested to their branches, and what came of it."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from members.choices import OfficeKind
from members.demo.county import HOME_BRANCH
from members.models import Member, Office, Organization, User
from supervision.choices import SuggestionKind, SuggestionOutcome
from supervision.suggestions.models import Suggestion
from supervision.suggestions.services import answer_suggestion, make_suggestion, say_settled

WORK, UNIT, LEADERS = SuggestionKind.WORK, SuggestionKind.UNIT, SuggestionKind.LEADERS
CONDITIONS, OTHER = SuggestionKind.CONDITIONS, SuggestionKind.OTHER
SOLVED, EXPLAINED, PASSED_UP = SuggestionOutcome.SOLVED, SuggestionOutcome.EXPLAINED, SuggestionOutcome.PASSED_UP
ANSWERS = (OfficeKind.SECRETARY, OfficeKind.ORGANIZATION_OFFICER)


@dataclass(frozen=True)
class Told:
    """`days` ago in the branch with that code, answered after `took` days; without an answer it waits."""

    branch: str
    days: int
    kind: SuggestionKind
    text: str
    took: int = 0
    outcome: SuggestionOutcome | None = None
    answer: str = ""
    settled: bool | None = None
    shared: bool = True
    named: bool = True
    thanked: bool = False


TOLD = (
    Told(
        HOME_BRANCH, 118, CONDITIONS, "三号楼到活动室的台阶没有扶手，下雨天老同志不敢来开会。", 9, SOLVED,
        "已请社区在台阶两侧装了扶手，并铺了防滑垫。", settled=True, thanked=True,
    ),
    Told(
        HOME_BRANCH, 86, WORK, "主题党日安排在周五下午，跑运输的同志赶不回来，能不能换到周末或者晚上？", 12, SOLVED,
        "支委会研究后，双月的主题党日改在周六上午，单月不变。", settled=True, thanked=True,
    ),
    Told(
        HOME_BRANCH, 64, UNIT, "社区食堂的老年餐十一点半才开，能不能提前半小时？", 6, PASSED_UP,
        "已转社区党总支，食堂十月起十一点开餐试行一个月。", thanked=True,
    ),
    Told(
        HOME_BRANCH, 47, LEADERS, "支部开会少念文件，多讲讲小区里的事。", 8, EXPLAINED,
        "规定要学的内容不能省，以后控制在半小时以内，其余时间议小区的事。", settled=False, named=False,
    ),
    Told(
        HOME_BRANCH, 21, CONDITIONS, "活动室的音响有杂音，坐在后排的同志听不清。", 4, SOLVED,
        "已更换话筒，后排加了一个音箱。", thanked=True,
    ),
    Told(HOME_BRANCH, 19, UNIT, "小区东门的路灯坏了两盏，晚上散会回家看不清路。"),
    Told(HOME_BRANCH, 4, WORK, "流动党员的学习材料能不能每月固定一天发到微信群里？", named=False),
    Told(
        "retired-1", 72, CONDITIONS, "学习资料字太小，请印大字版。", 5, SOLVED,
        "从本月起每次印二十份大字版，由党小组送到家。", settled=True, thanked=True,
    ),
    Told("retired-1", 12, OTHER, "想请县医院来讲一次慢性病用药。"),
    Told(
        "dongshan-village", 55, UNIT, "西沟的机耕路被冲断了，秋收前能不能修通？", 13, PASSED_UP,
        "已报镇党委，列入今年的以工代赈项目。",
    ),
    Told(
        "hospital-1", 33, WORK, "夜班的同志参加不了晚上的党小组会，能不能补学？", 7, SOLVED,
        "每次会后三天内安排一次补学，记入考勤。", thanked=True, shared=False,
    ),
    Told("school-1", 28, WORK, "党员教师的公开课能不能开放给年轻教师听？"),
)  # fmt: skip


def fill(*, on: date) -> None:
    """Written by the members who have an account, else by an officer on their behalf."""
    for number, told in enumerate(TOLD):
        branch = Organization.objects.get(code=told.branch)
        officer = _officer_of(branch, on)
        members = list(Member.objects.below(branch.path).in_roster_order().select_related("user"))
        if officer and members:
            _tell(told, _writer(members, number), officer, on)


def _tell(told: Told, member: Member, officer: User, on: date) -> None:
    by = getattr(member, "user", None) or officer
    asked_on = on - timedelta(days=told.days)
    values = {"kind": told.kind, "text": told.text, "is_shared": told.shared, "shows_name": told.named}
    one = make_suggestion(key=uuid.uuid4(), member=member, values=values, asked_on=asked_on, on=on, by=by)
    if told.outcome is None:
        return
    answered = {"outcome": told.outcome, "answer": told.answer, "is_thanked": told.thanked}
    day = asked_on + timedelta(days=told.took)
    answer_suggestion(suggestion=one, values={**answered, "answered_on": day}, on=on, by=officer)
    _settle(told, one, member, by)


def _settle(told: Told, one: Suggestion, member: Member, by: User) -> None:
    """Only somebody with an account says so here."""
    if told.settled is not None and by.member_id == member.pk:
        say_settled(suggestion=one, is_settled=told.settled, by=by)


def _writer(members: list[Member], number: int) -> Member:
    """Of those with an account every second one, so that their pages show something; else one after another."""
    known = [member for member in members if getattr(member, "user", None)]
    return known[number % len(known)] if known and number % 2 == 0 else members[(number * 5) % len(members)]


def _officer_of(branch: Organization, on: date) -> User | None:
    held = (
        Office.objects.holding(on).filter(organization=branch, kind__in=ANSWERS).select_related("user", "member__user")
    )
    accounts = (office.user or getattr(office.member, "user", None) for office in held)
    return next((user for user in accounts if user), None)
