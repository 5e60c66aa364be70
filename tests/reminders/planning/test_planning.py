"""The planner: everything that should exist by now, once, for the right person, by the right way."""

from datetime import UTC, datetime, timedelta

import pytest

from members.choices import SituationKind
from members.models import ContactPerson, Situation
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.messages.queries import MASS
from reminders.models import ChannelSetup, Message, Preference, Release, Wording
from reminders.planning import kinds, services
from reminders.planning.rules import message_key
from reminders.planning.services import plan, plan_at_pace
from tests.cast import make_member
from tests.reminders.planning.outbox import AT, VALUES, FakeKind, occasions_for, only_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def dues(monkeypatch) -> FakeKind:
    return only_kind(monkeypatch)


def test_an_occasion_becomes_a_row_that_says_everything(cast, dues):
    dues.occasions = occasions_for([cast.zhang], step=2)

    assert plan(AT) == 1
    message = Message.objects.get()
    assert (message.pk, message.dedupe_key) == (message_key(f"dues:2026-11:{cast.zhang.pk}"), message.dedupe_key)
    assert (message.kind, message.step, message.about) == (MessageKind.DUES, 2, "2026-11")
    assert (message.organization, message.member, message.user) == (cast.branch, cast.zhang, cast.member)
    assert (message.addressee, message.channel, message.setup) == (Addressee.MEMBER, ChannelKind.IN_APP, None)
    assert (message.state, message.planned_at, message.due_at) == (MessageState.READY, AT, AT - timedelta(hours=1))
    assert (message.expires_at, message.values) == (AT + timedelta(days=7), VALUES)
    assert (message.sent_at, message.claimed_at, message.attempts_made, message.problem) == (None, None, 0, "")
    assert message.wording.organization is None


def test_planned_again_it_is_nothing_new(cast, dues):
    dues.occasions = occasions_for([cast.zhang, cast.li])
    plan(AT)

    assert plan(AT + timedelta(minutes=1)) == 0
    assert Message.objects.count() == 2


def test_two_planners_that_saw_the_same_gap_store_it_once(cast, dues, monkeypatch):
    dues.occasions = occasions_for([cast.zhang, cast.li])
    monkeypatch.setattr(services, "known", lambda keys: set())

    assert [plan(AT), plan(AT)] == [2, 0]
    assert Message.objects.count() == 2


def test_an_occasion_found_twice_in_one_round_is_stored_once(cast, dues):
    dues.occasions = occasions_for([cast.zhang]) * 2

    assert plan(AT) == 1


def test_what_is_not_due_yet_is_planned_when_it_is(cast, dues):
    dues.occasions = occasions_for([cast.zhang], due_at=AT + timedelta(hours=1))

    assert plan(AT) == 0
    assert plan(AT + timedelta(hours=1)) == 1


def test_a_frail_members_message_goes_to_the_contact_person_only(cast, dues):
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)
    contact = ContactPerson.objects.create(member=cast.li, person=cast.zhang)
    dues.occasions = occasions_for([cast.li])
    plan(AT)

    message = Message.objects.get()
    assert (message.member, message.addressee, message.contact_person) == (cast.li, Addressee.CONTACT_PERSON, contact)
    assert message.user == cast.member


def test_without_account_mail_and_phone_gateway_somebody_calls(cast, dues):
    dues.occasions = occasions_for([cast.li])
    plan(AT)

    assert Message.objects.get().channel == ChannelKind.BY_HAND


def test_a_text_message_goes_by_the_nearest_gateway(cast, dues):
    setup = ChannelSetup.objects.create(
        organization=cast.district, kind=ChannelKind.SMS, name="短信", address="https://sms.example"
    )
    dues.occasions = occasions_for([cast.li])
    plan(AT)

    message = Message.objects.get()
    assert (message.channel, message.setup) == (ChannelKind.SMS, setup)


def test_an_officer_is_told_by_account(cast, dues):
    dues.occasions = occasions_for([cast.zhang], member_id=None, user_id=cast.secretary.pk)
    plan(AT)

    message = Message.objects.get()
    assert (message.addressee, message.user, message.member) == (Addressee.OFFICER, cast.secretary, None)


