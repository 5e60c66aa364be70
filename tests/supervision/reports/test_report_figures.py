"""Every figure of a report leads to exactly the records that it counts, and none of them is typed."""

import re

import pytest
from django.urls import reverse

from meetings.models import Meeting, Session
from members.models import Affiliation, HelpRequest, Office
from supervision.models import Report
from supervision.reports.figures import composed, figures_of
from supervision.reports.records import SOURCES, records
from supervision.reports.rules import MONEY, keys, period_named
from tests.cast import TODAY, make_member, make_organization
from tests.supervision.reports.making import QUARTER, begun, filled, quarter_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PERIOD = period_named(QUARTER)
EXPECTED = {
    "meetings.theme_day_due": 3,
    "meetings.theme_day_held": 2,
    "meetings.theme_day_missed": 1,
    "meetings.general_meeting_held": 1,
    "meetings.party_lecture_held": 8,
    "meetings.group_meeting_missed": 3,
    "attendance.expected": 8,
    "attendance.on_site": 1,
    "attendance.absent_with_reason": 1,
    "attendance.absent_without": 1,
    "attendance.unknown": 1,
    "talks.talks": 1,
    "appraisals.rounds_closed": 1,
    "appraisals.excellent": 1,
    "appraisals.ungraded": 1,
    "problems.found": 5,
    "problems.from_other": 1,
    "problems.accepted": 1,
    "problems.dropped": 1,
    "problems.unsettled": 6,
    "problems.overdue": 2,
    "inspections.inspections": 1,
    "matters.proposed": 3,
    "matters.decided": 2,
    "matters.without_opinion": 1,
    "matters.executed": 1,
    "matters.reviewed": 1,
    "suggestions.asked": 3,
    "suggestions.answered": 2,
    "suggestions.answered_on_time": 1,
    "suggestions.solved": 1,
    "suggestions.overdue": 2,
    "help.asked": 2,
    "help.answered": 1,
    "dues.charged": 7000,
    "dues.paid": 4000,
    "dues.disclosures": 0,
}


@pytest.fixture
def branch(cast):
    filled(cast)
    return cast.branch


def shown_figures(page):
    """Address → figure, as the page has them."""
    found = re.findall(r'<a href="(/supervision/reports/records/[^"]+)">([\d,.]+)</a>', page.content.decode())
    return {address.replace("&amp;", "&"): value for address, value in found}


def test_the_figures_of_the_quarter(branch):
    found = figures_of(branch.path, PERIOD, on=TODAY)

    assert {key: found[key] for key in EXPECTED} == EXPECTED


def test_a_lecture_within_another_meeting_is_one_too(branch):
    theme_day = Meeting.objects.filter(organization=branch, kind="theme_day").first()
    Session.objects.create(meeting=theme_day, kind="party_lecture")
    found = figures_of(branch.path, PERIOD, on=TODAY)

    assert (found["meetings.party_lecture_held"], found["meetings.theme_day_held"]) == (9, 2)


def test_a_request_counts_where_the_member_was_when_it_was_made(cast, branch):
    request = HelpRequest.objects.filter(asked_on__range=(PERIOD.first, PERIOD.last)).first()
    Affiliation.objects.filter(member=request.member).update(valid_until=TODAY, left_because="transferred")
    Affiliation.objects.create(member=request.member, organization=cast.next_branch, valid_from=TODAY)

    assert figures_of(branch.path, PERIOD, on=TODAY)["help.asked"] == 2
    assert figures_of(cast.next_branch.path, PERIOD, on=TODAY)["help.asked"] == 0


def test_every_figure_has_a_name_and_a_source():
    assert set(keys()) == set(SOURCES)


@pytest.mark.parametrize("key", list(keys()))
def test_the_records_of_a_figure_are_as_many_as_it_says(branch, key):
    value = figures_of(branch.path, PERIOD, on=TODAY)[key]
    found = records(key, branch, PERIOD.first, PERIOD.last, on=TODAY)

    if key in MONEY:
        assert sum(SOURCES[key].show(one).fen for one in found) == value
    else:
        assert len(list(found)) == value


