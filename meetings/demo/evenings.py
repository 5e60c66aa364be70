"""Which meetings the demo's branches held in the last twelve months, and which they missed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from meetings.choices import MeetingKind
from meetings.demo import words
from members.demo.county import COUNTY, GROUP_NAMES, HOME_BRANCH, PLACES, Place
from members.models import Organization
from rulebook.dates import add_months

HOME_THEME_DAY, GENERAL_DAY, LECTURE_DAY, COMMITTEE_DAY, GROUP_DAY, ORG_LIFE_DAY, COUNTY_DAY = 20, 26, 12, 6, 14, 18, 9
MISSED_THEME_DAY, MISSED_QUARTER, MISSED_COMMITTEE = 4, 5, 7
"""Every how manyth branch missed something."""


@dataclass(frozen=True)
class Evening:
    """One meeting that took place, before anybody was written down. `also`: other kinds that it was."""

    organization: Organization
    kind: MeetingKind
    day: date
    title: str = ""
    items: tuple[tuple[str, str], ...] = words.SHORT_ITEMS
    also: tuple[MeetingKind, ...] = ()
    year: int = 0
    """Which year it counts for, when that isn't the year of its day."""


def theme_day_of(code: str) -> int:
    """The fixed day of the month of a branch."""
    return HOME_THEME_DAY if code == HOME_BRANCH else 5 + 3 * _number(code) % 20


def evenings(places: dict[str, Organization], on: date) -> Iterator[Evening]:
    """Everything that was held before that day, branch by branch."""
    branches = [place for place in PLACES if place.members]
    for place in branches:
        everything = _at_home(places, on) if place.code == HOME_BRANCH else _elsewhere(place, places, on)
        yield from (evening for evening in everything if evening.day < on)
    yield from (evening for evening in _of_county(places, on) if evening.day < on)


def _of_county(places: dict[str, Organization], on: date) -> Iterator[Evening]:
    """The committee's own meetings of the last months."""
    for month in list(_months(on))[-3:]:
        day = month.replace(day=COUNTY_DAY)
        yield Evening(places[COUNTY], MeetingKind.COMMITTEE_MEETING, day, words.COUNTY_TITLE, words.COUNTY_ITEMS)


def _number(code: str) -> int:
    return next(number for number, place in enumerate(PLACES) if place.code == code)


def _months(on: date) -> Iterator[date]:
    """The first days of the last twelve months."""
    return (add_months(on.replace(day=1), -back) for back in range(11, -1, -1))


def _at_home(places: dict[str, Organization], on: date) -> Iterator[Evening]:
    home = places[HOME_BRANCH]
    groups = [places[f"{HOME_BRANCH}-g{number}"] for number, _name in enumerate(GROUP_NAMES, start=1)]
    for month in _months(on):
        yield _theme_day(home, month, words.THEME_ITEMS)
        yield _committee_meeting(home, month)
        for group in groups:
            yield _group_meeting(group, month)
        if month.month % 3 == 2:
            lecture = words.LECTURES[month.month // 3]
            yield Evening(home, MeetingKind.PARTY_LECTURE, month.replace(day=LECTURE_DAY), f"党课：{lecture}")
            yield _general_meeting(home, month)
        if month.month == 1:
            yield _org_life_meeting(home, month)


def _elsewhere(place: Place, places: dict[str, Organization], on: date) -> Iterator[Evening]:
    """Plainer, and with gaps: a theme day, a general, committee or group meeting is missing here and there."""
    branch, number, last = places[place.code], _number(place.code), add_months(on.replace(day=1), -1)
    for month in _months(on):
        back = (last.year - month.year) * 12 + last.month - month.month
        if number % MISSED_THEME_DAY or back:
            yield _theme_day(branch, month, words.SHORT_ITEMS)
        if number % MISSED_COMMITTEE or back:
            yield _committee_meeting(branch, month)
        for group in range(1, place.groups + 1):
            if group == 1 or back:
                yield _group_meeting(places[f"{place.code}-g{group}"], month)
        if month.month % 3 == 2 and (number % MISSED_QUARTER or back > 3):
            yield _general_meeting(branch, month)
        if month.month == 1:
            yield _org_life_meeting(branch, month)


def _theme_day(branch: Organization, month: date, items: tuple[tuple[str, str], ...]) -> Evening:
    """In July the theme day is also the party lecture of the anniversary."""
    also = (MeetingKind.PARTY_LECTURE,) if month.month == 7 else ()
    day = month.replace(day=theme_day_of(branch.code))
    return Evening(branch, MeetingKind.THEME_DAY, day, words.THEMES[month.month - 1], items, also)


def _committee_meeting(branch: Organization, month: date) -> Evening:
    day = month.replace(day=COMMITTEE_DAY)
    return Evening(branch, MeetingKind.COMMITTEE_MEETING, day, words.COMMITTEE_TITLE, words.COMMITTEE_ITEMS)


def _group_meeting(group: Organization, month: date) -> Evening:
    return Evening(group, MeetingKind.GROUP_MEETING, month.replace(day=GROUP_DAY), items=words.GROUP_ITEMS)


def _general_meeting(branch: Organization, month: date) -> Evening:
    day = month.replace(day=GENERAL_DAY)
    return Evening(branch, MeetingKind.GENERAL_MEETING, day, words.GENERAL_TITLE, words.GENERAL_ITEMS)


def _org_life_meeting(branch: Organization, month: date) -> Evening:
    """In January, for the year before, together with the appraisal."""
    return Evening(
        branch, MeetingKind.ORG_LIFE_MEETING, month.replace(day=ORG_LIFE_DAY), words.ORG_LIFE_TITLE,
        words.ORG_LIFE_ITEMS, (MeetingKind.DEMOCRATIC_EVALUATION,), month.year - 1,
    )  # fmt: skip
