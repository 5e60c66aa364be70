"""Minutes: composed from the record, edited, signed by two, locked, corrected."""

import uuid
from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from docx import Document

from audit.models import Entry
from meetings.choices import MeetingKind, MeetingState
from meetings.meeting.services import WrongState, plan_meeting
from meetings.minutes.queries import CHAIR, RECORDER, signatures_of
from meetings.minutes.rules import Absence, AgendaPoint, MinutesContent, SpeakerPoints, Stood, Voted, compose
from meetings.minutes.services import correct_minutes, draft_minutes, edit_minutes, file_paper_signature, sign_minutes
from meetings.minutes.views import minutes_as_word
from meetings.models import AgendaItem, Attendance, Candidate, Correction, Meeting, Minutes, Vote
from members.models import Member

DAY = date(2026, 11, 14)
HEADS = {"expected": 30, "present": 27, "entitled": 28, "entitled_present": 26}


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def evening(**more):
    facts = {"organization": "第一党支部", "name": "主题党日", "when": "2026-11-14 19:00", "place": "会议室"}
    return MinutesContent(**{**facts, "chair": "张英", "recorder": "李国强", **HEADS, **more})


def voted(**more):
    return AgendaPoint("表决", votes=[Voted("年度计划", 28, 26, "Passed.", **more)])


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "第一党支部: minutes of the 主题党日"),
        ({}, "Time: 2026-11-14 19:00"),
        ({}, "Should attend: 30, with a vote 28"),
        ({}, "Attended: 27, with a vote 26"),
        ({}, "Not there: nobody"),
        ({"on_site": ["张英", "李国强"]}, "On site: 张英, 李国强"),
        ({"online": ["陈明"]}, "By video: 陈明"),
        ({"absences": [Absence("王五", True)]}, "On leave: 王五"),
        ({"absences": [Absence("王五", False)]}, "Not there: 王五 (no reason given)"),
        (
            {"absences": [Absence("王五", False, "生病"), Absence("赵六", True), Absence("钱七", True, "出差")]},
            "On leave: 赵六, 钱七 (出差)",
        ),
        ({"visited": ["钱七"]}, "Visited or made up: 钱七"),
        ({"observers": ["孙八 镇党委"]}, "Observers: 孙八 镇党委"),
        ({"items": [AgendaPoint("学习", presenter="张英")]}, "Item 1: 学习 (张英)"),
        ({"items": [AgendaPoint("学习", speeches=[SpeakerPoints("李国强", "同意")])]}, "李国强: 同意"),
        (
            {"items": [AgendaPoint("学习", speeches=[SpeakerPoints("李国强", "不同意", True)])]},
            "李国强, dissenting: 不同意",
        ),
        ({"items": [AgendaPoint("学习", decision="通过")]}, "Decision: 通过"),
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
        ({"items": [AgendaPoint("学习", tasks=["打扫 · 王五"])]}, "Task: 打扫 · 王五"),
    ],
)
def test_minutes_say_what_was_recorded(english, more, line):
    assert line in compose(evening(**more)).splitlines()


def test_the_order_is_the_customary_one(english):
    text = compose(evening(observers=["孙八"], items=[AgendaPoint("一", report="报告", decision="定了")]))
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
        )
    ]

    assert places == sorted(places)


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
@pytest.mark.parametrize(("kind", "said"), [("", "李国强"), ("other", "李国强"), ("sick", "李国强（病假）")])
def test_a_kind_of_leave_that_says_nothing_is_no_reason(held, cast, kind, said):
    Attendance.objects.filter(member=cast.li).update(state="leave", leave_kind=kind)

    assert f"请假：{said}\n" in draft_minutes(meeting=held, by=cast.secretary).text


@pytest.mark.django_db
def test_a_draft_costs_the_same_queries_however_long_the_agenda(held, cast, django_assert_num_queries):
    draft_minutes(meeting=held, by=cast.secretary)
    for position in (2, 3, 4):
        AgendaItem.objects.create(meeting=held, position=position, title=f"第{position}项")
    with django_assert_num_queries(30, exact=False):
        draft_minutes(meeting=held, by=cast.secretary)


@pytest.mark.django_db
def test_minutes_wait_until_the_meeting_is_closed(cast):
    planned = Meeting(organization=cast.branch, kind=MeetingKind.THEME_DAY, day=DAY, counts_for_year=2026)
    meeting = plan_meeting(meeting=planned, by=cast.secretary)

    with pytest.raises(WrongState):
        draft_minutes(meeting=meeting, by=cast.secretary)


@pytest.mark.django_db
def test_an_edit_takes_back_the_signatures_of_the_old_text(minutes, cast):
    signed = sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)
    edited = edit_minutes(minutes=signed, text="新的", before=signed.text, by=cast.secretary)

    assert (edited.text, edited.chair_signed_by, edited.chair_signed_at) == ("新的", "", None)


