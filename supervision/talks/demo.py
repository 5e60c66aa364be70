"""Talks of the demo's branch with two notes, the county's list for self-checks, and two checks against it."""

import uuid
from datetime import date, timedelta

from dues.demo import account_of
from members.access.queries import standing_of
from members.choices import OfficeKind
from members.demo.county import COUNTY, HOME_BRANCH
from members.models import Member, Office, Organization, User
from supervision.choices import CheckMark, TalkOccasion
from supervision.self_checks.models import Checklist
from supervision.self_checks.rules import Line
from supervision.self_checks.services import keep_checklist, make_self_check, share_self_check
from supervision.talks.models import Talk
from supervision.talks.queries import people_of
from supervision.talks.services import record_talk, write_note

OCCASIONS = (TalkOccasion.YEARLY, TalkOccasion.BEFORE_MEETING, TalkOccasion.HARDSHIP, TalkOccasion.ABSENCE)
TALKS_WITH_MEMBERS, TALKS_AMONG_MEMBERS = 14, 6
TITLE, LEAD = "党员自查清单", "对照党章党规找差距。给自己看的，愿意的话再交给支部。"
LINES = (
    Line("按月主动交纳党费", "《关于中国共产党党费收缴、使用和管理的规定》"),
    Line("按时参加党员大会、党小组会和党课", "《中国共产党支部工作条例（试行）》"),
    Line("按时参加每月的主题党日", "《中国共产党支部工作条例（试行）》"),
    Line("组织生活会上开展批评和自我批评", "《中国共产党支部工作条例（试行）》第17条"),
    Line("每年至少同委员和其他党员各谈心一次", "《中国共产党支部工作条例（试行）》第19条"),
    Line("对党员干部有意见，按组织程序负责地提出", "《中国共产党党内监督条例》第36条"),
    Line("不在背后传播没有根据的举报", "《中国共产党党员权利保障条例》第46条"),
    Line("外出六个月以上，及时告诉支部", "《中国共产党党员教育管理工作条例》第25条"),
    Line("了解支部公布的党务和党费收支", "《中国共产党党务公开条例（试行）》"),
)
M, P, N = CheckMark.MET, CheckMark.PARTLY, CheckMark.NOT_MET
EARLIER = (P, M, P, N, N, M, M, CheckMark.NOT_APPLICABLE, P)
LATER = (M, M, P, P, P, M, M, CheckMark.NOT_APPLICABLE, M)
NOTES = {2: "天冷时腿脚不便，去年十二月没有去。", 4: "想先同赵师傅谈一谈。"}
PLAN = "下半年主动约两位老同志谈心；党费改成每月一号用手机交。"


def fill(*, on: date) -> None:
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
    by.standing = standing_of(by, on=on)
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
