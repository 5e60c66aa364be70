"""A small, believable county for an empty database: the members' part of `manage.py demo`, with offices and log-ins.

The same day gives the same people; only the passwords differ each time. The parts of other apps read the rows and add
theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from django.db import transaction

from branchweb.demo import county as words
from branchweb.demo.county import COUNTY, HOME_BRANCH, OFFICE_BRANCH, PLACES, make_places
from branchweb.demo.people import DemoMember, befall, belong, make_people, settle
from members.access.queries import access_for
from members.accounts.office_services import ask_for_office
from members.accounts.services import create_user, give_office, one_time_password
from members.bulk import refresh_statistics
from members.choices import HARD_TO_REACH_KINDS, ContactKind, OfficeKind, SituationKind
from members.exports.services import ask_export
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.organizations.services import move_end_of_term, record_term
from members.roster.exporting import NAME, parameters_of
from rulebook.dates import add_months

NEEDS_SOMEBODY = (SituationKind.FRAIL, SituationKind.BEDRIDDEN, SituationKind.RELOCATED, SituationKind.MOBILE)
VISITED = (SituationKind.FRAIL, SituationKind.BEDRIDDEN)
AWAY = (SituationKind.MOBILE, SituationKind.ABROAD_PRIVATE, SituationKind.ABROAD_SENT)
NEGLECTED, UNKNOWN, AGREED = 0.06, 0.1, 0.4
"""Shares of members whose latest contact is long ago, with whom there was none lately, and who agreed on a day."""
ANSWERED_WITHIN = timedelta(days=15)
HELP_REQUESTS, OPEN_AMONG = 40, 12


def look_after(situations: Sequence[Situation], people: Sequence[DemoMember], rng: Random) -> list[ContactPerson]:
    """A contact person for most who need one; every sixth has none, which the program has to show."""
    branch_of = {person.member: person.place.code for person in people}
    able = [person for person in people if person.member not in {row.member for row in situations}]
    rows = []
    for number, member in enumerate(_members_in(situations, NEEDS_SOMEBODY)):
        comrades = [one.member for one in able if one.place.code == branch_of[member]]
        if number % 6 == 5:
            continue
        if number % 2 and comrades:
            rows.append(ContactPerson(member=member, person=rng.choice(comrades), relation="支部联系人"))
        else:
            rows.append(_relative(member, rng, number))
    return rows


def _relative(member: Member, rng: Random, number: int) -> ContactPerson:
    relation, sex, same = rng.choice(words.RELATIVES)
    surname = member.name[0] if same else rng.choice(words.SURNAMES)
    name = surname + rng.choice(words.GIVEN[sex, 1985])
    return ContactPerson(member=member, name=name, relation=relation, phone=f"199001{number * 613 % 100_000:05}")


def keep_contact(situations: Sequence[Situation], keepers: dict[Member, User], rng: Random, on: date) -> list[Contact]:
    """Up to four contacts of the last year with each of them; the next one is agreed for some, and overdue for a few.

    `keepers`: who writes the log of each member's branch.
    """
    return [
        contact
        for member in _members_in(situations, HARD_TO_REACH_KINDS)
        for contact in _contacts_with(member, _kinds_of(member, situations), keepers[member], rng, on)
    ]


def _contacts_with(member: Member, kinds: set[str], by: User, rng: Random, on: date) -> list[Contact]:
    if SituationKind.LOST_CONTACT in kinds:
        return [_contact(member, on - timedelta(days=400), ContactKind.PHONE, by)]
    earlier = rng.sample(range(110, 330), rng.randint(1, 3) if kinds & set(VISITED) else rng.randint(0, 1))
    latest = [rng.randint(95, 130) if rng.random() < NEGLECTED else rng.randint(2, 75)]
    days = sorted([*earlier, *(latest if rng.random() > UNKNOWN else [])], reverse=True)
    rows = [_contact(member, on - timedelta(days=ago), _how(kinds, rng), by) for ago in days]
    for row, words_heard in zip(rows, _heard(kinds, len(rows), rng), strict=True):
        row.needs = words_heard
    if rows and rng.random() < AGREED:
        rows[-1].next_on = rows[-1].happened_on + timedelta(days=rng.choice((60, 75, 90)))
    return rows


def _heard(kinds: set[str], count: int, rng: Random) -> list[str]:
    """What was heard each time, never the same twice."""
    return rng.sample(words.AWAY if kinds & set(AWAY) else words.AT_HOME, count)


def _how(kinds: set[str], rng: Random) -> ContactKind:
    if kinds & set(VISITED):
        return rng.choice((ContactKind.VISIT, ContactKind.VISIT, ContactKind.PHONE))
    return rng.choice((ContactKind.PHONE, ContactKind.ONLINE, ContactKind.ONLINE, ContactKind.LETTER))


def _contact(member: Member, day: date, kind: ContactKind, by: User) -> Contact:
    return Contact(member=member, happened_on=day, kind=kind, made_by=by.get_full_name(), recorded_by=by)


def ask_for_help(contacts: Sequence[Contact], on: date) -> list[HelpRequest]:
    """Requests that came up in the latest contacts: answered in time, still open, and a few overdue."""
    latest = sorted(contacts, key=lambda contact: contact.happened_on, reverse=True)[::3][:HELP_REQUESTS]
    return [_request(contact, number, on) for number, contact in enumerate(latest)]


def _request(contact: Contact, number: int, on: date) -> HelpRequest:
    """Of the latest requests every second is open, in turn overdue and still in time; the older ones are answered."""
    text, answer = words.REQUESTS[number % len(words.REQUESTS)]
    asked = contact.happened_on
    row = HelpRequest(
        member=contact.member, contact=contact, asked_on=asked, due_on=asked + ANSWERED_WITHIN, request=text,
        recorded_by=contact.recorded_by,
    )  # fmt: skip
    if number >= OPEN_AMONG or number % 2 == 0:
        row.answered_on = min(asked + timedelta(days=3 + number % 9), on)
        row.answer, row.answered_by = answer, contact.recorded_by
    elif number % 4 == 3:
        row.due_on = on + timedelta(days=2 + number)
    else:
        row.due_on = min(row.due_on, on - timedelta(days=number))
        row.asked_on = row.due_on - ANSWERED_WITHIN
    return row


def _members_in(situations: Sequence[Situation], kinds: Sequence[SituationKind]) -> list[Member]:
    """Each member once, in the order of the situations, which hold now."""
    return list(dict.fromkeys(row.member for row in situations if row.kind in kinds and row.valid_until is None))


def _kinds_of(member: Member, situations: Sequence[Situation]) -> set[str]:
    return {str(row.kind) for row in situations if row.member == member and row.valid_until is None}


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


def fill_offices(people: Sequence[DemoMember], places: dict[str, Organization], on: date) -> list[Office]:
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
    offices: Sequence[Office], people: Sequence[DemoMember], places: dict[str, Organization], on: date
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


def _officials(people: Sequence[DemoMember]) -> list[Member]:
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


TOWN, TOWN_BRANCH = "chengguan", "chengguan-office"
DECIDED, WHY = "城关镇党委会议决定", "为老党员核对医保信息"


def put_to_second_persons(*, on: date) -> None:
    """The inspector may confirm the office, the organization officer may agree to the workbook."""
    _ask_for_office(_logged_in(OfficeKind.ADMINISTRATOR, on), on)
    _ask_for_workbook(_logged_in(OfficeKind.SECRETARY, on))


def _ask_for_office(by: User, on: date) -> None:
    free = Member.objects.filter(roster_path=Organization.objects.get(code=TOWN_BRANCH).path, party_post="")
    member = free.filter(user__isnull=True).in_roster_order()[0]
    ask_for_office(
        user=User.objects.create_user("town_staff", display_name=member.name, member=member),
        kind=OfficeKind.COMMITTEE_STAFF,
        organization=Organization.objects.get(code=TOWN),
        on=on,
        decided_by=DECIDED,
        by=by,
    )


def _ask_for_workbook(by: User) -> None:
    home = Organization.objects.get(code=HOME_BRANCH)
    ask_export(
        kind=NAME,
        parameters=parameters_of(query="", private=True, reason=WHY),
        organization=home,
        total=Member.objects.below(home.path).count(),
        by=by,
        covers=[home.code],
        needs_agreement=True,
    )


def _logged_in(username: str, on: date) -> User:
    user = User.objects.get(username=username)
    user.access = access_for(user, on=on)
    return user


SEED = 52


def is_empty() -> bool:
    """Whether nobody and nothing is recorded yet."""
    return not any(model.objects.exists() for model in (Organization, Member, User))


@transaction.atomic
def fill(*, on: date) -> list[Login]:
    """Make the county as it stands on that day; the log-ins, one for each role."""
    rng = Random(SEED)  # noqa: S311 - who lives where is no secret
    places = make_places()
    people = invent(rng, on)
    settle(people, places)
    Member.objects.bulk_create(person.member for person in people)
    Affiliation.objects.bulk_create(belong(people, places, on))
    situations = Situation.objects.bulk_create(befall(people, rng, on))
    refresh_statistics(Organization, Member, Affiliation, Situation)
    offices = fill_offices(people, places, on)
    fill_terms(places, on)
    logins = fill_users(offices, people, places, on)
    _care(situations, people, rng, on)
    put_to_second_persons(on=on)
    return logins


def invent(rng: Random, on: date) -> list[DemoMember]:
    """Everybody, branch by branch, not yet stored."""
    people: list[DemoMember] = []
    for place in PLACES:
        people += [DemoMember(member, place) for member in make_people(place, rng, len(people), on)]
    return people


def _care(situations: list[Situation], people: list[DemoMember], rng: Random, on: date) -> None:
    offices = Office.objects.filter(kind=OfficeKind.SECRETARY).select_related("organization", "member__user")
    by_branch = {office.organization.code: office.member.user for office in offices if office.member}
    keepers = {person.member: by_branch[person.place.code] for person in people}
    ContactPerson.objects.bulk_create(look_after(situations, people, rng))
    contacts = Contact.objects.bulk_create(keep_contact(situations, keepers, rng, on))
    HelpRequest.objects.bulk_create(ask_for_help(contacts, on))
