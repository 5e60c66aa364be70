"""How minutes read, and what a record lacks before its meeting can end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _, pgettext


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody who wasn't there. `reason` is what was said; empty when nothing was."""

    name: str
    on_leave: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerPoints:
    speaker: str
    points: str
    is_dissent: bool = False


@dataclass(frozen=True, slots=True)
class Stood:
    """A candidate with the votes; of a name that voters wrote in only those for it are known."""

    name: str
    votes_for: int
    votes_against: int | None = None
    abstained: int | None = None
    is_elected: bool = False


@dataclass(frozen=True, slots=True)
class Voted:
    """A vote whose outcome stands: heads with a vote, figures, and the outcome as a sentence.

    `papers` are handed out, returned, void; None where nothing was written. `candidates` in the order of the ballot.
    """

    about: str
    entitled: int
    present: int
    sentence: str
    figures: tuple[int, int, int] | None = None
    written_for: int = 0
    papers: tuple[int, int, int] | None = None
    candidates: Sequence[Stood] = ()


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """A point of the agenda. `tasks` are finished sentences."""

    title: str
    presenter: str = ""
    report: str = ""
    speeches: Sequence[SpeakerPoints] = ()
    decision: str = ""
    votes: Sequence[Voted] = ()
    tasks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MinutesContent:
    """Everything the minutes say. Counts are heads; `entitled` and `entitled_present` have a vote.

    `guests` were there and belong elsewhere; they are in no count.
    """

    organization: str
    name: str
    when: str
    place: str
    chair: str
    recorder: str
    expected: int
    present: int
    entitled: int
    entitled_present: int
    on_site: Sequence[str] = ()
    online: Sequence[str] = ()
    absences: Sequence[Absence] = ()
    visited: Sequence[str] = ()
    guests: Sequence[str] = ()
    observers: Sequence[str] = ()
    items: Sequence[AgendaPoint] = field(default_factory=tuple)


def compose(evening: MinutesContent) -> str:
    """The minutes as text: head, attendance, observers, then item by item; what wasn't recorded stays blank."""
    blocks = [_title(evening), *_head(evening), *_attendance(evening)]
    for number, item in enumerate(evening.items, start=1):
        blocks += ["", *_item(number, item)]
    return "\n".join(blocks) + "\n"


def _title(evening: MinutesContent) -> str:
    return _("%(organization)s: minutes of the %(name)s") % {
        "organization": evening.organization,
        "name": evening.name,
    }


def _head(evening: MinutesContent) -> Iterator[str]:
    yield ""
    yield _line(_("Time"), evening.when)
    yield _line(_("Place"), evening.place)
    yield _line(_("Chair"), evening.chair)
    yield _line(_("Recorder"), evening.recorder)


def _attendance(evening: MinutesContent) -> Iterator[str]:
    heads = _("%(all)s, with a vote %(entitled)s")
    yield _line(_("Should attend"), heads % {"all": evening.expected, "entitled": evening.entitled})
    yield _line(_("Attended"), heads % {"all": evening.present, "entitled": evening.entitled_present})
    if evening.on_site:
        yield _line(_("On site"), _listed(evening.on_site))
    if evening.online:
        yield _line(_("By video"), _listed(evening.online))
    leave = [_absence(one) for one in evening.absences if one.on_leave]
    absent = [_absence(one) for one in evening.absences if not one.on_leave]
    if leave:
        yield _line(_("On leave"), _listed(leave))
    if absent or not leave:
        yield _line(_("Not there"), _listed(absent) if absent else _("nobody"))
    if evening.visited:
        yield _line(_("Visited or made up"), _listed(evening.visited))
    if evening.guests:
        guests = {"number": len(evening.guests), "names": _listed(evening.guests)}
        yield _line(_("Members of other branches, not counted above"), _("%(number)s: %(names)s") % guests)
    if evening.observers:
        yield _line(_("Observers"), _listed(evening.observers))


def _absence(one: Absence) -> str:
    if one.on_leave and not one.reason:
        return one.name
    reason = one.reason or _("no reason given")
    return pgettext("name (reason)", "%(name)s (%(reason)s)") % {"name": one.name, "reason": reason}


