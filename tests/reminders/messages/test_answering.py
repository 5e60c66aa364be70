"""An answer becomes a reason in the meeting's record, with who gave it: once, and only while it may."""

from datetime import timedelta

import pytest

from audit.models import Entry
from meetings.attendance.services import AttendanceFields, follow_up
from meetings.choices import AttendanceState, MeetingState
from meetings.models import Attendance, AttendanceChange, Material, Meeting
from members.fields import opened
from members.models import ContactPerson
from members.refused import Refused
from reminders.choices import Addressee, MessageKind
from reminders.messages.queries import question_of
from reminders.messages.rules import AttendanceOnRecord, Closed, Purpose, closed
from reminders.messages.services import answer
from reminders.models import Answer, Message
from tests.meetings.votes.voting import known_as
from tests.reminders.messages.told import AT, missed_meeting, tell

WHY, STUDIED = Purpose.WHY_ABSENT, Purpose.STUDIED


# --- When a question is open ----------------------------------------
@pytest.mark.parametrize(
    ("purpose", "known", "why"),
    [
        (WHY, AttendanceOnRecord("absent"), None),
        (WHY, AttendanceOnRecord("leave"), None),
        (WHY, AttendanceOnRecord("unknown"), None),
        (WHY, AttendanceOnRecord("absent", is_locked=True), None),
        (WHY, AttendanceOnRecord(""), Closed.NOT_EXPECTED),
        (WHY, AttendanceOnRecord("unknown", is_over=False), Closed.NOT_OVER),
        (WHY, AttendanceOnRecord("on_site"), Closed.TOOK_PART),
        (WHY, AttendanceOnRecord("visited"), Closed.TOOK_PART),
        (WHY, AttendanceOnRecord("made_up"), Closed.TOOK_PART),
        (WHY, AttendanceOnRecord("absent", has_reason=True), Closed.SAID_OTHERWISE),
        (WHY, AttendanceOnRecord("absent", has_reason=True, is_locked=True), Closed.SAID_OTHERWISE),
        (WHY, AttendanceOnRecord("absent", has_reason=True, is_answered_last=True), None),
        (WHY, AttendanceOnRecord("absent", has_reason=True, is_answered_last=True, is_locked=True), Closed.MINUTES),
        (STUDIED, AttendanceOnRecord("absent"), None),
        (STUDIED, AttendanceOnRecord("absent", has_reason=True), None),
        (STUDIED, AttendanceOnRecord("absent", has_reason=True, is_locked=True), None),
        (STUDIED, AttendanceOnRecord("made_up"), Closed.TOOK_PART),
        (STUDIED, AttendanceOnRecord("online"), Closed.TOOK_PART),
    ],
)
def test_a_question_is_open_or_says_why_not(purpose, known, why):
    assert closed(purpose, known) == why


# --- Recording ----------------------------------------
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def meeting(cast):
    return missed_meeting(cast)


@pytest.fixture
def message(cast, meeting):
    return tell(cast.branch, cast.li, about=meeting.pk)


def tap(message, choice="ill", **given):
    return answer(message=message, choice=choice, **{"source": "link", "at": AT, **given})


def of_li(cast):
    return Attendance.objects.get(member=cast.li)


def kept():
    return (
        Answer.objects.count(),
        AttendanceChange.objects.count(),
        Entry.objects.filter(action="answer_message").count(),
    )


def test_an_answer_becomes_the_reason_with_its_source(cast, message):
    given = tap(message)

    row = of_li(cast)
    assert (opened(row.reason), row.reason_source, row.state) == ("生病了", "member", "absent")
    assert (given.choice, given.source, given.answered_at, given.recorded_by) == ("ill", "link", AT, "")
    message.refresh_from_db()
    assert message.settled_at == AT


def test_it_is_on_record_without_the_answer(cast, message):
    tap(message)

    entries = Entry.objects.filter(action__in=["answer_message", "follow_up_attendance"]).order_by("number")
    assert [(one.action, one.actor, one.organization_code) for one in entries] == [
        ("follow_up_attendance", "李国强 (通过链接)", "branch"),
        ("answer_message", "李国强 (通过链接)", "branch"),
    ]
    assert [one.details for one in entries] == [{}, {"source": "link"}]
    assert not any("病" in f"{one.reason}{one.changes}{one.details}" for one in entries)


def test_a_contact_person_answers_as_such(cast, meeting):
    daughter = ContactPerson.objects.create(member=cast.li, name="李小兰", relation="女儿")
    message = tell(cast.branch, cast.li, about=meeting.pk, addressee=Addressee.CONTACT_PERSON, contact_person=daughter)

    tap(message, "away")

    assert (of_li(cast).reason_source, of_li(cast).marked_by) == ("contact_person", "李小兰 (通过链接)")
    assert "在外地" in dict(question_of(message).choices)["away"]
    assert not any(str(words).startswith("我") for _code, words in question_of(message).choices)


def test_the_reason_is_in_the_language_of_the_installation(cast, meeting):
    message = tell(cast.branch, cast.li, about=meeting.pk, language="en")

    tap(message, "away")

    assert opened(of_li(cast).reason) == "在外地"


def test_the_same_answer_again_changes_nothing(cast, message):
    tap(message)
    tap(message, at=AT + timedelta(hours=1))

    assert kept() == (1, 1, 1)
    assert Answer.objects.get().answered_at == AT


