import pytest

from assessment.models import RollUp
from assessment.services.rollups import compare, follow, rebuild
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def test_an_empty_county_has_rows_of_nothing(cast):
    rebuild(on=TODAY)
    assert RollUp.objects.filter(organization=cast.branch).count() == 25
    assert RollUp.objects.get(organization=cast.county, month="2026-11-01", unit_kind="").members == 4
    assert compare(on=TODAY) == 0
    assert follow(on=TODAY) == 0