def test_an_officer_who_cannot_log_in_is_not_told(cast, dues):
    cast.secretary.is_active = False
    cast.secretary.save()
    dues.occasions = occasions_for([cast.zhang], member_id=None, user_id=cast.secretary.pk)

    assert plan(AT) == 0


def test_a_group_is_told_by_its_own_robot_and_otherwise_not_at_all(cast, monkeypatch):
    announcement = only_kind(monkeypatch, MessageKind.ANNOUNCEMENT)
    announcement.occasions = occasions_for([cast.zhang], kind=MessageKind.ANNOUNCEMENT, member_id=None)
    assert plan(AT) == 0
    setup = ChannelSetup.objects.create(
        organization=cast.branch, kind=ChannelKind.FEISHU, name="支部群", address="https://robot.example"
    )

    assert plan(AT) == 1
    message = Message.objects.get()
    assert (message.addressee, message.channel, message.setup) == (Addressee.GROUP_CHAT, ChannelKind.FEISHU, setup)
    assert (message.user, message.member) == (None, None)


def test_in_quiet_hours_it_is_due_at_eight(cast, dues):
    night = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    dues.occasions = occasions_for([cast.zhang], due_at=night)
    plan(night)

    assert Message.objects.get().due_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def test_it_is_written_in_the_persons_language(cast, dues):
    Preference.objects.create(member=cast.zhang, language="en")
    dues.occasions = occasions_for([cast.zhang])
    plan(AT)

    assert Message.objects.get().wording.language == "en"


def test_the_nearest_wording_is_taken(cast, dues):
    own = Wording.objects.create(
        kind=MessageKind.DUES, addressee=Addressee.MEMBER, language="zh-hans", organization=cast.district,
        subject="党费", text="{姓名}", written_by=cast.district_staff,
    )  # fmt: skip
    dues.occasions = occasions_for([cast.zhang, cast.zhao])
    plan(AT)

    assert Message.objects.get(member=cast.zhang).wording == own
    assert Message.objects.get(member=cast.zhao).wording.organization is None


# --- Review -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def many(cast):
    return [make_member(f"党员{number}", cast.branch) for number in range(MASS)]


def test_many_at_once_wait_to_be_looked_at_and_few_do_not(cast, many, dues):
    dues.occasions = occasions_for([*many, cast.wang])
    plan(AT)

    assert Message.objects.filter(organization=cast.branch, state=MessageState.HELD).count() == MASS
    assert Message.objects.get(organization=cast.next_branch).state == MessageState.READY


def test_one_less_goes_out(many, dues):
    dues.occasions = occasions_for(many[1:])
    plan(AT)

    assert not Message.objects.held().exists()


def test_who_comes_later_waits_with_the_others(cast, many, dues):
    dues.occasions = occasions_for(many)
    plan(AT)
    dues.occasions += occasions_for([cast.zhang])
    plan(AT)

    assert Message.objects.held().count() == MASS + 1


@pytest.mark.parametrize("place", ["branch", "district", "county"])
def test_what_was_released_here_or_above_goes_out(cast, many, dues, place):
    Release.objects.create(organization=getattr(cast, place), kind=MessageKind.DUES, released_by=cast.secretary)
    dues.occasions = occasions_for(many)
    plan(AT)

    assert not Message.objects.held().exists()


@pytest.mark.parametrize(("place", "kind"), [("next_branch", "dues"), ("group", "dues"), ("branch", "missed")])
def test_a_release_elsewhere_or_of_another_kind_changes_nothing(cast, many, dues, place, kind):
    Release.objects.create(organization=getattr(cast, place), kind=kind, released_by=cast.secretary)
    dues.occasions = occasions_for(many)
    plan(AT)

    assert Message.objects.held().count() == MASS


def test_a_release_that_was_taken_back_is_none(cast, many, dues):
    Release.objects.create(
        organization=cast.branch, kind=MessageKind.DUES, released_by=cast.secretary, taken_back_at=AT
    )
    dues.occasions = occasions_for(many)
    plan(AT)

    assert Message.objects.held().count() == MASS


