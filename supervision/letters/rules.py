"""Who may read a letter, its days, and how a key is printed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from meetings.planning.rules import Workdays
from members.choices import OfficeKind, OrganizationKind
from members.paths import STEP, common, contains
from rulebook.book import rule
from supervision.letters.name_rules import Doubt, named_in, names_inside, plain

ACCEPT = "report.acknowledge.max_workdays"
ANSWER = "report.answer.max_workdays"
KEEP = "supervision.letter.keep.days"
FEWEST_COUNTED = 3


def accept_due(received_on: date, workdays: Workdays) -> date:
    """By when a named writer is told whether the letter is accepted."""
    return workdays_later(received_on, rule(ACCEPT, received_on).whole, workdays)


def answer_due(closed_on: date, workdays: Workdays) -> date:
    """By when a named writer is told the result."""
    return workdays_later(closed_on, rule(ANSWER, closed_on).whole, workdays)


def workdays_later(day: date, count: int, workdays: Workdays) -> date:
    """The `count`-th workday after the day, which itself doesn't count."""
    while count:
        day += timedelta(days=1)
        count -= workdays.is_workday(day)
    return day


def few(received: int, closed: int) -> tuple[int | None, int | None]:
    """The figures as they may be shown: none of one or two, none from which one or two can be told."""
    if 0 < received < FEWEST_COUNTED:
        return None, None
    is_telling = any(0 < figure < FEWEST_COUNTED for figure in (closed, received - closed))
    return received, None if is_telling else closed


GROUPS, SIGNS = 8, 4


def fingerprint_of(public_key: str) -> str:
    """32 signs in groups of four: enough that nobody finds a second key with the same."""
    digest = sha256(public_key.encode()).hexdigest().upper()
    return " ".join(digest[at : at + SIGNS] for at in range(0, GROUPS * SIGNS, SIGNS))


