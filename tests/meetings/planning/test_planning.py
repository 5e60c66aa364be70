"""Planning a year in one go, and the branch's fixed theme day."""

import uuid
from datetime import date, time

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.models import Meeting, SpecialDay, ThemeDay
from meetings.planning.queries import proposed_meetings
from meetings.planning.rules import Workdays
from meetings.planning.services import PlannedMeeting, keep_theme_day, plan_year
from members.models import LocalRule
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PLAN = reverse("meetings:year-plan", args=["branch", 2026])
THEME_DAY = reverse("meetings:theme-day", args=["branch"])


@pytest.fixture
def line(cast):
    return PlannedMeeting(cast.branch, "theme_day", "2026-12", 1, date(2026, 12, 21), time(19, 30), "社区活动室")


def as_posted(page, **changes):
    """What a browser sends back of the planner's page; `changes` by name of the field."""
    lines = page.context["lines"]
    sent = {"key": str(page.context["form"]["key"].value())}
    for field in (*lines.management_form, *(field for form in lines for field in form)):
        value = field.value()
        sent[field.html_name] = "" if value in (None, False) else str(value)
    return {**sent, **changes}


def proposed(cast):
    return proposed_meetings(cast.branch, 2026, today=TODAY, workdays=Workdays())


def planned():
    return [(one.kind, one.day) for one in Meeting.objects.order_by("day", "kind")]


def test_a_line_becomes_a_planned_meeting_on_record(cast, line):
    (meeting,) = plan_year(form=uuid.uuid4(), lines=[line], by=cast.secretary)

    assert (meeting.state, meeting.day, meeting.starts_at, meeting.place) == (
        "planned", date(2026, 12, 21), time(19, 30), "社区活动室",
    )  # fmt: skip
    assert Entry.objects.filter(action="plan_meeting", subject_id=str(meeting.pk)).count() == 1


def test_the_same_form_twice_plans_once_and_another_form_plans_again(cast, line):
    form = uuid.uuid4()
    for key in (form, form, uuid.uuid4()):
        plan_year(form=key, lines=[line], by=cast.secretary)

    assert Meeting.objects.count() == 2


def test_a_line_that_fails_leaves_nothing_planned(cast, line):
    wrong = PlannedMeeting(cast.branch, "party", "2026-12", 1, date(2026, 12, 21))
    with pytest.raises(Exception, match="meeting_kind_known"):
        plan_year(form=uuid.uuid4(), lines=[line, wrong], by=cast.secretary)

    assert not Entry.objects.filter(action="plan_meeting").exists()


def test_a_meeting_of_january_counts_for_the_year_it_is_due_in(cast):
    line = PlannedMeeting(cast.branch, "org_life_meeting", "2026", 1, date(2027, 1, 20))
    (meeting,) = plan_year(form=uuid.uuid4(), lines=[line], by=cast.secretary)

    assert meeting.counts_for_year == 2026


def test_what_is_planned_or_held_is_not_proposed_again(cast):
    before = {(one.kind, one.period) for one in proposed(cast)}
    for state, day in (("planned", date(2026, 12, 21)), ("held", date(2026, 11, 20))):
        Meeting.objects.create(organization=cast.branch, kind="theme_day", day=day, counts_for_year=2026, state=state)
    after = {(one.kind, one.period) for one in proposed(cast)}

    assert before - after == {("theme_day", "2026-11"), ("theme_day", "2026-12")}


def test_what_was_called_off_is_proposed_again(cast):
    Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=date(2026, 12, 21), counts_for_year=2026, state="cancelled",
        cancelled_because="停电",
    )  # fmt: skip

    assert ("theme_day", "2026-12") in {(one.kind, one.period) for one in proposed(cast)}


def test_the_fixed_day_is_proposed_for_theme_day_and_general_meeting(cast):
    keep_theme_day(organization=cast.branch, day_of_month=25, starts_at=None, place="", by=cast.secretary)
    days = {(one.kind, one.period): one.day for one in proposed(cast)}

    assert days["theme_day", "2026-11"] == date(2026, 11, 25)
    assert days["theme_day", "2026-12"] == date(2026, 12, 25)


