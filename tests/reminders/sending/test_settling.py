"""What messages led to: seen in the night, once."""

from datetime import timedelta

import pytest

from reminders.choices import ChannelKind, MessageState
from reminders.models import Message
from reminders.sending import services
from reminders.sending.services import LOOKED_BACK, settle
from tests.reminders.planning.outbox import AT, FakeKind, only_kind, store_messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def dues(monkeypatch) -> FakeKind:
    return only_kind(monkeypatch)


def stored(member, dues, number=1, done=True, **fields):
    messages = store_messages(member, number, **{"channel": ChannelKind.IN_APP, **fields})
    if done:
        dues.done |= {message.dedupe_key for message in messages}
    return messages


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.UNKNOWN, MessageState.DEAD])
def test_what_went_out_and_is_done_says_since_when(cast, dues, state):
    stored(cast.zhang, dues, state=state)

    assert settle(AT) == 1
    assert (Message.objects.get().state, Message.objects.get().settled_at) == (state, AT)


@pytest.mark.parametrize("state", [MessageState.HELD, MessageState.TO_CALL])
def test_what_waits_for_people_and_is_done_is_stopped(cast, dues, state):
    stored(cast.zhang, dues, state=state)

    assert settle(AT) == 1
    assert Message.objects.get().state == MessageState.STOPPED


def test_what_is_undone_stays(cast, dues):
    stored(cast.zhang, dues, state=MessageState.SENT, done=False)
    stored(cast.zhang, dues, state=MessageState.TO_CALL, done=False)

    assert settle(AT) == 0
    assert not Message.objects.exclude(settled_at=None).exists()


def test_the_moment_stays_the_first(cast, dues):
    stored(cast.zhang, dues, state=MessageState.SENT)
    settle(AT)

    assert settle(AT + timedelta(days=1)) == 0
    assert Message.objects.get().settled_at == AT


def test_what_is_old_is_left(cast, dues):
    stored(cast.zhang, dues, state=MessageState.SENT, planned_at=AT - LOOKED_BACK - timedelta(seconds=1))

    assert settle(AT) == 0


def test_a_kind_that_cannot_say_what_stands_settles_nothing(cast, dues):
    stored(cast.zhang, dues, state=MessageState.SENT)
    dues.standing = None

    assert settle(AT) == 0


def test_more_than_a_batch_is_settled_too(cast, dues, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    stored(cast.zhang, dues, 5, state=MessageState.SENT)
    stored(cast.zhang, dues, 2, state=MessageState.SENT, done=False)

    assert settle(AT) == 5
