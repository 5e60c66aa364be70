"""Where the demo's members belong, and what has happened to them: affiliations and every situation there is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from members.choices import AffiliationKind, DuesCategory, LeavingReason, SituationKind, UnitKind
from members.demo import words
from members.demo.county import HOME_BRANCH, Place
from members.demo.people import retirement_of
from members.models import Affiliation, Member, Organization, Situation
from members.rules.dates import years_between
from rulebook.dates import add_months

WORKING_AWAY = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.ENTERPRISE)
DESK_WORK = (UnitKind.ORGAN, UnitKind.INSTITUTION, UnitKind.SCHOOL)


@dataclass(frozen=True)
class Person:
    """A member with the branch they belong to."""

    member: Member
    place: Place

    def age(self, on: date) -> int:
        assert self.member.birth_on is not None
        return years_between(self.member.birth_on, on)


@dataclass(frozen=True)
class Fate:
    """A situation: how many it befalls, among whom, and how many months ago it began, at least and at most."""

    kind: SituationKind
    count: int
    among: Callable[[Person, date], bool]
    began: tuple[int, int]
    apart_from: tuple[SituationKind, ...] = ()
    """Situations that rule it out."""


def _away(person: Person, on: date) -> bool:
    return person.place.unit in WORKING_AWAY and person.age(on) < 55 and person.member.is_formal(on)


def _at_a_desk(person: Person, on: date) -> bool:
    return person.place.unit in DESK_WORK and person.age(on) < 50


def _retired(person: Person, on: date) -> bool:
    return person.member.dues_category == DuesCategory.RETIRED


def _older_than(age: int) -> Callable[[Person, date], bool]:
    return lambda person, on: person.age(on) >= age


def _formal(person: Person, on: date) -> bool:
    return person.member.is_formal(on) and person.age(on) < 58


FRAIL, BEDRIDDEN, MOBILE, RELOCATED = (
    SituationKind.FRAIL, SituationKind.BEDRIDDEN, SituationKind.MOBILE, SituationKind.RELOCATED,
)  # fmt: skip
ABROAD, SENT, LOST = SituationKind.ABROAD_PRIVATE, SituationKind.ABROAD_SENT, SituationKind.LOST_CONTACT
FATES = (
    Fate(BEDRIDDEN, 6, _older_than(80), (3, 30)),
    Fate(FRAIL, 32, _older_than(74), (6, 60), (BEDRIDDEN,)),
    Fate(RELOCATED, 18, _retired, (4, 48), (BEDRIDDEN,)),
    Fate(MOBILE, 29, _away, (7, 50)),
    Fate(ABROAD, 3, _away, (5, 30), (MOBILE,)),
    Fate(SENT, 2, _at_a_desk, (2, 10)),
    Fate(SituationKind.SECONDED, 5, _at_a_desk, (2, 14), (SENT,)),
    Fate(SituationKind.HARDSHIP, 8, lambda person, on: person.place.village, (3, 24)),
    Fate(SituationKind.IN_TRANSFER, 2, _formal, (1, 1), (MOBILE, ABROAD, SENT, SituationKind.SECONDED)),
    Fate(SituationKind.PROBATION_WITHIN_PARTY, 1, _formal, (5, 9), (MOBILE, ABROAD, SENT)),
)
OF_ALL_MOBILE_LOST, SUSPENDED_OF_THESE = 3, 1


def settle(people: Sequence[Person], places: dict[str, Organization]) -> None:
    """Put everybody on the roster of their branch or of one of its groups; nothing is stored."""
    for number, person in enumerate(people):
        groups, code = person.place.groups, person.place.code
        here = f"{code}-g{number % groups + 1}" if groups else code
        person.member.roster_path = places[here].path


def belong(people: Sequence[Person], places: dict[str, Organization], on: date) -> list[Affiliation]:
    """The affiliations behind the rosters; some came from another branch, some take part where they live."""
    by_path = {place.path: place for place in places.values()}
    rows: list[Affiliation] = []
    for number, person in enumerate(people):
        here, since = by_path[person.member.roster_path], _since(person, number)
        if since and number % 57 == 3 and since < add_months(on, -96):
            moved = add_months(on, -20 - number % 30)
            rows.append(_earlier(person, places, since, moved))
            since = moved
        rows.append(Affiliation(member=person.member, organization=here, valid_from=since))
    return rows + _taking_part(people, places, on)


def _since(person: Person, number: int) -> date | None:
    """Since joining or the founding of the branch; unknown for some of long ago."""
    joined = person.member.joined_on
    assert joined is not None
    if joined.year < 1980 and number % 3 == 0:
        return None
    return max(joined, date(person.place.founded, 7, 1))


def _earlier(person: Person, places: dict[str, Organization], since: date, until: date) -> Affiliation:
    elsewhere = "xipo" if person.place.code != "xipo" else "shiqiao"
    return Affiliation(
        member=person.member, organization=places[elsewhere], valid_from=since, valid_until=until,
        left_because=LeavingReason.TRANSFERRED,
    )  # fmt: skip


def _taking_part(people: Sequence[Person], places: dict[str, Organization], on: date) -> list[Affiliation]:
    """Working members who report to the community where they live."""
    at_work = [person.member for person in people if person.place.unit == UnitKind.ORGAN][::13]
    return [
        Affiliation(
            member=member, organization=places[HOME_BRANCH], kind=AffiliationKind.PARTICIPATION,
            valid_from=add_months(on, -9),
        )
        for member in at_work
    ]  # fmt: skip


def befall(people: Sequence[Person], rng: Random, on: date) -> list[Situation]:
    """Every kind of situation, in the numbers of FATES; retirement follows from the age."""
    rows = [_retirement(person) for person in people if _retired(person, on)]
    held: dict[Person, set[SituationKind]] = {}
    for fate in FATES:
        open_to = [one for one in people if fate.among(one, on) and not held.get(one, set()) & set(fate.apart_from)]
        for person in _chosen(open_to, fate.count, set(held), rng):
            held.setdefault(person, set()).add(fate.kind)
            rows.append(_situation(person, fate, rng, on))
    return rows + _lost(rows, on) + _over(people, on)


def _chosen(open_to: list[Person], count: int, met: set[Person], rng: Random) -> list[Person]:
    """Where there are several, one of them of the branch that the demo's secretary looks after.

    `met`: whom something else has befallen already.
    """
    fresh = [person for person in open_to if person.place.code == HOME_BRANCH and person not in met]
    at_home = fresh[:1] if count > 1 else []
    others = [person for person in open_to if person not in at_home]
    return at_home + rng.sample(others, count - len(at_home))


def _retirement(person: Person) -> Situation:
    return Situation(member=person.member, kind=SituationKind.RETIRED, valid_from=retirement_of(person.member))


def _situation(person: Person, fate: Fate, rng: Random, on: date) -> Situation:
    began = add_months(on, -rng.randint(*fate.began)).replace(day=rng.randint(1, 20))
    row = Situation(member=person.member, kind=fate.kind, valid_from=began)
    if fate.kind == MOBILE:
        row.place = rng.choice(words.FAR_PLACES)
        row.host = rng.choice(words.HOSTS).format(place=row.place)
    elif fate.kind == RELOCATED:
        row.place = rng.choice(words.CHILDREN_PLACES)
    elif fate.kind in (ABROAD, SENT):
        row.place = rng.choice(words.ABROAD)
    elif fate.kind == FRAIL:
        row.able_to = rng.choice(words.ABLE_TO)
    elif fate.kind == BEDRIDDEN:
        row.able_to = words.ABLE_TO[0]
    return row


def _lost(rows: Sequence[Situation], on: date) -> list[Situation]:
    """The first of the mobile members who were away longest: nothing heard of them; one has been suspended."""
    longest = sorted((row for row in rows if row.kind == MOBILE), key=lambda row: row.valid_from or on)
    members = [row.member for row in longest[:OF_ALL_MOBILE_LOST]]
    lost = [
        Situation(member=member, kind=LOST, valid_from=add_months(on, -8 * number))
        for number, member in enumerate(members, 1)
    ]
    suspended = [
        Situation(member=member, kind=SituationKind.SUSPENDED, valid_from=on - timedelta(days=40))
        for member in members[-SUSPENDED_OF_THESE:]
    ]
    return lost + suspended


def _over(people: Sequence[Person], on: date) -> list[Situation]:
    """What is over: secondments that ended a year ago."""
    came_back = [person.member for person in people if _at_a_desk(person, on)][::29]
    return [
        Situation(
            member=member, kind=SituationKind.SECONDED, place="省直机关", valid_from=add_months(on, -24),
            valid_until=add_months(on, -12),
        )
        for member in came_back
    ]  # fmt: skip
