"""Supervision's part of `manage.py demo`: what branches were told, talked about, decided and put right."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.db import transaction

from branchweb.demo import appraisals, letters, matters, reports
from branchweb.demo.county import COUNTY, HOME_BRANCH
from branchweb.demo.dues import account_of
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.access.queries import access_for
from members.choices import OfficeKind
from members.models import Member, Office, Organization, User
from supervision.choices import CheckMark, ProblemSource, SuggestionKind, SuggestionOutcome, TalkOccasion
from supervision.problems.models import Inspection, Problem, ProblemList
from supervision.problems.queries import is_responsible
from supervision.problems.services import hand_over, make_list, plan_inspection, take_step, write_findings
from supervision.self_checks.models import Checklist
from supervision.self_checks.rules import ChecklistLine
from supervision.self_checks.services import keep_checklist, make_self_check, share_self_check
from supervision.suggestions.models import Suggestion
from supervision.suggestions.services import answer_suggestion, make_suggestion, say_settled
from supervision.talks.models import Talk
from supervision.talks.queries import people_of
from supervision.talks.services import record_talk, write_note


@transaction.atomic
def fill(*, on: date) -> list[letters.Paper]:
    """Add supervision as it stands on that day; what lies on paper there."""
    fill_suggestions(on=on)
    fill_talks(on=on)
    fill_problems(on=on)
    matters.fill(on=on)
    appraisals.fill(on=on)
    papers = letters.fill(on=on)
    reports.fill(on=on)  # composed from all the others
    return papers


WORK, UNIT, LEADERS = SuggestionKind.WORK, SuggestionKind.UNIT, SuggestionKind.LEADERS
CONDITIONS, OTHER = SuggestionKind.CONDITIONS, SuggestionKind.OTHER
SOLVED, EXPLAINED, PASSED_UP = SuggestionOutcome.SOLVED, SuggestionOutcome.EXPLAINED, SuggestionOutcome.PASSED_UP
ANSWERS = (OfficeKind.SECRETARY, OfficeKind.ORGANIZATION_OFFICER)


@dataclass(frozen=True)
class DemoSuggestion:
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
    DemoSuggestion(
        HOME_BRANCH, 118, CONDITIONS, "三号楼到活动室的台阶没有扶手，下雨天老同志不敢来开会。", 9, SOLVED,
        "已请社区在台阶两侧装了扶手，并铺了防滑垫。", settled=True, thanked=True,
    ),
    DemoSuggestion(
        HOME_BRANCH, 86, WORK, "主题党日安排在周五下午，跑运输的同志赶不回来，能不能换到周末或者晚上？", 12, SOLVED,
        "支委会研究后，双月的主题党日改在周六上午，单月不变。", settled=True, thanked=True,
    ),
    DemoSuggestion(
        HOME_BRANCH, 64, UNIT, "社区食堂的老年餐十一点半才开，能不能提前半小时？", 6, PASSED_UP,
        "已转社区党总支，食堂十月起十一点开餐试行一个月。", thanked=True,
    ),
    DemoSuggestion(
        HOME_BRANCH, 47, LEADERS, "支部开会少念文件，多讲讲小区里的事。", 8, EXPLAINED,
        "规定要学的内容不能省，以后控制在半小时以内，其余时间议小区的事。", settled=False, named=False,
    ),
    DemoSuggestion(
        HOME_BRANCH, 21, CONDITIONS, "活动室的音响有杂音，坐在后排的同志听不清。", 4, SOLVED,
        "已更换话筒，后排加了一个音箱。", thanked=True,
    ),
    DemoSuggestion(HOME_BRANCH, 19, UNIT, "小区东门的路灯坏了两盏，晚上散会回家看不清路。"),
    DemoSuggestion(HOME_BRANCH, 4, WORK, "流动党员的学习材料能不能每月固定一天发到微信群里？", named=False),
    DemoSuggestion(
        "retired-1", 72, CONDITIONS, "学习资料字太小，请印大字版。", 5, SOLVED,
        "从本月起每次印二十份大字版，由党小组送到家。", settled=True, thanked=True,
    ),
    DemoSuggestion("retired-1", 12, OTHER, "想请县医院来讲一次慢性病用药。"),
    DemoSuggestion(
        "dongshan-village", 55, UNIT, "西沟的机耕路被冲断了，秋收前能不能修通？", 13, PASSED_UP,
        "已报镇党委，列入今年的以工代赈项目。",
    ),
    DemoSuggestion(
        "hospital-1", 33, WORK, "夜班的同志参加不了晚上的党小组会，能不能补学？", 7, SOLVED,
        "每次会后三天内安排一次补学，记入考勤。", thanked=True, shared=False,
    ),
    DemoSuggestion("school-1", 28, WORK, "党员教师的公开课能不能开放给年轻教师听？"),
)  # fmt: skip


def fill_suggestions(*, on: date) -> None:
    """Written by the members who have an account, else by an officer on their behalf."""
    for number, told in enumerate(TOLD):
        branch = Organization.objects.get(code=told.branch)
        officer = _officer_of(branch, on)
        members = list(Member.objects.below(branch.path).in_roster_order().select_related("user"))
        if officer and members:
            _tell(told, _writer(members, number), officer, on)


def _tell(told: DemoSuggestion, member: Member, officer: User, on: date) -> None:
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


def _settle(told: DemoSuggestion, one: Suggestion, member: Member, by: User) -> None:
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


OCCASIONS = (TalkOccasion.YEARLY, TalkOccasion.BEFORE_MEETING, TalkOccasion.HARDSHIP, TalkOccasion.ABSENCE)
TALKS_WITH_MEMBERS, TALKS_AMONG_MEMBERS = 14, 6
TITLE, LEAD = "党员自查清单", "对照党章党规找差距。给自己看的，愿意的话再交给支部。"
LINES = (
    ChecklistLine("按月主动交纳党费", "《关于中国共产党党费收缴、使用和管理的规定》"),
    ChecklistLine("按时参加党员大会、党小组会和党课", "《中国共产党支部工作条例（试行）》"),
    ChecklistLine("按时参加每月的主题党日", "《中国共产党支部工作条例（试行）》"),
    ChecklistLine("组织生活会上开展批评和自我批评", "《中国共产党支部工作条例（试行）》第17条"),
    ChecklistLine("每年至少同委员和其他党员各谈心一次", "《中国共产党支部工作条例（试行）》第19条"),
    ChecklistLine("对党员干部有意见，按组织程序负责地提出", "《中国共产党党内监督条例》第36条"),
    ChecklistLine("不在背后传播没有根据的举报", "《中国共产党党员权利保障条例》第46条"),
    ChecklistLine("外出六个月以上，及时告诉支部", "《中国共产党党员教育管理工作条例》第25条"),
    ChecklistLine("了解支部公布的党务和党费收支", "《中国共产党党务公开条例（试行）》"),
)
M, P, N = CheckMark.MET, CheckMark.PARTLY, CheckMark.NOT_MET
EARLIER = (P, M, P, N, N, M, M, CheckMark.NOT_APPLICABLE, P)
LATER = (M, M, P, P, P, M, M, CheckMark.NOT_APPLICABLE, M)
NOTES = {2: "天冷时腿脚不便，去年十二月没有去。", 4: "想先同赵师傅谈一谈。"}
PLAN = "下半年主动约两位老同志谈心；党费改成每月一号用手机交。"


def fill_talks(*, on: date) -> None:
    """Half a year of them; on the first days of a year there are fewer."""
    branch, county = Organization.objects.get(code=HOME_BRANCH), Organization.objects.get(code=COUNTY)
    _talks(branch, on)
    _check(_list(county, on), branch, on)


def _talks(branch: Organization, on: date) -> None:
    by = _account(branch, OfficeKind.SECRETARY, on)
    held = Office.objects.holding(on).filter(organization=branch).order_by("kind", "pk")
    committee = [office.member for office in held.select_related("member") if office.member]
    others = [one for one in people_of(branch, on=on) if one not in committee]
    pairs = list(zip(committee, committee[1:], strict=False))
    if committee:
        pairs += [(committee[at % len(committee)], other) for at, other in enumerate(others[:TALKS_WITH_MEMBERS])]
    pairs += list(zip(others[::2], others[1::2], strict=False))[:TALKS_AMONG_MEMBERS]
    for number, (first, second) in enumerate(pairs):
        _talk(branch, first, second, number, on, by)
    _notes(by, on)


def _talk(branch: Organization, first: Member, second: Member, number: int, on: date, by: User) -> None:
    record_talk(
        key=uuid.uuid4(), branch=branch, first=first, second=second, held_on=on - timedelta(days=3 + 7 * number),
        occasion=OCCASIONS[number % len(OCCASIONS)], on=on, by=by,
    )  # fmt: skip


def _notes(by: User, on: date) -> None:
    """The secretary's own talks are the ones whose notes somebody who tries the demo can read."""
    by.access = access_for(by, on=on)
    texts = ("他担心儿子的工作，答应帮着问一问社区招聘。", "愿意在党课上讲一讲老厂的事，下个月请他来。")
    mine = Talk.objects.of_either(by).order_by("-held_on", "pk")
    for talk, text in zip(mine[: len(texts)], texts, strict=False):
        write_note(talk=talk, text=text, by=by)