def test_the_planner_shows_every_line_and_plans_them_once(cast, as_user):
    client = as_user(cast.secretary)
    sent = as_posted(client.get(PLAN))
    answers = [client.post(PLAN, sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert planned() == [
        ("committee_meeting", date(2026, 11, 24)),
        ("general_meeting", date(2026, 11, 24)),
        ("group_meeting", date(2026, 11, 24)),
        ("theme_day", date(2026, 11, 24)),
        ("committee_meeting", date(2026, 12, 8)),
        ("democratic_evaluation", date(2026, 12, 10)),
        ("org_life_meeting", date(2026, 12, 10)),
        ("group_meeting", date(2026, 12, 14)),
        ("theme_day", date(2026, 12, 21)),
    ]


def test_a_line_is_shifted_and_another_left_out(cast, as_user):
    client = as_user(cast.secretary)
    page = client.get(PLAN)
    numbers = {(form["kind"].value(), form["period"].value()): form.prefix for form in page.context["lines"]}
    shifted, dropped = numbers["theme_day", "2026-12"], numbers["group_meeting", "2026-12"]
    client.post(PLAN, as_posted(page, **{f"{shifted}-day": "2026-12-28", f"{dropped}-DELETE": "on"}))

    assert ("theme_day", date(2026, 12, 28)) in planned()
    assert len(planned()) == len(numbers) - 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "2026-11-23"),  # over
        ("day", "2031-01-05"),  # counts for another period
        ("day", "soon"),
        ("day", ""),
        ("code", "next-branch"),
        ("code", "missing"),
        ("kind", "party"),
        ("period", "2026-13"),
        ("period", "2025-12"),
        ("number", "0"),
        ("starts_at", "late"),
    ],
)
def test_a_wrong_line_plans_nothing_and_says_so_at_the_line(cast, as_user, field, value):
    client = as_user(cast.secretary)
    answer = client.post(PLAN, as_posted(client.get(PLAN), **{f"form-0-{field}": value}))

    assert answer.status_code == 200
    assert answer.context["lines"].forms[0].errors
    assert "invalid-feedback" in answer.content.decode()
    assert planned() == []


@pytest.mark.parametrize("sent", [{}, {"key": "x"}, {"form-TOTAL_FORMS": "9999", "form-INITIAL_FORMS": "0"}])
def test_a_form_that_was_not_ours_plans_nothing(cast, as_user, sent):
    assert as_user(cast.secretary).post(PLAN, sent).status_code == 200
    assert planned() == []


@pytest.mark.parametrize("year", [2025, 2028])
def test_only_this_year_and_the_next_are_planned(cast, as_user, year):
    assert as_user(cast.secretary).get(reverse("meetings:year-plan", args=["branch", year])).status_code == 404


def test_next_year_is_planned_whole_and_says_that_its_holidays_are_not_known(cast, as_user):
    page = as_user(cast.secretary).get(reverse("meetings:year-plan", args=["branch", 2027]))

    assert not page.context["holidays_known"]
    assert {form["day"].value().year for form in page.context["lines"]} == {2027}
    assert len(page.context["lines"].forms) == 12 + 4 + 12 + 2 + 12


def days_proposed(page):
    return {(form["kind"].value(), form["period"].value()): form["day"].value() for form in page.context["lines"]}


def test_a_recorded_holiday_moves_what_the_planner_proposes(cast, as_user):
    client = as_user(cast.secretary)
    before = days_proposed(client.get(PLAN))["theme_day", "2026-12"]
    SpecialDay.objects.create(day=before, kind="off", name="停电")
    after = days_proposed(client.get(PLAN))["theme_day", "2026-12"]

    assert (before, after) == (date(2026, 12, 21), date(2026, 12, 22))


def test_once_its_holidays_are_recorded_the_next_year_is_known(cast, as_user):
    url = reverse("meetings:year-plan", args=["branch", 2027])
    for month in (1, 5, 10):
        SpecialDay.objects.create(day=date(2027, month, 1), kind="off", name="节日")

    assert as_user(cast.secretary).get(url).context["holidays_known"]


