"""What a message says of a meeting. Never what somebody said in it, and nobody's name but those it is sent to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.choices import MeetingKind

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

    @property
    def has_something_to_tell(self) -> bool:
        """Whether an invitation says more than that there is a meeting: where, by which link, or what to read."""
        return bool(self.place or self.online_link or self.materials)


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
        "day": _("%(day)s (%(weekday)s)") % weekday,
        "time": f"{meeting.starts_at:%H:%M}" if meeting.starts_at else _("at an hour still to be told"),
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
        decided = _("decided: %(decisions)s") % {"decisions": listed(map(short, meeting.decisions))}
        said = listed([said, decided] if said else [decided])
    return short(said, LONGEST)


def naming_nobody(texts: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Those of the texts in which none of the names occurs."""
    return tuple(text for text in texts if not any(name in text for name in names))


def listed(texts: Iterable[str]) -> str:
    return _("; ").join(" ".join(text.split()).rstrip("。；;") for text in texts)


def short(text: str, longest: int = SHORTENED) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