@pytest.mark.django_db
def test_an_edit_of_an_old_text_is_refused_and_changes_nothing(minutes, cast):
    with pytest.raises(WrongState):
        edit_minutes(minutes=minutes, text="新的", before="别的", by=cast.secretary)

    assert Minutes.objects.get().text == minutes.text
    assert not Entry.objects.filter(action="edit_minutes").exists()


# --- Signing ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_two_who_are_named_sign_each_as_themselves_and_then_it_is_locked(minutes, cast, chen):
    sign_minutes(minutes=minutes, seen=minutes.text, by=chen.user)
    locked = sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)

    assert (locked.chair_signed_by, locked.recorder_signed_by) == ("member", "chen")
    assert locked.is_locked
    assert Meeting.objects.get().state == MeetingState.LOCKED


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["secretary", "officer", "group_leader"])
def test_nobody_signs_for_another(minutes, cast, part):
    with pytest.raises(WrongState):
        sign_minutes(minutes=minutes, seen=minutes.text, by=getattr(cast, part))

    assert not Minutes.objects.get().is_signed
    assert not Entry.objects.filter(action="sign_minutes").exists()


@pytest.mark.django_db
def test_signing_twice_is_once(minutes, cast):
    for _twice in range(2):
        sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)

    assert Entry.objects.filter(action="sign_minutes").count() == 1
    assert not Minutes.objects.get().is_locked


@pytest.mark.django_db
def test_nobody_signs_a_text_that_has_changed_since_it_was_read(minutes, cast):
    with pytest.raises(WrongState):
        sign_minutes(minutes=minutes, seen="别的", by=cast.member)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lacks",
    [
        lambda: AgendaItem.objects.all().delete(),
        lambda: Meeting.objects.update(place=""),
        lambda: Meeting.objects.update(recorder=None),
        lambda: Attendance.objects.filter(name="陈明").update(state="absent"),
        lambda: Minutes.objects.update(text="   "),
        lambda: Minutes.objects.update(text="主持人：张英"),
    ],
)
def test_an_empty_record_or_text_is_not_signed(minutes, cast, lacks):
    lacks()
    text = Minutes.objects.get().text

    with pytest.raises(WrongState):
        sign_minutes(minutes=Minutes.objects.get(), seen=text, by=cast.member)


def on_paper(minutes, by, **more):
    given = {"role": RECORDER, "signed_on": DAY, "seen": minutes.text, "on": date(2026, 11, 24), **more}
    return file_paper_signature(minutes=minutes, by=by, **given)


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
def test_a_signature_on_paper_is_filed_by_a_second_person_and_says_so(minutes, cast, english):
    sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)
    locked = on_paper(minutes, cast.officer, signed_on=date(2026, 11, 15))
    chair, recorder = signatures_of(locked)

    assert locked.is_locked
    assert (chair.name, chair.sentence.split(" on ")[0]) == ("张英", "signed by 张英")
    assert recorder.name == "陈明"
    assert recorder.sentence.startswith("signed on paper on 2026-11-15, filed by officer (")
    assert Entry.objects.filter(action="sign_minutes", details__on_paper=True).count() == 1


@pytest.mark.django_db
def test_who_has_an_account_is_not_filed_on_paper(minutes, cast):
    with pytest.raises(WrongState):
        on_paper(minutes, cast.officer)


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
@pytest.mark.parametrize("day", [date(2026, 11, 13), date(2026, 11, 25)])
def test_the_paper_was_signed_between_the_meeting_and_today(minutes, cast, day):
    with pytest.raises(WrongState) as refusal:
        on_paper(minutes, cast.officer, signed_on=day)

    assert refusal.value.field == "signed_on"


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
def test_who_signs_does_not_file_the_others_paper(minutes, cast):
    with pytest.raises(WrongState):
        on_paper(minutes, cast.member)


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
def test_two_papers_are_filed_by_two(minutes, cast):
    cast.member.delete()
    on_paper(minutes, cast.officer)

    with pytest.raises(WrongState):
        on_paper(minutes, cast.officer, role=CHAIR)
    assert on_paper(minutes, cast.secretary, role=CHAIR).is_locked


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
def test_who_filed_one_paper_does_not_sign_the_other_line_once_the_account_is_connected(minutes, cast):
    cast.member.delete()
    filed = on_paper(minutes, cast.secretary)
    cast.secretary.member = Member.objects.get(name="张英")
    cast.secretary.save()

    with pytest.raises(WrongState):
        sign_minutes(minutes=filed, seen=filed.text, by=cast.secretary)


