"""A small, believable county for an empty database: the members' part of `manage.py demo`.

The same day gives the same people; only the passwords differ each time. Later apps read the rows and add theirs.
"""

from datetime import date
from random import Random

from django.db import transaction

from members.bulk import refresh_statistics
from members.choices import OfficeKind
from members.demo.county import PLACES, make_places
from members.demo.people import Person, befall, belong, make_people, settle
from members.demo.posts import (
    Login,
    ask_for_help,
    fill_offices,
    fill_terms,
    fill_users,
    keep_contact,
    look_after,
    put_to_second_persons,
)
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User

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


def invent(rng: Random, on: date) -> list[Person]:
    """Everybody, branch by branch, not yet stored."""
    people: list[Person] = []
    for place in PLACES:
        people += [Person(member, place) for member in make_people(place, rng, len(people), on)]
    return people


def _care(situations: list[Situation], people: list[Person], rng: Random, on: date) -> None:
    offices = Office.objects.filter(kind=OfficeKind.SECRETARY).select_related("organization", "member__user")
    by_branch = {office.organization.code: office.member.user for office in offices if office.member}
    keepers = {person.member: by_branch[person.place.code] for person in people}
    ContactPerson.objects.bulk_create(look_after(situations, people, rng))
    contacts = Contact.objects.bulk_create(keep_contact(situations, keepers, rng, on))
    HelpRequest.objects.bulk_create(ask_for_help(contacts, on))