def test_a_changed_mind_is_recorded_until_the_minutes_are_locked(cast, meeting, message):
    tap(message)
    tap(message, "away")
    tap(message)
    assert opened(of_li(cast).reason) == "生病了"
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.LOCKED)

    with pytest.raises(Refused):
        tap(message, "away")

    assert opened(of_li(cast).reason) == "生病了"
    assert kept() == (1, 3, 3)


def test_a_first_answer_is_welcome_after_the_minutes(cast, meeting, message):
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.LOCKED)

    tap(message)

    assert opened(of_li(cast).reason) == "生病了"


def test_another_rung_of_the_ladder_can_correct_the_first(cast, meeting, message):
    second = tell(cast.branch, cast.li, about=meeting.pk, step=2)
    tap(message)
    tap(second, "away")
    tap(message, "away", at=AT + timedelta(hours=1))

    assert opened(of_li(cast).reason) == "在外地"
    assert kept() == (2, 2, 3)


def test_what_an_officer_recorded_stands(cast, meeting, message):
    said = AttendanceFields("absent", reason="出差", reason_source="officer")
    follow_up(meeting=meeting, member_id=cast.li.pk, attendance=said, key=message.pk, by=cast.secretary)

    with pytest.raises(Refused):
        tap(message)

    assert opened(of_li(cast).reason) == "出差"
    assert kept() == (0, 1, 0)


def test_what_an_officer_made_of_an_answer_stands(cast, meeting, message):
    tap(message)
    said = AttendanceFields("absent", reason="住院", reason_source="member")
    follow_up(meeting=meeting, member_id=cast.li.pk, attendance=said, key=message.pk, by=cast.secretary)

    with pytest.raises(Refused):
        tap(message, "away")

    assert opened(of_li(cast).reason) == "住院"


@pytest.mark.parametrize("state", ["on_site", "visited", "made_up"])
def test_who_took_part_has_nothing_to_explain(cast, meeting, message, state):
    Attendance.objects.filter(member=cast.li).update(state=state)

    with pytest.raises(Refused):
        tap(message)

    assert kept() == (0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "choice"), [("missed", "studied"), ("make_up", "ill"), ("dues", "ill"), ("missed", "x"), ("missed", "")]
)
def test_an_answer_to_another_question_is_refused(cast, meeting, kind, choice):
    with pytest.raises(Refused):
        tap(tell(cast.branch, cast.li, about=meeting.pk, kind=kind), choice)

    assert kept() == (0, 0, 0)


@pytest.mark.parametrize("about", ["", "2026-11", "00000000-0000-0000-0000-000000000001"])
def test_a_meeting_that_is_gone_has_nothing_to_answer(cast, meeting, about):
    with pytest.raises(Refused):
        tap(tell(cast.branch, cast.li, about=about))


def test_words_of_ones_own_are_the_reason(cast, message):
    tap(message, "other", source="logged_in", words=" 照顾老人 ", by=cast.secretary)

    assert opened(of_li(cast).reason) == "照顾老人"
    assert (of_li(cast).marked_by, Answer.objects.get().recorded_by) == ("secretary", "secretary")


def test_a_visit_and_the_leave_are_kept_when_a_reason_is_added(cast, meeting, message):
    Attendance.objects.filter(member=cast.li).update(state="leave", leave_kind="sick", leave_granted_by="书记")

    tap(message)

    row = of_li(cast)
    assert (row.state, row.leave_kind, row.leave_granted_by, opened(row.reason)) == ("leave", "sick", "书记", "生病了")


# --- Made up ----------------------------------------
def test_who_has_studied_the_material_has_made_up_for_it(cast, meeting):
    Material.objects.create(meeting=meeting, title="学习材料", text="内容")
    Material.objects.create(meeting=meeting, title="内部", text="内容", is_open_to_members=False)
    tap(tell(cast.branch, cast.li, about=meeting.pk), "away")

    tap(tell(cast.branch, cast.li, about=meeting.pk, kind=MessageKind.MAKE_UP), "studied")

    row = of_li(cast)
    assert (row.state, row.made_up_on.isoformat(), row.made_up_with) == ("made_up", "2026-11-24", "学习材料")
    assert (row.answer, row.answer_source) == ("已学习材料", "member")
    assert (opened(row.reason), row.reason_source) == ("在外地", "member")


def test_to_have_studied_twice_is_to_have_studied(cast, meeting):
    message = tell(cast.branch, cast.li, about=meeting.pk, kind=MessageKind.MAKE_UP)
    tap(message, "studied")
    tap(message, "studied")

    assert kept() == (1, 1, 1)
    assert of_li(cast).state == AttendanceState.MADE_UP


# --- What the page is told ----------------------------------------
def test_a_question_takes_as_many_queries_however_often_it_was_asked(cast, meeting, message, django_assert_num_queries):
    for step in (2, 3):
        tap(tell(cast.branch, cast.li, about=meeting.pk, step=step), "ill" if step == 2 else "away")

    message = Message.objects.get(pk=message.pk)
    with django_assert_num_queries(5):
        question = question_of(message)
    assert (question.closed, question.given) == (None, None)


def test_who_is_asked_in_branchweb_is_known(cast, message):
    known_as(cast.secretary)
    assert str(question_of(message).said) == ""
    tap(message, "away")
    assert str(question_of(message).said) == "我在外地"
