"""Who holds which office in the demo county, who can log in, and when the terms end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from members.choices import OfficeKind, SituationKind
from members.demo import words
from members.demo.county import COUNTY, HOME_BRANCH, OFFICE_BRANCH, PLACES
from members.demo.lives import Person
from members.models import Member, Office, Organization, Situation, User
from members.services.organizations import move_end_of_term, record_term
from members.services.users import create_user, give_office, one_time_password
from rulebook.dates import add_months

Login = dict[str, str]

SMALL = (OfficeKind.SECRETARY,)
MIDDLE = (OfficeKind.SECRETARY, OfficeKind.ORGANIZATION_OFFICER, OfficeKind.PUBLICITY_OFFICER)
LARGE = (*MIDDLE, OfficeKind.DEPUTY_SECRETARY, OfficeKind.DISCIPLINE_OFFICER)
WITHOUT_COMMITTEE = "machines"
"""Has enough formal members for a committee and none, so that there is something to look at."""
COMMITTEE_SINCE, LARGE_SINCE = 7, 20
EXTENDED = "nanhu"

LED_BY = {
    "hongqi": "hongqi-2",
    "retired": "retired-1",
    "education": "education-office",
    "chengguan": "chengguan-office",
    "county-organs": "school-1",
    "dongshan": "dongshan-office",
}
"""Committee or general branch → the branch whose secretary is its secretary too."""

AT_THE_COUNTY = (OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY, OfficeKind.INSPECTOR)
"""Held by members of the branch of the county committee's own staff."""
TITLES = {
    OfficeKind.SECRETARY: "党支部书记",
    OfficeKind.DEPUTY_SECRETARY: "党支部副书记",
    OfficeKind.ORGANIZATION_OFFICER: "组织委员",
    OfficeKind.PUBLICITY_OFFICER: "宣传委员",
    OfficeKind.DISCIPLINE_OFFICER: "纪检委员",
    OfficeKind.GROUP_LEADER: "党小组组长",
}


def fill_offices(people: Sequence[Person], places: dict[str, Organization], on: date) -> list[Office]:
    """The offices of every branch and group, secretaries first, and the secretaries of what stands above.

    Held by members who are there and well.
    """
    hindered = set(Situation.objects.exclude(kind=SituationKind.RETIRED).values_list("member", flat=True))
    by_branch: dict[str, list[Member]] = defaultdict(list)
    for person in people:
        if person.member.pk not in hindered:
            by_branch[person.place.code].append(person.member)
    offices = [office for code, members in by_branch.items() for office in _of_branch(code, members, places, on)]
    Member.objects.bulk_update([_titled(office) for office in offices], ["party_post"])
    secretaries = {office.organization.code: office.member for office in offices if office.kind == OfficeKind.SECRETARY}
    offices += [
        _office(secretaries[code], OfficeKind.COMMITTEE_SECRETARY, places[above], _election(above, on))
        for above, code in LED_BY.items()
    ]
    offices += [
        _office(secretaries[code], OfficeKind.COMMITTEE_MEMBER, places[COUNTY], _election(COUNTY, on))
        for code in LED_BY.values()
    ]
    return Office.objects.bulk_create(offices)


def _of_branch(code: str, members: list[Member], places: dict[str, Organization], on: date) -> list[Office]:
    able = iter(sorted((one for one in members if one.is_formal(on)), key=_years_from_fifty(on)))
    since = _election(code, on)
    offices = [_office(next(able), kind, places[code], since) for kind in _seats(code)]
    for group in (place for place in places.values() if place.parent_path == places[code].path):
        leader = next(one for one in able if one.roster_path == group.path)
        offices.append(_office(leader, OfficeKind.GROUP_LEADER, group, since))
    return offices


def _years_from_fifty(on: date) -> Callable[[Member], int]:
    return lambda member: abs(on.year - 50 - (member.birth_on or on).year)


def _seats(code: str) -> tuple[OfficeKind, ...]:
    members = next(place.members for place in PLACES if place.code == code)
    if members < COMMITTEE_SINCE or code == WITHOUT_COMMITTEE:
        return SMALL
    return MIDDLE if members < LARGE_SINCE else LARGE


def _office(member: Member | None, kind: OfficeKind, organization: Organization, since: date) -> Office:
    return Office(member=member, kind=kind, organization=organization, valid_from=since, decided_by=words.ELECTED)


def _titled(office: Office) -> Member:
    assert office.member is not None
    office.member.party_post = TITLES[OfficeKind(office.kind)]
    return office.member


def _election(code: str, on: date) -> date:
    months = next(place.elected for place in PLACES if place.code == code)
    return add_months(on, -months).replace(day=12)


def fill_terms(places: dict[str, Organization], on: date) -> None:
    """The term of every organization but the groups; some end within half a year, one is over, one was extended."""
    for place in PLACES:
        term = record_term(organization=places[place.code], elected_on=_election(place.code, on), by="system")
        if place.code == EXTENDED:
            move_end_of_term(term=term, ends_on=add_months(term.ends_on, 6), document=words.EXTENSION, by="system")


def fill_users(
    offices: Sequence[Office], people: Sequence[Person], places: dict[str, Organization], on: date
) -> list[Login]:
    """One user for each role, with a password of the day; the other secretaries get theirs when they ask."""
    home, county = places[HOME_BRANCH], places[COUNTY]
    held = {OfficeKind(office.kind): office.member for office in offices if office.organization == home}
    comrades = [person.member for person in people if person.place.code == HOME_BRANCH]
    plain = next(member for member in comrades if not member.party_post)
    logins = [
        _login("secretary", home, held[OfficeKind.SECRETARY]),
        _login("officer", home, held[OfficeKind.ORGANIZATION_OFFICER]),
        _login("member", home, plain),
        *[_login(kind, county, member) for kind, member in zip(AT_THE_COUNTY, _officials(people), strict=True)],
        _login(OfficeKind.ADMINISTRATOR, county, None),
    ]
    for kind in (*AT_THE_COUNTY, OfficeKind.ADMINISTRATOR):
        user = User.objects.get(username=kind)
        give_office(
            user=user,
            kind=kind,
            organization=county,
            on=on - timedelta(days=400),
            decided_by=words.APPOINTED,
            by="system",
        )
    _without_password(offices)
    return logins


def _officials(people: Sequence[Person]) -> list[Member]:
    """Members of the county committee's own branch without an office there."""
    free = [one.member for one in people if one.place.code == OFFICE_BRANCH and not one.member.party_post]
    return free[: len(AT_THE_COUNTY)]


def _login(role: str, organization: Organization, member: Member | None) -> Login:
    """The role is also the user name."""
    password = one_time_password()
    name = member.name if member else words.ADMINISTRATOR
    create_user(username=role, password=password, display_name=name, member=member, by="system")
    return {"role": str(role), "username": str(role), "password": password, "organization": organization.name}


def _without_password(offices: Sequence[Office]) -> None:
    taken: Counter[str] = Counter()
    secretaries = [office.member for office in offices if office.kind == OfficeKind.SECRETARY and office.member]
    for member in secretaries[1:]:
        name = member.name_key.replace(" ", "")
        taken[name] += 1
        username = f"{name}{taken[name]}" if taken[name] > 1 else name
        User.objects.create_user(username, display_name=member.name, member=member)
