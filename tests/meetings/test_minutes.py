"""Minutes: composed from the record, edited, signed by two, locked, corrected."""

import uuid
from datetime import date, time
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from docx import Document

from audit.models import Entry
from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import AgendaItem, Candidate, Correction, Expected, Meeting, Minutes, Observer, Speech, Task, Vote
from meetings.rules.minutes import Absence, Evening, Item, Said, Stood, Voted, compose
from meetings.services.attendance import Attendance, mark
from meetings.services.meeting import NotNow, close_meeting, open_meeting, plan_meeting
from meetings.services.minutes import CHAIR, RECORDER, correct_minutes, draft_minutes, edit_minutes, sign_minutes
from meetings.word import minutes_as_word
from tests.cast import make_member

DAY = date(2026, 11, 14)
HEADS = {"expected": 30, "present": 27, "entitled": 28, "entitled_present": 26}


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def evening(**more):
    facts = {"organization": "第一党支部", "name": "主题党日", "when": "2026-11-14 19:00", "place": "会议室"}
    return Evening(**{**facts, "chair": "张英", "recorder": "李国强", **HEADS, **more})


def voted(**more):
    return Item("表决", votes=[Voted("年度计划", 28, 26, "Passed.", **more)])


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "第一党支部: minutes of the 主题党日"),
        ({}, "Time: 2026-11-14 19:00"),
        ({}, "Should attend: 30, with a vote 28"),
        ({}, "Attended: 27, with a vote 26"),
        ({}, "Not there: nobody"),
        ({"absences": [Absence("王五", True)]}, "Not there: 王五 (on leave)"),
        ({"absences": [Absence("王五", False)]}, "Not there: 王五 (no reason given)"),
        (
            {"absences": [Absence("王五", False, "生病"), Absence("赵六", True)]},
            "Not there: 王五 (生病), 赵六 (on leave)",
        ),
        ({"visited": ["钱七"]}, "Visited or made up: 钱七"),
        ({"observers": ["孙八 镇党委"]}, "Observers: 孙八 镇党委"),
        ({"items": [Item("学习", presenter="张英")]}, "Item 1: 学习 (张英)"),
        ({"items": [Item("学习", speeches=[Said("李国强", "同意")])]}, "李国强: 同意"),
        ({"items": [Item("学习", speeches=[Said("李国强", "不同意", True)])]}, "李国强, dissenting: 不同意"),
        ({"items": [Item("学习", decision="通过")]}, "Decision: 通过"),
        ({"items": [voted()]}, "年度计划: 28 should attend with a vote, 26 are present."),
        ({"items": [voted(figures=(20, 4, 2))]}, "For 20, against 4, abstained 2."),
        ({"items": [voted()]}, "Passed."),
        ({"items": [voted(written_for=1)]}, "In writing before the meeting: for 1."),
        ({"items": [voted(papers=(26, 25, 1))]}, "Ballots: 26 handed out, 25 returned, 1 void."),
        (
            {"items": [voted(candidates=[Stood("王五", 20, 4, 1, is_elected=True)])]},
            "王五: For 20, against 4, abstained 1. Elected.",
        ),
        ({"items": [voted(candidates=[Stood("赵六", 3, 20, 2)])]}, "赵六: For 3, against 20, abstained 2."),
        ({"items": [voted(candidates=[Stood("孙七", 2)])]}, "孙七: For 2; written in by voters."),
        ({"items": [Item("学习", tasks=["打扫 · 王五"])]}, "Task: 打扫 · 王五"),
    ],
)
def test_minutes_say_what_was_recorded(english, more, line):
    assert line in compose(evening(**more)).splitlines()


def test_the_order_is_the_customary_one(english):
    text = compose(evening(observers=["孙八"], items=[Item("一", report="报告", decision="定了")]))
    places = [
        text.index(part)
        for part in (
            "Time",
            "Chair",
            "Should",
            "Attended",
            "Not there",
            "Observers",
            "Item 1",
            "报告",
            "Decision",
            "signature",
        )
    ]

    assert places == sorted(places)


@pytest.fixture
def chen(cast):
    """Writes the minutes, and has an account without an office."""
    return make_member("陈明", cast.branch)


