"""The generated county: the same for the same seed, true to the rules, and believable in its rates."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from django.core.management.color import no_style
from django.db import connection

from audit.keyring import fingerprint
from audit.models import Entry
from branchweb.demo.generator.members import _affiliation_row, generate_county
from branchweb.demo.generator.people import NUMBERS_A_DAY, PersonMaker, national_id
from members.choices import DuesCategory, Membership, OrganizationKind, SituationKind
from members.dates import PartialDate, years_between
from members.fields import opened
from members.models import Affiliation, Member, Organization, Situation
from members.people import PersonFacts, birth_in, identity_fault, objections, sex_in
from members.roster.services import scope_mismatches
from tests.cast import TODAY

PEOPLE = 3_000


@pytest.fixture(scope="module")
def people():
    inventor = PersonMaker(Random(3), TODAY)
    return [inventor.person(number) for number in range(1, PEOPLE + 1)]


def test_nobody_contradicts_the_rules_that_hold_for_people(people):
    for who in people:
        facts = PersonFacts(
            name=who.name, national_id=who.national_id, sex=who.sex, born=PartialDate(who.born),
            joined=PartialDate(who.joined, who.joined_precision), membership=who.membership,
            confirmed=PartialDate(who.full, who.joined_precision) if who.full else None,
        )  # fmt: skip
        assert objections(facts, on=TODAY) == [], facts


@pytest.mark.parametrize(
    ("what", "share", "leeway"),
    [
        (lambda who: who.category == DuesCategory.RETIRED, 0.21, 0.03),
        (lambda who: years_between(who.born, TODAY) > 60, 0.29, 0.03),
        (lambda who: who.membership == Membership.PROBATIONARY, 0.02, 0.015),
        (lambda who: any(kind == SituationKind.MOBILE for kind, _, _ in who.situations), 0.04, 0.02),
    ],
)
def test_rates_are_those_of_the_communique(people, what, share, leeway):
    assert sum(map(what, people)) / PEOPLE == pytest.approx(share, abs=leeway)


def test_common_names_occur_several_times(people):
    assert Counter(who.name for who in people).most_common(1)[0][1] > 1


def test_identity_numbers_are_valid_and_belong_to_nobody():
    for number in (0, 1, 499, NUMBERS_A_DAY - 1, NUMBERS_A_DAY, 2 * NUMBERS_A_DAY + 17):
        made = national_id(number, date(1960, 2, 29), "female")
        assert identity_fault(made) == ""
        assert (birth_in(made), sex_in(made)) == (date(1960, 2, 29), "female")
        assert made.startswith("10")


def test_no_two_people_get_one_identity_number():
    inventor = PersonMaker(Random(1), TODAY)
    numbers = [number + turn * NUMBERS_A_DAY for number in range(300) for turn in range(8)]
    assert len({inventor.person(number).national_id for number in numbers}) == len(numbers)


@pytest.fixture
def county(db):
    return generate_county(members=200, branches=90, seed=7, on=TODAY)


def test_the_tree_is_sound_and_as_large_as_asked_for(county):
    assert all(not faults for faults in Organization.objects.find_problems())
    assert Organization.objects.branches().count() == county.branches == 90
    assert set(Organization.objects.values_list("kind", flat=True)) == set(OrganizationKind.values)


def test_whoever_joined_some_days_ago_belongs_somewhere_by_today(people):
    newest = max(people, key=lambda who: who.joined)
    since = [_affiliation_row(Random(seed), 1, Organization(pk=1), newest, TODAY)[4] for seed in range(100)]
    assert (TODAY - newest.joined).days < 29
    assert max(filter(None, since)) == TODAY


def test_everybody_belongs_where_their_roster_path_says(county):
    assert Member.objects.on_roster().count() == Affiliation.objects.open().count() == county.members == 200
    assert not scope_mismatches(on=TODAY).exists()
    homes = set(Organization.objects.filter(affiliations__isnull=False).values_list("kind", flat=True))
    assert homes == {OrganizationKind.BRANCH, OrganizationKind.GROUP}


def test_private_fields_are_sealed_and_can_be_looked_up(county):
    member = Member.objects.order_by("pk").last()
    number = opened(member.national_id)
    assert number not in str(Member.objects.filter(pk=member.pk).values().get())
    assert member.national_id_print == fingerprint(number)
    assert member in Member.objects.search(number[-6:])
    assert member in Member.objects.search(opened(member.phone))
    assert member in Member.objects.search(member.name)


def test_situations_are_dated_and_placed(county):
    assert Situation.objects.holding(TODAY).count() == Situation.objects.count() > 20
    assert not Situation.objects.of(SituationKind.MOBILE).filter(place="").exists()


def test_the_audit_trail_says_that_the_county_is_invented(county):
    entry = Entry.objects.get(action="generate_county")
    assert entry.details == {"members": 200, "branches": 90, "seed": 7}
    assert entry.organization_code == county.root.code


def rows():
    columns = ("key", "name", "birth_on", "roster_path", "national_id_print", "search_terms")
    return list(Member.objects.order_by("pk").values_list(*columns))


def test_the_same_seed_gives_the_same_county_and_another_seed_another(db):
    counties = []
    for seed in (7, 7, 8):
        generate_county(members=40, branches=5, seed=seed, on=TODAY)
        counties.append(rows())
        Situation.objects.all().delete()
        Affiliation.objects.all().delete()
        Member.objects.all().delete()
        Organization.objects.all().delete()
        restart_ids()
    assert counties[0] == counties[1] != counties[2]


def restart_ids():
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Member]):
            cursor.execute(statement)


def test_a_second_county_stands_beside_the_first(county):
    other = generate_county(members=30, branches=3, seed=7, on=TODAY)
    assert other.root.code != county.root.code
    assert Member.objects.below(other.root.path).count() == 30
    assert Member.objects.count() == 230
