"""The list to call from: what the caller heard is recorded in one tap, and who wasn't reached comes back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from meetings.models import Attendance
from meetings.planning.rules import Workdays
from members.fields import opened
from members.models import ContactPerson, Member
from members.refused import Refused
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.models import Answer, Attempt, Message
from reminders.sending import queries
from reminders.sending.queries import calls_of
from reminders.sending.services import CALLS, next_workday, open_numbers, record_call
from tests.meetings.votes.voting import known_as
from tests.reminders.messages.told import AT, LINK, many_members, missed_meeting, of_use_now, tell, wording

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIST = "reminders:call-list"


@pytest.fixture
def asks_really():
    """Whether the thing of a message is done is looked up."""


@pytest.fixture(autouse=True)
def everything_stands(request, monkeypatch):
    """Whether the thing is done is asked of each kind, which has tests of its own; two tests here ask really."""
    if "asks_really" not in request.fixturenames:
        monkeypatch.setattr(queries, "undone", lambda messages, at: ({one.pk: one.values for one in messages}, []))


@pytest.fixture
def message(cast):
    return to_call(cast, cast.li, about=missed_meeting(cast).pk)


def to_call(cast, member, **fields):
    return tell(cast.branch, member, **of_use_now(channel=ChannelKind.BY_HAND, state=MessageState.TO_CALL, **fields))


def call(cast, message, result, at=AT, **given):
    return record_call(message=message, result=result, at=at, by=cast.secretary, **given)


def of_li(cast):
    return Attendance.objects.get(member=cast.li)


def url(message):
    return reverse("reminders:call-record", args=[message.key])


# --- What became of a call ----------------------------------------
def test_an_answer_on_the_phone_is_recorded_with_who_heard_it(cast, message):
    called = call(cast, message, "ill", words="住院两周")

    given, attempt = Answer.objects.get(), Attempt.objects.get()
    assert (called.state, called.sent_at, called.attempts_made) == ("sent", AT, 1)
    assert (given.choice, given.source, given.recorded_by) == ("ill", "call", "secretary")
    assert (attempt.number, attempt.channel, attempt.result, attempt.by) == (1, "by_hand", "sent", "secretary")
    assert (opened(of_li(cast).reason), of_li(cast).reason_source) == ("住院两周", "member")
    assert Entry.objects.filter(action="record_call", actor="secretary", organization_code="branch").count() == 1


def test_what_a_contact_person_says_is_theirs(cast):
    daughter = ContactPerson.objects.create(member=cast.li, name="李小兰")
    given = {"addressee": Addressee.CONTACT_PERSON, "contact_person": daughter}
    message = to_call(cast, cast.li, about=missed_meeting(cast).pk, **given)

    call(cast, message, "away")

    assert of_li(cast).reason_source == "contact_person"


def test_who_was_told_and_says_nothing_is_told(cast, message):
    called = call(cast, message, "told")

    assert (called.state, Answer.objects.count(), opened(of_li(cast).reason)) == ("sent", 0, "")


def test_who_was_not_reached_comes_back_on_the_next_workday(cast, message):
    called = call(cast, message, "not_reached", at=AT)

    assert (called.state, called.due_at) == ("to_call", datetime(2026, 11, 25, 8, 0, tzinfo=SHANGHAI))
    assert Attempt.objects.get().result == "failed"
    assert [one.message for one in calls_of(known_as(cast.secretary), at=AT)] == []


def test_after_three_calls_in_vain_somebody_has_to_think(cast, message):
    for _time in range(CALLS):
        called = call(cast, message, "not_reached")

    assert (called.state, called.attempts_made) == ("dead", CALLS)
    assert "三次" in called.problem
    assert list(Attempt.objects.values_list("number", flat=True)) == [1, 2, 3]
    with pytest.raises(Refused):
        call(cast, message, "not_reached")


@pytest.mark.parametrize("result", ["ill", "told", "not_reached"])
def test_a_call_that_was_dealt_with_stays(cast, message, result):
    call(cast, message, "told")

    with pytest.raises(Refused):
        call(cast, message, result)

    assert (Attempt.objects.count(), Answer.objects.count()) == (1, 0)


def test_an_answer_that_is_refused_leaves_the_call_on_the_list(cast, message):
    Attendance.objects.filter(member=cast.li).update(state="on_site")

    with pytest.raises(Refused):
        call(cast, message, "ill")

    message.refresh_from_db()
    assert (message.state, Attempt.objects.count(), Entry.objects.filter(action="record_call").count()) == (
        "to_call",
        0,
        0,
    )


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 9, 30), date(2026, 10, 8)),
    ],
    ids=["Tuesday", "Friday", "before the holidays"],
)
def test_the_next_workday_leaves_out_weekends_and_holidays(day, then):
    assert next_workday(day, Workdays()) == then


# --- Numbers ----------------------------------------
def test_numbers_are_opened_on_record(cast, message):
    known_as(cast.secretary)

    numbers = open_numbers(messages=[message], reason="电话通知", now=timezone.now(), by=cast.secretary)

    assert numbers[cast.li.pk].own == "13630098818"
    entry = Entry.objects.get(action="print_phone")
    assert (entry.reason, entry.actor, entry.subject_id) == ("电话通知", "secretary", str(cast.li.pk))


# --- The page ----------------------------------------
def test_the_list_says_whom_to_call_and_what_to_say(cast, as_user, message):
    wording(text="您好，{姓名}：{回复链接}")
    page = as_user(cast.secretary).get(reverse(LIST)).content.decode()

    assert "李国强" in page
    assert "11月24日的会您没有到" in page
    assert [code for code in ("ill", "away", "did_not_know", "other", "told", "not_reached") if code not in page] == []
    assert "13630098818" not in page
    assert LINK not in page
    assert "请点这里" not in page


def test_numbers_are_shown_after_a_reason_was_given(cast, as_user, message):
    client = as_user(cast.secretary)

    assert "13630098818" not in client.post(reverse(LIST), {"reason": " "}).content.decode()
    assert Entry.objects.filter(action="print_phone").count() == 0
    assert "13630098818" in client.post(reverse(LIST), {"reason": "电话通知"}).content.decode()
    assert Entry.objects.filter(action="print_phone").count() == 1


def test_of_a_contact_person_only_that_number_is_shown(cast, as_user):
    daughter = ContactPerson.objects.create(member=cast.li, name="李小兰", phone="13911112222")
    given = {"addressee": Addressee.CONTACT_PERSON, "contact_person": daughter}
    to_call(cast, cast.li, about=missed_meeting(cast).pk, **given)

    page = as_user(cast.secretary).post(reverse(LIST), {"reason": "电话通知"}).content.decode()

    assert "13911112222" in page
    assert "13630098818" not in page


def test_a_guest_of_another_branch_keeps_no_number_from_the_list(cast, as_user, message):
    """Their own branch keeps it, and the list says which; the others' numbers are shown."""
    to_call(cast, cast.wang, about=message.about)

    page = as_user(cast.secretary).post(reverse(LIST), {"reason": "电话通知"}).content.decode()

    assert "13630098818" in page
    assert "号码在" + cast.next_branch.name in page
    assert [entry.subject_id for entry in Entry.objects.filter(action="print_phone")] == [str(cast.li.pk)]