def _item(number: int, item: AgendaPoint) -> Iterator[str]:
    presenter = pgettext("presented by", " (%(name)s)") % {"name": item.presenter} if item.presenter else ""
    yield _("Item %(number)s: %(title)s") % {"number": number, "title": item.title} + presenter
    if item.report:
        yield item.report
    for one in item.speeches:
        yield _said(one)
    for vote in item.votes:
        yield from _voted(vote)
    if item.decision:
        yield _line(_("Decision"), item.decision)
    for task in item.tasks:
        yield _line(_("Task"), task)


def _said(one: SpeakerPoints) -> str:
    speaker = _("%(name)s, dissenting") % {"name": one.speaker} if one.is_dissent else one.speaker
    return _line(speaker, one.points)


def _voted(vote: Voted) -> Iterator[str]:
    """The quorum is stated with every vote; counts are whole, whatever the outcome."""
    heads = _("%(entitled)s should attend with a vote, %(present)s are present.")
    yield _line(vote.about, heads % {"entitled": vote.entitled, "present": vote.present})
    if vote.papers:
        issued, returned, void = vote.papers
        sentence = _("Ballots: %(issued)s handed out, %(returned)s returned, %(void)s void.")
        yield sentence % {"issued": issued, "returned": returned, "void": void}
    if vote.figures:
        yield _figures(*vote.figures)
    if vote.written_for:
        yield _("In writing before the meeting: for %(written)s.") % {"written": vote.written_for}
    for one in vote.candidates:
        yield _stood(one)
    yield vote.sentence


def _figures(votes_for: int, against: int, abstained: int) -> str:
    figures = {"for": votes_for, "against": against, "abstained": abstained}
    return _("For %(for)s, against %(against)s, abstained %(abstained)s.") % figures


def _stood(one: Stood) -> str:
    if one.votes_against is None or one.abstained is None:
        figures = _("For %(for)s; written in by voters.") % {"for": one.votes_for}
    else:
        figures = _figures(one.votes_for, one.votes_against, one.abstained)
    line = _line(one.name, figures)
    return pgettext("a candidate's votes", "%(votes)s Elected.") % {"votes": line} if one.is_elected else line


def _line(label: str, text: object) -> str:
    return pgettext("label: text", "%(label)s: %(text)s") % {"label": label, "text": text}


def _listed(names: Iterable[str]) -> str:
    return pgettext("between names", ", ").join(names)


class MinutesPart(StrEnum):
    """Where something is missing, and so where it is mended."""

    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    ABOUT = "about"
    VOTE = "vote"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody who is named as chair or recorder, and whether he is recorded as there."""

    name: str
    was_there: bool


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """What is recorded of a meeting. `uncounted` are the votes without an outcome: key and question."""

    items: int
    expected: int
    present: int
    place: str
    chair: NamedPerson | None
    recorder: NamedPerson | None
    are_one: bool = False
    uncounted: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, in a sentence; `key` of the vote where it is one."""

    part: MinutesPart
    sentence: str
    key: str = ""


def gaps(facts: MinutesFacts) -> Iterator[Gap]:
    """In the order of the minutes."""
    if not facts.place:
        yield Gap(MinutesPart.ABOUT, _("No place is recorded."))
    yield from _led(facts)
    if not facts.expected:
        yield Gap(MinutesPart.ATTENDANCE, _("Nobody was expected."))
    elif not facts.present:
        yield Gap(MinutesPart.ATTENDANCE, _("Nobody is recorded as there."))
    if not facts.items:
        yield Gap(MinutesPart.AGENDA, _("Nothing stands on the agenda."))
    for key, about in facts.uncounted:
        yield Gap(MinutesPart.VOTE, _("The vote “%(about)s” isn't counted.") % {"about": about}, key)


def _led(facts: MinutesFacts) -> Iterator[Gap]:
    if facts.chair is None:
        yield Gap(MinutesPart.ABOUT, _("No chair is named."))
    elif not facts.chair.was_there:
        yield Gap(
            MinutesPart.ABOUT, _("%(name)s is named as chair and isn't recorded as there.") % {"name": facts.chair.name}
        )
    if facts.recorder is None:
        yield Gap(MinutesPart.ABOUT, _("No recorder is named."))
    elif not facts.recorder.was_there:
        sentence = _("%(name)s is named as recorder and isn't recorded as there.")
        yield Gap(MinutesPart.ABOUT, sentence % {"name": facts.recorder.name})
    if facts.are_one:
        yield Gap(MinutesPart.ABOUT, _("Chair and recorder are the same person; two people sign."))
