"""Major matters of the demo: a village's, a community's and an enterprise's, each as far as it would have come."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from branchweb.demo.county import HOME_BRANCH
from branchweb.demo.dues import account_of
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from meetings.votes.models import Vote
from members.choices import OfficeKind
from members.models import Office, Organization, User
from rulebook.dates import add_months
from supervision.choices import MatterDecision, MatterKind, MatterOpinion
from supervision.matters.models import Matter
from supervision.matters.services import propose_matter, take_step

AGREES, WITH_CHANGES = MatterOpinion.AGREES, MatterOpinion.AGREES_WITH_CHANGES
VILLAGE_BRANCH = "dongshan-village"
LOOKED_BACK_AFTER, SOON = 6, timedelta(days=5)
"""Months after which one looks back on what was carried out; of one matter that day comes soon."""


@dataclass(frozen=True)
class Story:
    """What was proposed so many days before the meeting that gave the opinion, and what came of it.

    `decided_after`, `executed_after`: days after that meeting; None while it hasn't come so far.
    """

    title: str
    kind: str
    proposal: str
    proposed_by: str
    yuan: int | None = None
    before: int = 12
    opinion: str = AGREES
    opinion_text: str = ""
    decided_after: int | None = None
    decision: str = MatterDecision.ADOPTED
    decided_by: str = ""
    decision_text: str = ""
    executed_after: int | None = None
    execution_text: str = ""
    review_text: str = ""


ROAD = Story(
    title="东巷路面整修",
    kind=MatterKind.VILLAGE,
    proposal="东巷路面多处破损，雨天积水，拟重铺沥青路面320米，并疏通两处雨水井。",
    proposed_by="红旗社区居民委员会",
    yuan=86_000,
    opinion_text="同意整修；施工避开早晚上学时间，公示三家报价。",
    decided_after=5,
    decided_by="居民代表会议",
    decision_text="到会代表41人，37人同意。",
    executed_after=40,
    execution_text="工期22天，验收合格，决算84,600元，已公示7天。",
    review_text="雨后无积水；两户反映井盖有响声，已更换垫圈。",
)
CANTEEN = Story(
    title="社区老年食堂选址和运营单位",
    kind=MatterKind.PROJECT,
    proposal="在原纺织厂俱乐部开办老年食堂，公开比选运营单位，居民70岁以上每餐补贴3元。",
    proposed_by="红旗社区居民委员会",
    yuan=150_000,
    opinion=WITH_CHANGES,
    opinion_text="同意开办；补贴对象增加独居残疾人，每季度公布账目。",
    decided_after=6,
    decision=MatterDecision.CHANGED,
    decided_by="居民代表会议",
    decision_text="按支部意见修改后通过。",
)
SHOP = Story(
    title="社区门面房续租",
    kind=MatterKind.LARGE_FUND,
    proposal="三间门面房租期届满，拟与原租户续签三年，年租金合计4.8万元。",
    proposed_by="红旗社区居民委员会",
    yuan=48_000,
    decided_after=3,
    decided_by="居委会主任办公会",
    decision_text="同意续租。",
)
STEWARD = Story(
    title="聘任社区专职网格长",
    kind=MatterKind.APPOINTMENT,
    proposal="第三网格网格长调离，拟聘任刘素芬接任，试用三个月。",
    proposed_by="红旗社区居民委员会",
    opinion_text="同意；试用期满由居民评议。",
)
PARKING = Story(
    title="小区停车收费标准调整",
    kind=MatterKind.MAJOR_DECISION,
    proposal="拟将地面停车由每月60元调整为80元，增加部分用于更换路灯。",
    proposed_by="业主委员会",
)
CANAL = Story(
    title="村东灌溉渠清淤改造",
    kind=MatterKind.VILLAGE,
    proposal="对村东1.8公里灌溉渠清淤并衬砌，利用高标准农田项目资金，不向农户筹资。",
    proposed_by="东山村村民委员会",
    yuan=120_000,
    opinion_text="党员大会讨论同意，请村民代表会议决定。",
    decided_after=7,
    decided_by="村民代表会议",
    decision_text="通过。",
)


def fill(*, on: date) -> None:
    """Add the matters as they stand on that day; the opinions come out of the meetings of the demo's record."""
    home, village = (Organization.objects.get(code=code) for code in (HOME_BRANCH, VILLAGE_BRANCH))
    _tell(home, ROAD, _general(home, add_months(on, -3)), on)
    _tell(home, CANTEEN, _committee(home, on - timedelta(days=45)), on)
    _tell(home, STEWARD, _committee(home, on), on)
    _tell(village, CANAL, _general(village, on), on)
    _decide_alone(home, SHOP, on)
    _propose(home, PARKING, on - timedelta(days=24), on)