def test_the_secretary_walks_every_link_of_the_report(cast, branch, as_user):
    """Nothing was typed: the report was begun with its period and nothing else."""
    report = begun(branch, cast.secretary)
    assert (report.judgement, report.figures) == ("", None)
    client = as_user(cast.secretary)
    links = shown_figures(client.get(report.get_absolute_url()))

    assert len(links) == len(list(keys()))
    for address, value in links.items():
        page = client.get(address)
        assert page.status_code == 200, address
        if page.context["is_money"]:
            assert f"{sum(row.fen for row in page.context['rows']) / 100:,.2f}" == value, address
        else:
            assert page.context["page"].paginator.count == int(value), address
            assert len(page.context["rows"]) == int(value), address


def test_records_of_another_place_are_not_in_a_figure(cast, branch):
    before = figures_of(branch.path, PERIOD, on=TODAY)
    wang, other = cast.wang, make_member("周二", cast.next_branch)
    quarter_of(cast.next_branch, [wang, other], cast.next_secretary, cast.district)

    assert figures_of(branch.path, PERIOD, on=TODAY) == before
    both = figures_of(cast.district.path, PERIOD, on=TODAY)
    assert both["suggestions.asked"] == 2 * before["suggestions.asked"]
    assert both["dues.paid"] == 2 * before["dues.paid"]


@pytest.mark.parametrize("branches", [0, 2])
def test_the_figures_cost_the_same_whatever_the_size(cast, branch, django_assert_num_queries, branches):
    for number in range(branches):
        place = make_organization(f"more-{number}", f"支部{number}", "branch", cast.district)
        people = [make_member(f"王{number}{one}", place) for one in "一二"]
        quarter_of(place, people, cast.secretary, cast.district)
    with django_assert_num_queries(QUERIES):
        figures_of(cast.district.path, PERIOD, on=TODAY)


QUERIES = 25


def test_a_committee_reads_how_many_each_branch_has_and_no_text(cast, branch, as_user):
    address = reverse("supervision:report-records", args=["problems.found"])
    asked = {"org": "district", "first": "2026-07-01", "last": "2026-09-30"}

    page = as_user(cast.district_staff).get(address, asked)

    assert page.context["rows"] is None
    assert list(page.context["page"]) == [("红旗社区第一党支部", 5)]
    assert "水房漏水" not in page.content.decode()


@pytest.mark.parametrize("key", list(keys()))
def test_every_figure_can_be_told_by_place(cast, branch, as_user, key):
    value = figures_of(cast.district.path, PERIOD, on=TODAY)[key]
    address = reverse("supervision:report-records", args=[key])
    page = as_user(cast.district_staff).get(address, {"org": "district", "first": PERIOD.first, "last": PERIOD.last})

    if page.context["rows"] is None:
        assert sum(count for _name, count in page.context["page"]) == value
    else:  # which meetings were due is no text of anybody
        assert page.context["page"].paginator.count == value


@pytest.mark.parametrize(
    ("figure", "asked", "status"),
    [
        ("problems.found", {"org": "branch", "first": "2026-07-01", "last": "2026-09-30"}, 200),
        ("problems.found", {"org": "branch", "first": "gestern", "last": "2026-09-30"}, 404),
        ("problems.found", {"org": "branch"}, 404),
        ("problems.found", {"org": "next-branch", "first": "2026-07-01", "last": "2026-09-30"}, 404),
        ("problems.nothing", {"org": "branch", "first": "2026-07-01", "last": "2026-09-30"}, 404),
    ],
)
def test_which_records_are_answered(cast, as_user, figure, asked, status):
    address = reverse("supervision:report-records", args=[figure])

    assert as_user(cast.secretary).get(address, asked).status_code == status


def test_who_may_not_see_amounts_reads_the_sum(cast, branch, as_user):
    """The discipline officer writes the report and sees nobody's dues."""
    Office.objects.filter(user=cast.secretary).update(kind="discipline_officer")
    address = reverse("supervision:report-records", args=["dues.paid"])
    page = as_user(cast.secretary).get(address, {"org": "branch", "first": PERIOD.first, "last": PERIOD.last})

    assert page.context["rows"] is None
    assert list(page.context["page"]) == [("红旗社区第一党支部", 4000)]
    assert "张英" not in page.content.decode()


def test_a_draft_follows_the_record(cast, branch):
    report = Report.objects.get(pk=begun(branch, cast.secretary).pk)
    told = composed(report, on=TODAY)

    assert told.kept_on is None
    assert told.changed == 0