LEADERSHIP = "leadership"
"""Post of a subject: all who lead the organization."""
MEMBER = "member"
"""Post of a subject: a member without an office."""
FEWEST = 2
"""Readers of a letter."""
BRANCH_HEADS = frozenset({OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY, OfficeKind.COMMITTEE_SECRETARY})
"""Offices with which somebody leads a branch; with any office in a committee one counts as leading it."""
POSTS = (LEADERSHIP, *OfficeKind.values, MEMBER)
SECRETARY = "书记"
"""Written after a surname it means whoever holds that office there."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a letter is about. `post`: LEADERSHIP, MEMBER or an OfficeKind value; `names` as the writer typed them."""

    path: str
    post: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """An office in force, and who holds it; what the holder hasn't (a user, a place on a roster) is None or empty."""

    path: str
    kind: str
    name: str
    user_id: int | None = None
    member_id: int | None = None
    roster_path: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """An inspector with an approved key in use. `path`: of the committee where the office is held."""

    key: str
    path: str
    name: str
    user_id: int
    member_id: int | None = None
    roster_path: str = ""
    relatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecusalFacts:
    """The tree as path → kind, who holds which office, and who could read."""

    kinds: Mapping[str, str]
    holdings: Sequence[Holding]
    readers: Sequence[Reader]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What keeps a reader out. Only tests switch one off, to see the property fail."""

    subject: bool = True
    branch_roster: bool = True
    branch_office: bool = True
    subordinate: bool = True
    relative: bool = True
    level: bool = True
    fewest: int = FEWEST


ALL = Conditions()


@dataclass(frozen=True, slots=True)
class Routing:
    """The committee whose inspectors get the letter, and those of them who may."""

    path: str
    readers: tuple[Reader, ...]


class NobodyMayRead(Exception):
    """Nowhere above the subjects are two who may read it."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """What follows from the subjects: who they are, where they belong, what they lead, who is close to them."""

    users: frozenset[int]
    members: frozenset[int]
    names: frozenset[str]
    """Plain names of those who are meant."""
    named: frozenset[str]
    """Names of readers that the writer typed, or that stand in the text."""
    close: frozenset[str]
    """Names of readers that the writer typed as close to the subjects."""
    relatives: frozenset[str]
    """Declared names that the writer typed."""
    written: frozenset[str]
    """Organizations as the writer named them."""
    homes: frozenset[str]
    """Organizations to which they belong, by what was written, by their rosters and their offices."""
    led: frozenset[str]
    """Organizations which they lead, anywhere."""


def route(
    subjects: Sequence[Subject],
    facts: RecusalFacts,
    *,
    close: Collection[str] = (),
    away: Collection[int] = (),
    text: str = "",
    cleared: Collection[str] = (),
    conditions: Conditions = ALL,
) -> Routing:
    """The lowest committee above all subjects with at least two who may read it, and all of them there.

    `close`: names of people close to the subjects; `away`: users who stepped back; `cleared`: names of readers of whom
    the writer said that they aren't meant where it is in doubt. Raises NobodyMayRead.
    """
    about = concerned(subjects, facts, close, text, cleared)
    for level in _levels(about, facts.kinds, conditions):
        readers = _once_each(
            one for one in facts.readers if one.path == level and _may_read(one, about, facts, conditions)
        )
        readers = tuple(one for one in readers if one.user_id not in away)
        if len(readers) >= max(conditions.fewest, 1):
            return Routing(level, readers)
    raise NobodyMayRead


def doubts(
    subjects: Sequence[Subject],
    facts: RecusalFacts,
    *,
    close: Collection[str] = (),
    away: Collection[int] = (),
    text: str = "",
) -> tuple[Doubt, ...]:
    """What to ask the writer: words that may mean somebody who would get the letter. Raises NobodyMayRead."""
    names = [one.name for one in facts.readers]
    typed = named_in(_joined([*(name for one in subjects for name in one.names), *close]), names, is_list=True)
    found = (*typed.doubtful, *names_inside(text, names))
    open_doubts = tuple(one for one in found if one.name not in typed.certain)
    everybody = {one.name for one in open_doubts}
    receiving = route(subjects, facts, close=close, away=away, text=text, cleared=everybody).readers
    return tuple(one for one in open_doubts if one.name in {reader.name for reader in receiving})


def is_unconcerned(
    person: Reader, subjects: Sequence[Subject], facts: RecusalFacts, *, close: Collection[str], text: str
) -> bool:
    """Whether somebody who reads no letters may learn who wrote this one: by the same conditions as its readers."""
    about = concerned(subjects, replace(facts, readers=[*facts.readers, person]), close, text, ())
    return _may_read(person, about, facts, ALL)


def concerned(
    subjects: Sequence[Subject],
    facts: RecusalFacts,
    close: Collection[str] = (),
    text: str = "",
    cleared: Collection[str] = (),
) -> Concerned:
    """Everybody whom a letter is about, with all their offices and rosters."""
    if not subjects or any(one.path not in facts.kinds for one in subjects):
        raise NobodyMayRead
    meant: list[Holding] = []
    readers: list[Reader] = []
    for one in subjects:
        meant += _holders(one, facts)
        readers += _named_readers(one, facts, cleared)
    people: list[Holding | Reader] = [*meant, *readers]
    users = frozenset(one.user_id for one in people if one.user_id is not None)
    members = frozenset(one.member_id for one in people if one.member_id is not None)
    theirs = [*meant, *(held for held in facts.holdings if held.user_id in users or held.member_id in members)]
    people += theirs
    rosters = {one.roster_path for one in people if one.roster_path}
    places = rosters | {held.path for held in theirs} | {one.path for one in subjects}
    typed = _joined(name for one in subjects for name in one.names)
    names = [one.name for one in facts.readers]
    return Concerned(
        users=users,
        members=members,
        names=frozenset(plain(one.name) for one in people) - {""},
        named=_not_cleared(typed, names, cleared, is_list=True) | _not_cleared(text, names, cleared, certain=False),
        close=_not_cleared(_joined(close), names, cleared, is_list=True),
        relatives=named_in(_joined([typed, *close]), _relatives(facts.readers), is_list=True).certain,
        written=frozenset(one.path for one in subjects),
        homes=frozenset(home_of(path, facts.kinds) for path in places),
        led=frozenset(_led(subjects, facts.kinds))
        | {held.path for held in theirs if _leads(held.kind, held.path, facts.kinds)}
        | {one.path for one in readers},
    )


def home_of(path: str, kinds: Mapping[str, str]) -> str:
    """The branch of a party group; any other organization itself."""
    above = (path[:end] for end in range(len(path), 0, -STEP))
    return next((one for one in above if kinds.get(one) == OrganizationKind.BRANCH), path)


def committee_above(path: str, kinds: Mapping[str, str]) -> str:
    """The nearest committee strictly above; empty where there is none."""
    return next(_committees(path[:-STEP], kinds), "")


def _levels(about: Concerned, kinds: Mapping[str, str], conditions: Conditions) -> Iterator[str]:
    """Committees above everybody, the lowest first."""
    lowest = [committee_above(home_of(path, kinds), kinds) for path in about.written]
    if conditions.level:
        lowest += [committee_above(home, kinds) for home in about.homes]
        lowest += [_above_a_head(path, kinds) for path in about.led]
    if not all(lowest):
        return iter(())
    return _committees(common(lowest), kinds)


def _above_a_head(path: str, kinds: Mapping[str, str]) -> str:
    """One level up: not the committee next to whoever leads a branch, but the one above that."""
    above = committee_above(path, kinds)
    return above if kinds.get(path) == OrganizationKind.COMMITTEE or not above else committee_above(above, kinds)


def _committees(path: str, kinds: Mapping[str, str]) -> Iterator[str]:
    """At the path and above it, the nearest first."""
    above = (path[:end] for end in range(len(path), 0, -STEP))
    return (one for one in above if kinds.get(one) == OrganizationKind.COMMITTEE)


def _joined(names: Iterable[str]) -> str:
    return "\n".join(names)


def _relatives(readers: Iterable[Reader]) -> Iterator[str]:
    return (name for one in readers for name in one.relatives)


def _not_cleared(
    text: str, names: Iterable[str], cleared: Collection[str], *, is_list: bool = False, certain: bool = True
) -> frozenset[str]:
    """Names that the text has or may mean. Without `certain` also a whole name is not more than a doubt."""
    found = named_in(text, names, is_list=is_list)
    kept = found.certain if certain else frozenset()
    return kept | (found.all - set(cleared))


def _holders(subject: Subject, facts: RecusalFacts) -> list[Holding]:
    """By the post that was written, or by a name at, above or below the organization that was written."""
    home = home_of(subject.path, facts.kinds)
    here = (subject.path, home)
    in_line = [one for one in facts.holdings if _in_line(one.path, subject) or _in_line(one.roster_path, subject)]
    found = named_in(_joined(subject.names), [one.name for one in in_line], is_list=True)
    called = {one.name for one in found.doubtful if SECRETARY in one.words}
    by_post = [
        one
        for one in facts.holdings
        if subject.post != MEMBER and one.path in here and _has_post(one, subject, facts.kinds)
    ]
    by_title = [one for one in in_line if one.path in here and one.kind in BRANCH_HEADS and one.name in called]
    return [*by_post, *by_title, *(one for one in in_line if one.name in found.certain)]


def _named_readers(subject: Subject, facts: RecusalFacts, cleared: Collection[str]) -> list[Reader]:
    in_line = [one for one in facts.readers if _in_line(one.path, subject)]
    names = _not_cleared(_joined(subject.names), [one.name for one in in_line], cleared, is_list=True)
    return [one for one in in_line if one.name in names]


def _in_line(path: str, subject: Subject) -> bool:
    return contains(path, subject.path) or contains(subject.path, path)


def _has_post(held: Holding, subject: Subject, kinds: Mapping[str, str]) -> bool:
    if subject.post == LEADERSHIP:
        return _leads(held.kind, held.path, kinds) or kinds.get(held.path) == OrganizationKind.BRANCH
    return held.kind == subject.post


def _led(subjects: Iterable[Subject], kinds: Mapping[str, str]) -> Iterator[str]:
    """What subjects lead by the post that was written, whoever holds it."""
    for one in subjects:
        if one.post == LEADERSHIP or (one.post != MEMBER and _leads(one.post, one.path, kinds)):
            yield home_of(one.path, kinds)


def _leads(kind: str, path: str, kinds: Mapping[str, str]) -> bool:
    return kind in BRANCH_HEADS or kind == OfficeKind.INSPECTOR or kinds.get(path) == OrganizationKind.COMMITTEE


def _may_read(reader: Reader, about: Concerned, facts: RecusalFacts, conditions: Conditions) -> bool:
    offices = [reader.path, *(held.path for held in facts.holdings if _is_of(held, reader))]
    relatives = set(reader.relatives) & about.relatives or {plain(name) for name in reader.relatives} & about.names
    kept_out = (
        conditions.subject and _is_subject(reader, about),
        conditions.branch_roster and _inside([reader.roster_path], about.homes),
        conditions.branch_office and _inside(offices, about.homes),
        conditions.subordinate and _inside([*offices, reader.roster_path], about.led),
        conditions.relative and (bool(relatives) or reader.name in about.close),
    )
    return not any(kept_out)


def _is_subject(reader: Reader, about: Concerned) -> bool:
    is_named = reader.name in about.named or plain(reader.name) in about.names
    return is_named or reader.user_id in about.users or reader.member_id in about.members


def _is_of(held: Holding, reader: Reader) -> bool:
    same_member = held.member_id is not None and held.member_id == reader.member_id
    return same_member or held.user_id == reader.user_id


def _inside(paths: Iterable[str], organizations: Iterable[str]) -> bool:
    return any(contains(one, path) for path in paths for one in organizations)


def _once_each(readers: Iterable[Reader]) -> tuple[Reader, ...]:
    """One key for each person, whichever user they are."""
    seen: dict[tuple[str, int], Reader] = {}
    for one in readers:
        person = ("member", one.member_id) if one.member_id is not None else ("user", one.user_id)
        seen.setdefault(person, one)
    return tuple(seen.values())
