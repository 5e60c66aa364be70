"""The pages of a meeting: they work, in scope, for the right office, by the right method, and say what is wrong."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.choices import MeetingKind, MeetingState
from meetings.models import AgendaItem, Attendance, Meeting
from meetings.pages.services import open_meeting
from tests.cast import TODAY
from tests.meetings.ending import end, ready
from tests.meetings.votes.voting import hold, known_as, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

POSTED = ("meeting-open", "meeting-close")
FORMS = ("meeting-edit", "meeting-cancel")


@pytest.fixture
def meeting(cast):
    return plan(cast, formal=3, kind=MeetingKind.THEME_DAY)


def url(name, row):
    return reverse(f"meetings:{name}", args=[row.pk])


def planned(**more):
    fields = {
        "kind": "theme_day",
        "title": "学习党章",
        "day": "2026-12-05",
        "place": "活动室",
        "items": "学习\n\n 讨论 ",
    }
    return {"key": uuid.uuid4(), **fields, **more}


def plan_url(place):
    return reverse("meetings:meeting-plan", args=[place.code])


def state(meeting):
    return Meeting.objects.get(pk=meeting.pk).state


def test_a_meeting_is_planned_with_its_agenda_in_one_form(cast, as_user):
    answer = as_user(cast.secretary).post(plan_url(cast.branch), planned(also=["party_lecture"]), follow=True)

    meeting = Meeting.objects.get()
    assert answer.status_code == 200
    assert list(meeting.agenda.values_list("title", flat=True)) == ["学习", "讨论"]
    assert [session.kind for session in meeting.sessions.all()] == ["party_lecture"]
    assert (meeting.counts_for_year, meeting.state) == (2026, MeetingState.PLANNED)


def test_the_plan_sent_twice_is_one_meeting(cast, as_user):
    client, form = as_user(cast.secretary), planned()
    first, second = (client.post(plan_url(cast.branch), form) for _turn in range(2))

    assert first.url == second.url
    assert Meeting.objects.count() == 1


def test_a_meeting_of_january_can_count_for_the_year_before(cast, as_user):
    form = planned(kind="org_life_meeting", day="2027-01-20", counts_for_year="2026")
    as_user(cast.secretary).post(plan_url(cast.branch), form)

    assert Meeting.objects.get().counts_for_year == 2026


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day": ""}, "day"),
        ({"kind": "group_meeting"}, "kind"),
        ({"starts_at": "15:00", "ends_at": "14:00"}, "ends_at"),
        ({"online_link": "nonsense"}, "online_link"),
        ({"counts_for_year": "12"}, "counts_for_year"),
        ({"chair": "987654"}, "chair"),
        ({"key": "x"}, "key"),
        ({"also": ["theme_day"]}, "also"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(cast, as_user, change, field):
    answer = as_user(cast.secretary).post(plan_url(cast.branch), planned(**change))

    assert field in answer.context["form"].errors
    assert not Meeting.objects.exists()


def test_what_else_it_is_is_folded_without_the_chosen_kind_and_says_what_is_ticked(cast, as_user):
    client, fold = as_user(cast.secretary), re.compile(r'<details class="boxes".*?</details>', re.DOTALL)
    begun = fold.search(client.get(plan_url(cast.branch)).text).group()
    again = fold.search(client.post(plan_url(cast.branch), planned(day="", also=["party_lecture"])).text).group()

    assert [line for line in (">没有其他</summary>", ">党课</summary>") if line in begun] == [">没有其他</summary>"]
    assert ">党课</summary>" in again
    assert re.search(r'value="theme_day"[^>]* disabled', begun)


def test_a_group_has_one_kind_and_is_asked_for_no_other(cast, as_user):
    assert "also" not in as_user(cast.group_leader).get(plan_url(cast.group)).context["form"].fields


def test_the_chair_is_somebody_of_the_branch(cast, as_user):
    answer = as_user(cast.secretary).post(plan_url(cast.branch), planned(chair=cast.wang.pk))

    assert "chair" in answer.context["form"].errors


def test_a_group_leader_plans_for_the_group_and_not_for_the_branch(cast, as_user):
    client = as_user(cast.group_leader)
    form = planned(kind="group_meeting")

    assert client.post(plan_url(cast.group), form).status_code == 302
    assert client.post(plan_url(cast.branch), planned()).status_code == 404
    assert client.post(plan_url(cast.next_branch), planned()).status_code == 404


def test_a_committees_staff_plans_nothing(cast, as_user):
    assert as_user(cast.district_staff).get(plan_url(cast.branch)).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three_meetings(cast, as_user, django_assert_num_queries, rows):
    for number in range(rows):
        hold(cast, formal=3, present=2, title=f"会议{number}")
    client = as_user(cast.secretary)
    with django_assert_num_queries(8):
        answer = client.get(reverse("meetings:meeting-list"))

    assert [row["tally"].present for row in answer.context["listing"].rows] == [2] * rows


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("q=活动", 1),
        ("q=工作计划", 2),
        ("q=没有", 0),
        ("year=2026", 2),
        ("year=2025", 0),
        ("kind=theme_day", 1),
        ("kind=party_lecture", 0),
        ("state=open", 1),
        ("organization=branch", 2),
        ("organization=next-branch", 2),
        ("year=abc", 2),
    ],
)
def test_the_list_is_filtered(cast, as_user, filters, found):
    plan(cast, formal=2, kind=MeetingKind.THEME_DAY, place="活动室")
    hold(cast, formal=2, present=1)
    answer = as_user(cast.secretary).get(reverse("meetings:meeting-list") + f"?{filters}")

    assert len(answer.context["listing"].rows) == found


def test_the_list_of_a_neighbour_is_empty(meeting, cast, as_user):
    assert as_user(cast.next_secretary).get(reverse("meetings:meeting-list")).context["listing"].rows == []


@pytest.mark.parametrize("step", ["planned", "open", "held"])
def test_the_page_shows_what_comes_next(meeting, cast, as_user, step):
    if step != "planned":
        open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)
    if step == "held":
        end(meeting, by=cast.secretary)
    text = as_user(cast.secretary).get(meeting.get_absolute_url()).content.decode()

    wanted = {"planned": "meeting-open", "open": "attendance", "held": "minutes"}[step]
    assert url(wanted, meeting) in text
    assert "通过工作计划" in text


@pytest.mark.parametrize("items", [1, 3])
def test_the_page_costs_the_same_for_one_and_three_items(meeting, cast, as_user, django_assert_num_queries, items):
    open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)
    meeting.agenda.all().delete()
    for position in range(1, items + 1):
        item = AgendaItem.objects.create(meeting=meeting, position=position, title=f"议题{position}")
        item.speeches.create(speaker="张英", points="同意")
        item.tasks.create(what="买书", who="李国强")
        meeting.observers.create(name=f"客人{position}")
        meeting.materials.create(title=f"材料{position}", text="读")
    client = as_user(cast.secretary)
    with django_assert_num_queries(19):
        assert client.get(meeting.get_absolute_url()).status_code == 200


def test_opening_leads_to_the_sign_in_page(meeting, cast, as_user):
    answer = as_user(cast.secretary).post(url("meeting-open", meeting))

    assert answer.url == url("attendance", meeting)
    assert state(meeting) == MeetingState.OPEN


def test_a_meeting_is_not_opened_before_its_day(cast, as_user):
    meeting = plan(cast, formal=2, day=TODAY + timedelta(days=1))
    client = as_user(cast.secretary)
    page = client.get(meeting.get_absolute_url()).content.decode()
    answer = client.post(url("meeting-open", meeting), follow=True)

    assert url("meeting-open", meeting) not in page
    assert "2026-11-25" in str(next(iter(answer.context["messages"])))
    assert (state(meeting), Attendance.objects.count()) == (MeetingState.PLANNED, 0)


def test_closing_leads_to_the_minutes(meeting, cast, as_user):
    ready(open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary))
    answer = as_user(cast.secretary).post(url("meeting-close", meeting))

    assert answer.url == url("minutes", meeting)
    assert state(meeting) == MeetingState.HELD


def test_what_is_done_too_early_is_said(meeting, cast, as_user):
    answer = as_user(cast.secretary).post(url("meeting-close", meeting), follow=True)

    assert len(answer.context["messages"]) == 1
    assert state(meeting) == MeetingState.PLANNED


def test_place_and_chair_can_be_changed(meeting, cast, as_user):
    form = {"day": meeting.day.isoformat(), "place": "会议室", "chair": cast.zhang.pk}
    as_user(cast.secretary).post(url("meeting-edit", meeting), form)

    meeting.refresh_from_db()
    assert (meeting.place, meeting.chair) == ("会议室", cast.zhang)
    entry = Entry.objects.get(action="move_meeting")
    assert set(entry.changes) == {"place", "chair"}


def test_an_edit_without_a_day_is_refused(meeting, cast, as_user):
    answer = as_user(cast.secretary).post(url("meeting-edit", meeting), {"place": "会议室"})

    assert "day" in answer.context["form"].errors


def test_a_closed_meeting_is_not_moved(meeting, cast, as_user):
    open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)
    end(meeting, by=cast.secretary)
    client, form = as_user(cast.secretary), {"day": "2026-11-30", "place": "礼堂"}

    assert "day" not in client.get(url("meeting-edit", meeting)).context["form"].fields
    client.post(url("meeting-edit", meeting), form)
    assert (Meeting.objects.get().day, Meeting.objects.get().place) == (TODAY, "礼堂")


def test_a_meeting_is_called_off_with_its_reason(meeting, cast, as_user):
    client = as_user(cast.secretary)
    empty = client.post(url("meeting-cancel", meeting), {"because": ""})
    answer = client.post(url("meeting-cancel", meeting), {"because": "台风"}, follow=True)

    assert "because" in empty.context["form"].errors
    assert "台风" in answer.content.decode()
    assert state(meeting) == MeetingState.CANCELLED


@pytest.mark.parametrize("name", [*POSTED, *FORMS])
def test_nobody_out_of_scope_or_without_the_office_changes_a_meeting(meeting, cast, as_user, name):
    assert as_user(cast.next_secretary).post(url(name, meeting)).status_code == 404
    assert as_user(cast.district_staff).post(url(name, meeting)).status_code == 404
    assert as_user(cast.member).post(url(name, meeting)).status_code == 403
    assert state(meeting) == MeetingState.PLANNED


@pytest.mark.parametrize("name", POSTED)
def test_opening_and_closing_are_posted(meeting, cast, as_user, name):
    assert as_user(cast.secretary).get(url(name, meeting)).status_code == 405


@pytest.mark.parametrize("name", ["meeting-detail", *FORMS])
def test_the_pages_answer_no_other_method(meeting, cast, as_user, name):
    assert as_user(cast.secretary).delete(url(name, meeting)).status_code == 405


def test_a_member_reads_a_planned_meeting_of_the_branch(meeting, cast, as_user):
    answer = as_user(cast.member).get(meeting.get_absolute_url())

    assert "meetings/pages/meeting_mine.html" in [one.name for one in answer.templates]


def test_a_member_of_a_group_is_asked_to_the_branch_and_the_group(meeting, cast):
    li = known_as(cast.stranger)
    cast.stranger.member = cast.li
    cast.stranger.save()
    li = known_as(cast.stranger)
    own = plan(cast, formal=2, organization=cast.group, kind=MeetingKind.GROUP_MEETING)

    assert set(Meeting.objects.visible_to(li)) == {meeting, own}


def test_members_see_no_meeting_of_another_branch_group_or_committee(cast):
    plan(cast, formal=2, organization=cast.next_branch)
    plan(cast, formal=2, organization=cast.group, kind=MeetingKind.GROUP_MEETING)
    plan(cast, formal=2, kind=MeetingKind.COMMITTEE_MEETING)

    assert not Meeting.objects.visible_to(known_as(cast.member)).exists()


def test_a_member_who_left_is_asked_no_more(meeting, cast):
    cast.zhang.affiliations.update(valid_until=TODAY - timedelta(days=1), left_because="left_system")

    assert not Meeting.objects.visible_to(known_as(cast.member)).exists()


def test_a_meeting_that_opened_without_a_member_is_not_shown_to_them(meeting, cast):
    cast.zhang.affiliations.update(valid_from=date(2026, 12, 1))
    open_meeting(meeting=meeting, on=meeting.day, by=cast.secretary)

    assert not Meeting.objects.visible_to(known_as(cast.member)).exists()
