"""The roll-ups beside the slow and obvious way, on a county in which everything happened."""

import pytest

from assessment.dashboard.models import FIGURES
from assessment.dashboard.services import compare, rebuild
from assessment.models import RollUp
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.assessment.dashboard.recount import recounted, stored
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_every_row_is_what_a_recount_says(cast, seed):
    BusyCounty(cast, seed).fill()
    rebuild(on=TODAY)
    assert differing(stored(), recounted(TODAY)) == {}
    assert compare(on=TODAY) == 0


def test_the_county_is_busy_enough_to_tell(cast):
    """Or the test above would compare nothing with nothing."""
    BusyCounty(cast, 0).fill()
    rebuild(on=TODAY)
    seen = {name for name in FIGURES if RollUp.objects.exclude(**{name: 0}).exists()}
    assert set(FIGURES) - seen <= {"band_1", "band_2", "band_3", "band_4", "band_5"}
    assert any(name.startswith("band") for name in seen)


def differing(ours, wanted):
    """Key → what is stored and what should be, of the figures that aren't the same."""
    return {
        key: {
            name: (ours.get(key, {}).get(name), wanted.get(key, {}).get(name))
            for name in FIGURES
            if ours.get(key, {}).get(name) != wanted.get(key, {}).get(name)
        }
        for key in ours.keys() | wanted.keys()
        if ours.get(key) != wanted.get(key)
    }
