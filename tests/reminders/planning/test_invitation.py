"""Who is invited to a meeting to come, and until when."""

from datetime import datetime, time, timedelta

import pytest

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Exclusion, LeaveRequest, Material, Meeting
from members.choices import AffiliationKind, LeavingReason, Membership, SituationKind
from members.models import Affiliation, ContactPerson, Member, Situation
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageState
from reminders.planning.kinds import KINDS
from tests.cast import TODAY, make_member
from tests.reminders.planning.telling import names_told, planned, stands, stored, told

DAYS = timedelta(days=1)
DAY = TODAY + 3 * DAYS
NOW = datetime.combine(TODAY, time(9), SHANGHAI)
"""Three days before the meeting, when the first invitation is due."""
SHORTLY = datetime.combine(DAY, time(13), SHANGHAI)


def befallen(member, kind=SituationKind.MOBILE, **period):
    Situation.objects.create(member=member, kind=kind, **{"valid_from": TODAY - 30 * DAYS, **period})
    return member


@pytest.fixture
def meeting(cast):
    befallen(cast.zhang)
    return planned(cast.branch, DAY, online_link="https://meeting.example.cn/52")


def the_one(at=NOW):
    [occasion] = told("invitation", at)
    return occasion


def test_they_are_told_when_and_where_and_by_which_link(cast, meeting):
    Material.objects.create(meeting=meeting, title="《党章》第一章", text="…")
    occasion = the_one()
    assert (occasion.step, occasion.due_at, occasion.about) == (1, NOW, str(meeting.pk))
    assert occasion.expires_at == SHORTLY + timedelta(hours=2)
    assert occasion.values == {
        "name": "张英", "member": "张英", "branch": "红旗社区第一党支部", "meeting": "党员大会",
        "day": "11月27日（星期五）", "time": "15:00", "place": "社区三楼会议室",
        "online_link": "https://meeting.example.cn/52", "material": "《党章》第一章",
    }  # fmt: skip


def test_three_days_before_and_two_hours_before_each_once(cast, meeting):
    steps = []
    for hour in range(24 * 5):
        at = NOW - DAYS + timedelta(hours=hour)
        for occasion in told("invitation", at):
            steps.append((f"{at:%m-%d %H}", occasion.step))
            stored(occasion)
    assert steps == [("11-24 09", 1), ("11-27 13", 2)]


@pytest.mark.parametrize(
    "kind",
    [
        SituationKind.RELOCATED,
        SituationKind.MOBILE,
        SituationKind.ABROAD_SENT,
        SituationKind.ABROAD_PRIVATE,
        SituationKind.FRAIL,
        SituationKind.BEDRIDDEN,
    ],
)
def test_the_far_and_the_frail_are_invited(cast, kind):
    planned(cast.branch, DAY)
    befallen(cast.zhang, kind)
    assert names_told("invitation", NOW) == {"张英"}


@pytest.mark.parametrize(
    "kind", [SituationKind.RETIRED, SituationKind.SECONDED, SituationKind.HARDSHIP, SituationKind.IN_TRANSFER]
)
def test_everybody_else_knows_of_it_otherwise(cast, kind):
    planned(cast.branch, DAY)
    befallen(cast.zhang, kind)
    assert told("invitation", NOW) == []


@pytest.mark.parametrize("kind", [SituationKind.SUSPENDED, SituationKind.LOST_CONTACT])
def test_the_suspended_and_the_lost_are_not_invited(cast, meeting, kind):
    befallen(cast.zhang, kind)
    assert told("invitation", NOW) == []


def test_the_groups_members_are_invited_to_the_branchs_meeting_and_the_neighbours_are_not(cast, meeting):
    for member in (cast.li, cast.wang, cast.zhao):
        befallen(member)
    assert names_told("invitation", NOW) == {"张英", "李国强"}


def test_a_groups_meeting_is_its_own_members(cast):
    befallen(cast.zhang)
    befallen(cast.li)
    planned(cast.group, DAY, kind=MeetingKind.GROUP_MEETING)
    assert names_told("invitation", NOW) == {"李国强"}


def test_probationary_members_and_those_who_take_part_here_are_invited_once(cast, meeting):
    befallen(make_member("孙预备", cast.branch, membership=Membership.PROBATIONARY), SituationKind.RELOCATED)
    befallen(cast.wang)
    Affiliation.objects.create(member=cast.wang, organization=cast.branch, kind=AffiliationKind.PARTICIPATION)
    befallen(cast.zhang, SituationKind.FRAIL)
    assert sorted(one.values["member"] for one in told("invitation", NOW)) == ["孙预备", "张英", "王秀兰"]


def test_who_will_have_left_by_the_day_is_not_invited(cast, meeting):
    Affiliation.objects.filter(member=cast.zhang).update(valid_until=DAY, left_because=LeavingReason.LEFT_SYSTEM)
    assert told("invitation", NOW) == []


def test_who_will_be_back_by_the_day_is_not_invited(cast):
    planned(cast.branch, DAY)
    befallen(cast.zhang, valid_until=DAY)
    assert told("invitation", NOW) == []


@pytest.mark.parametrize(("state", "is_told"), [("asked", False), ("granted", False), ("refused", True)])
def test_who_asked_for_leave_is_not_invited_again_unless_it_was_refused(cast, meeting, state, is_told):
    by = None if state == "asked" else cast.secretary
    LeaveRequest.objects.create(meeting=meeting, member=cast.zhang, kind="sick", state=state, decided_by=by)
    assert bool(told("invitation", NOW)) is is_told


