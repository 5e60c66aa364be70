"""The heat table: months of a measure for everything directly below a place."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from assessment.dashboard.rules import MEASURES, NOT_THERE, OTHER_WORDS
from assessment.models import RollUp
from members.choices import OrganizationKind, UnitKind
from members.models import Organization
from tests.assessment.dashboard.figures import BEHIND, UNRECORDED, a_county, add_up, month_of
from tests.cast import make_organization

PAGE, EXPORT = reverse("assessment:heat"), reverse("assessment:heat-export")
NAMES = ("张英", "李国强", "王秀兰", "赵东山")

pytestmark = pytest.mark.usefixtures("today")


def table(answer):
    """Name → class and text of each month's cell."""
    body = re.search(r'<table class="table heat">.*?<tbody>(.*?)</tbody>', answer.text, re.S).group(1)
    cells = r'<td class="(\w+)">(?:<abbr[^>]*>)?([^<]*)'
    return {re.search(r"<a[^>]*>(.*?)</a>", row).group(1): re.findall(cells, row) for row in body.split("<tr>")[1:]}


@pytest.mark.parametrize("page", [PAGE, EXPORT])
@pytest.mark.parametrize(
    ("part", "query", "status"),
    [
        ("district_staff", {}, 200),
        ("county_secretary", {"org": "district", "page": "x", "measure": "\0"}, 200),
        ("secretary", {}, 200),
        ("secretary", {"org": "next-branch"}, 404),
        ("district_staff", {"org": "other-district"}, 404),
        ("member", {}, 403),
        ("inspector", {}, 403),
        ("administrator", {"org": "county"}, 403),
    ],
)
def test_it_is_for_offices_that_see_figures_in_their_place(cast, as_user, page, part, query, status):
    a_county(cast)

    assert as_user(cast.users()[part]).get(page, query).status_code == status


@pytest.mark.parametrize("page", [PAGE, EXPORT])
def test_it_needs_a_log_in_and_only_reads(cast, as_user, client, page):
    assert client.get(page).status_code == 302
    assert as_user(cast.district_staff).post(page).status_code == 405


def test_each_branch_has_its_24_months_in_the_order_of_the_tree(cast, as_user):
    a_county(cast)
    RollUp.objects.filter(organization=cast.branch, month=date(2026, 9, 1)).update(meetings_due=0, meetings_held=0)
    found = table(as_user(cast.district_staff).get(PAGE))

    assert list(found) == [cast.branch.name, cast.next_branch.name]
    assert [len(cells) for cells in found.values()] == [24, 24]
    assert found[cast.branch.name][-3:] == [("s0", "–"), ("s0", "·"), ("s5", "100")]
    assert found[cast.next_branch.name][-1] == ("s1", "25")


def test_what_is_not_recorded_enough_shows_no_number(cast, as_user):
    month_of(cast.branch, **UNRECORDED)
    assert table(as_user(cast.district_staff).get(PAGE))[cast.branch.name][-1] == ("s0", "?")

    month_of(cast.next_branch)
    month_of(make_organization("silent", "沉默党支部", OrganizationKind.BRANCH, cast.district), **UNRECORDED)
    add_up(cast.district)
    assert table(as_user(cast.county_staff).get(PAGE))[cast.district.name][-1] == ("s0", "?")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
def test_every_measure_has_its_table_and_words_for_its_steps(cast, as_user, measure):
    a_county(cast)
    answer = as_user(cast.district_staff).get(PAGE, {"measure": measure.code})
    legend = {css for css, _sign, _words in answer.context["legend"]}

    assert not legend or {css for cells in table(answer).values() for css, _text in cells} <= legend


def test_a_county_reads_its_committees_and_goes_down(cast, as_user):
    a_county(cast)
    answer = as_user(cast.county_secretary).get(PAGE, {"measure": "dues"})

    assert [cells[-1] for cells in table(answer).values()] == [("s4", "85"), ("s5", "100")]
    assert 'href="?org=district&amp;measure=dues"' in answer.text
    assert 'href="../?org=branch&amp;measure=dues"' in as_user(cast.county_secretary).get(
        PAGE, {"measure": "dues", "org": "district"}
    ).text  # fmt: skip


def test_names_are_escaped_and_a_kind_of_unit_leaves_the_others_out(cast, as_user):
    Organization.objects.filter(pk=cast.next_branch.pk).update(name="<b>支部", unit_kind=UnitKind.SCHOOL)
    a_county(cast)
    answer = as_user(cast.district_staff).get(PAGE, {"unit": "school"})

    assert list(table(answer)) == ["&lt;b&gt;支部"]
    assert "<b>支部" not in answer.text


def test_below_a_branch_there_is_nothing(cast, as_user):
    month_of(cast.branch)

    assert 'class="empty"' in as_user(cast.secretary).get(PAGE).text


def test_it_is_paged(cast, as_user, monkeypatch):
    monkeypatch.setattr("assessment.dashboard.detail_views.PLACES_ON_A_PAGE", 1)
    a_county(cast)
    client = as_user(cast.district_staff)

    assert [list(table(client.get(PAGE, {"page": page}))) for page in (1, 2)] == [
        [cast.branch.name], [cast.next_branch.name],
    ]  # fmt: skip


def test_the_patched_table_is_the_fresh_one(cast, as_user):
    a_county(cast)
    client = as_user(cast.district_staff)
    fresh = client.get(PAGE, {"measure": "dues"})
    patch = client.get(PAGE, {"measure": "dues"}, headers={"HX-Request": "true"})

    assert patch.text.strip() in fresh.text
    assert "<html" not in patch.text


@pytest.mark.parametrize("branches", [1, 3])
def test_it_costs_the_same_for_one_branch_and_three(cast, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        month_of(make_organization(f"b{number}", f"第{number}党支部", OrganizationKind.BRANCH, cast.district), **BEHIND)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(8):
        client.get(PAGE)


def test_it_can_be_taken_along_without_anybodys_name(cast, as_user):
    Organization.objects.filter(pk=cast.next_branch.pk).update(name="=1+1")
    a_county(cast)
    month_of(cast.branch, "2026-08", **UNRECORDED)
    client = as_user(cast.county_staff)
    answer = client.get(EXPORT, {"org": "district"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert (sheet.max_row, sheet.max_column) == (4, 26)
    assert [cell.value for cell in sheet[3]][-2:] == [100, 100]
    assert isinstance(sheet.cell(3, 24).value, str)
    assert sheet.cell(3, 23).value == str(OTHER_WORDS[NOT_THERE])
    assert (sheet["A4"].value, sheet["A4"].data_type) == ("=1+1", "s")
    shown = client.get(PAGE, {"org": "district"}).text + str([[cell.value for cell in row] for row in sheet.rows])
    assert [name for name in NAMES if name in shown] == []