def _list(county: Organization, on: date) -> Checklist:
    staff = _account(county, OfficeKind.COMMITTEE_STAFF, on)
    return keep_checklist(
        key=uuid.uuid4(), organization=county, title=TITLE, lead=LEAD, lines=list(LINES),
        valid_from=on - timedelta(days=240), valid_until=None, by=staff,
    )  # fmt: skip


def _check(checklist: Checklist, branch: Organization, on: date) -> None:
    """The demo's member made one for himself, and half a year later one that he shared."""
    users = User.objects.filter(member__in=Member.objects.below(branch.path)).select_related("member")
    officers = Office.objects.holding(on).values("member")
    user = users.exclude(member__in=officers).order_by("pk").first() or users.order_by("pk").first()
    if user is None or user.member is None:
        return
    items = list(checklist.items.all())
    for days, marks, shares in ((180, EARLIER, False), (5, LATER, True)):
        notes = NOTES if shares else {}
        answers = {item.pk: (mark, notes.get(item.position, "")) for item, mark in zip(items, marks, strict=True)}
        day = on - timedelta(days=days)
        check = make_self_check(
            key=uuid.uuid4(), checklist=checklist, member=user.member, answers=answers, plan=PLAN, on=day
        )
        if shares:
            share_self_check(check=check, on=on, by=user)


