"""The people of the demo and their lives."""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import uuid4

from branchweb.demo import county
from branchweb.demo.county import HOME_BRANCH, DemoOrganization
from members.choices import (
    AffiliationKind,
    DatePrecision,
    DuesCategory,
    Education,
    LeavingReason,
    Membership,
    ReachBy,
    Sex,
    SituationKind,
    UnitKind,
)
from members.dates import PartialDate, years_between
from members.models.member import Affiliation, Member, Situation
from members.models.organization import Organization
from members.models.user import User
from members.people import check_digit
from members.roster.services import create_member, describe
from rulebook.dates import add_months, add_years

REGION = "100226"
"""No place has a code that begins with 10."""
RETIRES = {Sex.MALE: 60, Sex.FEMALE: 55}
ONE_PROBATIONARY_IN = 33


@dataclass(frozen=True)
class Blend:
    """Who belongs to branches of one kind of unit: ages (youngest, oldest, most frequent), schooling, what they do."""

    ages: tuple[int, int, int]
    schooling: tuple[Education, ...]
    posts: tuple[str, ...]


UPPER = (Education.COLLEGE, Education.BACHELOR, Education.BACHELOR, Education.MASTER)
MIDDLE = (Education.SENIOR, Education.VOCATIONAL, Education.COLLEGE, Education.BACHELOR)
LOWER = (Education.PRIMARY, Education.JUNIOR, Education.JUNIOR, Education.SENIOR)
BLENDS = {
    UnitKind.COMMUNITY: Blend((27, 88, 62), MIDDLE, ("职工", "仓库保管员", "车间主任", "会计", "销售员")),
    UnitKind.RETIRED: Blend((60, 93, 73), (*LOWER, *MIDDLE), ("干部", "科长", "会计", "司机", "办事员")),
    UnitKind.VILLAGE: Blend((24, 84, 52), LOWER, ("村民", "种植户", "养殖户", "村医", "村民小组长")),
    UnitKind.ORGAN: Blend((24, 59, 41), UPPER, ("科员", "四级主任科员", "二级主任科员", "文书", "驾驶员")),
    UnitKind.SCHOOL: Blend((24, 59, 40), UPPER, ("教师", "班主任", "教研组长", "副校长", "后勤")),
    UnitKind.INSTITUTION: Blend((25, 59, 39), UPPER, ("医师", "护士长", "主治医师", "药剂师", "检验师")),
    UnitKind.ENTERPRISE: Blend((25, 58, 43), MIDDLE, ("技术员", "装配工", "车间主任", "销售员")),
}


def make_people(place: DemoOrganization, rng: Random, first: int, on: date) -> list[Member]:
    """The members of one branch, not yet stored. `first` numbers the person across the county."""
    return [_person(place, rng, first + index, on) for index in range(place.members)]


def _person(place: DemoOrganization, rng: Random, number: int, on: date) -> Member:
    blend = BLENDS[place.unit]
    sex = rng.choices([Sex.MALE, Sex.FEMALE], [62, 38])[0]
    born = _born(rng, blend, on)
    member = Member(name=_name(rng, sex, born), sex=sex, birth_on=born, birth_precision=DatePrecision.DAY)
    member.ethnicity = rng.choice(county.ETHNICITIES)
    member.native_place = rng.choice(county.NATIVE_PLACES)
    member.national_id = _national_id(born, number, sex)
    member.phone = f"199000{(number * 7919 + 31) % 100_000:05}"
    member.education = rng.choice(blend.schooling)
    street = rng.choice(county.STREETS)
    member.address = f"青禾县{street}{rng.randint(1, 180)}号"
    member.reach_by = rng.choice((ReachBy.PHONE, ReachBy.PHONE, ReachBy.WECHAT, ReachBy.SMS))
    _joined(member, rng, number, on)
    _at_work(member, place, blend, rng, on)
    describe(member)
    return member


def _born(rng: Random, blend: Blend, on: date) -> date:
    youngest, oldest, usual = blend.ages
    age = int(rng.triangular(youngest, oldest, usual))
    return add_months(date(on.year - age, on.month, rng.randint(1, 28)), -rng.randint(1, 11))


def _name(rng: Random, sex: Sex, born: date) -> str:
    given = next(names for (its_sex, before), names in county.GIVEN.items() if its_sex == sex and born.year < before)
    return rng.choice(county.SURNAMES) + rng.choice(given)


def _national_id(born: date, number: int, sex: Sex) -> str:
    order = (number * 2 + (sex == Sex.MALE)) % 1000
    body = f"{REGION}{born:%Y%m%d}{order:03}"
    return body + check_digit(body)


