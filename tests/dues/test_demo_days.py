"""The demo is made on whatever day somebody tries the program."""

from datetime import date

import pytest

from dues.demo import fill
from dues.models import Payment
from dues.verification import checks
from members import demo as members

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [date(2026, 1, 3), date(2027, 2, 28), date(2026, 12, 31)])
def test_any_day_makes_a_county(day):
    members.fill(on=day)
    fill(on=day)

    assert Payment.objects.exists()
    assert [check.name for check in checks() if not check.ok] == []
