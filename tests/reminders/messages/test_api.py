"""Messages for programs: the scope of the pages, and not a word of what they say."""

from base64 import b64encode

import pytest
from knox.models import AuthToken

from reminders.choices import AnswerChoice, MessageKind, MessageState
from reminders.models import Answer
from tests.reminders.messages.told import AT, LINK, many_members, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

URL = "/api/messages/"


@pytest.fixture
def by_token(client):
    """Asks as a program does: `by_token(cast.secretary)()`."""

    def get(user):
        token = AuthToken.objects.create(user)[1]
        return lambda path=URL, **query: client.get(path, query, headers={"Authorization": f"Token {token}"})

    return get


def keys(response):
    return {row["key"] for row in response.json()["results"]}


def test_one_message_says_what_became_of_it_and_not_what_it_says(cast, by_token):
    message = tell(cast.branch, cast.li)
    Answer.objects.create(message=message, sealed_choice=AnswerChoice.AWAY, source="link", answered_at=AT)

    answer = by_token(cast.secretary)(f"{URL}{message.key}/")

    moment = "2026-11-24T10:00:00+08:00"
    assert answer.json() == {
        "key": str(message.key), "organization": "branch", "member": str(cast.li.key), "kind": "missed", "step": 1,
        "addressee": "member", "channel": "sms", "state": "sent", "planned_at": moment, "due_at": moment,
        "expires_at": "2026-12-08T10:00:00+08:00", "sent_at": moment, "read_at": None, "settled_at": None,
        "attempts_made": 0, "problem": "", "answer": "away",
    }  # fmt: skip
    assert LINK not in answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast, by_token, django_assert_num_queries, number):
    for member in [cast.li, *many_members(cast, 2)][:number]:
        tell(cast.branch, member)
    ask = by_token(cast.secretary)
    ask()

    with django_assert_num_queries(4):
        assert len(keys(ask())) == number


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "missed dues"),
        ({"kind": "dues"}, "dues"),
        ({"state": "dead"}, "dues"),
        ({"channel": "email"}, ""),
        ({"organization": "group"}, ""),
        ({"organization": "branch"}, "missed dues"),
    ],
)
def test_a_filter_finds_what_it_asks_for(cast, by_token, query, found):
    messages = {
        "missed": tell(cast.branch, cast.li),
        "dues": tell(cast.branch, cast.zhang, kind=MessageKind.DUES, state=MessageState.DEAD),
    }

    assert keys(by_token(cast.secretary)(**query)) == {str(messages[name].key) for name in found.split()}


def test_messages_about_one_member(cast, by_token):
    message = tell(cast.branch, cast.li)
    tell(cast.branch, cast.zhang)

    assert keys(by_token(cast.secretary)(member=str(cast.li.key))) == {str(message.key)}


def test_what_was_sent_elsewhere_is_missing_also_when_it_was_sent_to_oneself(cast, by_token):
    other = tell(cast.next_branch, cast.wang, user=cast.secretary)
    ask = by_token(cast.secretary)

    assert keys(ask()) == set()
    assert ask(f"{URL}{other.key}/").status_code == 404
    assert ask(organization="next-branch").status_code == 404


@pytest.mark.parametrize("part", ["member", "group_leader", "district_staff", "county_secretary", "administrator"])
def test_others_read_no_messages(cast, by_token, part):
    assert by_token(getattr(cast, part))().status_code == 403


@pytest.mark.parametrize("query", [{"kind": "x"}, {"state": "x"}, {"member": "x"}, {"organization": "x" * 41}])
def test_a_filter_that_cannot_be_meant_is_refused(cast, by_token, query):
    assert by_token(cast.secretary)(**query).status_code == 400


@pytest.mark.parametrize("place", ["", "x", "-" * 36, "'; --", "\0"])
def test_a_page_that_does_not_exist_is_missing(cast, by_token, place):
    cursor = b64encode(f"p={place}".encode()).decode()

    assert by_token(cast.secretary)(cursor=cursor).status_code in (200, 404)


def test_nothing_is_written(cast, client, by_token):
    ask = by_token(cast.secretary)

    assert ask().status_code == 200
    assert client.post(URL).status_code == 401
