"""A branch's months of charging: what would happen, doing it, closing."""

import pytest
from django.urls import reverse

from dues.models import Charge, ClosedMonth
from tests.cast import make_member
from tests.dues.making import charge, fix, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PAGE = reverse("dues:charging")
CHARGE = reverse("dues:charging-charge", args=["branch", 2026])


def closing(number=3, code="branch", year=2026):
    return reverse("dues:charging-close", args=[code, year, number])


@pytest.fixture
def officer(cast, as_user):
    fix(cast.zhang, 4900)
    return as_user(cast.officer)


def test_the_page_says_what_charging_would_do_and_does_nothing(cast, officer):
    answer = officer.get(PAGE)

    assert [line.month.month for line in answer.context["lines"]] == list(range(11, 0, -1))
    assert {line.survey.missing for line in answer.context["lines"]} == {1}
    assert answer.context["without_base"] == 1
    assert Charge.objects.count() == 0


@pytest.mark.parametrize("others", [0, 2])
def test_the_page_costs_the_same_queries_for_one_and_for_three(cast, officer, others, django_assert_num_queries):
    for number in range(others):
        fix(make_member(f"党员{number}", cast.branch), 4900)
    officer.get(PAGE)
    with django_assert_num_queries(19):
        officer.get(PAGE)


def test_one_month_is_charged(cast, officer):
    answer = officer.post(CHARGE, {"month": "2026-03"}, follow=True)

    assert "49.00" in answer.content.decode()
    assert Charge.objects.get().month == month("2026-03")


def test_all_months_that_have_begun_are_charged_but_those_closed(cast, officer):
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-01"), closed_by="officer")
    officer.post(CHARGE)
    officer.post(CHARGE)

    assert sorted(line.month.month for line in Charge.objects.all()) == list(range(2, 12))


def test_what_no_longer_fits_is_shown_and_put_right(cast, officer):
    charge(cast.zhang, "2026-03", 1000)
    before = officer.get(PAGE).context["lines"][8]
    touched = officer.post(CHARGE, {"month": "2026-03"}).context["touched"]
    officer.post(CHARGE, {"month": "2026-03", "seen": touched.digest})
    after = officer.get(PAGE).context["lines"][8]

    assert (before.month, before.unfit, before.to_do) == (month("2026-03"), 1, True)
    assert (after.unfit, after.to_do, after.owed_fen) == (0, False, 4900)
    assert Charge.objects.net() == 4900


def test_a_month_is_closed_only_with_the_tick(cast, officer):
    charge(cast.zhang, "2026-03", 4900)
    shown, without = officer.get(closing()), officer.post(closing())
    officer.post(closing(), {"confirmed": "on"})

    assert shown.status_code == 200
    assert "confirmed" in without.context["form"].errors
    assert ClosedMonth.objects.get().closed_by == "officer"


def test_a_month_that_isnt_over_stays_open(cast, officer):
    answer = officer.post(closing(11), {"confirmed": "on"})

    assert answer.context["form"].errors
    assert ClosedMonth.objects.count() == 0


@pytest.mark.parametrize("part", ["secretary", "group_leader", "district_staff", "county_secretary", "member"])
def test_only_the_officer_of_the_branch_charges_and_closes(cast, as_user, part):
    client = as_user(cast.users()[part])
    answers = [client.get(PAGE), client.post(CHARGE), client.post(closing(), {"confirmed": "on"})]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert (Charge.objects.count(), ClosedMonth.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("get", f"{PAGE}?org=next-branch", 404),
        ("get", CHARGE, 405),
        ("post", reverse("dues:charging-charge", args=["next-branch", 2026]), 404),
        ("post", reverse("dues:charging-charge", args=["branch", 1999]), 404),
        ("get", closing(13), 404),
        ("get", closing(3, year=1999), 404),
        ("get", closing(3, code="next-branch"), 404),
        ("get", f"{PAGE}?year=2030", 200),
    ],
)
def test_what_isnt_there_isnt_found(cast, officer, method, url, status):
    assert getattr(officer, method)(url).status_code == status


def test_a_month_that_cant_be_read_charges_nothing(cast, officer):
    assert officer.post(CHARGE, {"month": "soon"}).status_code == 404
    assert Charge.objects.count() == 0
