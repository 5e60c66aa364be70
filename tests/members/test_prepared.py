"""A prepared query answers like the queryset that it was made from, whatever the values."""

from datetime import date

import pytest
from django.db.models import F, Q, Value

from members.fields import opened
from members.models import Affiliation, Member, Organization
from members.prepared import Prepared
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def relations(member, until):
    rows = Affiliation.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=until), member=member)
    return rows.order_by("valid_from").values_list("key", "valid_from", "organization__name")


def test_the_same_rows_as_the_queryset_for_every_value(cast, django_assert_num_queries):
    asked = Prepared(relations)
    for member in (cast.zhang, cast.li, cast.zhang):
        Affiliation.objects.filter(member=member).update(valid_from=date(2020, 5, member.pk % 20 + 1))
        for day in (TODAY, date(2001, 2, 3)):
            expected = [*relations(member.pk, day)]
            with django_assert_num_queries(1):
                found = [*asked.rows(member=member.pk, until=day)]
            assert found == expected
            assert isinstance(found[0][1], date)


def test_a_list_is_asked_for_at_any_length(cast):
    asked = Prepared(lambda members: Member.objects.filter(pk__in=members).order_by("pk").values_list("pk", "name"))
    everybody = sorted(Member.objects.values_list("pk", flat=True))
    for length in range(1, len(everybody) + 1):
        assert [pk for pk, _name in asked.rows(members=everybody[:length])] == everybody[:length]
    assert len(asked._composed) == 2


def test_objects_are_rows_of_the_model_with_their_private_fields(cast):
    [found] = Prepared(lambda key: Member.objects.filter(key=key)).objects(Member, key=cast.zhang.key)
    stored = Member.objects.get(pk=cast.zhang.pk)

    assert (found, found.name, found._state.adding) == (stored, "张英", False)
    assert opened(found.phone) == opened(stored.phone) == "15695900689"


def test_words_stand_for_themselves(cast):
    asked = Prepared(lambda code: Organization.objects.filter(code=code).values_list("name"))

    assert [*asked.rows(code="branch"), *asked.rows(code="' OR 1=1 --")] == [(cast.branch.name,)]


def test_a_value_that_is_reckoned_with_is_refused(cast):
    asked = Prepared(lambda number: Member.objects.filter(pk=number + 1).values_list("pk"))
    with pytest.raises(ValueError, match="number"):
        asked.rows(number=cast.zhang.pk)


@pytest.mark.parametrize("value", [None, True, 1.5, b"x"], ids=["none", "flag", "float", "bytes"])
def test_kinds_of_values_that_no_statement_is_prepared_for(cast, value):
    asked = Prepared(lambda given: Member.objects.annotate(one=Value(1)).filter(one=F("one")).values_list("pk"))
    with pytest.raises(TypeError):
        asked.rows(given=value)


def test_nothing_is_asked_for_an_empty_list(cast):
    with pytest.raises(ValueError, match="empty"):
        Prepared(lambda members: Member.objects.filter(pk__in=members)).rows(members=[])