def _account(place: Organization, kind: OfficeKind, on: date) -> User:
    held = Office.objects.holding(on).filter(organization=place, kind=kind).select_related("user", "member__user")
    return next(user for office in held if (user := account_of(office)))


RECORDERS = (OfficeKind.SECRETARY, OfficeKind.ORGANIZATION_OFFICER)
FOUND_BEFORE, VISIT_BEFORE = 75, 20
MEETING = (
    ("党课偏重念材料，结合社区实际少", "支委轮流备课，每堂课讲一件身边的事", 15),
    ("流动党员联系不够，两名同志三个月没有参加活动", "逐人确定联系人，每月通一次电话", -12),
    ("谈心谈话记录不及时", "谈话后三日内登记", -5),
    ("活动室开放时间短，老同志来了常锁门", "党员轮流值班，公布开放时间", 24),
)
FINDINGS = (
    ("两次支委会记录没有写明缺席原因", "补记并由主持人签字", 10),
    ("党费公示栏未及时更换", "按季更换，留存照片", 21),
)


def fill_problems(*, on: date) -> None:
    """The branch's own list, one problem of each kind; and a visit whose findings were handed over."""
    branch = Organization.objects.get(code=HOME_BRANCH)
    _from_meeting(branch, on)
    _from_inspection(branch, on)


