"""One formal relation at a time, for ever: the database refuses rows that overlap, also when they are moved."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from members.access.queries import access_for
from members.models import Affiliation, Member
from tests.cast import TODAY
from tests.emptying import triggers_lifted

JANUARY, MARCH, MAY, JULY = (date(2026, month, 1) for month in (1, 3, 5, 7))


@pytest.fixture
def newcomer(db):
    return Member.objects.create(name="周", membership="formal_member")


def affiliate(member, organization, valid_from, valid_until, kind="formal"):
    because = "transferred" if valid_until else ""
    return Affiliation.objects.create(
        member=member, organization=organization, kind=kind,
        valid_from=valid_from, valid_until=valid_until, left_because=because,
    )  # fmt: skip


OVERLAPPING = [
    # the first row, the second row
    ((JANUARY, MAY), (MARCH, JULY)),
    ((JANUARY, MAY), (JANUARY, MAY)),
    ((JANUARY, JULY), (MARCH, MAY)),
    ((MARCH, MAY), (JANUARY, JULY)),
    ((JANUARY, None), (MARCH, MAY)),
    ((MARCH, None), (JANUARY, MAY)),
    ((None, MAY), (MARCH, JULY)),
    ((None, None), (MARCH, MAY)),
    ((None, MAY), (None, MARCH)),
]
APART = [
    ((JANUARY, MARCH), (MARCH, MAY)),
    ((MARCH, MAY), (JANUARY, MARCH)),
    ((None, MARCH), (MARCH, None)),
    ((JANUARY, MARCH), (MAY, None)),
]


@pytest.mark.parametrize(("first", "second"), OVERLAPPING)
def test_formal_relations_that_overlap_are_refused(cast, newcomer, first, second):
    affiliate(newcomer, cast.branch, *first)

    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        affiliate(newcomer, cast.next_branch, *second)


@pytest.mark.parametrize(("first", "second"), APART)
def test_relations_that_follow_each_other_are_stored(cast, newcomer, first, second):
    affiliate(newcomer, cast.branch, *first)
    affiliate(newcomer, cast.next_branch, *second)


@pytest.mark.parametrize(("first", "second"), OVERLAPPING)
def test_taking_part_elsewhere_may_overlap(cast, newcomer, first, second):
    affiliate(newcomer, cast.branch, *first)
    affiliate(newcomer, cast.next_branch, *second, kind="participation")


def test_two_people_dont_get_in_each_others_way(cast, newcomer):
    affiliate(newcomer, cast.branch, JANUARY, None)
    affiliate(Member.objects.create(name="吴", membership="formal_member"), cast.branch, JANUARY, None)


@pytest.mark.parametrize(
    "change",
    [{"valid_from": JANUARY}, {"valid_from": None}, {"kind": "formal", "valid_from": JANUARY}],
)
def test_a_row_cant_be_moved_over_another(cast, newcomer, change):
    affiliate(newcomer, cast.branch, JANUARY, MARCH)
    later = affiliate(newcomer, cast.next_branch, MARCH, MAY)

    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        Affiliation.objects.filter(pk=later.pk).update(**change)


def test_taking_part_cant_be_turned_into_a_second_formal_relation(cast, newcomer):
    affiliate(newcomer, cast.branch, JANUARY, MAY)
    guest = affiliate(newcomer, cast.next_branch, MARCH, JULY, kind="participation")

    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        Affiliation.objects.filter(pk=guest.pk).update(kind="formal")


def test_with_the_protection_off_an_overlap_is_stored(cast, newcomer):
    """The negative control: it is the trigger, or the exclusion constraint, that refuses."""
    affiliate(newcomer, cast.branch, JANUARY, MAY)
    with protection_off():
        affiliate(newcomer, cast.next_branch, MARCH, JULY)
        assert newcomer.affiliations.count() == 2
        newcomer.affiliations.all().delete()


@contextmanager
def protection_off():
    if connection.vendor == "sqlite":
        with triggers_lifted():
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE members_affiliation DROP CONSTRAINT members_affiliation_no_overlap")
        yield


@pytest.mark.parametrize(
    ("user", "seen"),
    [("secretary", {"周"}), ("next_secretary", set()), ("district_staff", {"周"}), ("administrator", set())],
)
def test_taking_part_is_seen_where_the_member_takes_part(cast, newcomer, user, seen):
    affiliate(newcomer, cast.branch, JANUARY, None, kind="participation")
    viewer = getattr(cast, user)
    viewer.access = access_for(viewer, on=TODAY)

    assert {row.member.name for row in Affiliation.objects.visible_to(viewer).filter(member=newcomer)} == seen
