"""Eight clicks at the same moment are one wording and one channel, on both databases."""

import threading
import uuid
from functools import partial

import pytest
from django.db.models import QuerySet

from audit.models import Entry
from members.refused import Refused
from reminders.channels.services import add_channel
from reminders.choices import Addressee, ChannelKind, MessageKind
from reminders.messages import services
from reminders.messages.services import write_wording
from reminders.messages.wording_queries import Slot
from reminders.models import ChannelSetup, Wording
from tests.cast import make_cast
from tests.meetings.votes.test_votes_at_once import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CLICKS = 8
DUES = Slot(MessageKind.DUES, Addressee.MEMBER, "zh-hans")


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def write(cast):
    write_wording(organization=cast.district, slot=DUES, subject="党费", text="{姓名}", by=cast.district_staff)


def add(cast, key):
    add_channel(
        key=key,
        organization=cast.branch,
        kind=ChannelKind.DINGTALK,
        name="群",
        address="https://oapi.dingtalk.com/robot/send?access_token=x",
        secret="",
        by=cast.district_staff,
    )


def test_eight_clicks_are_one_wording(cast):
    assert at_once(*[partial(write, cast)] * CLICKS) == [None] * CLICKS
    assert (Wording.objects.count(), Entry.objects.filter(action="write_wording").count()) == (1, 1)


def test_eight_clicks_are_one_channel(cast):
    key = uuid.uuid4()

    assert at_once(*[partial(add, cast, key)] * CLICKS) == [None] * CLICKS
    assert (ChannelSetup.objects.count(), Entry.objects.filter(action="add_channel").count()) == (1, 1)


def test_of_eight_who_set_up_one_each_one_succeeds_and_the_others_are_told(cast):
    raised = at_once(*(partial(add, cast, uuid.uuid4()) for _click in range(CLICKS)))

    assert {type(one) for one in raised if one} == {Refused}
    assert [one is None for one in raised].count(True) == 1
    assert (ChannelSetup.objects.count(), Entry.objects.filter(action="add_channel").count()) == (1, 1)


def test_without_lock_and_transaction_clicks_are_several_wordings(cast, monkeypatch):
    """The negative control."""
    together, newest = threading.Barrier(2), services._newest_locked

    def slowly(*given):
        found = newest(*given)
        together.wait(3)
        return found

    monkeypatch.setattr(services, "_newest_locked", slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *_given, **_more: rows)
    monkeypatch.setattr(services, "write_wording", write_wording.__wrapped__)

    def click():
        services.write_wording(
            organization=cast.district, slot=DUES, subject="党费", text="{姓名}", by=cast.district_staff
        )

    at_once(click, click)

    assert Wording.objects.count() == 2