def _joined(member: Member, rng: Random, number: int, on: date) -> None:
    """One in some thirty joined within the year and is probationary; the others joined at twenty or later."""
    born = member.birth_on
    assert born is not None
    age = years_between(born, on)
    if number % ONE_PROBATIONARY_IN == 7 and age < 60:
        joined = add_months(on, -rng.randint(1, 10))
    else:
        joined = add_months(born, 12 * rng.randint(20, min(age - 2, 45)) + rng.randint(0, 11))
    confirmed = add_years(joined, 1)
    member.membership = Membership.FORMAL if confirmed <= on else Membership.PROBATIONARY
    member.joined_on, member.joined_precision = _as_recorded(joined, by_month=number % 3 == 0)
    if confirmed <= on:
        member.full_on, member.full_precision = _as_recorded(confirmed, by_month=number % 3 == 0)


def _as_recorded(day: date, *, by_month: bool) -> tuple[date, str]:
    """Old files often know the month only."""
    return (day.replace(day=1), DatePrecision.MONTH) if by_month else (day, DatePrecision.DAY)


def _at_work(member: Member, place: DemoOrganization, blend: Blend, rng: Random, on: date) -> None:
    post = rng.choice(blend.posts)
    if place.unit == UnitKind.VILLAGE:
        member.work_post, member.dues_category = f"{place.work}{post}", DuesCategory.FARMER
    elif retirement_of(member) <= on:
        member.work_post, member.dues_category = f"{place.work}{post}（退休）", DuesCategory.RETIRED
        member.dues_base = str(rng.randint(29, 66) * 10_000)
    elif place.unit == UnitKind.COMMUNITY and rng.random() < 0.3:
        member.work_post, member.dues_category = "", rng.choice((DuesCategory.UNEMPLOYED, DuesCategory.SUBSISTENCE))
    else:
        member.work_post, member.dues_category = f"{place.work}{post}", DuesCategory.EMPLOYED
        member.dues_base = str(rng.randint(380, 980) * 1_000) if rng.random() < 0.97 else ""


def retirement_of(member: Member) -> date:
    """The first day after the month of the sixtieth (women: fifty-fifth) birthday."""
    born = member.birth_on
    assert born is not None
    reached = add_years(born, RETIRES[Sex(member.sex)])
    last = calendar.monthrange(reached.year, reached.month)[1]
    return add_months(reached.replace(day=1), 1) if reached.day <= last else reached


WORKING_AWAY = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.ENTERPRISE)
DESK_WORK = (UnitKind.ORGAN, UnitKind.INSTITUTION, UnitKind.SCHOOL)


@dataclass(frozen=True)
class DemoMember:
    """A member with the branch they belong to."""

    member: Member
    place: DemoOrganization

    def age(self, on: date) -> int:
        assert self.member.birth_on is not None
        return years_between(self.member.birth_on, on)


@dataclass(frozen=True)
class Fate:
    """A situation: how many it befalls, among whom, and how many months ago it began, at least and at most."""

    kind: SituationKind
    count: int
    among: Callable[[DemoMember, date], bool]
    began: tuple[int, int]
    apart_from: tuple[SituationKind, ...] = ()
    """Situations that rule it out."""


def _away(person: DemoMember, on: date) -> bool:
    return person.place.unit in WORKING_AWAY and person.age(on) < 55 and person.member.is_formal(on)


def _at_a_desk(person: DemoMember, on: date) -> bool:
    return person.place.unit in DESK_WORK and person.age(on) < 50


def _retired(person: DemoMember, on: date) -> bool:
    return person.member.dues_category == DuesCategory.RETIRED


def _older_than(age: int) -> Callable[[DemoMember, date], bool]:
    return lambda person, on: person.age(on) >= age


def _formal(person: DemoMember, on: date) -> bool:
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


def settle(people: Sequence[DemoMember], places: dict[str, Organization]) -> None:
    """Put everybody on the roster of their branch or of one of its groups; nothing is stored."""
    for number, person in enumerate(people):
        groups, code = person.place.groups, person.place.code
        here = f"{code}-g{number % groups + 1}" if groups else code
        person.member.roster_path = places[here].path


def belong(people: Sequence[DemoMember], places: dict[str, Organization], on: date) -> list[Affiliation]:
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


def _since(person: DemoMember, number: int) -> date | None:
    """Since joining or the founding of the branch; unknown for some of long ago."""
    joined = person.member.joined_on
    assert joined is not None
    if joined.year < 1980 and number % 3 == 0:
        return None
    return max(joined, date(person.place.founded, 7, 1))


