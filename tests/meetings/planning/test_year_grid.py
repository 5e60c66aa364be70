"""The year in days, and moving a planned meeting in it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from audit.models import Entry
from meetings.choices import MeetingKind
from meetings.models import Meeting, SpecialDay
from meetings.planning.rules import ICONS, Chip, Workdays, kinds_in, shift_span, year_grid
from tests.cast import TODAY

PLAN = reverse("meetings:year-plan", args=["branch", 2026])
SPRITE = (settings.BASE_DIR / "static" / "vendor" / "bootstrap-icons" / "icons.svg").read_text()


def chip(day, **fields):
    return Chip(**{"kind": "theme_day", "name": "主题党日", "day": day, "look": "planned", "url": "/", **fields})


def grid_of(*chips, year=2026, recorded=()):
    return year_grid(year, chips, workdays=Workdays(dict(recorded)), today=TODAY)


def cell(grid, day):
    return next(cell for row in grid for cell in row.cells if cell.day == day)


@pytest.mark.parametrize(
    ("chips", "first_of_last_row"),
    [
        ([], date(2026, 12, 1)),
        ([chip(date(2026, 3, 20))], date(2026, 12, 1)),
        ([chip(date(2027, 1, 20))], date(2027, 1, 1)),
        ([chip(date(2026, 12, 10), last=date(2027, 3, 31))], date(2027, 3, 1)),  # where it may be moved
    ],
)
def test_the_months_reach_as_far_as_meetings_can_be_moved(chips, first_of_last_row):
    grid = grid_of(*chips)

    assert (grid[0].first, grid[-1].first) == (date(2026, 1, 1), first_of_last_row)
    assert {len(row.cells) for row in grid} == {31}


def test_short_months_end_in_cells_without_a_day():
    grid = grid_of(year=2028)

    assert [sum(cell.day is not None for cell in row.cells) for row in grid] == [
        31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 11, 23), (False, True, False)),
        (TODAY, (False, False, True)),
        (date(2026, 11, 25), (True, False, False)),  # recorded as a day off
        (date(2026, 12, 5), (True, False, False)),  # a Saturday
        (date(2026, 1, 4), (False, True, False)),  # a Sunday that is worked
    ],
)
def test_a_cell_says_whether_its_day_is_off_over_or_today(day, told):
    found = cell(grid_of(recorded={date(2026, 11, 25): False}), day)

    assert (found.is_off, found.is_over, found.is_today) == told


def test_meetings_stand_in_the_cell_of_their_day():
    first, second, other = chip(TODAY), chip(TODAY, kind="election"), chip(date(2026, 12, 21))
    grid = grid_of(first, second, other)

    assert cell(grid, TODAY).chips == (first, second)
    assert sum(len(cell.chips) for row in grid for cell in row.cells) == 3
    assert [icon for icon, _name in kinds_in([first, second, other])] == ["flag", "ui-checks"]


@pytest.mark.parametrize("kind", MeetingKind)
def test_every_kind_has_an_icon_of_its_own(kind):
    assert f'id="{ICONS[kind]}"' in SPRITE
    assert list(ICONS.values()).count(ICONS[kind]) == 1


@pytest.mark.parametrize(
    ("kind", "day", "counts_for", "last"),
    [
        ("theme_day", date(2026, 12, 21), 2026, date(2026, 12, 31)),
        ("theme_day", date(2027, 1, 20), 2027, date(2027, 12, 31)),
        ("org_life_meeting", date(2026, 12, 10), 2026, date(2027, 3, 31)),
        ("org_life_meeting", date(2027, 1, 20), 2026, date(2027, 3, 31)),
        ("theme_day", date(2025, 12, 20), 2025, TODAY),  # forgotten last year
    ],
)
def test_a_planned_meeting_is_moved_from_today_to_the_end_of_its_year(kind, day, counts_for, last):
    span = shift_span(kind, day, counts_for, today=TODAY)

    assert (span.first, span.last) == (TODAY, last)


@pytest.fixture
def theme_day(cast):
    return plan(cast.branch)


def plan(organization, **fields):
    fields = {"kind": "theme_day", "day": date(2026, 12, 21), "counts_for_year": 2026, **fields}
    return Meeting.objects.create(organization=organization, **fields)


def shift(meeting, code="branch", year=2026):
    return reverse("meetings:meeting-shift", args=[code, year, meeting.pk])


def day_of(meeting):
    meeting.refresh_from_db()
    return meeting.day


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
class TestThePlanner:
    def test_a_planned_meeting_and_a_proposal_stand_in_the_grid_with_their_fields(self, cast, as_user, theme_day):
        page = as_user(cast.secretary).get(PLAN)
        chips = {one.field: one for row in page.context["grid"] for cell in row.cells for one in cell.chips}
        text = page.content.decode()

        assert chips[f"day-{theme_day.pk}"].look == "planned"
        assert {one.look for one in chips.values()} == {"planned", "proposed"}
        assert all(f'id="{field}"' in text and f'data-field="{field}"' in text for field in chips)

    @pytest.mark.parametrize("state", ["held", "locked", "open", "cancelled"])
    def test_what_is_not_planned_any_more_cannot_be_dragged(self, cast, as_user, state):
        because = "停电" if state == "cancelled" else ""
        meeting = plan(cast.branch, state=state, cancelled_because=because)
        page = as_user(cast.secretary).get(PLAN)

        assert f"day-{meeting.pk}" not in page.content.decode()
        assert [row.span for row in page.context["on_record"]] == [None]

    def test_what_can_be_shifted_is_listed_first(self, cast, as_user, theme_day):
        held = plan(cast.branch, day=date(2026, 3, 20), state="held")
        page = as_user(cast.secretary).get(PLAN)

        assert [row.meeting for row in page.context["on_record"]] == [theme_day, held]
        coming, folded = page.content.decode().rsplit('<details class="fold">', 1)
        assert theme_day.get_absolute_url() in coming
        assert held.get_absolute_url() in folded

    def test_a_line_whose_day_cannot_be_read_has_no_place_in_the_grid(self, cast, as_user):
        client = as_user(cast.secretary)
        lines = client.get(PLAN).context["lines"]
        sent = {field.html_name: field.value() or "" for form in lines for field in form}
        sent |= {field.html_name: field.value() for field in lines.management_form}
        page = client.post(PLAN, {**sent, "form-0-day": "soon", "form-1-kind": "party", "form-2-period": "2026-13"})
        fields = {one.field for row in page.context["grid"] for cell in row.cells for one in cell.chips}

        assert fields == {f"id_form-{number}-day" for number in range(3, len(lines.forms))}

    def test_a_recorded_day_off_is_off_in_the_grid(self, cast, as_user):
        SpecialDay.objects.create(day=date(2026, 12, 22), kind="off", name="停电")

        assert cell(as_user(cast.secretary).get(PLAN).context["grid"], date(2026, 12, 22)).is_off

    def test_a_meeting_is_moved_with_an_entry_and_the_planner_shown_again(self, cast, as_user, theme_day):
        answer = as_user(cast.secretary).post(shift(theme_day), {"day": "2026-12-28"})

        assert (answer.status_code, answer.headers["Location"]) == (302, PLAN)
        assert day_of(theme_day) == date(2026, 12, 28)
        assert set(Entry.objects.get(action="move_meeting").changes) == {"day"}

    def test_moved_to_its_own_day_it_leaves_no_entry(self, cast, as_user, theme_day):
        as_user(cast.secretary).post(shift(theme_day), {"day": "2026-12-21"})

        assert not Entry.objects.filter(action="move_meeting").exists()

    @pytest.mark.parametrize("day", ["2026-11-23", "2027-01-04", "soon", "", None])
    def test_a_day_that_cannot_be_changes_nothing_and_is_said(self, cast, as_user, theme_day, day):
        sent = {} if day is None else {"day": day}
        page = as_user(cast.secretary).post(shift(theme_day), sent, follow=True)

        assert day_of(theme_day) == date(2026, 12, 21)
        assert "notice-error" in page.content.decode() or "notice-bad" in page.content.decode()

    def test_organizational_life_is_moved_into_the_next_year_and_counts_as_before(self, cast, as_user):
        meeting = plan(cast.branch, kind="org_life_meeting")
        as_user(cast.secretary).post(shift(meeting), {"day": "2027-01-20"})

        assert (day_of(meeting), meeting.counts_for_year) == (date(2027, 1, 20), 2026)

    def test_a_meeting_that_was_held_is_not_moved(self, cast, as_user):
        meeting = plan(cast.branch, state="held")
        as_user(cast.secretary).post(shift(meeting), {"day": "2026-12-28"})

        assert day_of(meeting) == date(2026, 12, 21)

    @pytest.mark.parametrize(
        ("part", "code", "status"),
        [
            ("secretary", "branch", 302),
            ("officer", "branch", 302),
            ("secretary", "next-branch", 404),
            ("next_secretary", "branch", 404),
            ("next_secretary", "next-branch", 404),  # the meeting of another branch under one's own address
            ("group_leader", "branch", 404),
            ("group_leader", "group", 404),
            ("county_staff", "branch", 404),  # sees the branch, and no meeting of it
            ("member", "branch", 403),
        ],
    )
    def test_who_may_move_it(self, cast, as_user, theme_day, part, code, status):
        answer = as_user(cast.users()[part]).post(shift(theme_day, code), {"day": "2026-12-28"})

        assert answer.status_code == status
        assert (day_of(theme_day) == date(2026, 12, 28)) is (status == 302)

    @pytest.mark.parametrize("year", [2025, 2028])
    def test_only_in_a_year_that_is_planned(self, cast, as_user, theme_day, year):
        answer = as_user(cast.secretary).post(shift(theme_day, year=year), {"day": "2026-12-28"})

        assert answer.status_code == 404
        assert day_of(theme_day) == date(2026, 12, 21)

    def test_it_is_only_sent(self, cast, as_user, theme_day):
        client = as_user(cast.secretary)

        assert client.get(shift(theme_day)).status_code == 405
        assert client.post(shift(Meeting(pk=uuid4())), {"day": "2026-12-28"}).status_code == 404

    @pytest.mark.parametrize("more", [1, 3])
    def test_the_grid_costs_no_query_a_meeting(self, cast, as_user, django_assert_num_queries, more):
        for number in range(more):
            plan(cast.branch, day=TODAY + timedelta(days=number))
        client = as_user(cast.secretary)
        with django_assert_num_queries(17):
            client.get(PLAN)
