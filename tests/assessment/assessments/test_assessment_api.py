"""Assessments for programs: the scope of the pages, every point with its facts, and no link into a record."""

from datetime import timedelta

import pytest

from tests.assessment.assessments.judging import URL, begun, completed, record_says, shown
from tests.cast import TODAY, make_organization

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = "/api/assessments/"


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


def codes(answer):
    return [row["organization"] for row in answer.json()["results"]]


def test_everybody_reads_what_the_pages_show(cast, as_user):
    one = begun(cast, cast.branch, cast.next_branch)
    shown(one, cast)

    assert codes(as_user(cast.district_staff).get(LIST)) == ["branch", "next-branch"]
    assert codes(as_user(cast.secretary).get(LIST)) == ["branch"]
    assert codes(as_user(cast.next_secretary).get(LIST)) == []
    assert as_user(cast.member).get(LIST).status_code == 403
    assert as_user(cast.other_secretary).get(f"{LIST}{one.pk}/").status_code == 404


def test_one_comes_with_its_indicators_and_facts(cast, as_user):
    one = shown(completed(begun(cast), cast), cast)
    answer = as_user(cast.secretary).get(f"{LIST}{one.pk}/")
    told = answer.json()
    meetings, plans, work = told["indicators"]

    assert (told["total"], told["band"], told["state"]) == ("95.00", "好", "shown")
    assert (meetings["code"], meetings["points"], meetings["max_points"]) == ("1.1", "35.00", "40.00")
    assert [fact["done"] for fact in meetings["clauses"][0]["facts"]] == [1, 1, 0]
    assert (plans["state"], work["part"]) == ("scored", "business")
    assert URL not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("organization=branch", ["branch"]), ("state=shown", ["branch"]),
        (f"year={TODAY.year}", ["branch", "next-branch"]), ("year=2019", []),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, expected):
    shown(begun(cast, cast.branch, cast.next_branch), cast)

    assert codes(as_user(cast.district_staff).get(f"{LIST}?{query}")) == expected


def test_what_cannot_be_read_is_refused(cast, as_user):
    client = as_user(cast.district_staff)
    for query, status in (("state=x", 400), ("year=x", 400), ("organization=other-branch", 404), ("cursor=x", 404)):
        assert client.get(f"{LIST}?{query}").status_code == status
    assert client.post(LIST).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    begun(cast, *(make_organization(f"more-{n}", f"支部{n}", "branch", cast.district) for n in range(number)))
    client = as_user(cast.district_staff)
    client.get(LIST)
    with django_assert_num_queries(4):
        client.get(LIST)


def test_days_are_days(cast, as_user):
    one = shown(begun(cast), cast)
    told = as_user(cast.district_staff).get(f"{LIST}{one.pk}/").json()

    assert told["objections_until"] == str(TODAY + timedelta(days=10))
