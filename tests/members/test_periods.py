"""Rows that hold from a day until another: the first day counts, the last one doesn't, unknown beginnings are past."""

from datetime import date

import pytest

from members.choices import SituationKind
from members.fields import holding
from members.models import Situation

BEFORE, FIRST, WITHIN, LAST, AFTER = (date(2026, 11, day) for day in (9, 10, 15, 19, 20))

HOLDS = [
    # from, until, on, holds
    (FIRST, AFTER, BEFORE, False),
    (FIRST, AFTER, FIRST, True),
    (FIRST, AFTER, WITHIN, True),
    (FIRST, AFTER, LAST, True),
    (FIRST, AFTER, AFTER, False),
    (None, AFTER, BEFORE, True),
    (None, AFTER, AFTER, False),
    (FIRST, None, BEFORE, False),
    (FIRST, None, AFTER, True),
    (None, None, BEFORE, True),
    (FIRST, FIRST, FIRST, False),
]


@pytest.mark.parametrize(("valid_from", "valid_until", "on", "holds"), HOLDS)
def test_a_row_holds_from_its_first_day_until_the_day_before_its_end(cast, valid_from, valid_until, on, holds):
    Situation.objects.create(
        member=cast.zhang, kind=SituationKind.MOBILE, valid_from=valid_from, valid_until=valid_until
    )

    assert Situation.objects.filter(holding(on)).exists() is holds


def test_a_prefix_asks_the_same_of_a_joined_table(cast):
    Situation.objects.create(member=cast.zhang, kind=SituationKind.MOBILE, valid_from=FIRST, valid_until=AFTER)
    members = type(cast.zhang).objects

    assert members.filter(holding(LAST, "situations__"), situations__kind=SituationKind.MOBILE).exists()
    assert not members.filter(holding(AFTER, "situations__"), situations__kind=SituationKind.MOBILE).exists()
