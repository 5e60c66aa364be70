"""What a wording may leave open, to be filled for each person: the definitive list, by kind of message.

A placeholder is written {姓名} or {name} in either language. Its English name is the key in `Occasion.values` and
`Message.values`. Values are ready to read; times and amounts come with their unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reminders.choices import Addressee, MessageKind


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`name` is the key of its value. `may_lack`: the value may be empty; lines that speak of it are then left out."""

    name: str
    zh: str
    says: Promise
    examples: Mapping[str, str]
    """Language → an invented value."""
    may_lack: bool = False


def _made(
    name: str, zh: str, says: Promise, example_zh: str, example_en: str, *, may_lack: bool = False
) -> Placeholder:
    return Placeholder(name, zh, says, {"zh-hans": example_zh, "en": example_en}, may_lack)


NAME = _made("name", "姓名", _("Who is told: the member, the contact person or the officer"), "张英", "Zhang Ying")
MEMBER = _made("member", "成员", _("The member whose matter it is"), "李国强", "Li Guoqiang")
BRANCH = _made(
    "branch", "组织", _("The branch or committee that writes"), "红旗社区第一党支部", "First Branch of Hongqi"
)
MEETING = _made("meeting", "会议", _("The meeting, as it is called"), "支部党员大会", "general meeting")
DAY = _made("day", "日期", _("The day of the meeting, or the day something ends"), "11月20日", "20 November")
TIME = _made("time", "时间", _("When the meeting begins"), "15:00", "15:00")
PLACE = _made("place", "地点", _("Where it is"), "社区三楼会议室", "meeting room, third floor", may_lack=True)
ONLINE_LINK = _made(
    "online_link",
    "线上链接",
    _("The address to take part from afar"),
    "https://meeting.example/52",
    "https://meeting.example/52",
    may_lack=True,
)
MATERIAL = _made(
    "material",
    "材料",
    _("What to read or watch: titles, with addresses where there are any"),
    "《党章》第一章",
    "Chapter one of the Party constitution",
    may_lack=True,
)
CONTENT = _made(
    "content",
    "内容",
    _("What the meeting was about: its agenda, no names"),
    "学习党章；讨论四季度计划",
    "the constitution; the plan of the fourth quarter",
    may_lack=True,
)
ANSWER_LINK = _made(
    "answer_link",
    "回复链接",
    _("The address where one tap answers, without log-in"),
    "https://branchweb.example/a/…/",
    "https://branchweb.example/a/…/",
)
AMOUNT = _made("amount", "金额", _("What is open, with its unit"), "120.00元", "120.00 yuan")
MONTHS = _made("months", "月份", _("The months that are open"), "2026年9月至11月", "September to November 2026")
WAYS = _made(
    "ways", "交纳方式", _("How one can pay"), "交给组织委员或转账", "to the organization officer, or by transfer"
)
LEFT = _made("left", "剩余时间", _("How long it is until then"), "6个月", "6 months")
ITEMS = _made("items", "事项", _("What is to be done, one a line"), "· 11月党费尚未收齐", "· dues of November are open")
PAGE_LINK = _made(
    "page_link",
    "页面链接",
    _("The address of the page where it is done, after log-in"),
    "https://branchweb.example/",
    "https://branchweb.example/",
)

_ABOUT_MEETING = (BRANCH, MEETING, DAY)
_TO_COME = (TIME, PLACE, ONLINE_LINK, MATERIAL)

PLACEHOLDERS: Mapping[MessageKind, tuple[Placeholder, ...]] = {
    MessageKind.MISSED: (NAME, MEMBER, *_ABOUT_MEETING, CONTENT, ANSWER_LINK),
    MessageKind.INVITATION: (NAME, MEMBER, *_ABOUT_MEETING, *_TO_COME),
    MessageKind.MAKE_UP: (NAME, MEMBER, *_ABOUT_MEETING, CONTENT, MATERIAL, ONLINE_LINK, ANSWER_LINK),
    MessageKind.DUES: (NAME, MEMBER, BRANCH, AMOUNT, MONTHS, WAYS),
    MessageKind.TERM: (NAME, BRANCH, DAY, LEFT, PAGE_LINK),
    MessageKind.DIGEST: (NAME, BRANCH, ITEMS, PAGE_LINK),
    MessageKind.DUE_NOW: (NAME, BRANCH, ITEMS, PAGE_LINK),
    MessageKind.READERS: (NAME, BRANCH, ITEMS, PAGE_LINK),
    MessageKind.ANNOUNCEMENT: (*_ABOUT_MEETING, *_TO_COME),
}
"""Every message holds a value for each of its kind: what it says, or "" where the placeholder may lack one. NAME is
known only when it is decided who is told, the member or the contact person; MEMBER is the member in both cases."""

AUDIENCES: Mapping[MessageKind, tuple[Addressee, ...]] = {
    MessageKind.MISSED: (Addressee.MEMBER, Addressee.CONTACT_PERSON),
    MessageKind.INVITATION: (Addressee.MEMBER, Addressee.CONTACT_PERSON),
    MessageKind.MAKE_UP: (Addressee.MEMBER, Addressee.CONTACT_PERSON),
    MessageKind.DUES: (Addressee.MEMBER, Addressee.CONTACT_PERSON),
    MessageKind.TERM: (Addressee.OFFICER,),
    MessageKind.DIGEST: (Addressee.OFFICER,),
    MessageKind.DUE_NOW: (Addressee.OFFICER,),
    MessageKind.READERS: (Addressee.OFFICER,),
    MessageKind.ANNOUNCEMENT: (Addressee.GROUP_CHAT,),
}
"""Whom messages of a kind can be told; each has a wording of its own."""

KNOWN: Mapping[str, Placeholder] = {
    name: one for placeholders in PLACEHOLDERS.values() for one in placeholders for name in (one.name, one.zh)
}
"""By either name."""


def examples(kind: MessageKind, language: str) -> dict[str, str]:
    """Invented values for every placeholder of the kind."""
    return {one.name: one.examples[language] for one in PLACEHOLDERS[kind]}
