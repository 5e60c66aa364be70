"""Suggestions for programs: the scope and the services of the pages."""

import uuid

import pytest
from django.urls import reverse
from knox.models import AuthToken

from members.models import User
from supervision.models import Suggestion
from tests.cast import TODAY
from tests.supervision.suggestions.making import TEXT, ago, answer, suggest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("api:suggestion-list")


@pytest.fixture
def as_program(client):
    def ask(user, method, path, data=None):
        headers = {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"}
        kind = {"content_type": "application/json"} if method == "post" else {}
        return getattr(client, method)(path, data, headers=headers, **kind)

    return ask


@pytest.fixture
def three(cast):
    suggest(cast.zhang, cast.member, ago(20), text="迟了", is_shared=False, shows_name=False)
    answer(suggest(cast.li, cast.secretary, ago(5), text="办了"), cast.secretary)
    suggest(cast.wang, cast.next_secretary, text="别的支部")
    return cast


def at(suggestion, name="detail"):
    return reverse(f"api:suggestion-{name}", args=[suggestion.pk])


def body(cast, **changes):
    given = {"key": str(uuid.uuid4()), "member": str(cast.li.key), "kind": "work", "text": TEXT}
    return given | {"asked_on": TODAY.isoformat()} | changes


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({}, ["办了", "迟了"]),
        ({"state": "overdue"}, ["迟了"]),
        ({"state": "answered"}, ["办了"]),
        ({"organization": "branch"}, ["办了", "迟了"]),
        ({"organization": "group"}, []),
    ],
)
def test_the_offices_read_the_suggestions_of_their_branch(three, as_program, query, texts):
    rows = as_program(three.officer, "get", LIST, query).json()["results"]

    assert [row["text"] for row in rows] == texts


def test_one_with_its_answer(three, as_program):
    one = Suggestion.objects.get(outcome="solved")
    row = as_program(three.secretary, "get", at(one)).json()

    assert (row["answer"], row["outcome"], row["settled"], row["member"]) == (
        "已换了阀门", "solved", None, str(three.li.key),
    )  # fmt: skip


def test_what_is_only_shared_with_the_member_is_not_served(three, as_program):
    """Its name may be hidden: pages hide it, and programs are given the branches of one's offices alone."""
    User.objects.filter(pk=three.next_secretary.pk).update(member=three.li)
    user = User.objects.get(pk=three.next_secretary.pk)

    assert [row["text"] for row in as_program(user, "get", LIST).json()["results"]] == ["别的支部"]


@pytest.mark.parametrize(("query", "status"), [({"state": "x"}, 400), ({"organization": "next-branch"}, 404)])
def test_what_cant_be_asked_is_answered_so(three, as_program, query, status):
    assert as_program(three.officer, "get", LIST, query).status_code == status


def test_a_program_records_one_once(cast, as_program):
    given = body(cast)
    answers = [as_program(cast.secretary, "post", LIST, given) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Suggestion.objects.get().member == cast.li


@pytest.mark.parametrize(
    ("part", "changes", "status"),
    [
        ("secretary", {"asked_on": "2026-11-25"}, 400),
        ("secretary", {"kind": "gossip"}, 400),
        ("secretary", {"text": " "}, 400),
        ("next_secretary", {}, 404),
        ("group_leader", {}, 403),
        ("district_staff", {}, 403),
        ("member", {}, 403),
    ],
)
def test_what_cant_be_recorded(cast, as_program, part, changes, status):
    assert as_program(cast.users()[part], "post", LIST, body(cast, **changes)).status_code == status
    assert not Suggestion.objects.exists()


ANSWER = {"outcome": "solved", "answer": "好", "answered_on": TODAY.isoformat()}


def test_a_program_answers_and_corrects(cast, as_program):
    one = suggest(cast.zhang, cast.member)
    as_program(cast.secretary, "post", at(one, "answer"), ANSWER)
    row = as_program(cast.officer, "post", at(one, "answer"), ANSWER | {"answer": "更好"}).json()

    assert (row["answer"], row["answered_on"]) == ("更好", TODAY.isoformat())


@pytest.mark.parametrize(
    ("part", "changes", "status"),
    [
        ("secretary", {"answered_on": "2026-11-25"}, 400),
        ("secretary", {"outcome": ""}, 400),
        ("next_secretary", {}, 404),
    ],
)
def test_what_cant_be_answered(cast, as_program, part, changes, status):
    one = suggest(cast.zhang, cast.member)

    assert as_program(cast.users()[part], "post", at(one, "answer"), ANSWER | changes).status_code == status
    one.refresh_from_db()
    assert one.answered_on is None