@pytest.mark.django_db
@pytest.mark.usefixtures("chen_has_no_account")
def test_an_edit_takes_back_a_paper_too(minutes, cast):
    filed = on_paper(minutes, cast.officer)
    edited = edit_minutes(minutes=filed, text="新的", before=filed.text, by=cast.secretary)

    assert (edited.recorder_signed_by, edited.recorder_paper_on) == ("", None)


@pytest.mark.django_db
def test_the_database_keeps_no_paper_that_nobody_filed(minutes):
    with pytest.raises(IntegrityError, match="minutes_paper_is_filed_by_somebody"), transaction.atomic():
        Minutes.objects.update(chair_paper_on=DAY)


@pytest.mark.django_db
def test_locked_minutes_are_neither_edited_nor_composed_anew(locked, held, cast):
    with pytest.raises(WrongState):
        edit_minutes(minutes=locked, text="新的", before=locked.text, by=cast.secretary)
    with pytest.raises(WrongState):
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
    with pytest.raises(WrongState):
        correct_minutes(minutes=minutes, key=uuid.uuid4(), text="x", reason="y", by=cast.secretary)


@pytest.mark.django_db
def test_word_holds_the_text_and_the_corrections(locked, cast):
    correct_minutes(minutes=locked, key=uuid.uuid4(), text="应为<李>&国强", reason="笔误", by=cast.secretary)
    paragraphs = [paragraph.text for paragraph in Document(BytesIO(minutes_as_word(locked))).paragraphs]

    *text, chair, recorder, correction = [line for line in paragraphs if line]
    assert text == [line for line in locked.text.splitlines() if line]
    assert chair.startswith("主持人 张英：张英于")
    assert recorder.startswith("记录人 陈明：陈明于")
    assert "应为<李>&国强" in correction


@pytest.mark.django_db
def test_word_keeps_a_line_for_the_pen_until_it_is_signed(minutes):
    paragraphs = [paragraph.text for paragraph in Document(BytesIO(minutes_as_word(minutes))).paragraphs]

    assert [line for line in paragraphs if line][-2:] == ["主持人（签名）：", "记录人（签名）："]


# --- A record that changes after the text was composed ----------------------------------------------------------------
RECORD_CHANGES = {
    "attendance": lambda: Attendance.objects.filter(name="李国强").update(state="on_site"),
    "a decision": lambda: AgendaItem.objects.update(decision="通过"),
    "the place": lambda: Meeting.objects.update(place="礼堂"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", RECORD_CHANGES)
def test_nobody_signs_a_text_with_which_the_record_does_not_agree_any_more(minutes, cast, chen, what):
    sign_minutes(minutes=minutes, seen=minutes.text, by=chen.user)
    RECORD_CHANGES[what]()

    with pytest.raises(WrongState, match="记录在起草后有变化"):
        sign_minutes(minutes=Minutes.objects.get(), seen=minutes.text, by=cast.member)
    assert not Minutes.objects.get().is_locked


@pytest.mark.django_db
def test_what_is_put_back_as_it_was_can_be_signed_in_any_language(minutes, cast, chen, english):
    sign_minutes(minutes=minutes, seen=minutes.text, by=chen.user)
    for state in ("on_site", "absent"):
        Attendance.objects.filter(name="李国强").update(state=state)

    assert sign_minutes(minutes=Minutes.objects.get(), seen=minutes.text, by=cast.member).is_locked


@pytest.mark.django_db
def test_composing_anew_from_a_changed_record_takes_the_signature_back(minutes, held, cast, chen):
    sign_minutes(minutes=minutes, seen=minutes.text, by=chen.user)
    with pytest.raises(WrongState):
        draft_minutes(meeting=held, by=cast.secretary)
    Attendance.objects.filter(name="李国强").update(state="on_site")
    anew = draft_minutes(meeting=held, by=cast.secretary)

    assert "实到：3人" in anew.text
    assert not Minutes.objects.get().is_signed
    sign_minutes(minutes=anew, seen=anew.text, by=cast.member)
    assert sign_minutes(minutes=anew, seen=anew.text, by=chen.user).is_locked


@pytest.mark.django_db
@pytest.mark.parametrize("is_compared", [True, False])
def test_a_text_edited_by_hand_is_signed_only_when_it_was_compared_with_the_record(minutes, cast, is_compared):
    Attendance.objects.filter(name="李国强").update(state="on_site")
    text = minutes.text + "补充"
    edited = edit_minutes(minutes=minutes, text=text, before=minutes.text, is_compared=is_compared, by=cast.secretary)

    if is_compared:
        assert sign_minutes(minutes=edited, seen=text, by=cast.member).chair_signed_at
    else:
        with pytest.raises(WrongState):
            sign_minutes(minutes=edited, seen=text, by=cast.member)
