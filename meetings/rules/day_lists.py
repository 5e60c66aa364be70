"""Reading days off and workdays: a line a day, or the lines of the State Council's notice as they stand."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from meetings.choices import DayKind

LONGEST = 31
"""Days of one span: no holiday is longer."""
BRACKETS = re.compile(r"\([^()]*\)")
HEAD = re.compile(r"\s*(?:[一二三四五六七八九十\d]+\s*[、.])?\s*(?P<name>[^\d:]{1,40}?)\s*:(?P<rest>.*)")
"""“一、元旦：1月1日…”: a name before the days."""
DAY = r"(?:(?P<y{0}>20\d\d)\s*[-/.年]\s*)?(?P<m{0}>\d{{1,2}})\s*[-/.月]\s*(?P<d{0}>\d{{1,2}})日?"
LAST = r"(?:(?:(?P<y2>20\d\d)\s*[-/.年]\s*)?(?P<m2>\d{1,2})\s*[-/.月]\s*)?(?P<d2>\d{1,2})日?"
SPAN = re.compile(rf"{DAY.format(1)}(?:\s*(?:至|到|~|—+|–|-)\s*{LAST})?")
WORKED = re.compile(r"上班|补班|工作日|班|work", re.IGNORECASE)
OFF = re.compile(r"放假|休|假|off|holiday", re.IGNORECASE)
SAYS_WHICH = r"(?:调休|放假|休息|上班|补班|工作日|休|班|days?\s*off|off|workdays?|共?\d+天)+"
AROUND_A_NAME = re.compile(rf"^{SAYS_WHICH}|{SAYS_WHICH}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListedDay:
    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line that doesn't say it means: its year, the kind of its days, their name."""

    year: int
    kind: str = DayKind.OFF
    name: str = ""


class Unreadable(ValueError):
    """What is wrong with a line, as a sentence."""


def read_days(text: str, defaults: Defaults) -> tuple[list[ListedDay], list[str]]:
    """The days in order, and a sentence for every line that can't be read."""
    found: dict[date, ListedDay] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            for listed in _read_line(line, defaults):
                if found.setdefault(listed.day, listed).kind != listed.kind:
                    raise Unreadable(_("%(day)s is already in the list as the opposite.") % {"day": listed.day})
        except Unreadable as fault:
            faults.append(_("Line %(number)s: %(fault)s") % {"number": number, "fault": fault})
    return sorted(found.values(), key=lambda listed: listed.day), faults


def _read_line(line: str, defaults: Defaults) -> Iterator[ListedDay]:
    plain = BRACKETS.sub("", unicodedata.normalize("NFKC", line)).strip()
    head = HEAD.fullmatch(plain)
    sentences = re.split("[。;]", head["rest"] if head else plain)
    if plain and not any(map(SPAN.search, sentences)):
        raise Unreadable(_("No day is found in it. Write it like 2027-01-01, or take the line out."))
    for sentence in sentences:
        name = (head["name"] if head else _name_in(sentence)) or defaults.name
        for days in SPAN.finditer(sentence):
            if not name:
                raise Unreadable(_("The holiday has no name. Write it behind the day or into the field below."))
            kind = _kind_in(sentence) or defaults.kind
            yield from (ListedDay(day, kind, name[:40]) for day in _days(days, defaults.year))


def _kind_in(sentence: str) -> str:
    if WORKED.search(sentence):
        return DayKind.WORKED
    return DayKind.OFF if OFF.search(sentence) else ""


def _name_in(sentence: str) -> str:
    """What is left of a sentence without its days and without the words for off and worked."""
    words = re.split(r"[\s,、:]+", SPAN.sub(" ", sentence))
    return " ".join(filter(None, (AROUND_A_NAME.sub("", word).strip("-") for word in words)))


def _days(found: re.Match[str], year: int) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    first = _day(found["y1"] or year, found["m1"], found["d1"])
    last = _day(found["y2"] or first.year, found["m2"] or first.month, found["d2"]) if found["d2"] else first
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST:
        raise Unreadable(_("From %(first)s to %(last)s is no holiday.") % {"first": first, "last": last})
    yield from (first + timedelta(days=step) for step in range(length))


def _day(year: int | str, month: int | str, day: int | str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        written = {"year": year, "month": month, "day": day}
        raise Unreadable(_("There is no day %(year)s-%(month)s-%(day)s.") % written) from error
