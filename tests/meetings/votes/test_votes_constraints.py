"""What the database itself refuses of votes and exclusions, on both databases."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from meetings.models import Candidate, Count, Exclusion, Scrutineer, Vote
from tests.cast import TODAY
from tests.meetings.votes.voting import hold, plan

pytestmark = pytest.mark.django_db
OURS = (Vote, Count, Candidate, Scrutineer, Exclusion)

VOTE = {
    "subject": "motion", "method": "show_of_hands", "about": "计划", "entitled": 10, "present": 8,
    "is_valid": True, "is_passed": True, "counted_by": "secretary",
}  # fmt: skip
REFUSED = [
    ("vote_subject_known", {"subject": "coffee"}),
    ("vote_method_known", {"method": "applause"}),
    ("vote_present_within_entitled", {"present": 11}),
    ("vote_with_surplus_ballots_is_not_valid", {"issued": 8, "returned": 9}),
    ("vote_counted_by_two", {"confirmed_by": "secretary"}),
    ("vote_outcome_is_whole", {"is_passed": None}),
    ("vote_outcome_is_whole", {"is_valid": None}),
    ("vote_outcome_is_whole", {"counted_by": ""}),
    ("vote_approval_has_document", {"approved_on": TODAY}),
    ("vote_approval_has_document", {"approval_document": "批复"}),
]
EXCLUSION_REFUSED = [
    ("exclusion_has_ground", {"ground": ""}),
    ("exclusion_approval_has_document", {"superior_agreed_on": TODAY}),
    ("exclusion_approval_has_document", {"superior_document": "批复"}),
]


@pytest.fixture
def item(cast):
    return hold(cast).agenda.first()


def refuses(constraint, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    message = str(error.value)
    found = [one for model in OURS for one in model._meta.constraints if one.name == constraint]
    columns = list(found[0].fields) if isinstance(found[0], models.UniqueConstraint) else []
    if connection.vendor == "sqlite" and columns:
        return all(column in message for column in columns)
    return constraint in message


@pytest.mark.parametrize(("constraint", "change"), REFUSED)
def test_the_database_refuses_a_vote_that_cannot_be(item, constraint, change):
    assert refuses(constraint, lambda: Vote.objects.create(item=item, **{**VOTE, **change}))


def test_the_lawful_vote_is_stored_and_surplus_ballots_are_where_it_is_not_valid(item):
    Vote.objects.create(item=item, **VOTE)
    Vote.objects.create(item=item, **VOTE | {"is_valid": False, "is_passed": False, "issued": 8, "returned": 9})

    assert Vote.objects.count() == 2


@pytest.mark.parametrize(("constraint", "change"), EXCLUSION_REFUSED)
def test_the_database_refuses_an_exclusion_that_cannot_be(cast, constraint, change):
    row = {"meeting": plan(cast, formal=2), "member": cast.li, "ground": "frail", **change}

    assert refuses(constraint, lambda: Exclusion.objects.create(**row))


def test_the_database_refuses_the_same_twice(item, cast):
    vote = Vote.objects.create(item=item, **VOTE)
    twice = {
        "count_once_per_person": lambda: Count.objects.create(vote=vote, by="secretary", figures={}),
        "candidate_member_once": lambda: Candidate.objects.create(vote=vote, name="李国强", member=cast.li),
        "scrutineer_once": lambda: Scrutineer.objects.create(vote=vote, member=cast.li),
        "exclusion_once": lambda: Exclusion.objects.create(meeting=item.meeting, member=cast.li, ground="frail"),
    }
    for constraint, act in twice.items():
        act()
        assert refuses(constraint, act), constraint


def test_a_candidate_has_a_name(item):
    vote = Vote.objects.create(item=item, **VOTE)

    assert refuses("candidate_has_name", lambda: Candidate.objects.create(vote=vote, name=""))


def test_every_constraint_has_a_line():
    tested = {line[0] for line in (*REFUSED, *EXCLUSION_REFUSED)}
    tested |= {
        "count_once_per_person",
        "candidate_member_once",
        "scrutineer_once",
        "exclusion_once",
        "candidate_has_name",
    }

    assert {one.name for model in OURS for one in apps.get_model(model._meta.label)._meta.constraints} == tested
