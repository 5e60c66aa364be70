"""The demo county's meetings: something to see on every page, nothing that contradicts itself."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.test import TestCase

from branchweb.demo import meetings, members
from branchweb.demo.county import COUNTY, HOME_BRANCH
from meetings.attendance.queries import roll
from meetings.choices import TOOK_PART, AttendanceState, LeaveKind, MeetingKind, MeetingState
from meetings.minutes.queries import missing_in
from meetings.models import (
    AgendaItem,
    Attendance,
    AttendanceCorrection,
    LeaveRequest,
    Material,
    Meeting,
    MembershipStep,
    Minutes,
    Speech,
    ThemeDay,
    Vote,
)
from meetings.planning.duty_queries import meeting_duties
from members.choices import SituationKind
from members.models import Organization, Situation, User
from members.regulations.queries import PlacesBelow
from tests.cast import TODAY
from tests.emptying import triggers_lifted

pytestmark = pytest.mark.django_db


class TheYear(TestCase):
    """Made once for the whole class."""

    @classmethod
    def setUpTestData(cls):
        members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        cls.home = Organization.objects.get(code=HOME_BRANCH)

    def test_the_home_branch_held_every_usual_kind(self):
        kinds = Counter(Meeting.objects.within(self.home.path).held().values_list("kind", flat=True))

        assert kinds == {
            MeetingKind.THEME_DAY: 12, MeetingKind.COMMITTEE_MEETING: 12, MeetingKind.GROUP_MEETING: 36,
            MeetingKind.PARTY_LECTURE: 4, MeetingKind.GENERAL_MEETING: 3, MeetingKind.ORG_LIFE_MEETING: 1,
        }  # fmt: skip

    def test_nothing_was_held_on_a_day_to_come(self):
        assert not Meeting.objects.held().filter(day__gte=TODAY).exists()

    def test_one_meeting_waits_for_its_signatures_and_the_others_are_locked(self):
        waiting = Meeting.objects.get(state=MeetingState.HELD)

        assert (waiting.organization, waiting.minutes.is_locked) == (self.home, False)
        locked = Meeting.objects.filter(state=MeetingState.LOCKED)
        assert locked.count() == Minutes.objects.filter(locked_at__isnull=False).count() > 300

    def test_one_meeting_comes_this_or_next_week_with_what_hangs_on_it(self):
        coming = Meeting.objects.get(state=MeetingState.PLANNED)

        assert 0 < (coming.day - TODAY).days <= 7
        assert coming.online_link.startswith("https://")
        assert Material.objects.filter(meeting=coming, is_open_to_members=True).count() == 2
        assert LeaveRequest.objects.open().get().meeting == coming

    def test_people_attended_in_every_way_there_is(self):
        states = set(Attendance.objects.filter(meeting__organization=self.home).values_list("state", flat=True))
        kinds = set(Attendance.objects.exclude(leave_kind="").values_list("leave_kind", flat=True))

        assert states == set(AttendanceState) - {AttendanceState.UNKNOWN}
        assert kinds == set(LeaveKind) - {LeaveKind.OTHER}

    def test_minutes_are_signed_by_the_two_whom_they_name_and_papers_filed_by_a_second_person(self):
        locked = Minutes.objects.filter(locked_at__isnull=False).select_related("meeting", "meeting__organization")
        members = dict(User.objects.values_list("username", "member"))
        papers = Counter()
        for one in locked:
            for role in ("chair", "recorder"):
                named, by = getattr(one.meeting, f"{role}_id"), getattr(one, f"{role}_signed_by")
                on_paper = getattr(one, f"{role}_paper_on") is not None
                papers[on_paper] += 1
                assert named not in members.values() if on_paper else members[by] == named
            assert one.chair_signed_by != one.recorder_signed_by

        assert papers[True] and papers[False]

    def test_nothing_is_missing_in_a_record_that_has_ended(self):
        home = Meeting.objects.held().filter(organization=self.home)

        assert [missing_in(meeting) for meeting in home] == [[]] * home.count()

    def test_most_took_part(self):
        everybody = Attendance.objects.filter(meeting__organization=self.home)

        assert 0.7 < everybody.filter(state__in=TOOK_PART).count() / everybody.count() < 0.98

    def test_why_somebody_was_absent_was_asked_since_but_not_of_the_last_weeks(self):
        absent = Attendance.objects.filter(meeting__organization=self.home, state=AttendanceState.ABSENT)
        lately = absent.filter(meeting__day__gte=TODAY - timedelta(days=20))

        assert lately.exists()
        assert set(absent.unexplained()) == set(lately)
        assert set(absent.exclude(reason="").values_list("reason_source", flat=True)) == {"officer"}

    def test_some_branches_forgot_to_ask(self):
        forgotten = Attendance.objects.unexplained().filter(meeting__day__lt=TODAY - timedelta(days=30))

        assert 0 < len(set(forgotten.values_list("meeting__organization__code", flat=True))) <= 5

    def test_only_those_at_home_were_visited(self):
        visited = set(Attendance.objects.filter(state=AttendanceState.VISITED).values_list("member", flat=True))
        frail = Situation.objects.of(SituationKind.FRAIL, SituationKind.BEDRIDDEN)

        assert visited
        assert visited <= set(frail.values_list("member", flat=True))

    def test_a_list_is_the_one_that_would_have_been_frozen(self):
        for kind in (MeetingKind.THEME_DAY, MeetingKind.COMMITTEE_MEETING):
            meeting = Meeting.objects.filter(organization=self.home, kind=kind).latest("day")
            frozen = meeting.expected.values_list("member", "group", "is_formal", "not_counted")

            assert set(frozen) == {(one.member_id, one.group, one.is_formal, one.not_counted) for one in roll(meeting)}

    def test_votes_are_decided_and_said_in_the_minutes(self):
        votes = Vote.objects.filter(item__meeting__organization=self.home)

        assert votes.count() == 5
        assert all(vote.sentence in vote.item.meeting.minutes.text for vote in votes)
        assert Speech.objects.filter(is_dissent=True).exists()
        assert AgendaItem.objects.exclude(decision="").exists()

    def test_who_leads_and_who_writes_were_there(self):
        for meeting in Meeting.objects.held().filter(organization=self.home):
            there = {one.member_id for one in meeting.expected.all() if one.state == AttendanceState.ON_SITE}
            assert {meeting.chair_id, meeting.recorder_id} <= there

    def test_the_home_branch_is_up_to_date_and_others_are_late(self):
        county = Organization.objects.get(code=COUNTY)
        late = {
            duty.organization for duty in meeting_duties(PlacesBelow(county.path, TODAY)) if duty.state == "overdue"
        }

        assert HOME_BRANCH not in late
        assert {"hongqi-2", "machines"} & late
        assert len(late) < Organization.objects.count() - 5

    def test_attendance_was_corrected_by_two_and_one_waits(self):
        done, waiting = AttendanceCorrection.objects.filter(meeting__organization=self.home).order_by("state")

        assert (done.state, done.was, done.becomes) == ("confirmed", "absent", "on_site")
        assert (done.proposed_by.username, done.decided_by.username) == ("secretary", "officer")
        assert (waiting.state, waiting.becomes, waiting.proposed_by) == ("waiting", "online", done.decided_by)

    def test_every_branch_keeps_its_theme_day(self):
        assert ThemeDay.objects.count() == 20
        assert ThemeDay.objects.get(organization=self.home).day_of_month == 20


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2027, 1, 1)])
def test_it_can_be_made_on_any_day_and_twice_the_same(on):
    def everything():
        return list(Attendance.objects.order_by("meeting", "member").values_list("name", "state", "meeting"))

    members.fill(on=on)
    meetings.fill(on=on)
    once = everything()
    with triggers_lifted():
        for model in (MembershipStep, Meeting, ThemeDay):
            model.objects.all().delete()
    meetings.fill(on=on)

    assert everything() == once
