"""Joint goals for programs: what they read, of whom, and that committees are told no name."""

import pytest
from knox.models import AuthToken

from assessment.models import GoalStep
from tests.assessment.goals.making import JULY, REACHED, goal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

GOALS = "/api/goals/"


@pytest.fixture
def ask(client):
    def asks(user, address=GOALS, **query):
        token = AuthToken.objects.create(user)[1]
        return client.get(address, query, headers={"Authorization": f"Token {token}"})

    return asks


def titles(answer):
    return [one["title"] for one in answer.json()["results"]]


def test_a_goal_is_read_with_its_steps(cast, ask):
    one = goal(cast.branch, responsible=cast.zhang, **REACHED)
    GoalStep.objects.create(goal=one, on=JULY, text="签了协议", by=cast.secretary)
    found = ask(cast.secretary, f"{GOALS}{one.pk}/").json()

    assert (found["organization"], found["responsible"], found["state"]) == ("branch", "张英", "reached")
    assert found["steps"] == [{"on": "2026-07-10", "text": "签了协议"}]


@pytest.mark.parametrize("part", ["district_staff", "county_secretary"])
def test_committees_are_told_no_name(cast, ask, part):
    goal(cast.branch, responsible=cast.zhang)
    goal(cast.next_branch, responsible_name="周主任")
    answer = ask(cast.users()[part])

    assert [one["responsible"] for one in answer.json()["results"]] == [None, None]
    assert "张英" not in answer.content.decode()
    assert "周主任" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"甲", "乙"}), ({"year": "2025"}, {"乙"}), ({"state": "reached"}, {"甲"}),
        ({"organization": "branch"}, {"甲", "乙"}),
    ],
)  # fmt: skip
def test_goals_are_narrowed(cast, ask, query, expected):
    goal(cast.branch, title="甲", **REACHED)
    goal(cast.branch, title="乙", year=2025)
    goal(cast.next_branch, title="丙")

    assert set(titles(ask(cast.secretary, **query))) == expected


@pytest.mark.parametrize("query", [{"year": "x"}, {"state": "x"}, {"year": "1"}])
def test_what_cannot_be_read_is_refused(cast, ask, query):
    assert ask(cast.secretary, **query).status_code == 400


def test_it_is_for_offices_and_inside_their_own(cast, ask, client):
    one = goal(cast.branch)

    assert client.get(GOALS).status_code == 401
    assert ask(cast.member).status_code == 403
    assert ask(cast.next_secretary, f"{GOALS}{one.pk}/").status_code == 404
    assert ask(cast.next_secretary, organization="branch").status_code == 404
    assert titles(ask(cast.next_secretary)) == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(cast, ask, django_assert_num_queries, number):
    for _turn in range(number):
        one = goal(cast.branch, responsible=cast.zhang)
        GoalStep.objects.create(goal=one, on=JULY, text="签了协议", by=cast.secretary)
    ask(cast.secretary)
    with django_assert_num_queries(6):
        ask(cast.secretary)