@pytest.mark.parametrize(("approved_on", "is_told"), [(None, True), (TODAY, False)])
def test_who_is_left_out_with_both_approvals_is_not_invited(cast, meeting, approved_on, is_told):
    document = "组〔2026〕5号" if approved_on else ""
    Exclusion.objects.create(
        meeting=meeting, member=cast.zhang, ground="abroad", superior_agreed_on=approved_on,
        superior_document=document, meeting_agreed_on=TODAY,
    )  # fmt: skip
    assert bool(told("invitation", NOW)) is is_told


def test_for_a_frail_member_the_contact_person_is_spoken_to(cast, meeting):
    befallen(cast.zhang, SituationKind.FRAIL)
    ContactPerson.objects.create(member=cast.zhang, name="女儿")
    assert (the_one().values["name"], the_one().values["member"]) == ("女儿", "张英")


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"place": "", "online_link": ""}, False),
        ({"place": "三楼"}, True),
        ({"place": "", "online_link": "https://meeting.example.cn/52"}, True),
    ],
)
def test_nobody_is_invited_before_there_is_a_place_a_link_or_something_to_read(cast, fields, is_told):
    befallen(cast.zhang)
    planned(cast.branch, DAY, **fields)
    assert bool(told("invitation", NOW)) is is_told


@pytest.mark.parametrize("is_open", [True, False])
def test_something_to_read_is_enough_if_members_may(cast, is_open):
    befallen(cast.zhang)
    made = planned(cast.branch, DAY, place="")
    Material.objects.create(meeting=made, title="材料", text="…", is_open_to_members=is_open)
    assert bool(told("invitation", NOW)) is is_open


def test_material_that_names_somebody_on_the_roster_is_not_told(cast, meeting):
    Material.objects.create(meeting=meeting, title="李国强同志对照检查", text="…")
    assert the_one().values["material"] == ""


def test_committees_know_of_their_own_meetings(cast):
    befallen(cast.zhang)
    planned(cast.branch, DAY, kind=MeetingKind.COMMITTEE_MEETING)
    assert told("invitation", NOW) == []


def test_a_meeting_without_an_hour_says_so(cast):
    befallen(cast.zhang)
    planned(cast.branch, DAY, starts_at=None)
    assert the_one().values["time"] == "（时间另行通知）"


def test_a_meeting_moved_to_another_day_invites_anew_and_stops_what_is_planned(cast, meeting):
    before = stored(the_one(), MessageState.READY)
    Meeting.objects.update(day=DAY - DAYS)
    assert not stands(before, NOW)
    anew = the_one()
    assert anew.dedupe_key != before.dedupe_key
    stored(anew)
    assert told("invitation", NOW) == []


def test_a_meeting_moved_there_and_back_invites_nobody_twice_to_the_same_day(cast, meeting):
    stored(the_one())
    Meeting.objects.update(day=DAY - DAYS)
    stored(the_one())
    Meeting.objects.update(day=DAY)
    assert told("invitation", NOW) == []


def test_another_hour_is_told_too(cast, meeting):
    before = stored(the_one())
    Meeting.objects.update(starts_at=time(16))
    assert the_one().dedupe_key != before.dedupe_key
    assert not stands(before, NOW)


@pytest.mark.parametrize(
    "now",
    [
        {"state": MeetingState.CANCELLED, "cancelled_because": "停电"},
        {"state": MeetingState.OPEN},
        {"state": MeetingState.HELD},
        {"place": "", "online_link": ""},
    ],
)
def test_it_stops_when_the_meeting_is_called_off_or_has_begun(cast, meeting, now):
    message = stored(the_one(), MessageState.READY)
    assert stands(message, NOW)
    Meeting.objects.update(**now)
    assert not stands(message, NOW)
    assert told("invitation", NOW) == []


def test_it_stops_when_they_ask_for_leave_or_leave(cast, meeting):
    message = stored(the_one(), MessageState.READY)
    request = LeaveRequest.objects.create(meeting=meeting, member=cast.zhang, kind="sick")
    assert not stands(message, NOW)
    request.delete()
    Affiliation.objects.filter(member=cast.zhang).delete()
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    assert not stands(message, NOW)


def test_it_is_of_no_use_once_the_meeting_should_have_begun(cast, meeting):
    message = stored(the_one(SHORTLY), MessageState.READY)
    assert stands(message, SHORTLY)
    assert not stands(message, SHORTLY + timedelta(hours=2))


def test_a_new_link_is_told_as_it_is_when_the_message_goes_out(cast, meeting):
    message = stored(the_one(), MessageState.READY)
    Meeting.objects.update(online_link="https://meeting.example.cn/99")
    assert KINDS["invitation"].standing([message], at=NOW)[message.pk]["online_link"].endswith("/99")


def test_a_subtree_can_be_asked_alone(cast, meeting):
    befallen(cast.zhao)
    planned(cast.other_branch, DAY)
    assert {one.member_id for one in told("invitation", NOW, cast.other_branch.path)} == {cast.zhao.pk}
    assert len(told("invitation", NOW)) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    for number in range(count):
        planned(cast.branch, DAY, starts_at=time(10 + number))
    for number in range(count):
        befallen(make_member(f"周{number}", cast.branch))
    with django_assert_num_queries(13):
        found = told("invitation", NOW)
    messages = [stored(one) for one in found]
    assert len(messages) == count * count
    with django_assert_num_queries(10):
        KINDS["invitation"].standing(messages, at=NOW)
