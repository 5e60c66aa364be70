"""No two pages that show one figure contradict each other, over a filled county and three periods."""

import pytest

from assessment.dashboard.services import rebuild
from assessment.models import RollUp
from members.models import Organization
from reminders.desk.count_queries import AskedBelow, EffortAsked
from reminders.desk.services import count_desks
from tests.assessment.dashboard.agreement import (
    effort_said,
    heat_said,
    months_said,
    need_said,
    opened_numbers,
    spread_said,
)
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.cast import TODAY

PERIODS = ("2026-10", "2026-Q3", "2025")
COUNTY = ("county", "district", "other-district")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def county(cast):
    BusyCounty(cast, 2).fill()
    Organization.objects.update(founded_on=None, dissolved_on=None)
    rebuild(on=TODAY)
    count_desks(on=TODAY)
    return cast


@pytest.mark.parametrize(("part", "places"), [("county_secretary", COUNTY), ("district_staff", ("district",))])
def test_who_needs_help_is_the_same_on_every_page(county, part, places):
    assert need_said(county.users()[part], places, PERIODS, on=TODAY) == []


@pytest.mark.parametrize(("part", "places"), [("county_secretary", COUNTY), ("district_staff", ("district",))])
def test_what_is_asked_of_a_branch_is_the_same_on_every_page(county, part, places):
    assert effort_said(county.users()[part], places, on=TODAY) == []


@pytest.mark.parametrize(("part", "places"), [("county_secretary", COUNTY), ("district_staff", ("district",))])
def test_dues_and_attendance_of_the_same_months_are_the_same_on_every_page(county, part, places):
    assert months_said(county.users()[part], places, PERIODS) == []


@pytest.mark.parametrize(("part", "places"), [("county_secretary", COUNTY), ("district_staff", ("district",))])
def test_a_bar_of_the_spread_opens_who_stands_there(county, part, places):
    assert spread_said(county.users()[part], places, PERIODS) == []


@pytest.mark.parametrize(("part", "places"), [("county_secretary", COUNTY), ("district_staff", ("district",))])
def test_a_share_is_the_same_in_the_heat_table_in_the_trend_and_on_the_card(county, part, places):
    assert heat_said(county.users()[part], places) == []


def test_contradictions_would_be_found(county, monkeypatch):
    """The negative control: another count of need, a tile that says more than its records, duties counted otherwise."""
    RollUp.objects.filter(organization=county.county).update(in_need=7, charged_fen=1)
    monkeypatch.setattr("reminders.desk.views.asked_of", lambda branch, on: AskedBelow([], EffortAsked(), None))
    user = county.county_secretary

    assert len(need_said(user, ["county"], ["2026-10"], on=TODAY)) == 1
    assert len(opened_numbers(user, ["county"], ["2026-10"])) == 1
    assert effort_said(user, ["district"], on=TODAY)


def test_who_needs_help_has_enough_on_record(county):
    """Nobody is in both piles, or one page would count what the other leaves out."""
    branches = RollUp.objects.filter(organization__kind="branch")

    assert branches.filter(in_need=1).exists() and branches.filter(incomplete=1).exists()
    assert not branches.filter(in_need=1, incomplete=1).exists()
