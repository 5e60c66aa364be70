"""The dispatcher: what is due goes out once, what is done or too late doesn't, and nobody is woken at night."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from members.models import ContactPerson
from reminders.channels.senders import NotSent, Uncertain
from reminders.choices import Addressee, AttemptResult, ChannelKind, MessageKind, MessageState
from reminders.messages.rules import LINK, STANDS
from reminders.messages.services import answer_link
from reminders.models import Attempt, ChannelSetup, Message, Preference
from reminders.planning import kinds
from reminders.sending import delivery
from reminders.sending.delivery import LEASE, PAUSES, READY, give_up_of, still
from reminders.sending.services import Dispatched, dispatch
from tests.reminders.planning.outbox import AT, VALUES, FakeKind, a_wording, only_kind, store_messages

pytestmark = pytest.mark.django_db

IN_APP = {"channel": ChannelKind.IN_APP, "values": VALUES}
BY_MAIL = {"channel": ChannelKind.EMAIL, "values": VALUES}


@pytest.fixture(autouse=True)
def dues(monkeypatch) -> FakeKind:
    return only_kind(monkeypatch)


class Postman:
    """In place of a sender: keeps what it was given, and fails as it is told."""

    def __init__(self):
        self.given, self.problem, self.meanwhile = [], None, None

    def send(self, outgoing, setup):
        if self.meanwhile:
            self.meanwhile()
        if self.problem:
            raise self.problem
        self.given.append((outgoing, setup))


@pytest.fixture
def postman(monkeypatch) -> Postman:
    postman = Postman()
    monkeypatch.setattr(delivery, "sender_for", lambda kind: postman)
    return postman


@pytest.fixture
def zhang(cast):
    cast.zhang.email = "zhang@example.com"
    cast.zhang.save()
    return cast.zhang


def only() -> Message:
    return Message.objects.get()


# --- Inside -----------------------------------------------------------------------------------------------------------
def test_a_due_message_stands_in_the_inbox(cast):
    store_messages(cast.zhang, **IN_APP)

    assert dispatch(AT) == Dispatched(dispatched=1)
    assert (only().state, only().sent_at) == (MessageState.SENT, AT)
    assert list(Message.objects.inbox_of(cast.member)) == [only()]
    assert not Attempt.objects.exists()


def test_a_second_time_nothing_is_left_to_do(cast):
    store_messages(cast.zhang, **IN_APP)
    dispatch(AT)

    assert dispatch(AT) == Dispatched()


@pytest.mark.parametrize(
    "fields",
    [{"due_at": AT + timedelta(seconds=1)}, {"state": MessageState.HELD}, {"state": MessageState.DECLINED}],
)
def test_what_is_not_due_or_not_released_stays(cast, fields):
    [message] = store_messages(cast.zhang, **{**IN_APP, **fields})

    assert dispatch(AT) == Dispatched()
    assert only().state == message.state


def test_what_is_done_meanwhile_is_stopped(cast, dues):
    [message] = store_messages(cast.zhang, **IN_APP)
    dues.done.add(message.dedupe_key)

    assert dispatch(AT) == Dispatched()
    assert only().state == MessageState.STOPPED


def test_it_says_what_holds_when_it_goes_out(cast, dues):
    store_messages(cast.zhang, **IN_APP)
    dues.values = {"amount": "25.00元"}
    dispatch(AT)

    assert only().values["amount"] == "25.00元"


def test_a_placeholder_that_nothing_fills_keeps_it_in(cast):
    store_messages(cast.zhang, **IN_APP, wording=a_wording("{姓名}：{no_such_thing}"))

    assert dispatch(AT) == Dispatched(failed=1)
    assert only().state == MessageState.DEAD
    assert "no_such_thing" in only().problem


def test_what_expired_does_not_go_out_whatever_it_waited_for(cast):
    late = {**IN_APP, "expires_at": AT}
    for state in (MessageState.READY, MessageState.HELD, MessageState.TO_CALL):
        store_messages(cast.zhang, **late, state=state)

    assert dispatch(AT) == Dispatched()
    assert Message.objects.filter(state=MessageState.EXPIRED).count() == 3


def test_who_has_nothing_but_a_door_comes_on_the_call_list(cast):
    store_messages(cast.li, channel=ChannelKind.BY_HAND, values=VALUES)

    assert dispatch(AT) == Dispatched()
    assert (only().state, only().sent_at) == (MessageState.TO_CALL, None)


def test_a_kind_that_cannot_say_what_stands_is_tried_later_and_keeps_nobody(cast, monkeypatch):
    store_messages(cast.zhang, **IN_APP)
    broken = FakeKind()
    broken.standing = None
    monkeypatch.setattr(kinds, "KINDS", {MessageKind.DUES: FakeKind(), MessageKind.MISSED: broken})
    store_messages(cast.zhang, **IN_APP, kind=MessageKind.MISSED)

    assert dispatch(AT) == Dispatched(dispatched=1, failed=1)
    left = Message.objects.get(kind=MessageKind.MISSED)
    assert left.state == MessageState.READY
    assert left.due_at > AT


def test_many_go_out_batch_by_batch_up_to_a_limit(cast, monkeypatch):
    monkeypatch.setattr("reminders.sending.services.CLAIMED", 2)
    store_messages(cast.zhang, 5, **IN_APP)

    assert dispatch(AT, limit=3).dispatched == 3
    assert dispatch(AT).dispatched == 2


def test_without_time_nothing_is_begun(cast):
    store_messages(cast.zhang, **IN_APP)

    assert dispatch(AT, seconds=0) == Dispatched()


@pytest.mark.parametrize("number", [1, 3])
def test_the_same_queries_for_one_or_many(cast, number, django_assert_max_num_queries):
    store_messages(cast.zhang, number, **IN_APP)
    with django_assert_max_num_queries(22):
        dispatch(AT)


# --- Quiet hours ------------------------------------------------------------------------------------------------------
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
EIGHT = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def test_a_worker_that_was_off_until_the_night_waits_for_eight(cast):
    store_messages(cast.zhang, **IN_APP)

    assert dispatch(NIGHT) == Dispatched()
    assert (only().state, only().due_at) == (MessageState.READY, EIGHT)
    assert dispatch(EIGHT) == Dispatched(dispatched=1)


@pytest.mark.parametrize("whose", ["member", "user"])
def test_somebodys_own_quiet_hours_hold(cast, whose):
    person = {"member": cast.zhang} if whose == "member" else {"user": cast.member}
    Preference.objects.create(**person, quiet_from=time(10), quiet_until=time(12))
    store_messages(cast.zhang, **IN_APP)
    dispatch(AT)

    assert only().due_at == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_somebody_elses_do_not(cast):
    Preference.objects.create(member=cast.li, quiet_from=time(10), quiet_until=time(12))
    store_messages(cast.zhang, **IN_APP)

    assert dispatch(AT).dispatched == 1


def test_the_call_list_is_made_at_any_hour(cast):
    store_messages(cast.li, channel=ChannelKind.BY_HAND, values=VALUES)
    dispatch(NIGHT)

    assert only().state == MessageState.TO_CALL


# --- Outside ----------------------------------------------------------------------------------------------------------
def test_a_message_goes_out_and_its_attempt_is_kept(zhang, postman):
    store_messages(zhang, **BY_MAIL, wording=a_wording("{姓名}，{金额}。"))

    assert dispatch(AT, by="worker one") == Dispatched(dispatched=1)
    [(outgoing, setup)] = postman.given
    assert (outgoing.address, outgoing.text, outgoing.message_key) == (
        "zhang@example.com",
        "张英，12.50元。",
        only().pk,
    )
    assert (only().state, only().attempts_made, setup) == (MessageState.SENT, 1, None)
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.channel, attempt.result) == (1, ChannelKind.EMAIL, AttemptResult.SENT)
    assert attempt.by == "worker one"


def test_the_link_to_answer_by_is_made_on_the_way_out_and_stored_nowhere(zhang):
    (message,) = store_messages(zhang, values={LINK: STANDS}, wording=a_wording("请回复：{answer_link}"))
    message.kind = MessageKind.MISSED

    assert delivery._outgoing(message, "zhang@example.com").text == f"请回复：{answer_link(message.pk, message.kind)}"
    assert "/a/" not in str(Message.objects.values())


def test_while_it_is_sent_the_row_says_so_and_nobody_else_takes_it(zhang, postman):
    store_messages(zhang, **BY_MAIL)
    seen = []
    postman.meanwhile = lambda: seen.append((only().state, Attempt.objects.get().result, dispatch(AT)))
    dispatch(AT)

    assert seen == [(MessageState.SENDING, "", Dispatched())]
    assert len(postman.given) == 1


def test_what_certainly_did_not_go_is_tried_again_ever_later_and_then_given_up(zhang, postman):
    postman.problem = NotSent("服务器没有响应。", again=True)
    store_messages(zhang, **BY_MAIL, expires_at=AT + timedelta(days=30))
    at = AT
    for pause in PAUSES:
        assert dispatch(at) == Dispatched(failed=1)
        assert dispatch(at + pause - timedelta(seconds=5)) == Dispatched()
        at = only().due_at
    dispatch(at)

    assert (only().state, only().attempts_made) == (MessageState.DEAD, len(PAUSES) + 1)
    assert only().problem == "服务器没有响应。"
    assert set(Attempt.objects.values_list("result", flat=True)) == {AttemptResult.FAILED}


def test_what_will_never_go_is_given_up_at_once(zhang, postman):
    postman.problem = NotSent("没有这个地址。", again=False)
    store_messages(zhang, **BY_MAIL)

    assert dispatch(AT) == Dispatched(failed=1)
    assert only().state == MessageState.DEAD


@pytest.mark.parametrize("problem", [Uncertain("连接断了。"), RuntimeError("a bug")])
def test_what_perhaps_went_is_never_sent_again_by_itself(zhang, postman, problem):
    postman.problem = problem
    store_messages(zhang, **BY_MAIL)

    assert dispatch(AT) == Dispatched(failed=1)
    postman.problem = None
    dispatch(AT + timedelta(days=1))
    assert (only().state, postman.given) == (MessageState.UNKNOWN, [])
    assert Attempt.objects.get().result == AttemptResult.UNKNOWN


def test_without_an_address_it_is_not_even_tried(cast, postman):
    store_messages(cast.li, **BY_MAIL)

    assert dispatch(AT) == Dispatched(failed=1)
    assert (only().state, postman.given) == (MessageState.DEAD, [])


def test_who_opted_out_meanwhile_is_not_told_so(zhang, postman):
    Preference.objects.create(member=zhang, no_channels=[ChannelKind.EMAIL])
    store_messages(zhang, **BY_MAIL)
    dispatch(AT)

    assert (only().state, postman.given) == (MessageState.DEAD, [])


@pytest.mark.parametrize(("contact", "phone"), [("a member", "15695900689"), ("a neighbour", "13100000000")])
def test_a_contact_person_is_told_by_their_own_phone(cast, postman, contact, phone):
    who = {"person": cast.zhang} if contact == "a member" else {"name": "邻居", "phone": phone}
    setup = ChannelSetup.objects.create(
        organization=cast.district, kind="sms", name="短信", address="https://sms.example"
    )
    store_messages(
        cast.li, channel=ChannelKind.SMS, setup=setup, values=VALUES, addressee=Addressee.CONTACT_PERSON,
        contact_person=ContactPerson.objects.create(member=cast.li, **who),
    )  # fmt: skip
    dispatch(AT)

    [(outgoing, by)] = postman.given
    assert (outgoing.address, by) == (phone, setup)


def test_who_is_not_the_contact_person_any_more_is_not_told(cast, postman):
    contact = ContactPerson.objects.create(
        member=cast.li, name="邻居", phone="13100000000", valid_until=AT.date() - timedelta(days=1)
    )
    told = {"addressee": Addressee.CONTACT_PERSON, "contact_person": contact}
    store_messages(cast.li, **{**BY_MAIL, "channel": ChannelKind.SMS}, **told)
    dispatch(AT)

    assert postman.given == []


def test_a_channel_that_was_switched_off_sends_nothing(cast, postman):
    setup = ChannelSetup.objects.create(
        organization=cast.branch, kind="wecom", name="群", address="https://robot.example", is_used=False
    )
    group = {"addressee": Addressee.GROUP_CHAT, "channel": ChannelKind.WECOM, "member": None, "user": None}
    store_messages(cast.zhang, setup=setup, values=VALUES, **group)
    dispatch(AT)

    assert (only().state, postman.given) == (MessageState.DEAD, [])


def test_a_way_that_is_down_is_left_alone_until_the_next_round(zhang, postman):
    postman.problem = NotSent("服务器没有响应。", again=True)
    store_messages(zhang, 30, **BY_MAIL)

    assert dispatch(AT).failed == delivery.PROBLEMS_BORNE
    assert Message.objects.filter(attempts_made=0).count() == 30 - delivery.PROBLEMS_BORNE


# --- Interrupted ------------------------------------------------------------------------------------------------------
def interrupted(zhang, by="worker one") -> Message:
    [message] = store_messages(zhang, **BY_MAIL, state=MessageState.SENDING, claimed_at=AT, attempts_made=1)
    Attempt.objects.create(message=message, number=1, channel=ChannelKind.EMAIL, started_at=AT, by=by)
    return message


def test_past_its_lease_nobody_knows_whether_it_arrived(zhang, postman):
    interrupted(zhang)
    assert dispatch(AT + LEASE) == Dispatched()
    later = AT + LEASE + timedelta(seconds=1)

    assert dispatch(later) == Dispatched(failed=1)
    assert (only().state, postman.given) == (MessageState.UNKNOWN, [])
    assert (Attempt.objects.get().result, Attempt.objects.get().ended_at) == (AttemptResult.UNKNOWN, later)


def test_a_worker_that_begins_anew_says_so_of_what_it_had_in_hand_and_of_nothing_else(zhang):
    interrupted(zhang, by="worker one")
    other = interrupted(zhang, by="worker two")

    assert give_up_of("worker one", AT) == 1
    assert Message.objects.get(state=MessageState.SENDING) == other


def test_who_was_given_up_too_early_still_says_what_became_of_it(zhang, postman):
    store_messages(zhang, **BY_MAIL)
    postman.meanwhile = lambda: give_up_of("worker one", AT)
    dispatch(AT, by="worker one")

    assert only().state == MessageState.SENT
    assert Attempt.objects.get().result == AttemptResult.SENT


# --- Two at once ------------------------------------------------------------------------------------------------------
def test_who_looked_at_what_another_has_done_meanwhile_does_it_no_more(cast, dues, monkeypatch):
    store_messages(cast.zhang, 3, **IN_APP)
    standing = dues.standing

    def done_by_another_meanwhile(messages, *, at):
        Message.objects.filter(pk__in=[one.pk for one in messages]).update(state=MessageState.SENT, sent_at=AT)
        return standing(messages, at=at)

    monkeypatch.setattr(dues, "standing", done_by_another_meanwhile)
    assert dispatch(AT + timedelta(minutes=1)) == Dispatched()
    assert set(Message.objects.values_list("sent_at", flat=True)) == {AT}


def test_who_came_second_goes_on_further_back_and_nothing_is_left(cast, dues, monkeypatch):
    monkeypatch.setattr("reminders.sending.services.CLAIMED", 1)
    keys = [one.pk for one in store_messages(cast.zhang, 8, **IN_APP)]
    standing, looked_at = dues.standing, []

    def the_first_is_done_by_another_meanwhile(messages, *, at):
        if not looked_at:
            Message.objects.filter(pk=messages[0].pk).update(state=MessageState.SENT, sent_at=AT)
        looked_at.append(messages[0].pk)
        return standing(messages, at=at)

    monkeypatch.setattr(dues, "standing", the_first_is_done_by_another_meanwhile)
    assert dispatch(AT).dispatched == 7
    assert set(looked_at) == set(keys)
    left = [key for key in keys if key != looked_at[0]]
    assert looked_at[1] == left[delivery.APART]


@pytest.mark.parametrize("start", range(4))
def test_wherever_a_worker_is_nothing_is_left(cast, start):
    store_messages(cast.zhang, 5, **IN_APP)
    inbox = delivery.Inside(AT, start)

    assert [inbox.deliver(2)[0] for _ in range(4)].count(0) == 1
    assert not Message.objects.due(AT).exists()


def test_keys_find_the_rows_of_a_batch_not_the_state_of_all_that_wait(cast):
    keys = [one.pk for one in store_messages(cast.zhang, 3, **IN_APP)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = still(keys, READY).explain()

    assert still(keys, READY).count() == 3
    assert "message_due" not in plan
