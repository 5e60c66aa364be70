"""The roll-ups follow the record: after one round they are what a recount says, whatever was done."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings, strategies as st

from assessment.dashboard.services import compare, follow, rebuild
from members.models import LocalRule, Organization
from tests.assessment.acts import NAMES, Acts
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.assessment.dashboard.recount import recounted, stored
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
steps = st.tuples(st.sampled_from(NAMES), st.integers(0, 999))


@pytest.fixture
def county(cast):
    BusyCounty(cast, 7).fill()
    Organization.objects.update(founded_on=None, dissolved_on=None)
    LocalRule.objects.filter(organization=cast.county).delete()
    rebuild(on=TODAY)
    return cast


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=4))
@example(days=[[("leave", 482), ("pay", 0)]]).via("who left pays what is still open")
def test_whatever_is_done_is_in_after_one_round(county, days):
    with transaction.atomic():
        acts = Acts(county)
        for day in days:
            done = [name for name, seed in day if acts.do(name, seed)]
            follow(on=TODAY)
            assert compare(on=TODAY) == 0, done
        assert stored() == recounted(TODAY)
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", NAMES)
def test_each_act_is_in_after_one_round(county, name):
    """Each is done until it changed figures twice: or the test would say nothing about it."""
    acts, told = Acts(county), 0
    for seed in range(12):
        acts.do(name, seed)
        told += compare(on=TODAY) > 0
        follow(on=TODAY)
        assert compare(on=TODAY) == 0
        if told == 2:
            break
    assert told or name in QUIET


QUIET = {"cancel", "group", "rename_post", "dissolve", "leave_office", "take_office", "unrule"}
"""Acts that move no figure of this county, or not with these draws."""
