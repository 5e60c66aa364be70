"""Duties for programs: counts in the scope of the pages."""

import pytest
from django.urls import reverse
from knox.models import AuthToken

from reminders.desk.count_queries import counts_at
from tests.cast import TODAY
from tests.dues.making import charge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DUTIES, DESK = reverse("api:duty-list"), reverse("api:desk-list")


@pytest.fixture
def ask(client):
    def get(user, path, **query):
        return client.get(path, query, headers={"Authorization": f"Token {AuthToken.objects.create(user)[1]}"})

    return get


def test_a_branch_is_counted_by_kind(cast, ask):
    rows = {row["kind"]: row for row in ask(cast.secretary, DUTIES, organization="branch").json()}

    assert rows["theme_day"] == {
        "kind": "theme_day", "overdue": 10, "this_week": 0, "this_month": 1, "later": 0, "done": 0, "not_applicable": 0,
    }  # fmt: skip


def test_branches_are_counted_those_that_need_help_first(cast, ask):
    found = ask(cast.district_staff, DESK).json()
    [row] = counts_at(cast.branch.path, on=TODAY)

    assert [one["organization"] for one in found["results"]] == ["branch", "next-branch"]
    assert (found["count"], found["results"][0]["overdue"]) == (2, row.overdue)
    assert found["results"][0]["overdue_kinds"]["theme_day"] == 10


def test_nobodys_name_is_told(cast, ask):
    charge(cast.zhang, "2026-08", 4000)
    charge(cast.zhang, "2026-09", 4000)
    told = ask(cast.secretary, DUTIES, organization="branch").text + ask(cast.secretary, DESK).text

    assert "dues_arrears" in told
    assert "张英" not in told
    assert str(cast.zhang.key) not in told


@pytest.mark.parametrize(
    ("part", "path", "query", "status"),
    [
        ("secretary", DUTIES, {}, 400),
        ("secretary", DUTIES, {"organization": "next-branch"}, 404),
        ("secretary", DUTIES, {"organization": "group"}, 404),
        ("secretary", DUTIES, {"organization": "x" * 50}, 400),
        ("district_staff", DESK, {"organization": "other-district"}, 404),
        ("district_staff", DESK, {"organization": "branch"}, 200),
        ("district_staff", DESK, {"page": "99"}, 404),
        ("member", DESK, {}, 403),
        ("inspector", DUTIES, {"organization": "branch"}, 403),
    ],
)
def test_scope_and_bad_questions(cast, ask, part, path, query, status):
    assert ask(cast.users()[part], path, **query).status_code == status


@pytest.mark.parametrize("path", [DUTIES, DESK])
def test_it_is_read_only_and_needs_a_token(cast, client, path):
    assert client.get(path).status_code == 401
    token = AuthToken.objects.create(cast.secretary)[1]
    assert client.post(path, {}, headers={"Authorization": f"Token {token}"}).status_code == 405