def moved_by_notice(organization):
    return LocalRule.objects.create(
        organization=organization, rule_key="meet.org_life_meeting.window", value="next_first_quarter",
        document="关于召开组织生活会的通知", approved_by="镇党委", approved_on=TODAY, valid_from=TODAY,
    )  # fmt: skip


def test_a_committees_notice_moves_organizational_life_in_the_planner(cast, as_user):
    moved_by_notice(cast.district)
    client = as_user(cast.secretary)
    proposed = days_proposed(client.get(PLAN))
    client.post(PLAN, as_posted(client.get(PLAN)))

    assert proposed["org_life_meeting", "2026"] == date(2027, 1, 20)
    assert Meeting.objects.get(kind="org_life_meeting").counts_for_year == 2026


def test_another_districts_notice_moves_nothing_here(cast, as_user):
    moved_by_notice(cast.other_district)

    assert days_proposed(as_user(cast.secretary).get(PLAN))["org_life_meeting", "2026"] == date(2026, 12, 10)


def test_what_was_moved_into_the_next_year_can_be_planned_from_there_too(cast, as_user):
    moved_by_notice(cast.district)
    url = reverse("meetings:year-plan", args=["branch", 2027])
    client = as_user(cast.secretary)
    page = client.get(url)
    answer = client.post(url, as_posted(page))

    assert days_proposed(page)["org_life_meeting", "2026"] == date(2027, 1, 20)
    assert answer.status_code == 302
    assert ("org_life_meeting", date(2027, 1, 20)) in planned()


@pytest.mark.parametrize(
    ("part", "code", "status"),
    [
        ("secretary", "branch", 200),
        ("group_leader", "group", 200),
        ("secretary", "next-branch", 404),
        ("group_leader", "branch", 404),
        ("county_staff", "branch", 403),
        ("member", "branch", 403),
        ("secretary", "missing", 404),
    ],
)
def test_who_may_plan_where(cast, as_user, part, code, status):
    url = reverse("meetings:year-plan", args=[code, 2026])

    assert as_user(cast.users()[part]).get(url).status_code == status


def test_the_fixed_day_is_stored_with_an_entry(cast, as_user):
    answer = as_user(cast.secretary).post(THEME_DAY, {"day_of_month": "20", "starts_at": "19:30", "place": "活动室"})
    kept = ThemeDay.objects.get()

    assert answer.status_code == 302
    assert (kept.organization, kept.day_of_month, kept.starts_at) == (cast.branch, 20, time(19, 30))
    assert set(Entry.objects.get(action="keep_theme_day").changes) == {"day_of_month", "starts_at", "place"}


def test_the_fixed_day_is_changed_not_doubled(cast, as_user):
    for day in ("20", "5"):
        as_user(cast.secretary).post(THEME_DAY, {"day_of_month": day})

    assert ThemeDay.objects.get().day_of_month == 5


@pytest.mark.parametrize("day", ["0", "29", "x", ""])
def test_a_day_that_not_every_month_has_is_refused(cast, as_user, day):
    answer = as_user(cast.secretary).post(THEME_DAY, {"day_of_month": day})

    assert answer.context["form"].errors
    assert not ThemeDay.objects.exists()


@pytest.mark.parametrize(
    ("part", "status"), [("next_secretary", 404), ("county_staff", 403), ("group_leader", 404), ("member", 403)]
)
def test_nobody_else_fixes_the_day(cast, as_user, part, status):
    assert as_user(cast.users()[part]).post(THEME_DAY, {"day_of_month": "20"}).status_code == status
    assert not ThemeDay.objects.exists()


@pytest.mark.parametrize("more", [1, 3])
def test_the_planner_asks_the_same_number_of_queries(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        Meeting.objects.create(
            organization=cast.branch, kind="theme_day", day=date(2026, 1 + number, 20), counts_for_year=2026,
            state="held",
        )  # fmt: skip
    client = as_user(cast.secretary)
    with django_assert_num_queries(17):
        client.get(PLAN)
