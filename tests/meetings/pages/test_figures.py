"""Attendance over a period: who, where, and how long without a reason."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Entry
from meetings.attendance.queries import Tally
from meetings.attendance.rules import unexplained_months
from meetings.models import Attendance, Meeting
from meetings.pages.queries import counted_on, months_of, person_lines, place_lines, took_part
from tests.cast import make_member

pytestmark = pytest.mark.django_db

LIST = reverse("meetings:figure-list")
EXPORT = reverse("meetings:figure-export")
MINE = reverse("meetings:figure-mine")
TODAY = date(2026, 11, 24)
JANUARY = date(2026, 1, 1)


def attend(place, member, state, day=date(2026, 11, 20), *, meeting_state="held", **fields):
    meeting, _made = Meeting.objects.get_or_create(
        organization=place, kind="theme_day", day=day, counts_for_year=day.year, state=meeting_state
    )
    more = {"leave_kind": "sick"} if state == "leave" else {}
    return Attendance.objects.create(
        meeting=meeting, member=member, name=member.name, is_formal=True, state=state, **more, **fields
    )


def miss(cast, months, member=None, **fields):
    for month in months:
        attend(cast.branch, member or cast.zhang, "absent", date(2026, month, 15), **fields)


def day(text):
    return date.fromisoformat(text)


def row(missed="", took_part=""):
    """(day, unexplained) of the days named; "06-15 07-15" are of 2026."""
    days = [(text, True) for text in missed.split()] + [(text, False) for text in took_part.split()]
    return [(day(text if len(text) > 5 else f"2026-{text}"), unexplained) for text, unexplained in days]


HALF_A_YEAR = "06-15 07-15 08-15 09-15 10-15 11-15"


@pytest.mark.parametrize(
    ("missed", "took_part", "on", "months"),
    [
        ("", "", "2026-12-02", 0),
        # the running month isn't over, whatever was missed in it
        ("12-01", "11-26", "2026-12-02", 0),
        ("12-01", "11-26", "2026-12-31", 0),
        ("12-01", "11-26", "2027-01-01", 1),
        ("11-30", "", "2026-11-30", 0),
        ("11-30", "", "2026-12-01", 1),
        ("2028-02-10", "2028-01-31", "2028-02-29", 0),
        ("2028-02-10", "2028-01-31", "2028-03-01", 1),
        # the line of article 9: on the first day after six whole months
        (HALF_A_YEAR, "05-31", "2026-11-30", 5),
        (HALF_A_YEAR, "05-31", "2026-12-01", 6),
        ("07-15 08-15 09-15 10-15 11-15 12-01", "06-01", "2026-12-02", 5),
        # taking part ends it: on the first or the last day of a month, and in the running one
        (HALF_A_YEAR, "12-01", "2026-12-01", 0),
        (HALF_A_YEAR, "12-02", "2026-12-01", 6),
        (HALF_A_YEAR, "11-30", "2026-12-01", 0),
        (HALF_A_YEAR, "09-01", "2026-12-01", 2),
        (HALF_A_YEAR, "06-30", "2026-12-01", 5),
        ("10-15 11-03 11-15", "11-09", "2026-12-01", 0),
        # a month without a meeting, or in which he was left out, neither counts nor ends the row
        ("06-15 08-15 11-15", "", "2026-12-01", 3),
        # over the year's end
        ("2025-12-15 01-15", "", "2026-02-01", 2),
        # a meeting after the day isn't known yet
        ("10-15 11-15 12-15", "", "2026-12-01", 2),
    ],
)
def test_months_in_a_row_without_a_reason(missed, took_part, on, months):
    assert unexplained_months(row(missed, took_part), on=day(on)) == months


@pytest.mark.parametrize(
    ("since", "months"), [(None, 6), ("2026-06-01", 6), ("2026-06-02", 5), ("2026-11-20", 0), ("2026-12-01", 0)]
)
def test_the_month_of_joining_is_not_a_whole_one(since, months):
    assert unexplained_months(row(HALF_A_YEAR), on=day("2026-12-01"), since=since and day(since)) == months


@pytest.mark.parametrize(
    ("state", "fields", "months"),
    [
        ("absent", {}, 1),
        ("absent", {"reason": "住院", "reason_source": "member"}, 0),
        ("absent", {"not_counted": "excluded"}, 0),
        ("absent", {"not_counted": "probationary"}, 1),
        ("leave", {}, 0),
        ("unknown", {}, 0),
        ("on_site", {}, 0),
        ("online", {}, 0),
        ("visited", {}, 0),
        ("made_up", {}, 0),
    ],
)
def test_only_an_absence_without_a_reason_counts(cast, state, fields, months):
    attend(cast.branch, cast.zhang, state, **fields)

    assert months_of([cast.zhang.pk], on=date(2026, 12, 1)).get(cast.zhang.pk, 0) == months


def test_what_is_not_recorded_does_not_end_the_row(cast):
    miss(cast, (8, 9, 11))
    attend(cast.branch, cast.zhang, "unknown", date(2026, 10, 15))

    assert months_of([cast.zhang.pk], on=date(2026, 12, 1)) == {cast.zhang.pk: 3}


@pytest.mark.parametrize(("begins", "months"), [(None, 3), (date(2026, 8, 1), 3), (date(2026, 8, 20), 2)])
def test_who_joined_within_a_month_is_counted_from_the_next(cast, begins, months):
    miss(cast, (8, 9, 10))
    cast.zhang.affiliations.update(valid_from=begins)

    assert months_of([cast.zhang.pk], on=date(2026, 11, 1)) == {cast.zhang.pk: months}


def test_who_went_to_another_branch_did_not_join_there(cast):
    """The months before the move count on; what was missed there too."""
    miss(cast, (8, 9, 10))
    cast.zhang.affiliations.update(valid_until=date(2026, 9, 10), left_because="transferred")
    cast.zhang.affiliations.create(organization=cast.next_branch, valid_from=date(2026, 9, 10))

    assert months_of([cast.zhang.pk], on=date(2026, 11, 1)) == {cast.zhang.pk: 3}


@pytest.mark.parametrize(
    ("last", "today", "counted"),
    [
        (date(2026, 12, 2), date(2026, 12, 2), date(2026, 12, 2)),  # the year so far
        (date(2026, 12, 31), date(2026, 12, 2), date(2026, 12, 2)),  # a period that isn't over
        (date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 1)),  # November is over
        (date(2026, 6, 30), date(2026, 12, 2), date(2026, 7, 1)),
        (date.max, date(2026, 12, 2), date(2026, 12, 2)),
    ],
)
def test_the_months_of_a_period_are_told_as_they_stood_after_it(last, today, counted):
    assert counted_on(last, today) == counted


@pytest.mark.parametrize("state", ["planned", "open"])
def test_a_meeting_that_was_not_held_counts_for_nobody(cast, state):
    attend(cast.branch, cast.zhang, "absent", meeting_state=state)

    assert months_of([cast.zhang.pk], on=TODAY) == {}
    assert person_lines(cast.branch.path, JANUARY, TODAY, on=TODAY)[0].tally == Tally()


def test_every_state_is_counted_apart(cast):
    states = ("unknown", "on_site", "online", "visited", "made_up", "leave", "absent")
    for month, state in enumerate(states, start=1):
        attend(cast.branch, cast.zhang, state, date(2026, month, 10))
    line = next(line for line in person_lines(cast.branch.path, JANUARY, TODAY, on=TODAY) if line.member == cast.zhang)

    assert [getattr(line.tally, f"is_{state}") for state in states] == [1] * 7
    assert (line.tally.expected, line.took_part) == (7, 4)


def test_only_the_period_is_counted(cast):
    for month in (1, 6, 11):
        attend(cast.branch, cast.zhang, "on_site", date(2026, month, 10))
    lines = person_lines(cast.branch.path, date(2026, 6, 10), date(2026, 11, 9), on=TODAY)

    assert {line.member.name: line.tally.expected for line in lines} == {"张英": 1, "李国强": 0}


@pytest.mark.parametrize(
    ("months", "on", "flagged"),
    [
        (range(7, 12), date(2026, 12, 1), False),
        (range(6, 12), date(2026, 11, 30), False),
        (range(6, 12), date(2026, 12, 1), True),
    ],
)
def test_the_flag_stands_on_the_first_day_after_six_whole_months(cast, months, on, flagged):
    miss(cast, months)
    line = next(line for line in person_lines(cast.branch.path, JANUARY, on, on=on) if line.member == cast.zhang)

    assert line.is_flagged is flagged


def test_a_branch_is_counted_with_its_groups(cast):
    attend(cast.branch, cast.zhang, "on_site")
    attend(cast.group, cast.li, "absent")
    attend(cast.next_branch, cast.wang, "online")
    lines = {line.branch.code: line for line in place_lines(cast.district.path, JANUARY, TODAY)}

    assert {code: (line.took_part, line.tally.expected) for code, line in lines.items()} == {
        "branch": (1, 2), "next-branch": (1, 1),
    }  # fmt: skip
    assert took_part(lines["branch"].tally) == 1


@pytest.mark.usefixtures("today")
class TestPages:
    def test_the_secretary_reads_names_and_the_flag_with_its_article(self, cast, as_user):
        miss(cast, range(5, 11))
        answer = as_user(cast.secretary).get(LIST)
        page = answer.content.decode()

        assert {line.member for line in answer.context["page"]} == {cast.li, cast.zhang}
        assert answer.context["flagged"] == 1
        assert "《中国共产党章程》" in page
        assert "王秀兰" not in page

    def test_only_those_missing_for_long_are_shown_when_asked_for(self, cast, as_user):
        miss(cast, range(5, 11))
        lines = as_user(cast.secretary).get(f"{LIST}?flagged=on").context["page"]

        assert [line.member for line in lines] == [cast.zhang]

    def test_a_committee_reads_counts_without_names(self, cast, as_user):
        attend(cast.branch, cast.zhang, "on_site")
        for asked in ("", "?org=branch", "?flagged=on"):
            answer = as_user(cast.district_staff).get(LIST + asked)

            assert answer.status_code == 200
            assert "张英" not in answer.content.decode()

    @pytest.mark.parametrize("asked", ["first=x", "first=2026-12-01&last=2026-01-01", "org=", "page=x", "q=%00"])
    def test_what_cannot_be_read_is_the_year_so_far(self, cast, as_user, asked):
        answer = as_user(cast.secretary).get(f"{LIST}?{asked}")

        assert (answer.status_code, answer.context["first"], answer.context["last"]) == (200, JANUARY, TODAY)

    @pytest.mark.parametrize(
        ("part", "org", "status"),
        [
            ("secretary", "next-branch", 404),
            ("group_leader", "branch", 404),
            ("district_staff", "other-branch", 404),
            ("member", "branch", 403),
            ("inspector", "branch", 403),
        ],
    )
    @pytest.mark.parametrize("url", [LIST, EXPORT])
    def test_figures_stay_with_those_they_are_for(self, cast, as_user, url, part, org, status):
        assert as_user(cast.users()[part]).get(url, {"org": org}).status_code == status

    @pytest.mark.parametrize("url", [LIST, EXPORT, MINE])
    def test_figures_are_only_read(self, cast, as_user, url):
        assert as_user(cast.secretary).post(url).status_code == 405

    def test_the_workbook_says_the_same_and_is_on_record(self, cast, as_user):
        attend(cast.branch, cast.zhang, "leave")
        answer = as_user(cast.secretary).get(f"{EXPORT}?q=张英&first=2026-11-01")
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
        rows = [[cell.value for cell in row] for row in book.active.iter_rows()]

        assert rows[1:] == [["张英", 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, None]]
        assert Entry.objects.get(action="export_attendance").details == {
            "rows": 1, "first": "2026-11-01", "last": "2026-11-24",
        }  # fmt: skip

    def test_the_workbook_of_a_committee_names_nobody(self, cast, as_user):
        attend(cast.branch, cast.zhang, "absent")
        answer = as_user(cast.district_staff).get(EXPORT)
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))

        assert [row[0].value for row in book.active.iter_rows(min_row=2)] == [
            "红旗社区第一党支部", "红旗社区第二党支部",
        ]  # fmt: skip

    def test_a_member_sees_the_own_figures_only(self, cast, as_user):
        attend(cast.branch, cast.zhang, "absent", date(2026, 10, 20))
        attend(cast.branch, cast.li, "on_site")
        answer = as_user(cast.member).get(MINE)

        assert [one.member for one in answer.context["listing"].rows] == [cast.zhang]
        assert (answer.context["tally"].is_absent, answer.context["months"]) == (1, 1)
        assert "缺席" in answer.content.decode().split("<tbody>")[1]
        assert "李国强" not in answer.content.decode()

    def test_who_is_no_member_has_no_figures_of_their_own(self, cast, as_user):
        assert as_user(cast.secretary).get(MINE).status_code == 404

    @pytest.mark.parametrize("more", [1, 3])
    def test_the_number_of_queries_does_not_grow_with_the_members(self, cast, as_user, django_assert_num_queries, more):
        for number in range(more):
            attend(cast.branch, make_member(f"党员{number}", cast.branch), "on_site")
        client = as_user(cast.secretary)
        with django_assert_num_queries(11):
            client.get(LIST)


@pytest.mark.parametrize("page", [LIST, EXPORT, MINE])
def test_a_period_that_nobody_can_mean_is_as_if_none_were_given(cast, as_user, page):
    client = as_user(cast.member if page == MINE else cast.secretary)

    assert client.get(page, {"last": "0001-01-01", "first": "9999-12-31"}).status_code == 200
