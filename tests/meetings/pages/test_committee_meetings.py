"""A committee's own meetings: its offices keep them, its members are asked, branches see nothing of them."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.attendance.queries import roll
from meetings.choices import AttendanceState, MeetingKind, MeetingState, VoteMethod, VoteSubject
from meetings.meeting.queries import people_of
from meetings.meeting.services import plan_meeting
from meetings.minutes.services import draft_minutes
from meetings.models import Attendance, Meeting
from meetings.pages.services import close_meeting, open_meeting
from meetings.votes.queries import quorums_of
from meetings.votes.rules import Figures
from meetings.votes.services import Question, add_vote
from members.choices import Capability, OfficeKind
from members.models import Office, Organization
from members.paths import Alone, contains, outermost
from tests.cast import TODAY, make_member, make_user
from tests.meetings.votes.voting import (
    english,  # noqa: F401
    known_as,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seats(cast):
    """Three sit on the district committee: one in a branch below, one elsewhere, one without an account."""
    people = [cast.zhang, cast.zhao, make_member("何委员", cast.branch)]
    for member, kind in zip(people, (OfficeKind.COMMITTEE_SECRETARY, *[OfficeKind.COMMITTEE_MEMBER] * 2), strict=True):
        Office.objects.create(kind=kind, organization=cast.district, member=member)
    return people


@pytest.fixture
def meeting(cast, seats):
    planned = Meeting(
        organization=cast.district, kind=MeetingKind.COMMITTEE_MEETING, day=TODAY, counts_for_year=TODAY.year,
        place="会议室", chair=seats[0], recorder=seats[1],
    )  # fmt: skip
    return plan_meeting(meeting=planned, items=["审议半年监督报告"], by=cast.district_staff)


def url(name, *args):
    return reverse(f"meetings:{name}", args=args)


def test_the_seats_are_those_expected_wherever_they_belong(meeting, seats):
    assert {one.member for one in roll(meeting)} == set(seats)
    assert {one.not_counted for one in roll(meeting)} == {""}


def test_tasks_go_to_the_committee_and_its_staff_and_only_a_seat_leads_or_writes(cast, seats):
    cast.district_staff.member = cast.li
    cast.district_staff.save()

    assert set(people_of(cast.district, on=TODAY)) == {*seats, cast.li}
    assert set(people_of(cast.district, on=TODAY, with_staff=False)) == set(seats)


def test_no_article_about_branches_is_named_for_the_quorum_of_a_committee(meeting):
    assert [one.is_covered for one in quorums_of(meeting, [VoteSubject.COMMITTEE])] == [False]


def test_a_committee_plans_and_holds_votes_and_writes_its_minutes(meeting, cast, as_user, today):
    client = as_user(cast.district_staff)
    form = {"key": uuid.uuid4(), "kind": "committee_meeting", "day": TODAY + timedelta(days=7), "items": "选举"}
    assert client.get(url("meeting-plan", cast.district.code)).status_code == 200
    assert client.post(url("meeting-plan", cast.district.code), form).status_code == 302
    client.post(url("meeting-open", meeting.pk))
    Attendance.objects.filter(meeting=meeting).update(state=AttendanceState.ON_SITE)
    question = Question(VoteSubject.COMMITTEE, VoteMethod.SHOW_OF_HANDS, "通过报告")
    vote = add_vote(
        key=uuid.uuid4(), item=meeting.agenda.get(), question=question, figures=Figures(3, 0, 0), by=cast.district_staff
    )
    close_meeting(meeting=meeting, by=cast.district_staff)
    draft_minutes(meeting=meeting, by=cast.district_staff)

    assert (vote.entitled, vote.is_passed) == (3, True)
    assert client.get(url("minutes", meeting.pk)).status_code == 200
    assert vote.rule_versions == []
    assert (meeting.name, vote.get_subject_display()) == ("Meeting of the committee", "Decision of the party committee")
    page = client.get(vote.get_absolute_url()).text
    assert "党委会决定" in page
    assert "以本党委的议事规则为准" in page
    assert "支部工作条例" not in page
    assert Meeting.objects.get(pk=meeting.pk).state == MeetingState.HELD


@pytest.mark.parametrize(
    ("who", "finds"),
    [
        ("district_staff", True),
        ("county_staff", False),
        ("county_secretary", False),
        ("secretary", False),
        ("member", True),
    ],
)
def test_only_the_committee_itself_sees_its_meetings(cast, meeting, who, finds):
    """The member is the committee's secretary in `seats`, and sees it by that office, not by the roster."""
    user = known_as(getattr(cast, who))

    assert Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists() is finds


def test_the_offices_of_a_committee_see_no_meeting_of_a_branch(cast, seats):
    branch = plan_meeting(
        meeting=Meeting(organization=cast.branch, kind="theme_day", day=TODAY, counts_for_year=2026), by=cast.secretary
    )
    sitting = make_user("sitting", OfficeKind.COMMITTEE_MEMBER, cast.district)
    for user in (cast.district_staff, cast.county_staff, cast.county_secretary, sitting):
        assert branch not in Meeting.objects.visible_to(known_as(user))


def test_an_elected_member_of_a_committee_reads_its_meetings_and_nobodys_affairs(cast, meeting):
    sitting = known_as(make_user("sitting", OfficeKind.COMMITTEE_MEMBER, cast.district))

    assert list(Meeting.objects.visible_to(sitting)) == [meeting]
    assert sitting.access.capabilities == {Capability.VIEW_MEETINGS}
    assert not sitting.access.may(Capability.VIEW_MEETINGS, cast.branch.path)


def test_a_path_alone_reaches_nothing_below():
    assert contains(Alone("0001"), "0001")
    assert not contains(Alone("0001"), "00010001")
    assert outermost([Alone("0001"), "0001"]) == ["0001"]
    assert outermost([Alone("0001"), "00010001"]) == ["00010001", "0001"]
    assert outermost([Alone("00010001"), "0001"]) == ["0001"]


def test_only_its_own_row_is_asked_of_the_database(cast):
    user = known_as(cast.district_staff)

    assert list(Organization.objects.visible_to(user, Capability.RECORD_MEETINGS)) == [cast.district]


def test_opening_freezes_the_committee(meeting, cast, seats):
    open_meeting(meeting=meeting, on=TODAY, by=cast.district_staff)

    assert meeting.expected.count() == len(seats)
