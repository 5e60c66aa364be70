"""The cast is stored once for a file, and each test begins with what the first one found."""

import pytest

from members.models import Organization, User
from tests.kept_cast import KEPT

BEFORE: list[tuple[int, str]] = []


def counted() -> tuple[int, str]:
    return User.objects.count(), Organization.objects.order_by("pk").values_list("name", flat=True)[0]


@pytest.mark.parametrize("turn", range(3))
def test_what_a_test_did_is_undone(cast, turn):
    BEFORE.append(counted())
    cast.county.name = "另一个县委"
    cast.county.save()
    User.objects.create(username="one_more")

    assert counted() != BEFORE[0]
    assert [BEFORE[0]] * (turn + 1) == BEFORE


def test_what_asks_for_no_cast_finds_none(db):
    assert (KEPT.atomic, Organization.objects.count()) == (None, 0)


def test_and_the_cast_is_stored_anew(cast):
    assert Organization.objects.filter(pk=cast.county.pk).exists()
