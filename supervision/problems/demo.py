"""Problems of the demo: what an organizational-life meeting brought up, and what an inspection found."""

import uuid
from datetime import date, timedelta
from typing import cast

from dues.demo import account_of
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.access.queries import standing_of
from members.choices import OfficeKind
from members.demo.county import HOME_BRANCH
from members.models import Member, Office, Organization, User
from supervision.choices import ProblemSource
from supervision.problems.models import Inspection, Problem, ProblemList
from supervision.problems.queries import is_responsible
from supervision.problems.services import hand_over, make_list, plan_inspection, take_step, write_findings

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


def fill(*, on: date) -> None:
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
    user.standing = standing_of(user, on=on)
    return user