def test_a_list_of_guests_only_says_who_holds_the_numbers(cast, as_user):
    to_call(cast, cast.wang, about="1")

    page = as_user(cast.secretary).post(reverse(LIST), {"reason": "电话通知"}).content.decode()

    assert "号码在" + cast.next_branch.name in page


def test_a_person_stands_once_with_everything_there_is_to_say(cast, as_user, message):
    to_call(cast, cast.li, kind=MessageKind.DUES)
    page = as_user(cast.secretary).post(reverse(LIST), {"reason": "电话通知"}).content.decode()

    assert page.count('class="panel call"') == 1
    assert page.count('class="call-about"') == 2
    assert page.count("tel:13630098818") == 1
    assert "要打给1人" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast, as_user, django_assert_num_queries, number):
    meeting = missed_meeting(cast)
    for member in [cast.li, *many_members(cast, 2)][:number]:
        to_call(cast, member, about=meeting.pk)
    client = as_user(cast.secretary)
    client.get(reverse(LIST))

    with django_assert_num_queries(4):
        page = client.get(reverse(LIST)).content.decode()
    assert page.count('class="panel call"') == number


def test_the_list_holds_what_is_due_and_still_of_use(cast, as_user, message):
    now = timezone.now()
    to_call(cast, cast.zhang, about="later")
    Message.objects.filter(about="later").update(due_at=now + timedelta(hours=1))
    to_call(cast, cast.zhang, about="old")
    Message.objects.filter(about="old").update(expires_at=now - timedelta(hours=1))
    tell(cast.branch, cast.zhang, **of_use_now())
    tell(cast.next_branch, cast.wang, **of_use_now(state=MessageState.TO_CALL, channel=ChannelKind.BY_HAND))

    assert [one.message for one in calls_of(known_as(cast.secretary), at=now)] == [message]


def test_one_tap_takes_the_call_off_the_list(cast, as_user, message):
    answer = as_user(cast.secretary).post(url(message), {"result": "ill"})

    assert (answer.status_code, answer.url) == (302, reverse(LIST))
    assert opened(of_li(cast).reason) == "生病了"


