"""Channels are set up, changed, tried out and stopped; their address is in no table in plain words and in no entry."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection

from audit.models import Entry
from members.fields import opened
from members.refused import Refused
from reminders.channels.services import add_channel, change_channel, stop_channel, try_channel
from reminders.choices import ChannelKind
from reminders.models import ChannelSetup
from tests.reminders.channels.outside import closed_port, http_service

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=top-secret-token"
SECRET = "SEC-top-secret"


def add(cast, organization=None, **fields):
    given = {"key": uuid.uuid4(), "kind": ChannelKind.DINGTALK, "name": "支部群", "address": ADDRESS, "secret": SECRET}
    return add_channel(organization=organization or cast.branch, by=cast.district_staff, **{**given, **fields})


def change(setup, cast, name="支部群", address="", secret=None):
    change_channel(setup=setup, name=name, address=address, secret=secret, by=cast.district_staff)
    setup.refresh_from_db()


def written_anywhere():
    """Everything that the tables of channels and of the record hold, as they hold it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reminders_channelsetup")
        rows = cursor.fetchall()
        cursor.execute("SELECT * FROM audit_entry")
        return str(rows) + str(cursor.fetchall())


def test_a_channel_is_stored_sealed_and_audited(cast):
    setup = add(cast)

    setup.refresh_from_db()
    assert (opened(setup.address), opened(setup.secret), setup.is_used, setup.tested_at) == (
        ADDRESS,
        SECRET,
        True,
        None,
    )
    entry = Entry.objects.get(action="add_channel")
    assert (entry.actor, entry.subject_label, entry.organization_code) == ("district_staff", "支部群", "branch")


def test_nothing_that_is_written_down_repeats_address_or_secret(cast):
    setup = add(cast)
    change(setup, cast, address=f"{ADDRESS}2", secret=f"{SECRET}2")
    stop_channel(setup=setup, by=cast.district_staff)

    assert "top-secret" not in written_anywhere()
    assert "支部群" in written_anywhere(), "the negative control: what isn't sealed would be found"


def test_the_same_form_sent_twice_stores_one(cast):
    key = uuid.uuid4()

    assert add(cast, key=key) == add(cast, key=key)
    assert (ChannelSetup.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "http://oapi.dingtalk.com/robot/send", "oapi.dingtalk.com", "http://127.0.0.1/"],
)
def test_an_address_to_which_nothing_may_be_sent_is_refused_and_leaves_nothing(cast, address):
    with pytest.raises(Refused) as refusal:
        add(cast, address=address)

    assert refusal.value.field == "address"
    assert not ChannelSetup.objects.exists()
    assert not Entry.objects.exists()


def test_a_second_one_of_the_kind_is_refused_while_the_first_is_in_use(cast):
    first = add(cast)
    with pytest.raises(Refused) as refusal:
        add(cast)
    assert refusal.value.field == "kind"
    stop_channel(setup=first, by=cast.district_staff)

    assert add(cast).is_used
    assert add(cast, kind=ChannelKind.FEISHU, address="https://open.feishu.cn/open-apis/bot/v2/hook/x").is_used
    assert add(cast, cast.next_branch).is_used


def test_an_empty_address_and_no_secret_stay_as_they_are(cast):
    setup = add(cast)
    change(setup, cast, name="大群")

    assert (setup.name, opened(setup.address), opened(setup.secret)) == ("大群", ADDRESS, SECRET)
    assert set(Entry.objects.get(action="change_channel").changes) == {"name"}


def test_a_secret_can_be_taken_away(cast):
    setup = add(cast)
    change(setup, cast, secret="")

    assert opened(setup.secret) == ""
    assert set(Entry.objects.get(action="change_channel").changes) == {"secret"}


def test_another_address_has_not_been_tried_out(cast):
    setup = add(cast)
    ChannelSetup.objects.update(tested_at=AT, test_problem="x")
    change(setup, cast, name="大群")
    assert setup.tested_at == AT
    change(setup, cast, address=f"{ADDRESS}2")

    assert (setup.tested_at, setup.test_problem) == (None, "")


def test_a_change_to_a_refused_address_changes_nothing(cast):
    setup = add(cast)
    with pytest.raises(Refused):
        change(setup, cast, name="大群", address="https://evil.example/")

    setup.refresh_from_db()
    assert setup.name == "支部群"
    assert not Entry.objects.filter(action="change_channel").exists()


def test_what_did_not_change_is_no_change(cast):
    change(add(cast), cast)

    assert not Entry.objects.filter(action="change_channel").exists()


def test_stopping_twice_is_stopping_once(cast):
    setup = add(cast)
    stop_channel(setup=setup, by=cast.district_staff)
    stop_channel(setup=setup, by=cast.district_staff)

    setup.refresh_from_db()
    assert not setup.is_used
    assert Entry.objects.filter(action="stop_channel").count() == 1


def test_a_trial_says_so_and_is_kept(cast, settings):
    with http_service() as service:
        settings.OUTSIDE_HOSTS = (service.host,)
        setup = add(cast, address=service.url())

        assert try_channel(setup=setup, phone="", at=AT, by=cast.district_staff) == ""

    assert "红旗社区第一党支部" in service.asked[0][2]["text"]["content"]
    setup.refresh_from_db()
    assert (setup.tested_at, setup.test_problem) == (AT, "")
    assert Entry.objects.get(action="try_channel").subject_label == "支部群"


def test_what_went_wrong_with_a_trial_is_kept(cast, settings):
    port = closed_port()
    settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
    setup = add(cast, address=f"http://127.0.0.1:{port}/send?access_token=top-secret-token")

    problem = try_channel(setup=setup, phone="", at=AT, by=cast.district_staff)

    setup.refresh_from_db()
    assert problem and setup.test_problem == problem
    assert "top-secret" not in problem


def test_a_trial_of_a_gateway_goes_to_the_phone_given(cast, settings):
    with http_service() as service:
        settings.OUTSIDE_HOSTS = (service.host,)
        setup = add(cast, kind=ChannelKind.SMS, address=service.url("/sms"))
        try_channel(setup=setup, phone="13900000001", at=AT, by=cast.district_staff)

    assert service.asked[0][2]["phone"] == "13900000001"
    assert "13900000001" not in written_anywhere()


def test_a_trial_is_sent_outside_a_transaction(cast):
    """While somebody else answers, nothing is locked: the sender sees no open transaction but the test's own."""
    depths = []

    class Sender:
        def send(self, outgoing, setup):
            depths.append(len(connection.savepoint_ids))

    setup = add(cast)
    before = len(connection.savepoint_ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reminders.channels.services.sender_for", lambda kind: Sender())
        try_channel(setup=setup, phone="", at=AT, by=cast.district_staff)

    assert depths == [before]
