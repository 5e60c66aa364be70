"""The demo is made on whatever day somebody tries the program."""

from datetime import date

import pytest

from meetings import demo as meetings
from members import demo as members
from supervision.demo import fill
from supervision.models import Matter, Report, Suggestion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29)])
def test_any_day_makes_a_county(day):
    members.fill(on=day)
    meetings.fill(on=day)
    fill(on=day)

    assert Matter.objects.count() == 6
    assert Matter.objects.without_opinion().count() == 1
    assert Suggestion.objects.exists()
    assert Report.objects.exists()