@pytest.fixture
def held(cast, chen):
    planned = Meeting(
        organization=cast.branch,
        kind=MeetingKind.THEME_DAY,
        day=DAY,
        counts_for_year=2026,
        starts_at=time(19),
        place="会议室",
        chair=cast.zhang,
        recorder=chen,
    )
    meeting = open_meeting(
        meeting=plan_meeting(meeting=planned, items=["学习条例"], by=cast.secretary), on=DAY, by=cast.secretary
    )
    attended = {cast.zhang: AttendanceState.ON_SITE, chen: AttendanceState.ONLINE, cast.li: AttendanceState.ABSENT}
    for member, state in attended.items():
        mark(meeting=meeting, member_id=member.pk, attendance=Attendance(state), key=uuid.uuid4(), by=cast.secretary)
    item = AgendaItem.objects.get()
    Speech.objects.create(item=item, speaker="张英", points="讲得明白")
    Task.objects.create(item=item, what="整理笔记", who="李国强", due_on=date(2026, 12, 1))
    Observer.objects.create(meeting=meeting, name="周干事", office="镇党委")
    return close_meeting(meeting=meeting, by=cast.secretary)


@pytest.fixture
def minutes(held, cast):
    return draft_minutes(meeting=held, by=cast.secretary)


@pytest.mark.django_db
def test_the_draft_holds_every_recorded_fact(minutes):
    for part in (
        "2026-11-14 19:00",
        "会议室",
        "学习条例",
        "讲得明白",
        "整理笔记 · 李国强 · 2026-12-01",
        "周干事 镇党委",
        "李国强",
    ):
        assert part in minutes.text


@pytest.mark.django_db
def test_the_draft_holds_every_count_of_a_vote_and_nothing_of_one_that_is_not_decided(held, cast):
    item = AgendaItem.objects.get()
    facts = {
        "item": item,
        "method": "secret_ballot",
        "entitled": 2,
        "present": 1,
        "issued": 1,
        "returned": 1,
        "void": 0,
    }
    decided = {**facts, "is_valid": True, "is_passed": True, "counted_by": "李", "confirmed_by": "王"}
    Vote.objects.create(
        **decided, subject="motion", about="年度计划", sentence="通过。", votes_for=1, votes_against=0, abstained=0
    )
    election = Vote.objects.create(
        **decided, subject="election", about="支部书记", sentence="1人当选。", seats=1, number=2
    )
    for name, votes, elected in [("赵六", 0, False), ("王五", 1, True)]:
        Candidate.objects.create(
            vote=election, name=name, votes_for=votes, votes_against=1 - votes, abstained=0, is_elected=elected
        )
    Vote.objects.create(**facts, subject="motion", about="还没计票", number=3)
    text = draft_minutes(meeting=held, by=cast.secretary).text

    assert (
        "年度计划：有表决权的应到2人，到会1人。\n发出选票1张，收回1张，废票0张。\n赞成1票，反对0票，弃权0票。\n通过。"
        in text
    )
    assert "王五：赞成1票，反对0票，弃权0票。当选。\n赵六：赞成0票，反对1票，弃权0票。\n1人当选。" in text
    assert "还没计票" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "said"), [("", "请假"), ("other", "请假"), ("sick", "病假")])
def test_a_kind_of_leave_that_says_nothing_is_no_reason(held, cast, kind, said):
    Expected.objects.filter(member=cast.li).update(state="leave", leave_kind=kind)

    assert f"李国强（{said}）" in draft_minutes(meeting=held, by=cast.secretary).text


@pytest.mark.django_db
def test_a_draft_costs_the_same_queries_however_long_the_agenda(held, cast, django_assert_num_queries):
    draft_minutes(meeting=held, by=cast.secretary)
    for position in (2, 3, 4):
        AgendaItem.objects.create(meeting=held, position=position, title=f"第{position}项")
    with django_assert_num_queries(22, exact=False):
        draft_minutes(meeting=held, by=cast.secretary)


@pytest.mark.django_db
def test_minutes_wait_until_the_meeting_is_closed(cast):
    planned = Meeting(organization=cast.branch, kind=MeetingKind.THEME_DAY, day=DAY, counts_for_year=2026)
    meeting = plan_meeting(meeting=planned, by=cast.secretary)

    with pytest.raises(NotNow):
        draft_minutes(meeting=meeting, by=cast.secretary)


@pytest.mark.django_db
def test_an_edit_takes_back_the_signatures_of_the_old_text(minutes, cast):
    signed = sign_minutes(minutes=minutes, role=CHAIR, seen=minutes.text, by=cast.secretary)
    edited = edit_minutes(minutes=signed, text="新的", before=signed.text, by=cast.secretary)

    assert (edited.text, edited.chair_signed_by, edited.chair_signed_at) == ("新的", "", None)


@pytest.mark.django_db
def test_an_edit_of_an_old_text_is_refused_and_changes_nothing(minutes, cast):
    with pytest.raises(NotNow):
        edit_minutes(minutes=minutes, text="新的", before="别的", by=cast.secretary)

    assert Minutes.objects.get().text == minutes.text
    assert not Entry.objects.filter(action="edit_minutes").exists()


