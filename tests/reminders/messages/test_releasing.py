"""Somebody looks at messages before they go out."""

import pytest

from audit.models import Entry
from members.refused import Refused
from reminders.choices import MessageKind, MessageState
from reminders.messages.services import decline, release, take_back
from reminders.models import Message, Release
from tests.reminders.planning.outbox import store_messages

pytestmark = pytest.mark.django_db

DUES = MessageKind.DUES


@pytest.fixture
def held(cast):
    """Two in the branch, one in its group, one next door, and one of another kind."""
    for member, number, kind in (
        (cast.zhang, 2, DUES),
        (cast.li, 1, DUES),
        (cast.wang, 1, DUES),
        (cast.zhang, 1, "missed"),
    ):
        store_messages(member, number, kind=kind, state=MessageState.HELD)
    return cast


def states(member, kind=DUES) -> set[str]:
    return set(Message.objects.filter(member=member, kind=kind).values_list("state", flat=True))


def test_a_release_lets_out_what_waits_here_and_below_of_that_kind(held):
    assert release(held.branch, DUES, by=held.secretary) == 3
    assert states(held.zhang) == states(held.li) == {MessageState.READY}
    assert states(held.wang) == states(held.zhang, "missed") == {MessageState.HELD}


def test_it_holds_on_and_is_on_record(held):
    release(held.branch, DUES, by=held.secretary)

    given = Release.objects.in_force().get()
    assert (given.organization, given.kind, given.released_by) == (held.branch, DUES, held.secretary)
    entry = Entry.objects.get(action="release_messages")
    assert (entry.actor, entry.details) == ("secretary", {"kind": "dues", "messages": 3})


def test_a_second_click_is_no_second_release(held):
    release(held.branch, DUES, by=held.secretary)

    assert release(held.branch, DUES, by=held.secretary) == 0
    assert Release.objects.count() == 1


def test_what_is_declined_never_goes_out_and_says_why(held):
    assert decline(held.branch, DUES, by=held.secretary, reason="名单有误") == 3
    assert states(held.zhang) == states(held.li) == {MessageState.DECLINED}
    assert set(Message.objects.filter(member=held.zhang, kind=DUES).values_list("problem", flat=True)) == {"名单有误"}
    assert Entry.objects.get(action="decline_messages").reason == "名单有误"
    assert not Release.objects.exists()


def test_single_ones_can_be_declined(held):
    one = Message.objects.filter(member=held.zhang, kind=DUES).first()
    elsewhere = Message.objects.get(member=held.wang)

    assert decline(held.branch, DUES, by=held.secretary, reason="已经交了", keys=[one.pk, elsewhere.pk]) == 1
    assert Message.objects.held().count() == 4


def test_declining_takes_a_reason(held):
    with pytest.raises(Refused):
        decline(held.branch, DUES, by=held.secretary, reason="  ")

    assert Message.objects.held().count() == 5
    assert not Entry.objects.filter(action="decline_messages").exists()


def test_a_release_that_is_taken_back_holds_no_more(held):
    release(held.branch, DUES, by=held.secretary)
    given = Release.objects.get()
    for _ in range(2):
        take_back(given, by=held.secretary)

    assert not Release.objects.in_force().exists()
    assert Entry.objects.filter(action="take_back_release").count() == 1
    assert states(held.zhang) == {MessageState.READY}
    release(held.branch, DUES, by=held.secretary)
    assert Release.objects.in_force().count() == 1
