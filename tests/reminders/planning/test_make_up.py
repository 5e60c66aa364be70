"""Who far away is told how to make up for a meeting."""

from datetime import timedelta

import pytest

from meetings.choices import AttendanceState, NotCountedBecause
from meetings.models import Attendance, LeaveRequest, Material
from members.choices import Membership, SituationKind
from members.models import ContactPerson, Member, Situation
from reminders.choices import MessageState
from reminders.messages.rules import LINK, STANDS
from reminders.planning.kinds import KINDS
from tests.cast import TODAY, make_member
from tests.reminders.planning.telling import EVENING, MINUTE, absent, held, names_told, stands, stored, told

DAYS = timedelta(days=1)


def far(member, kind=SituationKind.MOBILE):
    Situation.objects.create(member=member, kind=kind, valid_from=TODAY - 30 * DAYS)
    return member


@pytest.fixture
def meeting(cast):
    made = held(cast.branch, items=["学习党章"], online_link="https://meeting.example.cn/52")
    Material.objects.create(meeting=made, title="《党章》第一章", text="…")
    Material.objects.create(meeting=made, title="内部材料", text="…", is_open_to_members=False)
    absent(made, far(cast.zhang))
    return made


def the_one(at=EVENING):
    [occasion] = told("make_up", at)
    return occasion


def test_they_are_told_what_it_was_about_and_what_there_is_to_read(cast, meeting):
    values = the_one().values
    assert (values["content"], values["material"]) == ("学习党章", "《党章》第一章")
    assert values["online_link"] == "https://meeting.example.cn/52"
    assert values[LINK] == STANDS


def test_at_the_closing_and_once_more_after_a_week_each_once(cast, meeting):
    steps = []
    for day in range(16):
        for occasion in told("make_up", EVENING + day * DAYS):
            steps.append((day, occasion.step))
            stored(occasion)
    assert steps == [(0, 1), (7, 2)]


@pytest.mark.parametrize(
    ("state", "is_told"),
    [
        (AttendanceState.ABSENT, True),
        (AttendanceState.LEAVE, True),
        (AttendanceState.UNKNOWN, False),
        (AttendanceState.ONLINE, False),
        (AttendanceState.VISITED, False),
        (AttendanceState.MADE_UP, False),
    ],
)
def test_leave_and_absence_are_made_up_for_and_what_is_unknown_is_neither(cast, state, is_told):
    leave = {"leave_kind": "official"} if state == AttendanceState.LEAVE else {}
    absent(held(cast.branch), far(cast.zhang), state=state, **leave)
    assert bool(told("make_up", EVENING)) is is_told


@pytest.mark.parametrize(
    ("kind", "is_told"),
    [
        (SituationKind.RELOCATED, True),
        (SituationKind.ABROAD_PRIVATE, True),
        (SituationKind.ABROAD_SENT, True),
        (SituationKind.FRAIL, False),
        (SituationKind.SECONDED, False),
        (SituationKind.IN_TRANSFER, False),
        (SituationKind.SUSPENDED, False),
    ],
)
def test_only_those_far_away_are_told(cast, kind, is_told):
    absent(held(cast.branch), far(cast.zhang, kind))
    assert bool(told("make_up", EVENING)) is is_told


@pytest.mark.parametrize("kind", [SituationKind.SUSPENDED, SituationKind.LOST_CONTACT])
def test_the_suspended_and_the_lost_are_not_told_wherever_they_are(cast, meeting, kind):
    far(cast.zhang, kind)
    assert told("make_up", EVENING) == []


def test_probationary_members_are_told_and_those_left_out_or_gone_are_not(cast):
    made = held(cast.branch)
    new = far(make_member("孙预备", cast.branch, membership=Membership.PROBATIONARY))
    gone = far(make_member("钱外出", cast.branch))
    absent(made, new, not_counted=NotCountedBecause.PROBATIONARY)
    absent(made, far(cast.zhang), not_counted=NotCountedBecause.EXCLUDED)
    absent(made, gone)
    Member.objects.filter(pk=gone.pk).update(roster_path="")
    assert names_told("make_up", EVENING) == {"孙预备"}


def test_who_asked_for_leave_is_told_all_the_same(cast, meeting):
    LeaveRequest.objects.create(meeting=meeting, member=cast.zhang, kind="official")
    assert len(told("make_up", EVENING)) == 1


def test_for_who_is_frail_and_far_the_contact_person_is_spoken_to(cast, meeting):
    far(cast.zhang, SituationKind.FRAIL)
    ContactPerson.objects.create(member=cast.zhang, name="女儿")
    assert (the_one().values["name"], the_one().values["member"]) == ("女儿", "张英")


@pytest.mark.parametrize("state", [AttendanceState.MADE_UP, AttendanceState.VISITED, AttendanceState.ONLINE])
def test_it_stops_when_it_was_made_up_for(cast, meeting, state):
    message = stored(the_one())
    assert stands(message, EVENING + DAYS)
    Attendance.objects.update(state=state)
    assert not stands(message, EVENING + DAYS)


def test_a_rung_that_waits_until_the_next_ones_turn_is_not_sent_beside_it(cast, meeting):
    waiting = stored(the_one(), MessageState.HELD)
    assert stands(waiting, EVENING + 7 * DAYS - MINUTE)
    assert not stands(waiting, EVENING + 7 * DAYS)


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    for number in range(count):
        absent(held(cast.branch, items=["学习"]), far(make_member(f"周{number}", cast.branch)))
    with django_assert_num_queries(9):
        found = told("make_up", EVENING)
    messages = [stored(one) for one in found]
    assert len(messages) == count
    with django_assert_num_queries(6):
        KINDS["make_up"].standing(messages, at=EVENING)
