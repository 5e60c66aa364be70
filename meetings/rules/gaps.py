"""What a record still lacks before its meeting can end and its minutes can be signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Part(StrEnum):
    """Where something is missing, and so where it is mended."""

    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    ABOUT = "about"
    VOTE = "vote"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is named as chair or recorder, and whether he is recorded as there."""

    name: str
    was_there: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of a meeting. `uncounted` are the votes without an outcome: key and question."""

    items: int
    expected: int
    present: int
    place: str
    chair: Named | None
    recorder: Named | None
    are_one: bool = False
    uncounted: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, in a sentence; `key` of the vote where it is one."""

    part: Part
    sentence: str
    key: str = ""


def gaps(facts: Facts) -> Iterator[Gap]:
    """In the order of the minutes."""
    if not facts.place:
        yield Gap(Part.ABOUT, _("No place is recorded."))
    yield from _led(facts)
    if not facts.expected:
        yield Gap(Part.ATTENDANCE, _("Nobody was expected."))
    elif not facts.present:
        yield Gap(Part.ATTENDANCE, _("Nobody is recorded as there."))
    if not facts.items:
        yield Gap(Part.AGENDA, _("Nothing stands on the agenda."))
    for key, about in facts.uncounted:
        yield Gap(Part.VOTE, _("The vote “%(about)s” isn't counted.") % {"about": about}, key)


def _led(facts: Facts) -> Iterator[Gap]:
    if facts.chair is None:
        yield Gap(Part.ABOUT, _("No chair is named."))
    elif not facts.chair.was_there:
        yield Gap(Part.ABOUT, _("%(name)s is named as chair and isn't recorded as there.") % {"name": facts.chair.name})
    if facts.recorder is None:
        yield Gap(Part.ABOUT, _("No recorder is named."))
    elif not facts.recorder.was_there:
        sentence = _("%(name)s is named as recorder and isn't recorded as there.")
        yield Gap(Part.ABOUT, sentence % {"name": facts.recorder.name})
    if facts.are_one:
        yield Gap(Part.ABOUT, _("Chair and recorder are the same person; two people sign."))
