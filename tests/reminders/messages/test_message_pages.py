"""What was sent: found again, read as it was sent, and sent once more where it may have got lost."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members.choices import Capability, OfficeKind
from members.models import ContactPerson
from members.offices import CAPABILITIES
from members.refused import Refused
from reminders.choices import Addressee, AnswerChoice, ChannelKind, MessageKind, MessageState
from reminders.messages.queries import letter, messages_of, told
from reminders.messages.services import send_again
from reminders.models import Answer, Attempt, Message
from tests.cast import make_member
from tests.meetings.votes.voting import known_as
from tests.reminders.messages.told import AT, LINK, many_members, of_use_now, tell, wording

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, EXPORT = "reminders:message-list", "reminders:message-export"


@pytest.fixture
def secretary(cast, as_user):
    return as_user(cast.secretary)


def page_of(client, name=LIST, **query):
    return client.get(reverse(name), query).content.decode()


def url(message, name="message-detail"):
    return reverse(f"reminders:{name}", args=[message.key])


def answered(message, choice=AnswerChoice.ILL):
    Answer.objects.create(message=message, sealed_choice=choice, source="link", answered_at=AT)
    return message


# --- The list ----------------------------------------
def test_the_list_says_who_was_told_what_and_what_came_of_it(cast, secretary):
    daughter = ContactPerson.objects.create(member=cast.li, name="李小兰")
    answered(tell(cast.branch, cast.li, addressee=Addressee.CONTACT_PERSON, contact_person=daughter))
    tell(cast.branch, cast.zhang, kind=MessageKind.DUES, settled_at=AT, step=2)

    page = page_of(secretary)

    for words in ("李小兰", "关于李国强", "生病了", "张英", "第2次", "2026-11-24已办结", "短信"):
        assert words in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast, secretary, django_assert_num_queries, number):
    for member in [cast.li, *many_members(cast, 2)][:number]:
        answered(tell(cast.branch, member))
    page_of(secretary)

    with django_assert_num_queries(5):
        page = page_of(secretary)
    assert page.count('<th scope="row"') == number


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "missed dues other"),
        ({"kind": "dues"}, "dues"),
        ({"state": "dead"}, "other"),
        ({"channel": "email"}, "other"),
        ({"q": "李国"}, "missed"),
        ({"q": "lgq"}, "missed"),
        ({"q": "李国强", "kind": "dues"}, ""),
        ({"kind": "x", "state": "\0"}, "missed dues other"),
        ({"q": "王秀兰"}, ""),
    ],
)
def test_a_filter_finds_what_it_asks_for(cast, secretary, query, found):
    messages = {
        "missed": tell(cast.branch, cast.li),
        "dues": tell(cast.branch, cast.zhang, kind=MessageKind.DUES),
        "other": tell(cast.branch, cast.zhang, state=MessageState.DEAD, channel=ChannelKind.EMAIL),
    }
    tell(cast.next_branch, cast.wang)

    page = page_of(secretary, **query)

    assert {name for name, one in messages.items() if str(one.key) in page} == set(found.split())


def test_pages_go_on_and_the_filter_goes_with_them(cast, secretary):
    for _number in range(31):
        tell(cast.branch, cast.li)

    first, second = page_of(secretary, kind="missed"), page_of(secretary, kind="missed", page=2)

    assert (first.count('<th scope="row"'), second.count('<th scope="row"')) == (30, 1)
    assert "kind=missed&amp;page=2" in first
    assert page_of(secretary, page="x").count('<th scope="row"') == 30


def test_an_empty_list_says_why(secretary):
    assert "还没有发过通知" in page_of(secretary)
    assert "没有符合条件的" in page_of(secretary, kind="dues")


@pytest.mark.parametrize(
    ("part", "status"),
    [("member", 403), ("group_leader", 403), ("district_staff", 403), ("county_secretary", 403), ("stranger", 403)],
)
@pytest.mark.parametrize("name", [LIST, EXPORT])
def test_only_the_branch_reads_what_was_sent(cast, as_user, part, status, name):
    tell(cast.branch, cast.li)

    assert as_user(getattr(cast, part)).get(reverse(name)).status_code == status


def test_a_neighbour_sees_nothing_of_it(cast, as_user):
    tell(cast.branch, cast.li)

    assert "李国强" not in page_of(as_user(cast.next_secretary))


def test_what_was_only_sent_to_oneself_is_not_in_the_branchs_list(cast):
    tell(cast.next_branch, cast.wang, user=cast.secretary)

    assert list(messages_of(known_as(cast.secretary))) == []
    assert Message.objects.visible_to(cast.secretary).count() == 1


@pytest.mark.parametrize("name", [LIST, EXPORT])
def test_a_list_is_not_written_to(secretary, name):
    assert secretary.post(reverse(name)).status_code == 405


# --- The workbook ----------------------------------------
def test_the_workbook_has_the_list_without_what_was_said(cast, secretary):
    answered(tell(cast.branch, cast.li))
    tell(cast.branch, cast.zhang, kind=MessageKind.DUES)
    tell(cast.next_branch, cast.wang)

    content = b"".join(secretary.get(reverse(EXPORT), {"kind": "missed"}).streaming_content)

    rows = list(openpyxl.load_workbook(BytesIO(content)).active.values)
    assert len(rows) == 2
    assert {"李国强", "生病了"} <= set(rows[1])
    assert not any("您好" in str(cell) or "/a/" in str(cell) for row in rows for cell in row)
    entry = Entry.objects.get(action="export_messages")
    assert (entry.actor, entry.details) == ("secretary", {"rows": 1})


def test_a_name_that_looks_like_a_formula_stays_text(cast, secretary):
    tell(cast.branch, make_member("=1+1", cast.branch))

    content = b"".join(secretary.get(reverse(EXPORT)).streaming_content)

    cells = [cell for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if "1+1" in str(cell.value)} == {"s"}


# --- One message ----------------------------------------
def test_a_message_is_read_as_it_was_sent_and_its_link_by_nobody_else(cast, secretary):
    message = tell(cast.branch, cast.li)
    Attempt.objects.create(
        message=message,
        number=1,
        channel="sms",
        started_at=AT,
        ended_at=AT,
        result="failed",
        problem="欠费",
        by="worker",
    )

    page = secretary.get(url(message)).content.decode()

    assert "您好，李国强：11月24日的会您没有到。<br>请点这里说明原因：〔回复链接〕" in page
    assert LINK not in page
    assert "/a/" not in page
    assert "欠费" in page


def test_words_with_a_hole_are_shown_as_they_are_written(cast):
    message = tell(cast.branch, cast.li, state=MessageState.DEAD, values={})

    assert "{姓名}" in letter(message).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("您好。\n请点：{回复链接}\n支部", "您好。\n支部"),
        ("您好，请点：{回复链接}", "您好，请点：〔回复链接〕"),
        ("您好。", "您好。"),
    ],
)
def test_where_the_question_stands_the_line_that_leads_to_it_is_left_out(cast, text, said):
    message = tell(cast.branch, cast.li, wording=wording(text=text))

    assert letter(message, asks_here=True).text == said


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({}, "李国强"),
        ({"addressee": "contact_person", "contact_person": True}, "李小兰"),
        ({"addressee": "contact_person"}, "李国强"),
        ({"addressee": "officer", "user": True}, "secretary"),
        ({"addressee": "officer"}, ""),
    ],
)
def test_who_is_told_has_a_name(cast, given, who):
    rows = {
        "contact_person": ContactPerson.objects.create(member=cast.li, name="李小兰"),
        "user": cast.secretary,
    }
    message = tell(cast.branch, cast.li, **{name: rows.get(name, value) for name, value in given.items()})

    assert told(message) == who


def test_a_message_costs_the_same_however_often_it_was_tried(cast, secretary, django_assert_num_queries):
    message = answered(tell(cast.branch, cast.li))
    for number in (1, 2, 3):
        Attempt.objects.create(
            message=message, number=number, channel="sms", started_at=AT, ended_at=AT, result="failed", by="worker"
        )
    secretary.get(url(message))

    with django_assert_num_queries(6):
        assert secretary.get(url(message)).status_code == 200


@pytest.mark.parametrize(
    ("part", "status"), [("next_secretary", 404), ("district_staff", 403), ("member", 403), ("group_leader", 403)]
)
def test_others_do_not_read_it(cast, as_user, part, status):
    message = tell(cast.branch, cast.li)

    assert as_user(getattr(cast, part)).get(url(message)).status_code == status


# --- Once more ----------------------------------------
def lost(cast, state=MessageState.UNKNOWN, **fields):
    return tell(cast.branch, cast.li, **of_use_now(state=state, problem="断了", claimed_at=AT, **fields))


@pytest.mark.parametrize("state", [MessageState.UNKNOWN, MessageState.DEAD])
def test_what_may_have_got_lost_is_planned_anew(cast, secretary, state):
    message = lost(cast, state)

    answer = secretary.post(url(message, "message-again"), follow=True)

    assert "一两分钟内发出" in answer.content.decode()
    message.refresh_from_db()
    assert (message.state, message.claimed_at, message.problem) == ("ready", None, "")
    assert message.due_at <= timezone.now()
    assert Entry.objects.filter(action="send_again", actor="secretary", organization_code="branch").count() == 1


def test_a_second_click_changes_nothing(cast):
    message = lost(cast)
    send_again(message=message, at=AT, by=cast.secretary)
    send_again(message=message, at=timezone.now(), by=cast.secretary)

    message.refresh_from_db()
    assert (message.due_at, Entry.objects.filter(action="send_again").count()) == (AT, 1)


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (MessageState.SENT, {}),
        (MessageState.HELD, {}),
        (MessageState.STOPPED, {}),
        (MessageState.DECLINED, {}),
        (MessageState.EXPIRED, {}),
        (MessageState.TO_CALL, {}),
        (MessageState.UNKNOWN, {"settled_at": AT}),
        (MessageState.UNKNOWN, {"expires_at": AT}),
    ],
)
def test_what_nobody_needs_is_not_sent_again(cast, state, fields):
    message = tell(cast.branch, cast.li, state=state, **fields)

    with pytest.raises(Refused):
        send_again(message=message, at=timezone.now(), by=cast.secretary)

    message.refresh_from_db()
    assert (message.state, Entry.objects.filter(action="send_again").count()) == (state, 0)


def test_a_refusal_is_said(cast, secretary):
    message = tell(cast.branch, cast.li)

    assert "只有没发出去" in secretary.post(url(message, "message-again"), follow=True).content.decode()
    assert 'action="' + url(message, "message-again") not in secretary.get(url(message)).content.decode()


@pytest.mark.parametrize(("part", "status"), [("next_secretary", 404), ("district_staff", 403), ("member", 403)])
def test_others_do_not_send_it_again(cast, as_user, part, status):
    message = lost(cast)

    assert as_user(getattr(cast, part)).post(url(message, "message-again")).status_code == status
    assert Message.objects.get().state == "unknown"


def test_it_is_sent_again_by_post_only(cast, secretary):
    assert secretary.get(url(lost(cast), "message-again")).status_code == 405


# --- Nobody above reads ----------------------------------------
def test_an_office_that_may_too_much_would_read_it(cast, as_user, monkeypatch):
    """The negative control: what keeps a committee out is the capability, and nothing by chance."""
    message = tell(cast.branch, cast.li)
    more = CAPABILITIES[OfficeKind.COMMITTEE_STAFF] | {Capability.VIEW_MESSAGES}
    monkeypatch.setitem(CAPABILITIES, OfficeKind.COMMITTEE_STAFF, more)

    assert "您没有到" in as_user(cast.district_staff).get(url(message)).content.decode()