def _from_meeting(branch: Organization, on: date) -> None:
    by, people = _recorder(branch, on), list(Member.objects.below(branch.path).in_roster_order()[4:8])
    held = Meeting.objects.filter(organization=branch, kind=MeetingKind.ORG_LIFE_MEETING).held()
    new = ProblemList(
        organization=branch, source=ProblemSource.ORG_LIFE_MEETING, title="组织生活会查摆问题",
        made_on=on - timedelta(days=FOUND_BEFORE), meeting=held.order_by("-day").first(),
    )  # fmt: skip
    rows = [
        {"text": text, "measure": measure, "responsible": who, "due_on": on + timedelta(days=days)}
        for (text, measure, days), who in zip(MEETING, people, strict=True)
    ]
    listed = make_list(problem_list=new, rows=rows, on=on, by=by)
    first, _late, sent_back, done = (listed.problems.get(text=text) for text, _measure, _days in MEETING)
    if not any(is_responsible(one, by) for one in (first, sent_back)):
        _step(first, "done", "已讲两堂课：老旧小区改造、邻里互助。", on - timedelta(days=9), by)
        _step(first, "accepted", "听了一堂，同志们反映好。", on - timedelta(days=6), by)
        _step(sent_back, "done", "已补登记。", on - timedelta(days=8), by)
        _step(sent_back, "sent_back", "还有三次谈话没有登记，请补齐。", on - timedelta(days=7), by)
    _step(done, "done", "值班表和开放时间已贴在门口。", on - timedelta(days=1), by)


def _from_inspection(branch: Organization, on: date) -> None:
    held = Office.objects.holding(on).filter(kind=OfficeKind.COMMITTEE_STAFF, user__isnull=False)
    held = held.select_related("organization", "user")
    above = [one for one in held if branch.path.startswith(one.organization.path)]
    if not above:
        return
    office = max(above, key=lambda one: len(one.organization.path))
    by = _acting(cast(User, office.user), on)
    visit_on = on - timedelta(days=VISIT_BEFORE)
    facts = {"organization": branch, "inspected_by": office.organization}
    visit = plan_inspection(
        inspection=Inspection(visit_on=visit_on, team="组织科两名同志", subject="会议记录和党费公示", **facts),
        by=by,
    )
    rows = [{"text": text, "measure": measure, "due_on": on + timedelta(days=days)} for text, measure, days in FINDINGS]
    words = "组织生活正常，记录基本完整，公示更换不及时。"
    write_findings(inspection=visit, key=uuid.uuid4(), rows=rows, summary=words, on=visit_on, by=by)
    hand_over(inspection=visit, on=on - timedelta(days=15), by=by)
    next_visit = Inspection(visit_on=on + timedelta(days=30), team="组织科", subject="问题整改回头看", **facts)
    plan_inspection(inspection=next_visit, by=by)


def _step(problem: Problem, kind: str, text: str, on: date, by: User) -> None:
    take_step(problem=problem, kind=kind, key=uuid.uuid4(), text=text, on=on, by=by)


def _recorder(branch: Organization, on: date) -> User:
    """Who keeps the branch's list."""
    held = Office.objects.holding(on).filter(organization=branch, kind__in=RECORDERS)
    accounts = (account_of(office) for office in held.select_related("user", "member__user").order_by("kind"))
    return _acting(next(user for user in accounts if user), on)


def _acting(user: User, on: date) -> User:
    """With the offices of that day: what is done to a problem asks for them."""
    user.access = access_for(user, on=on)
    return user
