"""The demo's members: every fact of a roster, made up so that all facts of a person go together."""

import calendar
from dataclasses import dataclass
from datetime import date
from random import Random

from members.choices import DatePrecision, DuesCategory, Education, Membership, ReachBy, Sex, UnitKind
from members.demo import words
from members.demo.county import Place
from members.models import Member
from members.rules.dates import years_between
from members.rules.people import check_digit
from members.services.people import describe
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


def make_people(place: Place, rng: Random, first: int, on: date) -> list[Member]:
    """The members of one branch, not yet stored. `first` numbers the person across the county."""
    return [_person(place, rng, first + index, on) for index in range(place.members)]


def _person(place: Place, rng: Random, number: int, on: date) -> Member:
    blend = BLENDS[place.unit]
    sex = rng.choices([Sex.MALE, Sex.FEMALE], [62, 38])[0]
    born = _born(rng, blend, on)
    member = Member(name=_name(rng, sex, born), sex=sex, birth_on=born, birth_precision=DatePrecision.DAY)
    member.ethnicity = rng.choice(words.ETHNICITIES)
    member.native_place = rng.choice(words.NATIVE_PLACES)
    member.national_id = _national_id(born, number, sex)
    member.phone = f"199000{(number * 7919 + 31) % 100_000:05}"
    member.education = rng.choice(blend.schooling)
    street = rng.choice(words.STREETS)
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
    given = next(names for (its_sex, before), names in words.GIVEN.items() if its_sex == sex and born.year < before)
    return rng.choice(words.SURNAMES) + rng.choice(given)


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


def _at_work(member: Member, place: Place, blend: Blend, rng: Random, on: date) -> None:
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
