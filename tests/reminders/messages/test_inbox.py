"""One's own messages: what one was told, unread ones marked, and answering from there."""

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.models import Attendance
from members.fields import opened
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.messages.services import answer_link
from reminders.models import Answer, Message
from tests.reminders.messages.told import AT, LINK, missed_meeting, of_use_now, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

INBOX = "reminders:inbox"


@pytest.fixture
def member(cast, as_user):
    return as_user(cast.member)


@pytest.fixture
def message(cast):
    meeting = missed_meeting(cast)
    Attendance.objects.filter(member=cast.zhang).update(state="absent")
    return own(cast, about=meeting.pk)


def own(cast, **fields):
    return tell(cast.branch, cast.zhang, **of_use_now(user=cast.member, channel=ChannelKind.IN_APP, **fields))


def url(message, name="inbox-message"):
    return reverse(f"reminders:{name}", args=[message.key])


def page_of(client):
    return client.get(reverse(INBOX)).content.decode()


def of_zhang(cast):
    return Attendance.objects.get(member=cast.zhang)


# --- The inbox ----------------------------------------
def test_what_one_was_told_is_there_and_what_is_new_is_marked(cast, member, message):
    page = page_of(member)

    assert "您没有到会" in page
    assert "inbox-unread" in page
    assert "等您回复" in page


def test_opening_marks_it_as_read_once(cast, member, message):
    member.get(url(message))
    first = Message.objects.get().read_at
    member.get(url(message))

    assert Message.objects.get().read_at == first <= timezone.now()
    assert "inbox-unread" not in page_of(member)


def test_looking_at_the_list_reads_nothing(member, message):
    page_of(member)

    assert Message.objects.get().read_at is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_inbox_costs_the_same_for_one_and_for_three(cast, member, django_assert_num_queries, number):
    for _one in range(number):
        own(cast, about="x")
    page_of(member)

    with django_assert_num_queries(5):
        page = page_of(member)
    assert page.count("inbox-unread") == number


@pytest.mark.parametrize(
    ("state", "shown"),
    [("sent", True), ("unknown", True), ("dead", True), ("ready", False), ("held", False), ("declined", False)],
)
def test_with_an_account_one_reads_it_whatever_became_of_the_way_outside(cast, member, state, shown):
    message = own(cast, about="x", state=state)

    assert (url(message) in page_of(member)) == shown
    assert member.get(url(message)).status_code == (200 if shown else 404)


def test_an_empty_inbox_says_so(cast, as_user):
    assert "还没有通知" in page_of(as_user(cast.stranger))


def test_one_answers_there_or_takes_the_link_to_another_device(cast, member, message):
    page = member.get(url(message)).content.decode()

    assert LINK not in page
    assert page.count('name="choice"') == 4
    assert answer_link(message.pk, message.kind) in page


def test_a_message_that_asks_nothing_has_no_link(cast, member):
    asks_nothing = own(cast, kind="dues", about="x")

    assert "/a/" not in member.get(url(asks_nothing)).content.decode()


@pytest.mark.parametrize("part", ["secretary", "stranger", "next_secretary", "district_staff"])
@pytest.mark.parametrize("name", ["inbox-message", "inbox-answer"])
def test_nobody_else_finds_it_there(cast, as_user, message, part, name):
    """Also not the secretary, who reads it in the branch's list and doesn't answer for anybody."""
    client = as_user(getattr(cast, part))
    answer = client.post(url(message, name)) if name == "inbox-answer" else client.get(url(message, name))

    assert answer.status_code == 404
    assert Message.objects.get().read_at is None


# --- Answering ----------------------------------------
def test_an_answer_from_there_is_recorded_with_who_gave_it(cast, member, message):
    page = member.post(url(message, "inbox-answer"), {"choice": "other", "words": "照顾老人"}, follow=True)

    assert "您的回复已记下" in page.content.decode()
    given = Answer.objects.get()
    assert (given.choice, given.source, given.recorded_by) == ("other", "logged_in", "member")
    assert (opened(of_zhang(cast).reason), of_zhang(cast).reason_source) == ("照顾老人", "member")
    assert "等您回复" not in page_of(member)


def test_words_are_for_the_record_and_not_for_the_outbox(cast, member, message):
    member.post(url(message, "inbox-answer"), {"choice": "other", "words": "照顾老人"})

    assert "照顾老人" not in str(list(Answer.objects.values())) + str(list(Message.objects.values()))


@pytest.mark.parametrize("given", [{}, {"choice": ""}, {"choice": "studied"}, {"choice": "x"}, {"choice": "x" * 99}])
def test_what_is_no_answer_is_said(cast, member, message, given):
    assert "请选择一个回答" in member.post(url(message, "inbox-answer"), given, follow=True).content.decode()
    assert Answer.objects.count() == 0


def test_a_refusal_is_said(cast, member, message):
    Attendance.objects.filter(member=cast.zhang).update(state="on_site")

    page = member.post(url(message, "inbox-answer"), {"choice": "ill"}, follow=True).content.decode()

    assert "不用再回复了" in page


def test_a_message_that_asks_nothing_is_only_read(cast, member):
    message = own(cast, kind=MessageKind.DUES, about="2026-11")

    assert 'name="choice"' not in member.get(url(message)).content.decode()


def test_reading_is_a_get_and_answering_a_post(cast, member, message):
    assert member.post(url(message)).status_code == 405
    assert member.get(url(message, "inbox-answer")).status_code == 405
    assert member.post(reverse(INBOX)).status_code == 405


def test_an_old_question_can_still_be_answered_when_logged_in(cast, member, message):
    """What expires is the link."""
    Message.objects.update(expires_at=AT, state=MessageState.SENT)

    member.post(url(message, "inbox-answer"), {"choice": "ill"})

    assert opened(of_zhang(cast).reason) == "生病了"


def test_where_the_question_stands_nothing_leads_to_it(cast, member, message):
    page = member.get(url(message)).content.decode()

    assert "11月24日的会您没有到" in page
    assert "请点这里" not in page
    assert "这次会议没能参加，是什么原因？" in page
