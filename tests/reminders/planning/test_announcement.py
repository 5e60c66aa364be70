"""What is announced in a branch's group chat."""

from datetime import datetime, time, timedelta

import pytest

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Material, Meeting
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageState
from reminders.models import ChannelSetup
from reminders.planning.kinds import KINDS
from tests.cast import TODAY
from tests.reminders.planning.telling import planned, stands, stored, told

DAYS = timedelta(days=1)
DAY = TODAY + 3 * DAYS
NOW = datetime.combine(TODAY, time(9), SHANGHAI)


def chat(place, kind="wecom", **fields):
    return ChannelSetup.objects.create(
        organization=place, kind=kind, name="支部群", address="https://qyapi.weixin.qq.com/x", **fields
    )


@pytest.fixture
def meeting(cast):
    chat(cast.branch)
    return planned(cast.branch, DAY, title="讨论张英同志的问题")


def the_one(at=NOW):
    [occasion] = told("announcement", at)
    return occasion


def test_a_meeting_is_announced_by_its_kind_hour_and_place_without_title_or_name(cast, meeting):
    Material.objects.create(meeting=meeting, title="张英同志对照检查", text="…")
    Material.objects.create(meeting=meeting, title="《党章》第一章", text="…")
    occasion = the_one()
    assert (occasion.member_id, occasion.user_id, occasion.organization_id) == (None, None, cast.branch.pk)
    assert occasion.values == {
        "branch": "红旗社区第一党支部", "meeting": "党员大会", "day": "11月27日（星期五）", "time": "15:00",
        "place": "社区三楼会议室", "online_link": "", "material": "《党章》第一章",
    }  # fmt: skip


def test_it_is_announced_once(cast, meeting):
    found = []
    for hour in range(24 * 5):
        at = NOW - DAYS + timedelta(hours=hour)
        for occasion in told("announcement", at):
            found.append(f"{at:%m-%d %H}")
            stored(occasion)
    assert found == ["11-24 09"]


@pytest.mark.parametrize(("place", "is_told"), [("branch", True), ("district", False), ("next_branch", False)])
def test_only_the_chat_of_the_branch_itself_hears_of_it(cast, place, is_told):
    chat(getattr(cast, place))
    planned(cast.branch, DAY)
    assert bool(told("announcement", NOW)) is is_told


def test_a_chat_that_is_not_in_use_hears_nothing(cast):
    chat(cast.branch, is_used=False)
    planned(cast.branch, DAY)
    assert told("announcement", NOW) == []


def test_a_gateway_for_text_messages_is_no_chat(cast):
    chat(cast.branch, "sms")
    planned(cast.branch, DAY)
    assert told("announcement", NOW) == []


def test_a_groups_meeting_is_announced_in_its_branchs_chat(cast):
    chat(cast.branch)
    planned(cast.group, DAY, kind=MeetingKind.GROUP_MEETING)
    assert the_one().organization_id == cast.branch.pk


def test_committee_meetings_are_not_announced(cast):
    chat(cast.branch)
    planned(cast.branch, DAY, kind=MeetingKind.COMMITTEE_MEETING)
    assert told("announcement", NOW) == []


def test_with_two_chats_it_is_announced_in_one(cast, meeting):
    chat(cast.branch, "feishu")
    assert len(told("announcement", NOW)) == 1


def test_a_moved_meeting_is_announced_anew_and_stops_what_is_planned(cast, meeting):
    message = stored(the_one(), MessageState.READY)
    assert stands(message, NOW)
    Meeting.objects.update(day=DAY - DAYS)
    assert not stands(message, NOW)
    assert the_one().dedupe_key != message.dedupe_key


def test_it_stops_when_the_meeting_is_called_off(cast, meeting):
    message = stored(the_one(), MessageState.READY)
    Meeting.objects.update(state=MeetingState.CANCELLED, cancelled_because="停电")
    assert not stands(message, NOW)


def test_where_no_chat_is_set_up_nothing_is_asked(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert told("announcement", NOW) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    chat(cast.branch)
    for number in range(count):
        planned(cast.branch, DAY, starts_at=time(10 + number))
    with django_assert_num_queries(8):
        found = told("announcement", NOW)
    messages = [stored(one) for one in found]
    assert len(messages) == count
    with django_assert_num_queries(6):
        KINDS["announcement"].standing(messages, at=NOW)
