"""Placeholders, what fills them, and what is said against a wording."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Protocol

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from meetings.choices import MeetingKind
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


BRACES = "{}｛｝"
"""The wide ones too: that is what a Chinese keyboard types."""
OPEN = re.compile(rf"[{{｛]([^{BRACES}\n]*)[}}｝]|[{BRACES}]")
"""A placeholder, or a brace without its partner."""


class Worded(Protocol):
    """A wording, or whatever has its two texts."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Unfilled(Exception):
    """Placeholders for which there is no value, or which don't exist. `names` as they were written."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(", ".join(names))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with values for its placeholders. Raises Unfilled; the answer has none left.

    A line is left out when it speaks of something that there isn't: its value is empty, and may be. Values are found
    by either name of their placeholder.
    """
    values = {KNOWN[name].name: value for name, value in values.items() if name in KNOWN}
    if missing := tuple(name for name in written(text) if not _is_filled(name, values)):
        raise Unfilled(missing)
    lines = [line for line in text.splitlines() if all(values[KNOWN[name].name].strip() for name in written(line))]
    return "\n".join(OPEN.sub(lambda found: values[KNOWN[_name(found)].name], line) for line in lines).strip()


def filled(wording: Worded, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text, ready to send. Raises Unfilled, also when nothing is left of one of them."""
    subject, text = " ".join(fill(wording.subject, values).split()), fill(wording.text, values)
    if not subject or not text:
        raise Unfilled(tuple(written(wording.subject + wording.text)))
    return subject, text


def placeholders_in(wording: Worded) -> frozenset[str] | None:
    """The keys of the values that fill it; None when something in it is no placeholder."""
    names = {KNOWN[name].name if name in KNOWN else None for name in written(f"{wording.subject}\n{wording.text}")}
    return None if None in names else frozenset(name for name in names if name)


def unknown(text: str, kind: MessageKind) -> tuple[str, ...]:
    """What stands in braces and is no placeholder of the kind; a lone brace stands for itself."""
    names = {name for one in PLACEHOLDERS[kind] for name in (one.name, one.zh)}
    return tuple(name for name in written(text) if name not in names)


def lacking(text: str) -> tuple[str, ...]:
    """Placeholders in the text of which the value may be empty: a subject can't be without them, so it has none."""
    return tuple(name for name in written(text) if name in KNOWN and KNOWN[name].may_lack)


def written(text: str) -> Iterator[str]:
    """The placeholders of a text as they are written in it, each once."""
    yield from dict.fromkeys(_name(found) for found in OPEN.finditer(text))


def _name(found: re.Match[str]) -> str:
    return found[0] if found[1] is None else found[1].strip() or "{}"


def _is_filled(name: str, values: Mapping[str, str]) -> bool:
    placeholder = KNOWN.get(name)
    if placeholder is None or placeholder.name not in values:
        return False
    return bool(values[placeholder.name].strip()) or placeholder.may_lack


LONE = (*BRACES, "{}")
"""What `unknown` gives for a brace that belongs to no placeholder."""


def objections(kind: MessageKind, subject: str, text: str, language: str) -> Iterator[tuple[str, str]]:
    """Field (`subject` or `text`) and a sentence that says what to do. Nothing: it can be sent to everybody."""
    found = [("subject", one) for one in _faults(kind, subject, language)]
    if names := lacking(subject):
        words = {"names": _listed(names)}
        found.append(("subject", gettext("There isn't always a value for %(names)s: leave it to the text.") % words))
    found += [("text", one) for one in _faults(kind, text, language)]
    yield from found or _nothing_left(kind, text)


def name_in(placeholder: Placeholder, language: str) -> str:
    """How the placeholder is written in a text of that language."""
    return placeholder.name if language == "en" else placeholder.zh


def _faults(kind: MessageKind, text: str, language: str) -> Iterator[str]:
    names = unknown(text, kind)
    if any(name in LONE for name in names):
        yield gettext("A brace has no partner. Placeholders are written like this: %(example)s.") % {
            "example": _listed([name_in(PLACEHOLDERS[kind][0], language)])
        }
    if wrong := [name for name in names if name not in LONE]:
        there_are = _listed(name_in(one, language) for one in PLACEHOLDERS[kind])
        yield ngettext(
            "There is no placeholder %(names)s here. These exist: %(known)s.",
            "There are no placeholders %(names)s here. These exist: %(known)s.",
            len(wrong),
        ) % {"names": _listed(wrong), "known": there_are}


def _nothing_left(kind: MessageKind, text: str) -> Iterator[tuple[str, str]]:
    barest = {one.name: "" if one.may_lack else one.name for one in PLACEHOLDERS[kind]}
    try:
        is_empty = not fill(text, barest)
    except Unfilled:
        is_empty = True
    if is_empty:
        yield "text", gettext("Each line needs a value that isn't always there: write one that can always be sent.")


def _listed(names: Iterable[str]) -> str:
    return " ".join(f"{{{name}}}" for name in names)


ABOUT_SOMEBODY = (MeetingKind.ADMISSION, MeetingKind.CONFIRMATION)
"""Meetings whose titles name whom they are about: they are told by their kind."""
LONGEST, SHORTENED = 300, 80
"""Characters of what a meeting was about, and of one decision: a message is read on a phone."""


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting as far as it can be told. Items, decisions and materials are open to members, and name nobody."""

    branch: str
    title: str
    kind: str
    local_kind: str
    day: date
    starts_at: time | None
    place: str
    online_link: str
    items: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()


def about(meeting: MeetingFacts, *, openly: bool = False) -> dict[str, str]:
    """Which meeting it is. `openly`: for a group chat, where no title is told."""
    return {
        "branch": meeting.branch,
        "meeting": name_of(meeting, openly=openly),
        "day": date_format(meeting.day, "MONTH_DAY_FORMAT"),
    }


def to_come(meeting: MeetingFacts, *, openly: bool = False) -> dict[str, str]:
    """The same with when and where it will be, and what to read for it."""
    weekday = {"day": date_format(meeting.day, "MONTH_DAY_FORMAT"), "weekday": date_format(meeting.day, "l")}
    return {
        **about(meeting, openly=openly),
        "day": gettext("%(day)s (%(weekday)s)") % weekday,
        "time": f"{meeting.starts_at:%H:%M}" if meeting.starts_at else gettext("at an hour still to be told"),
        "place": meeting.place,
        "online_link": meeting.online_link,
        "material": listed(meeting.materials),
    }


def missed(meeting: MeetingFacts) -> dict[str, str]:
    """The same with what it was about."""
    return {**about(meeting), "content": content_of(meeting)}


def to_study(meeting: MeetingFacts) -> dict[str, str]:
    """The same with what can be read afterwards."""
    return {**missed(meeting), "material": listed(meeting.materials), "online_link": meeting.online_link}


def name_of(meeting: MeetingFacts, *, openly: bool = False) -> str:
    """The title; its kind where the title would name somebody, or there is none."""
    kind = meeting.local_kind or str(MeetingKind(meeting.kind).label)
    return kind if openly or meeting.kind in ABOUT_SOMEBODY else meeting.title or kind


def content_of(meeting: MeetingFacts) -> str:
    """Items of the agenda, and decisions; empty where nothing can be told."""
    said = listed(meeting.items)
    if meeting.decisions:
        decided = gettext("decided: %(decisions)s") % {"decisions": listed(map(short, meeting.decisions))}
        said = listed([said, decided] if said else [decided])
    return short(said, LONGEST)


def naming_nobody(texts: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Those of the texts in which none of the names occurs."""
    return tuple(text for text in texts if not any(name in text for name in names))


def listed(texts: Iterable[str]) -> str:
    return gettext("; ").join(" ".join(text.split()).rstrip("。；;") for text in texts)


def short(text: str, longest: int = SHORTENED) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