@pytest.mark.django_db
def test_two_signatures_lock(minutes, cast):
    sign_minutes(minutes=minutes, role=CHAIR, seen=minutes.text, by=cast.secretary)
    locked = sign_minutes(minutes=minutes, role=RECORDER, seen=minutes.text, by=cast.officer)

    assert locked.is_locked
    assert Meeting.objects.get().state == MeetingState.LOCKED


@pytest.mark.django_db
def test_one_person_does_not_sign_twice(minutes, cast):
    sign_minutes(minutes=minutes, role=CHAIR, seen=minutes.text, by=cast.secretary)

    with pytest.raises(NotNow):
        sign_minutes(minutes=minutes, role=RECORDER, seen=minutes.text, by=cast.secretary)


@pytest.mark.django_db
def test_nobody_signs_a_text_that_has_changed_since_it_was_read(minutes, cast):
    with pytest.raises(NotNow):
        sign_minutes(minutes=minutes, role=CHAIR, seen="别的", by=cast.secretary)


@pytest.fixture
def locked(minutes, cast):
    sign_minutes(minutes=minutes, role=CHAIR, seen=minutes.text, by=cast.secretary)
    return sign_minutes(minutes=minutes, role=RECORDER, seen=minutes.text, by=cast.officer)


@pytest.mark.django_db
def test_locked_minutes_are_neither_edited_nor_composed_anew(locked, held, cast):
    with pytest.raises(NotNow):
        edit_minutes(minutes=locked, text="新的", before=locked.text, by=cast.secretary)
    with pytest.raises(NotNow):
        draft_minutes(meeting=held, by=cast.secretary)


@pytest.mark.django_db
def test_a_correction_is_added_once_and_leaves_the_text(locked, cast):
    key = uuid.uuid4()
    for _twice in range(2):
        correct_minutes(minutes=locked, key=key, text="应为李国强", reason="笔误", by=cast.secretary)

    assert Correction.objects.count() == 1
    assert Minutes.objects.get().text == locked.text


@pytest.mark.django_db
def test_before_the_lock_the_text_itself_is_changed_not_corrected(minutes, cast):
    with pytest.raises(NotNow):
        correct_minutes(minutes=minutes, key=uuid.uuid4(), text="x", reason="y", by=cast.secretary)


@pytest.mark.django_db
def test_word_holds_the_text_and_the_corrections(locked, cast):
    correct_minutes(minutes=locked, key=uuid.uuid4(), text="应为<李>&国强", reason="笔误", by=cast.secretary)
    paragraphs = [paragraph.text for paragraph in Document(BytesIO(minutes_as_word(locked))).paragraphs]

    assert [line for line in locked.text.splitlines() if line] == [line for line in paragraphs if line][:-1]
    assert "应为<李>&国强" in paragraphs[-1]


# --- Pages ------------------------------------------------------------------------------------------------------------
PAGES = ["minutes", "minutes-edit", "minutes-word"]
ACTS = ["minutes-draft", "minutes-sign", "minutes-correct"]


def address(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_an_officer_opens_the_pages(as_user, cast, minutes, held, name):
    assert as_user(cast.secretary).get(address(name, held)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_next_branch_finds_nothing(as_user, cast, minutes, held, name):
    assert as_user(cast.next_secretary).get(address(name, held)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES + ACTS)
def test_committees_do_not_read_minutes(as_user, cast, minutes, held, name):
    client = as_user(cast.district_staff)
    answer = client.post(address(name, held)) if name in ACTS else client.get(address(name, held))

    assert answer.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_acts_are_posted(as_user, cast, minutes, held, name):
    assert as_user(cast.secretary).get(address(name, held)).status_code == 405


@pytest.mark.django_db
def test_the_whole_way_by_pages(as_user, cast, held):
    client = as_user(cast.secretary)
    client.post(address("minutes-draft", held))
    text = Minutes.objects.get().text
    client.post(address("minutes-edit", held), {"text": text + "补充", "before": text})
    client.post(address("minutes-sign", held), {"role": CHAIR, "seen": text + "补充"})
    as_user(cast.officer).post(address("minutes-sign", held), {"role": RECORDER, "seen": text + "补充"})

    assert Minutes.objects.get().is_locked


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [{}, {"text": "x"}, {"reason": "y"}])
def test_a_correction_without_text_or_reason_is_refused(as_user, cast, locked, held, typed):
    as_user(cast.secretary).post(address("minutes-correct", held), {"key": uuid.uuid4(), **typed})

    assert not Correction.objects.exists()


@pytest.mark.django_db
def test_before_the_first_draft_there_is_nothing_to_edit(as_user, cast, held):
    assert as_user(cast.secretary).get(address("minutes-edit", held)).status_code == 404
