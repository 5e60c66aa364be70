"""Thousands of keys as one parameter find what `__in` finds."""

import uuid

import pytest
from django.db.models import F

from members.bulk import InArray
from members.models import Member, Office, Organization

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["pk", F("pk")])
def test_numbers(cast, field):
    asked = [cast.zhang.pk, cast.li.pk, 10**9]

    assert set(Member.objects.filter(InArray(field, asked))) == {cast.zhang, cast.li}


def test_keys(cast):
    found = Member.objects.filter(InArray("key", {cast.zhang.key, uuid.uuid4()}))

    assert list(found) == [cast.zhang]


def test_across_a_relation(cast):
    found = Organization.objects.filter(InArray("offices__user", [cast.secretary.pk]))

    assert set(found) == {one.organization for one in Office.objects.filter(user=cast.secretary)}


@pytest.mark.parametrize("field", ["pk", "key"])
def test_none_of_them_is_nothing(cast, field):
    assert not Member.objects.filter(InArray(field, [])).exists()


def test_beside_other_conditions_and_the_other_way_round(cast):
    both = InArray("pk", [cast.zhang.pk, cast.li.pk])

    assert list(Member.objects.filter(both, name=cast.li.name)) == [cast.li]
    assert cast.li not in Member.objects.exclude(both)


def test_what_is_found_can_be_changed(cast):
    assert Member.objects.filter(InArray("pk", [cast.zhang.pk])).update(native_place="北京") == 1


@pytest.mark.parametrize("number", [1, 3_000])
def test_however_many_are_one_parameter(cast, number, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        list(Member.objects.filter(InArray("key", [uuid.uuid4() for _ in range(number)])).values_list("pk"))

    assert asked.captured_queries[0]["sql"].count("json_each(") + asked.captured_queries[0]["sql"].count("ANY(") == 1
