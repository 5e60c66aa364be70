"""The desk of who works in a branch: every duty with the rows that it names, and the way to where it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.duty_words import DutyWords, Place, duty_words
from members.models import Member, Organization, User
from members.queries.standing import NamedOffice, holders, in_words, named_offices
from reminders.models import NotApplicable
from reminders.queries.duties import duties_below
from reminders.queries.not_applicable import said_below
from reminders.rules.desk import Section, key_of, sections
from rulebook.values import Duty, DutyState

MOST_BRANCHES = 6
"""Whose office covers more of them starts from their counts, like a committee."""
OF_MEMBERS = (Capability.VIEW_CONTACTS, Capability.VIEW_DUES)
"""What it takes to be told of a duty about a member whose kind has no words that say so."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A duty as the desk shows it. `where` is empty when it goes without saying, `url` for who can't do it: then
    `whose` has the names with their offices. `said` is set when it was said not to apply."""

    duty: Duty
    place: Organization
    member: Member | None
    words: DutyWords
    where: str
    url: str
    said: NotApplicable | None = None
    whose: str = ""

    @property
    def is_left_out(self) -> bool:
        """What is done is done, whatever was said of it."""
        return self.said is not None and self.duty.state != DutyState.DONE


@dataclass(frozen=True, slots=True)
class Desk:
    """What is asked, by time; what was said not to apply; and each kind with its name and how many lines it has."""

    sections: list[Section[DeskLine]]
    left_out: list[DeskLine]
    kinds: list[tuple[str, Any, int]]


def words_of(kind: str) -> DutyWords:
    """Its own words, or its code and the page of the organization."""
    return duty_words().get(kind) or DutyWords(kind.replace("_", " "), _("Go there"), _page_of)


def _page_of(place: Place) -> str:
    return place.organization.get_absolute_url()


def sees_kind(user: User, kind: str, *, about_member: bool, path: str) -> bool:
    """Whether duties of a kind at an organization with that path are on the user's desk."""
    wanted = duty_words()[kind].seen_with if kind in duty_words() else None
    if wanted:
        return user.standing.may(wanted, path)
    return not about_member or all(user.standing.may(one, path) for one in OF_MEMBERS)


def branches_settled(user: User, *, on: date) -> int:
    """In how many branches the user settles duties one by one, counted up to one more than a desk shows."""
    rows = Organization.objects.visible_to(user, Capability.SETTLE_DUTIES).branches().standing_on(on)
    return len(rows.order_by().values_list("pk")[: MOST_BRANCHES + 1])


def desk_of(user: User, paths: Iterable[str], *, on: date, kind: str = "") -> Desk:
    """The desk of some branches or groups; `kind`: only of that kind. At most four queries beside the apps' own."""
    paths = list(paths)
    duties = [duty for path in paths for duty in duties_below(path, on=on)]
    said = said_below(paths) if paths else {}
    lines = _whose(_lines(user, duties, said, at=paths[0] if len(paths) == 1 else ""), on)
    asked = [line for line in lines if not line.is_left_out]
    return Desk(
        sections=sections([line for line in asked if kind in ("", line.duty.kind)], on=on),
        left_out=[line for line in lines if line.is_left_out and kind in ("", line.duty.kind)],
        kinds=_kinds(asked, on),
    )


def _lines(user: User, duties: list[Duty], said: Mapping[Any, NotApplicable], *, at: str) -> list[DeskLine]:
    """Those that the user sees, with the rows they name: two queries. `at`: the path of the desk's only place."""
    places = {one.code: one for one in Organization.objects.filter(code__in={duty.organization for duty in duties})}
    seen = [
        duty
        for duty in duties
        if sees_kind(user, duty.kind, about_member=bool(duty.member), path=places[duty.organization].path)
    ]
    members = Member.objects.in_bulk([int(duty.member) for duty in seen if duty.member])
    return [_line(user, duty, places[duty.organization], members, said.get(key_of(duty)), at) for duty in seen]


def _line(
    user: User, duty: Duty, place: Organization, members: Mapping[int, Member], said: NotApplicable | None, at: str
) -> DeskLine:
    words, member = words_of(duty.kind), members.get(int(duty.member or 0))
    does = words.done_with or words.seen_with
    url = words.url(Place(duty, place, member)) if not does or user.standing.may(does, place.path) else ""
    return DeskLine(duty, place, member, words, "" if place.path == at else place.name, url, said)


def _whose(lines: list[DeskLine], on: date) -> list[DeskLine]:
    """With names where somebody else does it: one query, none where the user does everything."""
    others = {line.place.path for line in lines if not line.url and line.duty.state != DutyState.DONE}
    offices = named_offices(others, on=on) if others else []
    return [line if line.url else replace(line, whose=_does(line, offices)) for line in lines]


def _does(line: DeskLine, offices: list[NamedOffice]) -> str:
    wanted = line.words.done_with or line.words.seen_with
    return in_words(holders(offices, wanted, line.place.path)) if wanted else ""


def _kinds(lines: list[DeskLine], on: date) -> list[tuple[str, Any, int]]:
    """In the order in which they first fall due."""
    found: dict[str, tuple[str, Any, int]] = {}
    for section in sections(lines, on=on):
        for pile in section.piles:
            before = found.get(pile.kind, ("", "", 0))[2]
            found[pile.kind] = (pile.kind, pile.lines[0].words.title, before + len(pile.lines))
    return list(found.values())
