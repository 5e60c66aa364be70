"""A branch that begins within the year is asked for nothing before its first day: what is proposed and offered."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from dues.duties import dues_duties
from dues.models import Charge
from dues.units import first_month
from members.models import Organization
from members.regulations.queries import PlacesBelow
from tests.cast import TODAY
from tests.dues.making import charge, fix, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PAGE, CHARGE = reverse("dues:charging"), reverse("dues:charging-charge", args=["branch", 2026])


@pytest.mark.parametrize(
    ("first_day", "expected"),
    [
        (None, "2026-01"), (date(2019, 7, 1), "2026-01"), (date(2026, 1, 1), "2026-01"), (date(2026, 1, 31), "2026-01"),
        (date(2026, 2, 1), "2026-02"), (date(2026, 11, 24), "2026-11"), (date(2027, 3, 9), "2027-03"),
    ],
)  # fmt: skip
def test_a_year_begins_in_january_or_with_the_month_of_the_first_day(first_day, expected):
    assert first_month(2026, first_day) == month(expected)


@pytest.fixture
def made_today(cast):
    Organization.objects.filter(pk=cast.branch.pk).update(entered_on=TODAY)
    return cast


@pytest.mark.parametrize(("year", "since"), [(2026, "2026-11"), (2025, "2025-01"), (2027, "2027-01")])
def test_a_base_is_proposed_from_the_first_month_of_the_branch(made_today, as_user, year, since):
    page = as_user(made_today.officer).get(reverse("dues:basis-fix", args=[made_today.zhang.key, year]))

    assert page.context["form"]["valid_from"].value() == since


def test_all_months_are_charged_from_the_first_day_on_and_nobody_is_behind(made_today, as_user):
    client = as_user(made_today.officer)
    fix(made_today.zhang, 4900)
    page = client.get(PAGE)
    client.post(CHARGE)
    client.post(CHARGE, {"month": "2026-03"})

    assert [line.month.month for line in page.context["lines"]] == [11]
    assert "这里从2026年11月起计收" in page.text
    assert reverse("dues:ledger-new") in page.text
    assert [line.month for line in Charge.objects.all()] == [month("2026-11")]
    duties = dues_duties(PlacesBelow(made_today.branch.path, TODAY))
    assert [(one.kind, one.period, one.state) for one in duties] == [("dues_collection", "2026-11", "open")]


def test_a_year_before_the_first_day_offers_nothing_and_says_why(made_today, as_user):
    page = as_user(made_today.officer).get(PAGE, {"year": 2025})

    assert page.context["lines"] == []
    assert "支部在这一年之后才纳入本系统" in page.text


def test_the_command_charges_any_month_and_the_branch_begins_with_it(made_today, as_user):
    fix(made_today.zhang, 4900)
    call_command("charge_dues", "--org", "branch", "--month", "2026-03", stdout=StringIO())

    assert [line.month for line in Charge.objects.all()] == [month("2026-03")]
    page = as_user(made_today.officer).get(PAGE)
    assert [line.month.month for line in page.context["lines"]] == list(range(11, 2, -1))


def test_months_that_a_ledger_brought_are_shown_to_be_closed_and_not_charged(cast, as_user):
    Organization.objects.filter(pk=cast.branch.pk).update(begins_on=TODAY)
    fix(cast.li, 4900)
    charge(cast.zhang, "2026-02", 4900)
    lines = as_user(cast.officer).get(PAGE).context["lines"]

    assert [(line.month.month, line.to_do, line.closable) for line in lines] == [(11, True, False), (2, False, True)]


def test_a_branch_that_stood_before_the_year_is_offered_all_of_it(cast, as_user):
    page = as_user(cast.officer).get(PAGE)

    assert [line.month.month for line in page.context["lines"]] == list(range(11, 0, -1))
    assert page.context["begins"] is None
