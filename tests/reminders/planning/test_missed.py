"""Who is told what they missed, and until when they are asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.choices import AttendanceState, MeetingState, NotCountedBecause, ReasonSource
from meetings.models import AgendaItem, Attendance, LeaveRequest, Meeting, Vote
from members.choices import LeavingReason, Membership, SituationKind
from members.models import Affiliation, ContactPerson, Member, Situation
from reminders.choices import AnswerChoice, AnswerSource, MessageState
from reminders.messages.rules import LINK, STANDS
from reminders.models import Answer, Preference
from reminders.planning.kinds import KINDS
from tests.cast import TODAY, make_member
from tests.reminders.planning.telling import EVENING, MINUTE, absent, held, names_told, planned, stands, stored, told

DAYS = timedelta(days=1)


@pytest.fixture
def meeting(cast):
    made = held(cast.branch, items=["学习党章", "讨论四季度计划"])
    absent(made, cast.zhang)
    return made


def the_one(at=EVENING):
    [occasion] = told("missed", at)
    return occasion


def test_who_was_absent_is_told_at_the_closing_what_was_on_and_how_to_answer(cast, meeting):
    occasion = the_one()
    assert (occasion.step, occasion.about, occasion.due_at) == (1, str(meeting.pk), EVENING)
    assert (occasion.member_id, occasion.organization_id) == (cast.zhang.pk, cast.branch.pk)
    values = dict(occasion.values)
    assert values.pop(LINK) == STANDS
    assert values == {
        "name": "张英", "member": "张英", "branch": "红旗社区第一党支部", "meeting": "主题党日", "day": "11月24日",
        "content": "学习党章；讨论四季度计划",
    }  # fmt: skip


def test_the_next_rungs_come_after_three_and_seven_days_each_once(cast, meeting):
    steps = []
    for day in range(16):
        for occasion in told("missed", EVENING + day * DAYS):
            steps.append((day, occasion.step))
            stored(occasion)
    assert steps == [(0, 1), (3, 2), (7, 3)]


def test_the_same_occasion_is_the_same_wherever_the_clock_stands(cast, meeting):
    keys = {the_one(EVENING + hours * timedelta(hours=1)).dedupe_key for hours in range(72)}
    assert keys == {f"missed:{meeting.pk}:{cast.zhang.pk}:1"}
    stored(the_one())
    assert told("missed", EVENING + MINUTE) == []


@pytest.mark.parametrize("late", [timedelta(0), -MINUTE])
def test_nobody_is_told_before_the_closing(cast, meeting, late):
    assert bool(told("missed", EVENING + late)) is (late == timedelta(0))


@pytest.mark.parametrize("state", [state for state in AttendanceState.values if state != AttendanceState.ABSENT])
def test_only_who_is_recorded_as_absent_is_asked_unknown_stays_unknown(cast, state):
    leave = {"leave_kind": "sick"} if state == AttendanceState.LEAVE else {}
    absent(held(cast.branch), cast.zhang, state=state, **leave)
    assert told("missed", EVENING) == []


@pytest.mark.parametrize(
    "said",
    [
        {"reason": "住院", "reason_source": ReasonSource.OFFICER},
        {"answer": "我已自学", "answer_source": ReasonSource.MEMBER},
    ],
)
def test_who_gave_a_word_already_is_not_asked(cast, meeting, said):
    row = Attendance.objects.get()
    for field, value in said.items():
        setattr(row, field, value)
    row.save()
    assert told("missed", EVENING) == []


def situation(member, kind):
    Situation.objects.create(member=member, kind=kind, valid_from=TODAY - DAYS)


def test_probationary_members_and_those_in_transfer_are_told_like_everybody(cast):
    new = make_member("孙预备", cast.branch, membership=Membership.PROBATIONARY)
    leaving = make_member("钱转接", cast.branch)
    situation(leaving, SituationKind.IN_TRANSFER)
    made = held(cast.branch)
    absent(made, new, not_counted=NotCountedBecause.PROBATIONARY)
    absent(made, leaving)
    assert names_told("missed", EVENING) == {"孙预备", "钱转接"}


@pytest.mark.parametrize("kind", [SituationKind.SUSPENDED, SituationKind.LOST_CONTACT])
def test_the_suspended_and_the_lost_are_not_asked(cast, meeting, kind):
    situation(cast.zhang, kind)
    assert told("missed", EVENING) == []


@pytest.mark.parametrize("kind", [SituationKind.RELOCATED, SituationKind.MOBILE, SituationKind.ABROAD_SENT])
def test_who_is_far_away_is_told_how_to_make_up_for_it_instead(cast, meeting, kind):
    situation(cast.zhang, kind)
    assert told("missed", EVENING) == []
    assert len(told("make_up", EVENING)) == 1


def test_who_was_left_out_with_both_approvals_is_not_asked(cast):
    absent(held(cast.branch), cast.zhang, not_counted=NotCountedBecause.EXCLUDED)
    assert told("missed", EVENING) == []


@pytest.mark.parametrize("decided", [False, True])
def test_who_asked_for_leave_has_said_why(cast, meeting, decided):
    answer = {"state": "refused", "decided_by": cast.secretary} if decided else {}
    LeaveRequest.objects.create(meeting=meeting, member=cast.zhang, kind="sick", **answer)
    assert told("missed", EVENING) == []


def test_who_has_left_is_not_told(cast, meeting):
    Affiliation.objects.filter(member=cast.zhang).update(valid_until=TODAY, left_because=LeavingReason.LEFT_SYSTEM)
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    assert told("missed", EVENING) == []


def test_who_moved_to_another_branch_is_not_told_by_the_old_one(cast, meeting):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path=cast.next_branch.path)
    assert told("missed", EVENING) == []


def test_who_takes_part_here_is_told_here(cast):
    absent(held(cast.next_branch), cast.zhang, not_counted=NotCountedBecause.PARTICIPANT)
    assert names_told("missed", EVENING) == {"张英"}


def test_for_a_frail_member_the_contact_person_is_spoken_to_in_their_language(cast):
    ContactPerson.objects.create(member=cast.li, person=cast.zhang)
    Preference.objects.create(member=cast.zhang, language="en")
    situation(cast.li, SituationKind.FRAIL)
    absent(held(cast.branch), cast.li)
    values = the_one().values
    assert (values["name"], values["member"], values["day"]) == ("张英", "李国强", "November 24")


def test_a_meeting_that_was_recorded_long_after_its_day_is_told_to_nobody(cast):
    absent(held(cast.branch, day=TODAY - 60 * DAYS), cast.zhang)
    assert told("missed", EVENING) == []


def test_planned_and_cancelled_meetings_were_missed_by_nobody(cast, meeting):
    Meeting.objects.update(state=MeetingState.CANCELLED, cancelled_because="停电")
    planned(cast.branch, TODAY)
    assert told("missed", EVENING) == []


def test_a_subtree_can_be_asked_alone(cast, meeting):
    absent(held(cast.other_branch), cast.zhao)
    assert {one.member_id for one in told("missed", EVENING, cast.other_district.path)} == {cast.zhao.pk}
    assert len(told("missed", EVENING)) == 2


# --- What is said -----------------------------------------------------------------------------------------------------
def test_items_that_name_somebody_on_the_list_are_left_out(cast, meeting):
    AgendaItem.objects.create(meeting=meeting, position=3, title="批评张英")
    assert the_one().values["content"] == "学习党章；讨论四季度计划"


def test_items_on_which_the_meeting_voted_about_one_person_are_left_out(cast, meeting):
    item = AgendaItem.objects.create(meeting=meeting, position=3, title="接收吴积极为预备党员")
    Vote.objects.create(item=item, subject="admission", method="secret_ballot", about="吴", entitled=2, present=2)
    assert "吴" not in the_one().values["content"]


def test_decisions_are_told_once_the_minutes_are_locked_and_only_open_ones(cast, meeting):
    AgendaItem.objects.filter(position=1).update(decision="通过学习计划。")
    AgendaItem.objects.filter(position=2).update(decision="内部掌握", is_open_to_members=False)
    assert "通过" not in the_one().values["content"]
    Meeting.objects.update(state=MeetingState.LOCKED)
    content = the_one().values["content"]
    assert "通过学习计划" in content and "内部掌握" not in content


def test_the_title_of_an_admission_is_not_told(cast):
    absent(held(cast.branch, kind="admission", title="接收吴积极为预备党员大会"), cast.zhang)
    assert "吴" not in the_one().values["meeting"]


# --- Until when -------------------------------------------------------------------------------------------------------
def test_it_stands_until_a_reason_is_on_record(cast, meeting):
    message = stored(the_one())
    assert stands(message, EVENING + DAYS)
    row = Attendance.objects.get()
    row.reason, row.reason_source = "住院", ReasonSource.MEMBER
    row.save()
    assert not stands(message, EVENING + DAYS)


@pytest.mark.parametrize("state", [AttendanceState.ON_SITE, AttendanceState.MADE_UP, AttendanceState.VISITED])
def test_it_stops_when_they_were_there_after_all_or_made_up_for_it(cast, meeting, state):
    message = stored(the_one())
    Attendance.objects.update(state=state)
    assert not stands(message, EVENING + DAYS)


def test_it_stops_with_an_answer(cast, meeting):
    message = stored(the_one())
    Answer.objects.create(
        message=message, sealed_choice=AnswerChoice.AWAY, source=AnswerSource.LINK, answered_at=timezone.now()
    )
    assert not stands(message, EVENING + DAYS)


def test_it_stops_when_the_member_leaves(cast, meeting):
    message = stored(the_one())
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    assert not stands(message, EVENING + DAYS)


def test_a_rung_that_waits_until_the_next_ones_turn_is_not_sent_beside_it(cast, meeting):
    waiting = stored(the_one(), MessageState.TO_CALL)
    assert stands(waiting, EVENING + 3 * DAYS - MINUTE)
    assert not stands(waiting, EVENING + 3 * DAYS)


def test_one_that_was_sent_stays_open_beside_the_next(cast, meeting):
    assert stands(stored(the_one()), EVENING + 5 * DAYS)


def test_what_stands_is_told_as_it_is_now(cast, meeting):
    message = stored(the_one())
    AgendaItem.objects.filter(position=2).delete()
    now = KINDS["missed"].standing([message], at=EVENING)[message.pk]
    assert now["content"] == "学习党章"
    assert now["answer_link"] == message.values["answer_link"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_of_absences_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    for number in range(count):
        absent(held(cast.branch, items=["学习"]), make_member(f"周{number}", cast.branch))
    with django_assert_num_queries(9):
        found = told("missed", EVENING)
    messages = [stored(one) for one in found]
    assert len(messages) == count
    with django_assert_num_queries(7):
        KINDS["missed"].standing(messages, at=EVENING)