def _general(branch: Organization, until: date) -> Meeting:
    return _last(branch, MeetingKind.GENERAL_MEETING, until)


def _committee(branch: Organization, until: date) -> Meeting:
    return _last(branch, MeetingKind.COMMITTEE_MEETING, until)


def _last(branch: Organization, kind: str, until: date) -> Meeting:
    """The latest before the day, else the branch's first of that kind."""
    held = Meeting.objects.filter(organization=branch, kind=kind).held()
    return held.filter(day__lte=until).order_by("-day", "key").first() or held.order_by("day", "key")[0]


def _tell(branch: Organization, story: Story, meeting: Meeting, on: date) -> None:
    """Proposed before the meeting, and on from there, as far as the days have gone by."""
    by = _recorder(branch, on)
    matter = _propose(branch, story, meeting.day - timedelta(days=story.before), on)
    vote = Vote.objects.decided().filter(item__meeting=meeting, subject="motion").first()
    opinion = {"opinion": story.opinion, "opinion_text": story.opinion_text}
    take_step(
        matter=matter, step="opinion", by=by, on=on,
        values={**opinion, "opinion_meeting": meeting, "opinion_vote": vote},
    )  # fmt: skip
    decided_on = _after(meeting.day, story.decided_after, on)
    if decided_on is None:
        return
    _decide(matter, story, decided_on, by, on)
    executed_on = _after(meeting.day, story.executed_after, on)
    if executed_on is None:
        return
    values: dict[str, Any] = {"executed_on": executed_on, "execution_text": story.execution_text}
    take_step(matter=matter, step="execution", values=values, by=by, on=on)
    if story.review_text and executed_on < on - timedelta(days=20):
        values = {"reviewed_on": on - timedelta(days=10), "review_text": story.review_text}
        take_step(matter=matter, step="review", values=values, by=by, on=on)


def _decide_alone(branch: Organization, story: Story, on: date) -> None:
    """Nobody asked the branch; carried out long enough ago that the look back is due soon."""
    by = _recorder(branch, on)
    executed_on = add_months(on, -LOOKED_BACK_AFTER) + SOON
    proposed_on = executed_on - timedelta(days=9)
    matter = _propose(branch, story, proposed_on, on)
    _decide(matter, story, proposed_on + timedelta(days=story.decided_after or 0), by, on)
    values = {"executed_on": executed_on, "execution_text": "已签订续租合同，租金按季度进账。"}
    take_step(matter=matter, step="execution", values=values, by=by, on=on)


def _propose(branch: Organization, story: Story, proposed_on: date, on: date) -> Matter:
    matter = Matter(
        key=uuid.uuid4(),
        organization=branch,
        unit="红旗社区居民委员会" if branch.code == HOME_BRANCH else "",
        kind=story.kind,
        title=story.title,
        proposal=story.proposal,
        amount_fen=None if story.yuan is None else story.yuan * 100,
        proposed_on=proposed_on,
        proposed_by=story.proposed_by,
    )
    return propose_matter(matter, by=_recorder(branch, on), on=on)


def _decide(matter: Matter, story: Story, decided_on: date, by: User | str, on: date) -> None:
    values = {
        "decision": story.decision,
        "decided_on": decided_on,
        "decided_by": story.decided_by,
        "decision_text": story.decision_text,
    }
    take_step(matter=matter, step="decision", values=values, by=by, on=on)


def _after(day: date, days: int | None, on: date) -> date | None:
    """The day so long after, unless it hasn't come yet."""
    found = None if days is None else day + timedelta(days=days)
    return found if found and found <= on else None


def _recorder(branch: Organization, on: date) -> User | str:
    """The branch's secretary, where one has an account."""
    held = Office.objects.holding(on).filter(organization=branch, kind=OfficeKind.SECRETARY)
    office = held.select_related("user", "member__user").first()
    return (account_of(office) if office else None) or "system"
