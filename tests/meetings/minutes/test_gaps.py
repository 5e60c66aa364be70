"""What a record lacks before its meeting can end, and who can be named as leading it."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingState
from meetings.meeting.services import WrongState, plan_meeting
from meetings.minutes.rules import MinutesFacts, MinutesPart, NamedPerson, gaps
from meetings.models import AgendaItem, Attendance, Meeting, Observer, Vote
from meetings.pages.services import cancel_meeting, close_meeting, move_meeting, open_meeting
from members.models import Affiliation
from tests.cast import TODAY, make_member
from tests.meetings.ending import end, ready
from tests.meetings.votes.voting import (
    english,  # noqa: F401
    hold,  # noqa: F401
    plan,  # noqa: F401  # noqa: F401
)

THERE, AWAY = NamedPerson("张英", True), NamedPerson("李国强", False)
WHOLE = {
    "items": 1,
    "expected": 3,
    "present": 2,
    "place": "会议室",
    "chair": THERE,
    "recorder": NamedPerson("王五", True),
}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"items": 0}, MinutesPart.AGENDA),
        ({"expected": 0, "present": 0}, MinutesPart.ATTENDANCE),
        ({"present": 0}, MinutesPart.ATTENDANCE),
        ({"place": ""}, MinutesPart.ABOUT),
        ({"chair": None}, MinutesPart.ABOUT),
        ({"chair": AWAY}, MinutesPart.ABOUT),
        ({"recorder": None}, MinutesPart.ABOUT),
        ({"recorder": AWAY}, MinutesPart.ABOUT),
        ({"are_one": True}, MinutesPart.ABOUT),
        ({"uncounted": [("key", "选举支部委员会")]}, MinutesPart.VOTE),
    ],
)
def test_what_is_missing_is_said_once_and_where_it_is_mended(change, part):
    assert [gap.part for gap in gaps(MinutesFacts(**{**WHOLE, **change}))] == [part]
    assert list(gaps(MinutesFacts(**WHOLE))) == []


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=4, present=2)


def ask(meeting, about):
    """A vote that nobody has counted."""
    facts = {"subject": "motion", "method": "secret_ballot", "entitled": 3, "present": 2}
    return Vote.objects.create(item=meeting.agenda.first(), about=about, **facts)


def lead(meeting, **named):
    return move_meeting(meeting=meeting, changes=named, by="secretary")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        (lambda meeting: meeting.agenda.all().delete(), "agenda"),
        (lambda meeting: Attendance.objects.filter(meeting=meeting).update(state="absent"), "Nobody is recorded"),
        (lambda meeting: Meeting.objects.update(place=""), "No place"),
        (lambda meeting: Meeting.objects.update(chair=None), "No chair"),
        (lambda meeting: Meeting.objects.update(recorder=None), "No recorder"),
        (lambda meeting: Attendance.objects.filter(member=meeting.chair_id).update(state="leave"), "named as chair"),
        (
            lambda meeting: ask(meeting, "换届"),
            "“换届” isn't counted",
        ),
    ],
)
def test_a_meeting_ends_when_nothing_is_missing_and_not_before(meeting, cast, lacks, sentence):
    lacks(ready(meeting))

    with pytest.raises(WrongState, match=sentence):
        close_meeting(meeting=meeting, by=cast.secretary)
    assert Meeting.objects.get().state == MeetingState.OPEN


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_page_leads_to_where_it_is_mended(meeting, cast, as_user):
    vote = ask(meeting, "计划")
    client = as_user(cast.secretary)
    answer = client.post(reverse("meetings:meeting-close", args=[meeting.pk]), follow=True)

    assert [gap.url for gap in answer.context["gaps"]] == [
        *[reverse("meetings:meeting-edit", args=[meeting.pk])] * 3,
        reverse("meetings:vote-detail", args=[vote.pk]),
    ]
    assert all(client.get(gap.url).status_code == 200 for gap in answer.context["gaps"])
    assert all(gap.sentence in answer.text for gap in answer.context["gaps"])


@pytest.mark.django_db
def test_who_leads_was_there_on_site_or_by_video_or_came_from_above(meeting, cast):
    people = {one.state: one.member for one in Attendance.objects.filter(meeting=meeting)}
    Attendance.objects.filter(member=people[AttendanceState.ON_SITE]).update(state=AttendanceState.ONLINE)
    guest = make_member("周书记", cast.next_branch)

    with pytest.raises(WrongState, match="isn't recorded as there"):
        lead(meeting, recorder=people[AttendanceState.UNKNOWN])
    with pytest.raises(WrongState, match="isn't recorded as there"):
        lead(meeting, chair=guest)
    Observer.objects.create(meeting=meeting, name="周书记", member=guest, is_from_above=True)
    assert lead(meeting, chair=guest, recorder=people[AttendanceState.ON_SITE]).chair == guest


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_form_offers_those_who_were_there_and_whoever_is_named_already(meeting, cast, as_user):
    named = Attendance.objects.filter(meeting=meeting, state="unknown").first().member
    Meeting.objects.update(chair=named)
    form = as_user(cast.secretary).get(reverse("meetings:meeting-edit", args=[meeting.pk])).context["form"]
    present = set(Attendance.objects.filter(meeting=meeting).present().values_list("member", flat=True))

    assert {one.pk for one in form.fields["recorder"].queryset} == present
    assert {one.pk for one in form.fields["chair"].queryset} == present | {named.pk}


@pytest.mark.django_db
def test_nobody_is_chair_and_recorder(cast):
    with pytest.raises(WrongState, match="two people"):
        lead(plan(cast), chair=cast.zhang, recorder=cast.zhang)
    with pytest.raises(WrongState, match="two people"):
        plan_meeting(
            meeting=Meeting(
                organization=cast.branch, kind="theme_day", day=TODAY, counts_for_year=2026, chair=cast.zhang,
                recorder=cast.zhang,
            ),
            by=cast.secretary,
        )  # fmt: skip


@pytest.mark.django_db
def test_after_the_end_what_was_forgotten_is_added_but_the_day_stays(meeting, cast):
    held = end(meeting, by=cast.secretary)

    assert lead(held, place="礼堂").place == "礼堂"
    with pytest.raises(WrongState) as refusal:
        lead(held, day=TODAY - timedelta(days=1))
    assert refusal.value.field == "day"


@pytest.mark.django_db
def test_nobody_opens_a_meeting_to_which_nobody_is_asked(cast):
    planned = plan(cast)
    Affiliation.objects.all().delete()

    with pytest.raises(WrongState, match="Nobody is expected"):
        open_meeting(meeting=planned, on=planned.day, by=cast.secretary)


@pytest.mark.django_db
@pytest.mark.parametrize(("present", "state"), [(0, MeetingState.CANCELLED), (1, MeetingState.OPEN)])
def test_an_opened_meeting_is_called_off_while_nobody_is_there(cast, present, state):
    meeting = hold(cast, formal=3, present=present)
    with suppress(WrongState):
        cancel_meeting(meeting=meeting, because="人数不足", by=cast.secretary)

    assert Meeting.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_next_meeting_has_place_and_people_of_the_latest(cast, as_user):
    latest = ready(hold(cast, formal=3, present=2))
    form = as_user(cast.secretary).get(reverse("meetings:meeting-plan", args=["branch"])).context["form"]

    assert [form[name].initial for name in ("place", "chair", "recorder")] == [
        "会议室", latest.chair, latest.recorder,
    ]  # fmt: skip
    assert form["day"].initial == TODAY


@pytest.mark.django_db
def test_an_empty_record_from_a_sheet_is_completed_before_it_is_signed(cast):
    """An import stores meetings that are held: agenda and who led can still be added."""
    meeting = hold(cast, formal=3, present=2)
    Meeting.objects.update(state=MeetingState.HELD)
    AgendaItem.objects.create(key=uuid.uuid4(), meeting=meeting, position=9, title="学习")
    people = Attendance.objects.filter(meeting=meeting).present()

    assert lead(meeting, chair=people[0].member, recorder=people[1].member).recorder == people[1].member
