"""Figures for programs: in the scope of the pages, the same as they show, and nobody's name."""

import pytest
from django.urls import reverse
from knox.models import AuthToken

from members.choices import UnitKind
from members.models import Organization
from tests.assessment.dashboard.figures import UNRECORDED, a_county, add_up, median, month_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DASHBOARD, ROLLUPS = reverse("api:dashboard-list"), reverse("api:rollup-list")


@pytest.fixture
def ask(client):
    def get(user, path, **query):
        return client.get(path, query, headers={"Authorization": f"Token {AuthToken.objects.create(user)[1]}"})

    return get


def test_a_place_is_told_with_its_median_and_24_months(cast, ask):
    a_county(cast)
    median("meetings", 812)
    found = ask(cast.district_staff, DASHBOARD).json()
    meetings = {row["code"]: row for row in found["measures"]}["meetings"]

    assert (found["organization"], found["period"], found["unit"], found["as_of"]) == ("district", "2026-10", "", None)
    assert found["figures"]["branches"] == 2
    assert (meetings["part"], meetings["whole"], meetings["per_mille"]) == (5, 8, 625)
    assert (meetings["before"], meetings["median"], len(meetings["trend"])) == (625, 812, 24)
    assert meetings["trend"][-1] == {"month": "2026-10", "per_mille": 625, "state": "share"}
    assert (meetings["trend"][0]["per_mille"], meetings["trend"][0]["state"]) == (None, "not_there")


def test_where_too_little_is_recorded_there_is_no_share(cast, ask):
    month_of(cast.branch, **UNRECORDED)
    found = {row["code"]: row for row in ask(cast.secretary, DASHBOARD).json()["measures"]}["contact"]

    assert (found["part"], found["whole"], found["per_mille"], found["state"]) == (4, 4, None, "not_recorded")


def test_no_figures_are_null_and_no_zeros(cast, ask):
    found = ask(cast.district_staff, DASHBOARD, period="2026").json()

    assert (found["figures"], found["measures"], found["period"]) == (None, [], "2026")


def test_a_kind_of_unit_is_told_alone(cast, ask):
    Organization.objects.filter(pk=cast.next_branch.pk).update(unit_kind=UnitKind.SCHOOL)
    a_county(cast)
    add_up(cast.district, unit=UnitKind.SCHOOL)

    assert ask(cast.district_staff, DASHBOARD, unit="school").json()["figures"]["branches"] == 1
    assert [row["organization"] for row in ask(cast.district_staff, ROLLUPS, unit="school").json()["results"]] == [
        "district"
    ]


def test_the_stored_months_come_in_scope_and_can_be_narrowed(cast, ask):
    a_county(cast)

    def codes(user, **query):
        return [row["organization"] for row in ask(user, ROLLUPS, **query).json()["results"]]

    assert sorted(codes(cast.secretary)) == ["branch", "branch"]
    assert sorted(codes(cast.district_staff, month="2026-10")) == ["branch", "district", "next-branch"]
    assert codes(cast.district_staff, organization="next-branch", month="2026-09") == ["next-branch"]
    [row] = ask(cast.secretary, ROLLUPS, month="2026-10").json()["results"]
    assert (row["month"], row["unit_kind"], row["meetings_held"], row["paid_fen"]) == ("2026-10", "", 4, 10_000)


@pytest.mark.parametrize(
    ("part", "path", "query", "status"),
    [
        ("secretary", DASHBOARD, {"org": "branch"}, 200),
        ("secretary", DASHBOARD, {"org": "next-branch"}, 404),
        ("secretary", DASHBOARD, {"org": "group"}, 404),
        ("district_staff", DASHBOARD, {"org": "other-district"}, 404),
        ("district_staff", DASHBOARD, {"period": "2026-13"}, 400),
        ("district_staff", DASHBOARD, {"period": "1999"}, 400),
        ("district_staff", DASHBOARD, {"unit": "x"}, 400),
        ("district_staff", DASHBOARD, {"org": "\0"}, 400),
        ("district_staff", ROLLUPS, {"organization": "other-branch"}, 404),
        ("district_staff", ROLLUPS, {"organization": "nowhere"}, 404),
        ("district_staff", ROLLUPS, {"month": "2026-13"}, 400),
        ("district_staff", ROLLUPS, {"month": "0000-01"}, 400),
        ("district_staff", ROLLUPS, {"unit": "x"}, 400),
        ("district_staff", ROLLUPS, {"cursor": "x"}, 404),
        *((part, path, {}, 403) for part in ("member", "inspector", "administrator", "stranger", "group_leader")
          for path in (DASHBOARD, ROLLUPS)),
    ],
)  # fmt: skip
def test_refusals(cast, ask, part, path, query, status):
    a_county(cast)

    assert ask(cast.users()[part], path, **query).status_code == status


@pytest.mark.parametrize("path", [DASHBOARD, ROLLUPS])
def test_it_needs_a_token_and_only_reads(cast, client, path):
    token = AuthToken.objects.create(cast.district_staff)[1]

    assert client.get(path).status_code == 401
    assert client.post(path, headers={"Authorization": f"Token {token}"}).status_code == 405


def test_nobodys_name_is_told(cast, ask):
    a_county(cast)
    told = ask(cast.county_staff, DASHBOARD).text + ask(cast.county_staff, ROLLUPS).text

    assert [name for name in ("张英", "李国强", "王秀兰", "赵东山", str(cast.zhang.key)) if name in told] == []


@pytest.mark.parametrize("months", [1, 3])
def test_it_costs_the_same_for_one_month_and_three(cast, client, django_assert_num_queries, months):
    for number in range(months):
        month_of(cast.branch, f"2026-{10 - number:02}")
    token = {"Authorization": f"Token {AuthToken.objects.create(cast.secretary)[1]}"}
    for path, queries in ((DASHBOARD, 7), (ROLLUPS, 4)):
        with django_assert_num_queries(queries):
            client.get(path, headers=token)
