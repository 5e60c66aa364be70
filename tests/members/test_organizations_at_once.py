"""Several people change the tree at the same moment: it stays a tree, and every member stays where they belong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from members.choices import OrganizationKind
from members.models import Member, Organization
from members.services.belonging import place_member, strays
from members.services.organizations import create_organization, move_organization
from members.services.refused import Refused
from tests.cast import TODAY, Cast, make_cast, make_member

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


@pytest.fixture
def county(transactional_db: None) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Carry all of them out in threads that start together; a refusal is an answer too."""
    together = Barrier(len(acts))

    def act(what: Callable[[], object]) -> object:
        together.wait()
        try:
            return what()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def fresh(organization: Organization) -> Organization:
    return Organization.objects.get(pk=organization.pk)


def move(what: Organization, under: Organization) -> Callable[[], object]:
    return lambda: move_organization(organization=fresh(what), under=fresh(under), by="test")


def assert_sound() -> None:
    assert Organization.objects.find_problems() == ([], [], [], [], [])
    assert not strays(on=TODAY).exists()


def test_two_that_move_below_each_other_do_not_make_a_circle(county):
    answers = at_once(move(county.district, county.other_district), move(county.other_district, county.district))

    assert [type(answer) for answer in answers].count(Refused) == 1
    assert_sound()


def test_what_is_set_up_below_a_moving_branch_goes_with_it(county):
    for number in range(ROUNDS):
        here, there = (county.district, county.other_district)[:: 1 if number % 2 else -1]
        at_once(
            move(county.branch, here),
            lambda number=number: create_organization(
                name=f"小组{number}", kind=OrganizationKind.GROUP, parent=fresh(county.branch), by="test"
            ),
        )

    assert Organization.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_who_is_placed_in_a_moving_branch_is_on_its_roster(county):
    for number in range(ROUNDS):
        member, stale = make_member(f"新{number}", fresh(county.next_branch)), fresh(county.branch)
        here = county.other_district if number % 2 == 0 else county.district
        at_once(
            move(county.branch, here),
            lambda member=member, stale=stale: place_member(member=member, organization=stale, on=TODAY, by="test"),
        )

    assert Member.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_the_same_code_is_given_to_one_of_many(county):
    answers = at_once(
        *[
            lambda number=number: create_organization(
                name=f"支部{number}", kind=OrganizationKind.BRANCH, parent=fresh(county.district), code="new", by="test"
            )
            for number in range(4)
        ]
    )

    assert [type(answer) for answer in answers].count(Refused) == 3
    assert Organization.objects.filter(code="new").count() == 1
    assert_sound()
