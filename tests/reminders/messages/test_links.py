"""Links to answer by: ours only, for one message and one purpose, and nothing that a guess could find out."""

import uuid

import pytest

from reminders.choices import AnswerChoice, MessageKind
from reminders.messages import rules
from reminders.messages.rules import Purpose, choices_of, is_signed, key_in, make_token
from reminders.messages.services import answer_link, message_of
from tests.reminders.messages.told import tell

KEY, OTHER, SECRET = uuid.UUID(int=7), uuid.UUID(int=8), "s" * 50
WHY = Purpose.WHY_ABSENT


def forged(token):
    """The same message, another signature."""
    return token[:30] + ("A" if token[30] != "A" else "B") + token[31:]


# --- The token ----------------------------------------
def test_a_token_names_its_message_and_is_signed():
    token = make_token(KEY, WHY, SECRET)

    assert (key_in(token), is_signed(token, WHY, [SECRET]), len(token)) == (KEY, True, 43)


@pytest.mark.parametrize(
    ("token", "purpose", "secret"),
    [
        (forged(make_token(KEY, WHY, SECRET)), WHY, SECRET),
        (make_token(KEY, WHY, SECRET), Purpose.STUDIED, SECRET),
        (make_token(KEY, WHY, SECRET), WHY, "t" * 50),
        (make_token(OTHER, WHY, SECRET)[:22] + make_token(KEY, WHY, SECRET)[22:], WHY, SECRET),
    ],
    ids=["forged", "another purpose", "another secret", "another message"],
)
def test_what_we_did_not_sign_for_this_is_not_signed(token, purpose, secret):
    assert not is_signed(token, purpose, [secret])


def test_a_secret_that_was_replaced_still_opens_its_links():
    assert is_signed(make_token(KEY, WHY, SECRET), WHY, ["new" * 20, SECRET])


@pytest.mark.parametrize("token", ["", "x", "二维码", "A" * 42, "A" * 44, "=" * 43, "A" * 5000, "../" * 14 + "x", "\0"])
def test_what_is_no_token_names_nothing(token):
    assert key_in(token) is None
    assert not is_signed(token, WHY, [SECRET])


def test_a_token_is_written_in_one_way_only():
    """The last character holds bits that say nothing: another spelling of them is no token."""
    token = make_token(KEY, WHY, SECRET)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [token[:-1] + last for last in alphabet]

    assert [one for one in spellings if is_signed(one, WHY, [SECRET])] == [token]


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        (MessageKind.MISSED, ["ill", "away", "did_not_know", "other"]),
        (MessageKind.MAKE_UP, ["studied"]),
        (MessageKind.DUES, []),
        (MessageKind.INVITATION, []),
    ],
)
def test_the_kind_decides_about_the_answers(kind, choices):
    assert list(choices_of(kind)) == choices


def test_every_answer_belongs_to_a_question():
    assert {one for choices in rules.CHOICES.values() for one in choices} == set(AnswerChoice)


# --- The link ----------------------------------------
def test_the_link_is_short_and_begins_where_people_reach_us(settings):
    settings.PUBLIC_URL = "https://party.example"

    link = answer_link(KEY, MessageKind.MISSED)

    assert link.startswith("https://party.example/a/")
    assert len(link) == len("https://party.example/a//") + 43


def test_what_asks_nothing_has_no_link():
    assert answer_link(KEY, MessageKind.DUES) == ""


def token_of(message, kind=None):
    return answer_link(message.key, kind or message.kind).split("/")[-2]


@pytest.mark.django_db
class TestMessages:
    def test_a_link_leads_to_its_message(self, cast):
        message = tell(cast.branch, cast.li)

        assert message_of(token_of(message)) == message

    def test_another_link_leads_nowhere(self, cast):
        message, announced = tell(cast.branch, cast.li), tell(cast.branch, cast.li, kind=MessageKind.DUES)
        wrong = [
            forged(token_of(message)),
            token_of(message, MessageKind.MAKE_UP),
            token_of(announced, MessageKind.MISSED),
            make_token(uuid.uuid4(), WHY, SECRET),
            "x",
        ]

        assert [message_of(token) for token in wrong] == [None] * len(wrong)

    def test_without_the_check_of_the_signature_a_forged_one_passes(self, cast, monkeypatch):
        """The negative control."""
        monkeypatch.setattr("reminders.messages.services.is_signed", lambda *given: True)
        message = tell(cast.branch, cast.li)

        assert message_of(forged(token_of(message))) == message

    def test_without_a_purpose_in_the_signature_another_kinds_passes(self, cast, monkeypatch):
        """The second negative control: signed alike, whatever it is for."""
        signed_for = rules._mac
        monkeypatch.setattr(rules, "_mac", lambda key, purpose, secret: signed_for(key, WHY, secret))
        message = tell(cast.branch, cast.li, kind=MessageKind.MAKE_UP)

        assert message_of(token_of(message, MessageKind.MISSED)) == message
