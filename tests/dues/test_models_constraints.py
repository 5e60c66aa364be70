"""What the database itself takes and refuses of dues, beside `tests/test_constraints.py`."""

import pytest

from dues.models import Charge
from dues.upwards.models import LARGE_FROM_FEN
from rulebook.book import rule
from tests.cast import TODAY
from tests.constraints import build
from tests.dues.constraints_dues import LAWFUL, REVERSAL


@pytest.mark.django_db
def test_a_reversal_with_its_reason_is_lawful(cast):
    build(LAWFUL, Charge, cast).save(force_insert=True)
    build(LAWFUL, Charge, cast, REVERSAL).save(force_insert=True)

    assert Charge.objects.net() == 0


@pytest.mark.django_db
def test_what_the_database_takes_for_large_is_what_the_rulebook_says():
    assert rule("dues.large.threshold", TODAY).whole * 100 == LARGE_FROM_FEN