def _earlier(person: DemoMember, places: dict[str, Organization], since: date, until: date) -> Affiliation:
    elsewhere = "xipo" if person.place.code != "xipo" else "shiqiao"
    return Affiliation(
        member=person.member, organization=places[elsewhere], valid_from=since, valid_until=until,
        left_because=LeavingReason.TRANSFERRED,
    )  # fmt: skip


def _taking_part(people: Sequence[DemoMember], places: dict[str, Organization], on: date) -> list[Affiliation]:
    """Working members who report to the community where they live."""
    at_work = [person.member for person in people if person.place.unit == UnitKind.ORGAN][::13]
    return [
        Affiliation(
            member=member, organization=places[HOME_BRANCH], kind=AffiliationKind.PARTICIPATION,
            valid_from=add_months(on, -9),
        )
        for member in at_work
    ]  # fmt: skip


def befall(people: Sequence[DemoMember], rng: Random, on: date) -> list[Situation]:
    """Every kind of situation, in the numbers of FATES; retirement follows from the age."""
    rows = [
        Situation(member=person.member, kind=SituationKind.RETIRED, valid_from=retirement_of(person.member))
        for person in people
        if _retired(person, on)
    ]
    held: dict[DemoMember, set[SituationKind]] = {}
    for fate in FATES:
        open_to = [one for one in people if fate.among(one, on) and not held.get(one, set()) & set(fate.apart_from)]
        for person in _chosen(open_to, fate.count, set(held), rng):
            held.setdefault(person, set()).add(fate.kind)
            rows.append(_situation(person, fate, rng, on))
    return rows + _lost(rows, on) + _over(people, on)


def _chosen(open_to: list[DemoMember], count: int, met: set[DemoMember], rng: Random) -> list[DemoMember]:
    """Where there are several, one of them of the branch that the demo's secretary looks after.

    `met`: whom something else has befallen already.
    """
    fresh = [person for person in open_to if person.place.code == HOME_BRANCH and person not in met]
    at_home = fresh[:1] if count > 1 else []
    others = [person for person in open_to if person not in at_home]
    return at_home + rng.sample(others, count - len(at_home))


def _situation(person: DemoMember, fate: Fate, rng: Random, on: date) -> Situation:
    began = add_months(on, -rng.randint(*fate.began)).replace(day=rng.randint(1, 20))
    row = Situation(member=person.member, kind=fate.kind, valid_from=began)
    if fate.kind == MOBILE:
        row.place = rng.choice(county.FAR_PLACES)
        row.host = rng.choice(county.HOSTS).format(place=row.place)
    elif fate.kind == RELOCATED:
        row.place = rng.choice(county.CHILDREN_PLACES)
    elif fate.kind in (ABROAD, SENT):
        row.place = rng.choice(county.ABROAD)
    elif fate.kind == FRAIL:
        row.able_to = rng.choice(county.ABLE_TO)
    elif fate.kind == BEDRIDDEN:
        row.able_to = county.ABLE_TO[0]
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


def _over(people: Sequence[DemoMember], on: date) -> list[Situation]:
    """What is over: secondments that ended a year ago."""
    came_back = [person.member for person in people if _at_a_desk(person, on)][::29]
    return [
        Situation(
            member=member, kind=SituationKind.SECONDED, place="省直机关", valid_from=add_months(on, -24),
            valid_until=add_months(on, -12),
        )
        for member in came_back
    ]  # fmt: skip


def enter_twice(*, on: date) -> Member:
    """The second entry. It has no dues and no meetings yet, so that nothing stands in the way of merging the two."""
    branch = Organization.objects.get(code=HOME_BRANCH)
    member = _ordinary(branch)
    return create_member(
        key=uuid4(), organization=branch, since=on - timedelta(days=3), values=_as_on_the_card(member), on=on,
        by=User.objects.get(username="officer"),
    )  # fmt: skip


def _ordinary(branch: Organization) -> Member:
    """Whom nothing befell and who has no office, known to the day."""
    plain = Member.objects.below(branch.path).filter(party_post="", user=None, situations=None)
    return plain.filter(joined_precision=DatePrecision.DAY).exclude(full_on=None).order_by("pk").reverse()[0]


def _as_on_the_card(member: Member) -> dict[str, object]:
    assert member.joined_on and member.full_on
    said = {field: getattr(member, field) for field in ("name", "sex", "membership", "born", "native_place")}
    return said | {
        "joined": _month(member.joined_on), "confirmed": _month(member.full_on),
        "work_post": "", "address": "青禾县南湖街12号", "reach_by": ReachBy.VISIT, "remark": "按老卡片补录",
    }  # fmt: skip


def _month(day: date) -> PartialDate:
    return PartialDate(day.replace(day=1), DatePrecision.MONTH)