def test_the_patched_list_is_the_fresh_one(cast, as_user):
    """htmx takes the section away and puts the count in its place: what is left is what a new page shows."""
    meeting = missed_meeting(cast)
    first, *_others = [to_call(cast, member, about=meeting.pk) for member in (cast.li, *many_members(cast, 2))]
    client = as_user(cast.secretary)
    page = sections(client.get(reverse(LIST)).content.decode())

    patch = client.post(url(first), {"result": "told"}, headers={"HX-Request": "true"}).content.decode()

    left = {name: text for name, text in page.items() if name != str(first.key)}
    left["count"] = patch.replace(' hx-swap-oob="true"', "").strip()
    assert left == sections(client.get(reverse(LIST)).content.decode())


def sections(page):
    """Each call by its key, and the count, without what every answer has anew."""
    found = {}
    for part in page.split('<section class="panel call"')[1:]:
        body = part.split("</section>")[0]
        found[body.split("call-")[1].split('"')[0]] = body.split("csrfmiddlewaretoken")[0] + body.split('">', 3)[3]
    count = page.split('<p class="quiet" id="calls-left"')[1].split("</p>")[0]
    return {name: without_token(text) for name, text in found.items()} | {
        "count": f'<p class="quiet" id="calls-left"{count}</p>'
    }


def without_token(text):
    head, _, rest = text.partition('name="csrfmiddlewaretoken" value="')
    return head + rest.partition('"')[2] if rest else head


def test_the_last_call_loads_the_page_anew(cast, as_user, message):
    answer = as_user(cast.secretary).post(url(message), {"result": "told"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("result", ["", "studied", "x"])
def test_what_says_nothing_about_the_call_is_refused(cast, as_user, message, result):
    client = as_user(cast.secretary)

    assert client.post(url(message), {"result": result}, headers={"HX-Request": "true"}).status_code == 409
    page = client.post(url(message), {"result": result}, follow=True).content.decode()
    assert "请说明这通电话的结果" in page
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize(
    ("part", "status"), [("member", 403), ("group_leader", 403), ("district_staff", 403), ("next_secretary", 404)]
)
def test_others_do_not_record_it(cast, as_user, message, part, status):
    assert as_user(getattr(cast, part)).post(url(message), {"result": "ill"}).status_code == status
    assert Answer.objects.count() == 0


def test_ones_own_message_is_not_ones_to_record(cast, as_user):
    """Whoever was told something in another branch sees it, and may not say there what became of a call."""
    message = to_call(cast, cast.wang, about="x", user=cast.secretary)
    Message.objects.update(organization=cast.next_branch)

    assert as_user(cast.secretary).post(url(message), {"result": "told"}).status_code == 403


def test_a_call_is_recorded_by_post_only(cast, as_user, message):
    assert as_user(cast.secretary).get(url(message)).status_code == 405
    assert as_user(cast.secretary).put(reverse(LIST)).status_code == 405


def test_nobody_to_call_is_said(cast, as_user):
    page = as_user(cast.secretary).get(reverse(LIST)).content.decode()

    assert "今天没有要打的电话" in page


def test_a_message_that_asks_nothing_has_no_answers_to_tap(cast, as_user):
    message = to_call(cast, cast.li, kind=MessageKind.DUES)
    page = as_user(cast.secretary).get(reverse(LIST)).content.decode()

    assert 'value="ill"' not in page
    assert as_user(cast.secretary).post(url(message), {"result": "told"}).status_code == 302
    assert Message.objects.get().state == "sent"


def test_a_number_that_is_missing_is_said(cast, as_user, message):
    Member.objects.filter(pk=cast.li.pk).update(phone="")

    assert "没有登记电话" in as_user(cast.secretary).post(reverse(LIST), {"reason": "电话通知"}).content.decode()


# --- Whose thing is done ----------------------------------------
@pytest.mark.usefixtures("asks_really")
def test_who_has_answered_since_is_not_called(cast, message):
    """By the link, at another stage, or to an officer: one call less."""
    known_as(cast.secretary)
    assert [one.message for one in calls_of(cast.secretary, at=timezone.now())] == [message]

    Attendance.objects.filter(member=cast.li).update(reason="住院", reason_source="officer")

    assert calls_of(cast.secretary, at=timezone.now()) == []


@pytest.mark.usefixtures("asks_really")
@pytest.mark.parametrize("number", [1, 3])
def test_to_ask_of_three_whether_it_is_done_costs_as_much_as_of_one(cast, django_assert_num_queries, number):
    meeting = missed_meeting(cast, formal=4)
    absent = list(Attendance.objects.filter(meeting=meeting).order_by("pk").select_related("member")[:number])
    Attendance.objects.filter(pk__in=[one.pk for one in absent]).update(state="absent")
    for one in absent:
        to_call(cast, one.member, about=meeting.pk)
    known_as(cast.secretary)

    with django_assert_num_queries(8):
        assert len(calls_of(cast.secretary, at=timezone.now())) == number
