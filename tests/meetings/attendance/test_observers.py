"""A leader who attends elsewhere: shown at that meeting, and counted at home beside the figures, never in them."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from meetings.attendance.queries import Tally, branches_of, elsewhere_of, observers_of
from meetings.choices import MeetingState
from meetings.models import Attendance, Meeting, Observer
from meetings.pages.queries import person_lines, place_lines
from members.models import Affiliation
from tests.cast import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("meetings:figure-list")
EXPORT = reverse("meetings:figure-export")
MINE = reverse("meetings:figure-mine")
JANUARY, TODAY = date(2026, 1, 1), date(2026, 11, 24)


def visit(member, place, day=date(2026, 11, 20), state=MeetingState.HELD, kind="general_meeting"):
    """The member attends a meeting of the place as a leader from above."""
    meeting = Meeting.objects.create(organization=place, kind=kind, day=day, counts_for_year=day.year, state=state)
    return Observer.objects.create(meeting=meeting, member=member, name=member.name, is_from_above=True)


def line_of(member, lines):
    return next(line for line in lines if line.member == member)


def test_what_was_attended_elsewhere_stands_beside_the_figures_of_the_own_branch(cast):
    before = line_of(cast.zhang, person_lines(cast.branch.path, JANUARY, TODAY, on=TODAY))
    late, early = visit(cast.zhang, cast.next_branch), visit(cast.zhang, cast.next_branch, date(2026, 3, 2))
    after = line_of(cast.zhang, person_lines(cast.branch.path, JANUARY, TODAY, on=TODAY))

    assert after.elsewhere == [late, early]
    assert after == replace(before, elsewhere=[late, early])
    assert after.tally == Tally()


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.OPEN])
def test_a_meeting_that_is_not_over_is_not_counted_yet(cast, state):
    visit(cast.zhang, cast.next_branch, state=state)

    assert elsewhere_of([cast.zhang.pk], JANUARY, TODAY) == {}


@pytest.mark.parametrize(("first", "last", "found"), [(JANUARY, TODAY, 1), (JANUARY, date(2026, 11, 19), 0)])
def test_only_the_period_is_counted(cast, first, last, found):
    visit(cast.zhang, cast.next_branch)

    assert len(elsewhere_of([cast.zhang.pk], first, last)) == found


def test_who_is_on_the_meetings_own_list_is_counted_there_and_not_twice(cast):
    one = visit(cast.zhang, cast.branch)
    Attendance.objects.create(meeting=one.meeting, member=cast.zhang, name="张英", is_formal=True, state="on_site")

    assert elsewhere_of([cast.zhang.pk], JANUARY, TODAY) == {}


def test_a_guest_is_counted_nowhere(cast):
    meeting = visit(cast.zhang, cast.next_branch).meeting
    Observer.objects.create(meeting=meeting, name="孙来宾")

    assert {member: len(rows) for member, rows in elsewhere_of([cast.zhang.pk], JANUARY, TODAY).items()} == {
        cast.zhang.pk: 1
    }


def test_a_branch_is_counted_with_the_members_of_its_groups(cast):
    for member in (cast.zhang, cast.li):
        visit(member, cast.next_branch)
    lines = {line.branch.code: line for line in place_lines(cast.district.path, JANUARY, TODAY)}

    assert {code: (line.elsewhere, line.tally) for code, line in lines.items()} == {
        "branch": (2, Tally()), "next-branch": (0, Tally()),
    }  # fmt: skip


def test_the_meeting_says_to_which_branch_a_leader_belongs(cast):
    meeting = visit(cast.li, cast.next_branch).meeting
    Observer.objects.create(meeting=meeting, name="孙来宾")

    assert [(one.observer.name, one.branch) for one in observers_of(meeting)] == [
        ("李国强", "红旗社区第一党支部"), ("孙来宾", ""),
    ]  # fmt: skip


def test_the_branch_is_the_one_of_the_meetings_day(cast):
    relations = Affiliation.objects.filter(member=cast.zhang)
    relations.update(valid_from=date(2026, 6, 1))

    assert branches_of([cast.zhang.pk], on=date(2026, 5, 31)) == {}
    assert branches_of([cast.zhang.pk], on=date(2026, 6, 1)) == {cast.zhang.pk: "红旗社区第一党支部"}


class TestPages:
    def test_the_secretary_reads_how_often_when_and_where(self, cast, as_user):
        visit(cast.zhang, cast.next_branch)
        page = as_user(cast.secretary).get(LIST).content.decode()

        assert "1 次" in page
        assert "2026-11-20</span> 党员大会 · 红旗社区第二党支部" in page

    def test_a_committee_reads_a_count_and_no_name(self, cast, as_user):
        visit(cast.zhang, cast.next_branch)
        answer = as_user(cast.district_staff).get(LIST)

        assert [line.elsewhere for line in answer.context["page"]] == [1, 0]
        assert "张英" not in answer.content.decode()

    def test_the_workbook_has_columns_of_its_own_for_it(self, cast, as_user):
        visit(cast.zhang, cast.next_branch)
        answer = as_user(cast.secretary).get(f"{EXPORT}?q=张英")
        rows = [
            [cell.value for cell in row]
            for row in load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows()
        ]

        assert rows[0][-2:] == ["列席其他组织会议", "时间和组织"]
        assert rows[1] == ["张英", *[0] * 9, 1, "2026-11-20 党员大会 红旗社区第二党支部"]

    def test_the_member_sees_it_beside_the_own_figures(self, cast, as_user):
        visit(cast.zhang, cast.next_branch)
        client = as_user(cast.member)
        figures, mine = client.get(MINE), client.get(reverse("meetings:mine"))

        assert "列席其他组织会议 1 次" in figures.content.decode()
        assert figures.context["tally"] == Tally()
        assert mine.context["elsewhere"] == figures.context["elsewhere"]

    def test_the_meetings_page_shows_the_branch(self, cast, as_user):
        meeting = visit(cast.zhang, cast.next_branch).meeting

        assert (
            "所在支部：红旗社区第一党支部"
            in as_user(cast.next_secretary).get(meeting.get_absolute_url()).content.decode()
        )

    @pytest.mark.parametrize("more", [1, 3])
    def test_the_number_of_queries_does_not_grow_with_what_was_attended(
        self, cast, as_user, django_assert_num_queries, more
    ):
        for number in range(more):
            visit(make_member(f"党员{number}", cast.branch), cast.next_branch)
        client = as_user(cast.secretary)
        with django_assert_num_queries(10):
            client.get(LIST)
