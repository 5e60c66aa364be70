"""Counts of suggestions: of a period, of each branch, on the organization's and the start page, and as duties."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from members.access.queries import access_for
from members.models import HelpRequest
from members.pages.links import own_links
from members.regulations.queries import PlacesBelow
from rulebook.values import DutyState
from supervision.suggestions.queries import branch_lines, organization_figures, suggestion_figures, suggestions_due
from supervision.suggestions.services import say_settled
from tests.cast import TODAY, make_organization
from tests.supervision.suggestions.making import TEXT, ago, answer, suggest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

BELOW, EXPORT = reverse("supervision:suggestion-below"), reverse("supervision:suggestion-below-export")
YEAR = date(2026, 1, 1)


@pytest.fixture
def asked(cast):
    """In the branch: one late, one waiting, one solved in time, one explained late. In the next: one solved."""
    suggest(cast.zhang, cast.member, ago(20))
    suggest(cast.zhang, cast.member, ago(1))
    answer(suggest(cast.zhang, cast.member, ago(60)), cast.secretary, ago(45))
    answer(suggest(cast.li, cast.secretary, ago(90)), cast.secretary, ago(70), outcome="explained")
    answer(suggest(cast.wang, cast.next_secretary, ago(5)), cast.next_secretary)
    HelpRequest.objects.create(
        member=cast.li, asked_on=ago(9), due_on=TODAY, request="轮椅", recorded_by=cast.secretary, answered_on=TODAY,
        answered_by=cast.secretary, answer="借到了",
    )  # fmt: skip
    HelpRequest.objects.create(
        member=cast.wang, asked_on=ago(9), due_on=TODAY, request="拐杖", recorded_by=cast.next_secretary
    )
    return cast


BRANCH = {
    "asked": 4, "answered": 2, "answered_on_time": 1, "solved": 1, "overdue": 1, "help_asked": 1, "help_answered": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "first", "last", "expected"),
    [
        ("branch", YEAR, TODAY, BRANCH),
        ("group", YEAR, TODAY, dict.fromkeys(BRANCH, 0) | {"help_asked": 1, "help_answered": 1}),
        (
            "district", YEAR, TODAY,
            {"asked": 5, "answered": 3, "answered_on_time": 2, "solved": 2, "overdue": 1, "help_asked": 2,
             "help_answered": 1},
        ),
        ("other_district", YEAR, TODAY, dict.fromkeys(BRANCH, 0)),
        ("branch", ago(60), ago(46), dict.fromkeys(BRANCH, 0) | {"asked": 1}),  # as it stood then
        ("branch", ago(95), ago(73), dict.fromkeys(BRANCH, 0) | {"asked": 1, "overdue": 1}),
        ("branch", ago(10), TODAY, dict.fromkeys(BRANCH, 0) | {"asked": 1, "overdue": 1, "help_asked": 1,
                                                               "help_answered": 1}),
    ],
)  # fmt: skip
def test_figures_of_a_period(asked, place, first, last, expected, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert suggestion_figures(getattr(asked, place).path, first, last) == expected


def test_a_figure_leads_to_its_records(asked, as_user):
    """Each count of the figures is the length of the list under the filters that it links to."""
    figures = suggestion_figures(asked.branch.path, ago(100), ago(30))
    client, period = as_user(asked.secretary), {"first": ago(100), "last": ago(30), "org": "branch"}

    def listed(**query):
        return client.get(reverse("supervision:suggestion-list"), query).context["page"].paginator.count

    assert listed(**period) == figures["asked"] == 2
    assert listed(**period, state="answered") == figures["answered"] == 2
    assert listed(**period, state="answered", outcome="solved") == figures["solved"] == 1
    assert listed(last=ago(30), org="branch", state="overdue") == figures["overdue"] == 0


def test_who_needs_help_stands_first(asked, django_assert_num_queries):
    make_organization("quiet", "没人提意见的支部", "branch", asked.district)
    with django_assert_num_queries(2):
        lines = branch_lines(asked.county.path, YEAR, TODAY)

    assert [line.branch.code for line in lines] == ["branch", "quiet", "other-branch", "next-branch"]
    assert [line.solved_share for line in lines] == [50, None, None, 100]


def test_a_committee_reads_counts_and_no_text_and_no_name(asked, as_user):
    for user in (asked.district_staff, asked.county_secretary):
        page = as_user(user).get(BELOW).content.decode()
        assert "红旗社区第一党支部" in page
        assert TEXT not in page
        assert "张英" not in page
        assert "李国强" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["branch", "next-branch"]),
        ({"q": "第二"}, ["next-branch"]),
        ({"org": "branch"}, ["branch"]),
        ({"year": 2025}, ["branch", "next-branch"]),
        ({"last": "2026-01-01", "first": "2026-05-01"}, ["branch", "next-branch"]),
    ],
)
def test_the_counts_are_narrowed(asked, as_user, query, expected):
    page = as_user(asked.district_staff).get(BELOW, query)

    assert [line.branch.code for line in page.context["page"]] == expected


def test_of_another_year_nothing_is_counted(asked, as_user):
    assert as_user(asked.district_staff).get(BELOW, {"year": 2025}).context["asked"] == 0


def test_counts_outside_ones_own_are_missing(asked, as_user):
    assert as_user(asked.district_staff).get(BELOW, {"org": "other-district"}).status_code == 404
    assert as_user(asked.inspector).get(BELOW).status_code == 403


def test_the_counts_as_a_workbook(asked, as_user):
    page = as_user(asked.district_staff).get(EXPORT)
    sheet = openpyxl.load_workbook(BytesIO(b"".join(page.streaming_content))).active

    assert [cell.value for cell in sheet[2]] == ["红旗社区第一党支部", 4, 2, 1, 1, 50, 1]


@pytest.mark.parametrize("branches", [1, 3])
def test_the_counts_cost_the_same_for_more_branches(cast, as_user, branches, django_assert_num_queries):
    for number in range(branches):
        make_organization(f"more-{number}", f"支部{number}", "branch", cast.district)
    client = as_user(cast.district_staff)
    client.get(BELOW)
    with django_assert_num_queries(7):
        client.get(BELOW)


# --- On other pages ---------------------------------------------------------------------------------------------------
def said(cast, part, place, django_assert_num_queries, queries):
    user = cast.users()[part]
    user.language = "en"
    user.access = access_for(user, on=TODAY)
    with django_assert_num_queries(queries):
        return [(link.text, link.url) for link in organization_figures(getattr(cast, place), user, on=TODAY)]


LINK = "/supervision/suggestions/?org="


@pytest.mark.parametrize(
    ("part", "place", "text", "queries"),
    [
        ("secretary", "branch", "4 asked, 2 answered, 1 solved (50 % of the answers) · 1 overdue", 2),
        ("county_secretary", "district", "5 asked, 3 answered, 2 solved (66 % of the answers) · 1 overdue", 2),
        ("district_staff", "next_branch", "1 asked, 1 answered, 1 solved (100 % of the answers)", 2),
        ("county_staff", "other_branch", "Nobody has suggested anything this year.", 2),
        ("secretary", "group", None, 0),
        ("administrator", "branch", None, 0),
        ("inspector", "branch", None, 0),
    ],
)
def test_the_organizations_page_says_the_share_solved(asked, part, place, text, queries, django_assert_num_queries):
    with translation.override("en"):
        lines = said(asked, part, place, django_assert_num_queries, queries)

    assert lines == ([(text, f"{LINK}{getattr(asked, place).code}")] if text else [])


def test_it_stands_on_the_page(asked, as_user):
    page = as_user(asked.county_secretary).get(asked.branch.get_absolute_url()).content.decode()

    assert f"{LINK}branch" in page


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (0, "Suggest something to your branch, or say what you need."),
        (1, "1 waits for an answer."),
        (2, "1 answer: is it settled?"),
        (3, "Suggest something to your branch, or say what you need."),
    ],
)
def test_a_members_start_page_says_what_waits(cast, step, text, django_assert_num_queries):
    one = suggest(cast.zhang, cast.member) if step else None
    if step > 1:
        answer(one, cast.secretary)
    if step > 2:
        say_settled(suggestion=one, is_settled=True, by=cast.member)
    cast.member.access = access_for(cast.member, on=TODAY)
    with translation.override("en"):
        assert text in [link.text for link in own_links(cast.member, on=TODAY)]


# --- Duties -----------------------------------------------------------------------------------------------------------
def test_every_branch_owes_its_answers(asked, django_assert_num_queries):
    with django_assert_num_queries(3):
        duties = suggestions_due(PlacesBelow(asked.county.path, TODAY))

    assert [(duty.organization, duty.period, duty.state) for duty in duties] == [
        ("branch", "2026-08", DutyState.DONE),
        ("branch", "2026-09", DutyState.DONE),
        ("branch", "2026-11", DutyState.OVERDUE),
        ("next-branch", "2026-11", DutyState.DONE),
    ]


def test_the_duty_closes_by_itself(cast):
    one = suggest(cast.zhang, cast.member)
    assert [duty.state for duty in suggestions_due(PlacesBelow(cast.branch.path, TODAY + timedelta(days=16)))] == [
        "overdue"
    ]
    answer(one, cast.secretary)
    assert [duty.state for duty in suggestions_due(PlacesBelow(cast.branch.path, TODAY))] == ["done"]


def test_it_is_on_the_desk_of_the_branch_with_its_button(asked, as_user):
    page = as_user(asked.secretary).get(reverse("reminders:desk")).content.decode()

    assert f"{reverse('supervision:duty-do', args=['branch'])}?" in page