def test_what_officers_are_told_of_their_own_work_is_not_reviewed(cast, many, monkeypatch):
    digest = only_kind(monkeypatch, MessageKind.DIGEST)
    found = occasions_for(many, kind=MessageKind.DIGEST, member_id=None, user_id=cast.secretary.pk)
    digest.occasions = found
    plan(AT)

    assert Message.objects.filter(state=MessageState.READY).count() == MASS


def test_the_messages_of_a_place_are_stored_in_one_transaction(cast, many, dues, monkeypatch):
    monkeypatch.setattr(services, "STORED", 3)
    dues.occasions = occasions_for([*many, cast.wang, cast.zhao])
    parts = [sorted({one.organization_id for one in part}) for part in services._parts(sorted_by_place(dues))]

    assert parts == [[cast.branch.pk], [cast.next_branch.pk, cast.other_branch.pk]]


def sorted_by_place(kind: FakeKind):
    return sorted(services.New(one.organization_id, one.dedupe_key, one.key, one) for one in kind.occasions)


# --- Pace -------------------------------------------------------------------------------------------------------------
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(kinds.PACE))
def test_what_changes_slowly_is_looked_at_once_in_its_time_and_first_at_its_beginning(cast, monkeypatch, kind):
    slow = only_kind(monkeypatch, kind)
    pace = kinds.PACE[kind]
    assert plan_at_pace(NINE - timedelta(minutes=1)) == 0
    slow.occasions = occasions_for([cast.zhang], kind=kind, due_at=NINE)
    assert plan_at_pace(NINE) == 1
    slow.occasions += occasions_for([cast.li], kind=kind, due_at=NINE)

    assert plan_at_pace(NINE + pace - timedelta(seconds=1)) == 0
    assert plan_at_pace(NINE + pace) == 1


def test_nothing_is_later_than_its_hour_by_more_than_the_pace():
    assert max(kinds.PACE.values()) <= timedelta(hours=1)
    assert all(timedelta(hours=1) % pace == timedelta() for pace in kinds.PACE.values())


def test_what_is_close_at_hand_is_looked_at_each_minute(cast, monkeypatch):
    missed = only_kind(monkeypatch, MessageKind.MISSED)
    assert plan_at_pace(AT) == 0
    missed.occasions = occasions_for([cast.zhang], kind=MessageKind.MISSED)

    assert plan_at_pace(AT + timedelta(minutes=1)) == 1


def test_whoever_plans_by_hand_plans_everything_and_delays_nothing(cast, dues):
    plan_at_pace(AT)
    dues.occasions = occasions_for([cast.zhang])
    assert plan(AT) == 1
    later = AT + timedelta(hours=1)
    plan(later)
    dues.occasions = occasions_for([cast.li])

    assert plan_at_pace(later) == 1


def test_what_failed_is_tried_again_in_the_next_minute(cast, dues):
    found, dues.due = dues.due, None
    assert plan_at_pace(AT) == 0
    dues.due, dues.occasions = found, occasions_for([cast.zhang])

    assert plan_at_pace(AT + timedelta(minutes=1)) == 1


# --- Trouble and size -------------------------------------------------------------------------------------------------
def test_a_kind_that_fails_does_not_keep_the_others(cast, monkeypatch, caplog):
    broken, dues = FakeKind(occasions_for([cast.zhang])), FakeKind(occasions_for([cast.li]))
    broken.due = None
    monkeypatch.setattr(kinds, "KINDS", {MessageKind.MISSED: broken, MessageKind.DUES: dues}, raising=False)

    assert plan(AT) == 1
    assert "missed could not be planned" in caplog.text


@pytest.mark.parametrize("number", [1, 3])
def test_the_same_queries_for_one_or_many(cast, dues, number, django_assert_max_num_queries):
    people = [cast.zhang, *(make_member(f"党员{one}", cast.branch) for one in range(number - 1))]
    plan(AT)
    dues.occasions = occasions_for(people)
    with django_assert_max_num_queries(16):
        plan(AT)


def test_when_there_is_nothing_new_few_things_are_asked(cast, dues, django_assert_num_queries):
    dues.occasions = occasions_for([cast.zhang, cast.li])
    plan(AT)
    with django_assert_num_queries(7):
        plan(AT)
