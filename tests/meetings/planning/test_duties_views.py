"""The pages of what is due: a branch with articles, committees in counts."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from meetings.models import Meeting
from meetings.planning.duty_queries import branch_lines
from members.choices import OrganizationKind
from members.models import LocalRule
from tests.cast import TODAY, make_organization

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

LIST = reverse("meetings:duty-list")
EXPORT = reverse("meetings:duty-export")


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


def hold(place, kind="theme_day", day=TODAY, **fields):
    fields = {"state": "held", "counts_for_year": day.year, **fields}
    return Meeting.objects.create(organization=place, kind=kind, day=day, **fields)


def states(answer):
    return {(line.duty.kind, line.duty.period, str(line.duty.state)) for line in answer.context["page"].object_list}


def _may_plan(answer):
    return any(button.primary for button in answer.context["buttons"])


def sheet_of(answer):
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_a_secretary_reads_what_is_due_with_its_article_and_plans_it_in_one_step(cast, as_user):
    hold(cast.branch)
    answer = as_user(cast.secretary).get(f"{LIST}?kind=general_meeting")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert ("general_meeting", "2026-Q1", "overdue") in states(answer)
    assert ("general_meeting", "2026-Q4", "open") in states(answer)
    assert f"{reverse('meetings:meeting-plan', args=['branch'])}?kind=general_meeting" in page
    assert "《中国共产党支部工作条例（试行）》" in page


def test_what_is_overdue_comes_first_and_what_is_done_last(cast, as_user):
    hold(cast.branch, day=date(2026, 1, 20))
    lines = [
        line.duty.state for line in as_user(cast.secretary).get(LIST + "?page=1").context["page"].paginator.object_list
    ]

    assert lines == sorted(lines, key=["overdue", "open", "done"].index)
    assert lines[-1] == "done"


@pytest.mark.parametrize(
    ("asked", "kinds", "found"),
    [
        ("kind=group_meeting", {"group_meeting"}, {"open", "overdue"}),
        ("state=done", {"theme_day"}, {"done"}),
        ("kind=theme_day&state=done", {"theme_day"}, {"done"}),
        ("kind=group_meeting&state=done", set(), set()),
    ],
)
def test_the_list_is_narrowed_by_kind_and_state(cast, as_user, asked, kinds, found):
    hold(cast.branch)
    shown = states(as_user(cast.secretary).get(f"{LIST}?{asked}"))

    assert ({kind for kind, _, _ in shown}, {state for _, _, state in shown}) == (kinds, found)


def test_what_is_planned_is_said_at_the_duty_and_not_offered_again(cast, as_user):
    meeting = hold(cast.branch, day=date(2026, 11, 28), state="planned")
    lines = as_user(cast.secretary).get(f"{LIST}?kind=theme_day").context["page"]
    page = as_user(cast.secretary).get(f"{LIST}?kind=theme_day&state=open").content.decode()

    assert {line.duty.period: line.planned for line in lines if line.planned} == {"2026-11": meeting}
    assert meeting.get_absolute_url() in page
    assert f"{reverse('meetings:meeting-plan', args=['branch'])}?kind" not in page


def test_a_yearly_meeting_is_planned_for_the_year_that_it_is_due_in(cast, as_user):
    client = as_user(cast.secretary)
    link = f"{reverse('meetings:meeting-plan', args=['branch'])}?kind=org_life_meeting&counts_for_year=2026"

    assert link.replace("&", "&amp;") in client.get(f"{LIST}?kind=org_life_meeting").content.decode()
    assert client.get(link).context["form"]["counts_for_year"].value() == "2026"


@pytest.mark.parametrize(("counts_for", "known"), [(2025, False), (2026, True)])
def test_a_planned_meeting_stands_at_the_duty_of_the_year_it_counts_for(cast, as_user, counts_for, known):
    hold(cast.branch, "org_life_meeting", day=date(2026, 12, 10), state="planned", counts_for_year=counts_for)
    (line,) = as_user(cast.secretary).get(f"{LIST}?kind=org_life_meeting").context["page"].object_list

    assert bool(line.planned) is known


def test_an_earlier_year_is_counted_to_its_end_and_offers_no_planning(cast, as_user):
    hold(cast.branch, "committee_meeting", day=date(2025, 11, 20))
    answer = as_user(cast.secretary).get(f"{LIST}?year=2025")

    assert answer.context["on"] == date(2025, 12, 31)
    assert not _may_plan(answer)
    assert not answer.context["form"].errors
    assert ("theme_day", "2025-12", "overdue") in states(answer)


def test_an_earlier_year_begins_with_the_first_meeting_on_record(cast, as_user):
    """As on the dashboard: whether anything was held before, nobody knows."""
    hold(cast.branch, "committee_meeting", day=date(2025, 11, 20))
    found = {period for _kind, period, _state in states(as_user(cast.secretary).get(f"{LIST}?year=2025"))}
    lines = {
        line.branch.code: line.due for line in branch_lines(cast.district.path, on=TODAY, through=date(2025, 12, 31))
    }

    assert {"2025-11", "2025-12"} <= found
    assert "2025-10" not in found
    assert lines["branch"] == as_user(cast.secretary).get(f"{LIST}?year=2025").context["page"].paginator.count
    assert lines["next-branch"] == 0


@pytest.mark.parametrize("asked", ["year=2031", "year=abc", "kind=party", "state=late", "page=99", "q=x"])
def test_a_filter_that_cannot_be_read_asks_for_nothing(cast, as_user, asked):
    assert as_user(cast.secretary).get(f"{LIST}?{asked}").status_code == 200


def test_a_group_leader_sees_the_group_only(cast, as_user):
    answer = as_user(cast.group_leader).get(LIST)

    assert {line.place for line in answer.context["page"]} == {cast.group}
    assert _may_plan(answer)


def test_a_committee_reads_counts_with_those_who_need_help_first_and_no_name(cast, as_user):
    for month in range(1, 11):
        hold(cast.branch, day=date(2026, month, 10))
    answer = as_user(cast.district_staff).get(LIST)
    lines = {line.branch.code: (line.done, line.overdue) for line in answer.context["page"]}

    assert list(lines) == ["branch", "next-branch"]
    assert lines == {"branch": (10, 23), "next-branch": (0, 13)}
    assert answer.context["figures"][1][0] == 2
    assert "张英" not in answer.content.decode()


def test_a_group_counts_for_its_branch(cast):
    before = {line.branch.code: line.done for line in branch_lines(cast.district.path, on=TODAY)}
    hold(cast.group, "group_meeting")
    after = {line.branch.code: line.done for line in branch_lines(cast.district.path, on=TODAY)}

    assert (before["branch"], after["branch"], after["next-branch"]) == (0, 1, 0)


def test_a_committee_goes_down_to_a_branch_and_cannot_plan_there(cast, as_user):
    answer = as_user(cast.county_secretary).get(f"{LIST}?org=next-branch")

    assert {line.place for line in answer.context["page"]} == {cast.next_branch}
    assert not _may_plan(answer)
    assert not answer.context["form"].errors
    assert "meetings/plan" not in answer.content.decode()


@pytest.mark.parametrize(
    ("part", "asked", "status"),
    [
        ("secretary", "next-branch", 404),
        ("district_staff", "other-branch", 404),
        ("secretary", "missing", 404),
        ("member", "", 403),
        ("inspector", "", 403),
        ("administrator", "branch", 403),
        ("county_staff", "other-branch", 200),
    ],
)
@pytest.mark.parametrize("url", [LIST, EXPORT])
def test_duties_stay_within_ones_own_organizations(cast, as_user, part, asked, status, url):
    assert as_user(cast.users()[part]).get(url, {"org": asked}).status_code == status


@pytest.mark.parametrize("url", [LIST, EXPORT])
def test_duties_are_only_read(cast, as_user, url):
    assert as_user(cast.secretary).post(url).status_code == 405


def test_the_workbook_of_a_branch_holds_the_filtered_rows(cast, as_user):
    hold(cast.branch)
    rows = sheet_of(as_user(cast.secretary).get(f"{EXPORT}?state=done"))

    assert len(rows) == 2
    assert rows[1][:3] == ["Theme day", "红旗社区第一党支部", "2026-11"]


def test_the_workbook_of_a_committee_holds_counts(cast, as_user):
    rows = sheet_of(as_user(cast.district_staff).get(f"{EXPORT}?q=第二"))

    assert [row[0] for row in rows[1:]] == ["红旗社区第二党支部"]
    assert rows[1][2] == 0


def test_a_local_rule_asks_for_lectures_where_it_binds(cast, as_user):
    LocalRule.objects.create(
        organization=cast.district, rule_key="meet.party_lecture.per_year", value="2", document="镇党委通知",
        number="1", approved_by="镇党委", approved_on=date(2026, 1, 1), valid_from=date(2026, 1, 1),
    )  # fmt: skip
    client = as_user(cast.county_staff)
    asked = {
        code: len(client.get(f"{LIST}?org={code}&kind=party_lecture").context["page"].object_list)
        for code in ("branch", "next-branch", "other-branch")
    }

    assert asked == {"branch": 2, "next-branch": 2, "other-branch": 0}


QUERIES = 11


@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_branches(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        place = make_organization(f"more-{number}", f"第{number}党支部", OrganizationKind.BRANCH, cast.district)
        hold(place)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)
