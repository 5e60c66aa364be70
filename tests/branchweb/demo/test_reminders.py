"""The demo's messages: some told and answered, some to be called, reviewed or planned."""

from datetime import datetime, time

import pytest
from django.db import transaction

from branchweb.demo import meetings, members
from branchweb.demo.reminders import fill
from meetings.models import Attendance
from members.models import ContactPerson, Organization, User
from reminders.channels.rules import SHANGHAI
from reminders.choices import OVER, MessageState
from reminders.models import Answer, ChannelSetup, Effort, Message, Preference, Release
from reminders.planning.services import plan
from reminders.sending.services import dispatch
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
NOON = datetime.combine(TODAY, time(12), SHANGHAI)


@pytest.fixture(scope="module")
def home(django_db_setup, django_db_blocker):
    """The demo's branch as it stands in November; made once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        fill(on=TODAY)
        yield Organization.objects.get(code="hongqi-1")
        transaction.set_rollback(True)


def test_two_answered_by_the_link_and_a_contact_person_on_the_phone(home):
    rows = Answer.objects.select_related("message")
    answers = {(row.choice.value, row.source, row.message.addressee) for row in rows}
    assert answers == {("away", "link", "member"), ("studied", "link", "member"), ("ill", "call", "contact_person")}


def test_the_meeting_shows_the_reasons_with_their_source(home):
    sources = Attendance.objects.exclude(reason="").filter(meeting__title__startswith="微党课")
    assert {"member", "contact_person"} <= set(sources.values_list("reason_source", flat=True))


@pytest.mark.parametrize("state", [MessageState.HELD, MessageState.TO_CALL, MessageState.SENT])
def test_the_branch_has_something_to_review_to_call_and_to_look_back_at(home, state):
    assert Message.objects.filter(organization=home, state=state).exists()


def test_nobody_is_on_the_call_list_twice_for_the_same_meeting(home):
    waiting = list(Message.objects.to_call().values_list("kind", "about", "member"))
    assert len(waiting) == len(set(waiting))
    assert Message.objects.filter(state__in=OVER).exists()


def test_the_demo_knows_no_address_outside(home):
    assert not ChannelSetup.objects.exists()
    assert set(Message.objects.values_list("channel", flat=True)) == {"in_app", "by_hand"}


def test_some_have_said_how_they_want_to_be_told_and_the_branch_has_released_some_kinds(home):
    assert Preference.objects.count() == 4
    assert set(Release.objects.filter(organization=home).values_list("kind", flat=True)) == {
        "missed", "invitation", "dues",
    }  # fmt: skip


def test_what_is_asked_of_each_branch_was_counted_for_a_year(home):
    months = Effort.objects.filter(organization=home)
    assert months.count() == 12
    assert not months.filter(forms=0).exists()
    assert all(one.forms < one.fields < 6 * one.forms for one in months)
    assert Effort.objects.values("organization").distinct().count() == 20


def test_the_planner_finds_an_absent_officer_somebody_without_an_account_and_a_frail_member(home):
    latest = Attendance.objects.filter(meeting__title="微党课：为群众办一件小事", state="absent").values_list(
        "member", flat=True
    )
    assert plan(NOON)
    planned = Message.objects.filter(kind="missed", planned_at=NOON, organization=home, member__in=latest)
    told = set(planned.values_list("addressee", "channel"))
    assert {("member", "in_app"), ("member", "by_hand"), ("contact_person", "by_hand")} <= told
    assert planned.get(channel="in_app").user == User.objects.get(username="officer")
    frail = planned.get(addressee="contact_person")
    assert ContactPerson.objects.filter(pk=frail.contact_person_id, member=frail.member_id).exists()
    assert planned.filter(member=frail.member_id).count() == 1
    assert Message.objects.filter(kind="make_up", planned_at=NOON, user__username="member").exists()


def test_the_absent_officer_is_told_at_any_hour(home):
    late = NOON.replace(hour=22, minute=30)
    plan(late)
    dispatch(late)
    told = Message.objects.filter(kind="missed", organization=home, planned_at=late)

    assert [message.user.username for message in told.filter(state="sent")] == ["officer"]
