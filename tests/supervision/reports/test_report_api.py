"""Supervision reports for programs: read only, in the scope of the pages."""

import pytest
from django.urls import reverse
from knox.models import AuthToken

from tests.supervision.reports.making import QUARTER, begun, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("api:report-list")


@pytest.fixture
def as_program(client):
    def ask(user, address=LIST, data=None):
        headers = {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"}
        return client.get(address, data, headers=headers)

    return ask


def test_the_level_above_reads_what_was_submitted_with_its_figures(cast, as_program):
    report = submitted(cast.branch, cast.secretary)
    begun(cast.next_branch, cast.next_secretary)
    rows = as_program(cast.district_staff).json()["results"]

    assert [(row["key"], row["organization"], row["state"]) for row in rows] == [
        (str(report.pk), "branch", "submitted"),
    ]
    assert rows[0]["figures"]["sections"][0]["key"] == "meetings"
    assert [step["state"] for step in rows[0]["steps"]] == ["adopted", "submitted"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"period": QUARTER}, 1), ({"period": "2025"}, 0), ({"state": "draft"}, 1), ({"state": "closed"}, 0),
        ({"organization": "branch"}, 1), ({"organization": "next-branch"}, 0),
    ],
)  # fmt: skip
def test_which_reports_are_asked_for(cast, as_program, asked, count):
    begun(cast.branch, cast.secretary)
    begun(cast.next_branch, cast.next_secretary)

    assert len(as_program(cast.secretary, data=asked).json()["results"]) == count


def test_a_state_that_does_not_exist_is_refused(cast, as_program):
    assert as_program(cast.secretary, data={"state": "burnt"}).status_code == 400


def test_one_report_and_none_of_another_branch(cast, as_program):
    report = begun(cast.branch, cast.secretary)
    address = reverse("api:report-detail", args=[report.pk])

    assert as_program(cast.secretary, address).json()["figures"] is None
    assert as_program(cast.next_secretary, address).status_code == 404
    assert as_program(cast.district_staff, address).status_code == 404


@pytest.mark.parametrize("reports", [1, 3])
def test_the_list_costs_the_same(cast, client, django_assert_num_queries, reports):
    for period in ("2026-Q1", "2026-Q2", QUARTER)[:reports]:
        submitted(cast.branch, cast.secretary, period=period)
    headers = {"Authorization": f"Token {AuthToken.objects.create(cast.district_staff)[1]}"}
    with django_assert_num_queries(QUERIES):
        client.get(LIST, headers=headers)


QUERIES = 5
