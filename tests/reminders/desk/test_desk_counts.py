"""What the levels above see: counts of branches, counted at once or by a job, and never a name."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from members.choices import OfficeKind
from reminders.desk import views
from reminders.desk.count_queries import FIGURES, counts_at, counts_below, kinds_at
from reminders.desk.services import count_desks, parts
from reminders.models import DeskCount, NotApplicable
from tests.assessment.dashboard.figures import a_county
from tests.cast import TODAY, make_member, make_organization, make_user
from tests.dues.making import charge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOME, BRANCHES = reverse("reminders:desk"), reverse("reminders:desk-branch-list")
EXPORT = reverse("reminders:desk-branch-export")


def figures(row):
    return {name: getattr(row, name) for name in (*FIGURES, "overdue_kinds")}


# --- Counting ---------------------------------------------------------------------------------------------------------
def test_a_group_counts_for_its_branch(cast):
    [row] = counts_at(cast.branch.path, on=TODAY)

    assert row.organization == cast.branch
    assert row.overdue_kinds["group_meeting"] == 10
    assert row.overdue_kinds["theme_day"] == 10
    assert sum(row.overdue_kinds.values()) == row.overdue


def test_kind_by_kind_it_is_the_same_sum(cast):
    charge(cast.zhang, "2026-09", 4000)
    [row] = counts_at(cast.branch.path, on=TODAY)
    kinds = kinds_at(cast.branch.path, on=TODAY)

    assert {name: sum(getattr(kind, name) for kind in kinds) for name in FIGURES} == {
        name: getattr(row, name) for name in FIGURES
    }


def test_those_that_need_help_come_first(cast):
    charge(cast.wang, "2026-08", 4000)
    charge(cast.wang, "2026-09", 4000)
    rows = counts_below([cast.county.path], on=TODAY).rows

    assert [row.overdue for row in rows] == sorted((row.overdue for row in rows), reverse=True)
    assert {row.organization.code for row in rows} == {"branch", "next-branch", "other-branch"}


def test_a_branch_that_was_dissolved_is_no_row(cast):
    cast.next_branch.dissolved_on = date(2026, 5, 1)
    cast.next_branch.save()

    assert [row.organization.code for row in counts_below([cast.district.path], on=TODAY).rows] == ["branch"]


def test_many_branches_are_read_from_the_last_round(cast, monkeypatch):
    live = counts_below([cast.county.path], on=TODAY)
    monkeypatch.setattr("reminders.desk.count_queries.LIVE", 2)
    none_yet = counts_below([cast.county.path], on=TODAY)
    assert (list(none_yet.rows), none_yet.uncounted, none_yet.as_of) == ([], 3, None)

    assert count_desks(on=TODAY) == 3
    stored = counts_below([cast.county.path], on=TODAY)

    assert [(row.organization.code, figures(row)) for row in stored.rows] == [
        (row.organization.code, figures(row)) for row in live.rows
    ]
    assert (stored.sums, stored.to_help, stored.branches) == (live.sums, live.to_help, 3)
    assert stored.as_of is not None
    assert [row.organization.code for row in counts_below([cast.county.path], on=TODAY, text="东山").rows] == [
        "other-branch"
    ]


def test_counting_again_replaces_and_forgets_what_stands_no_longer(cast):
    count_desks(on=TODAY)
    said = {"kind": "theme_day", "period": "2026-10", "reason": "冬训", "said_by": cast.secretary}
    NotApplicable.objects.create(organization=cast.branch, **said)
    cast.next_branch.dissolved_on = date(2026, 5, 1)
    cast.next_branch.save()

    count_desks(on=TODAY)

    assert set(DeskCount.objects.values_list("organization__code", "not_applicable")) == {
        ("branch", 1), ("other-branch", 0),
    }  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 2, 400])
def test_in_parts_of_any_size_it_is_the_same(cast, monkeypatch, at_once):
    monkeypatch.setattr("reminders.desk.services.AT_ONCE", at_once)

    assert count_desks(on=TODAY) == 3
    assert {row.organization.code: row.overdue for row in DeskCount.objects.all()} == {
        row.organization.code: row.overdue for row in counts_below([cast.county.path], on=TODAY).rows
    }


@pytest.mark.parametrize(
    ("at_once", "places"),
    [
        (10, ["0001"]),
        (3, ["00010001", "00010002"]),
        (1, ["000100010001", "000100010002", "000100010003", "00010002"]),
    ],
)
def test_a_part_is_the_highest_place_with_few_enough_branches(monkeypatch, at_once, places):
    monkeypatch.setattr("reminders.desk.services.AT_ONCE", at_once)
    paths = ["000100010001", "000100010002", "000100010003", "000100020001"]

    assert list(parts(paths)) == places


@pytest.mark.parametrize("more", [1, 3])
def test_a_round_costs_the_same_for_one_branch_and_three(cast, django_assert_num_queries, more):
    for number in range(more):
        make_organization(f"more{number}", f"第{number}党支部", "branch", cast.district)
    count_desks(on=TODAY)
    with django_assert_num_queries(40):
        count_desks(on=TODAY)


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_a_committee_starts_from_those_that_need_help_as_its_dashboard_says(cast, as_user):
    a_county(cast, "2026-10")
    answer = as_user(cast.district_staff).get(HOME)
    (need,) = answer.context["needs"]

    assert [line.code for line in need.first] == ["next-branch"]
    assert (need.count, need.branches, f"{need.month:%Y-%m}") == (1, 2, "2026-10")
    assert answer.context["below"].branches == 2
    assert f"{reverse('assessment:dashboard')}?org=next-branch" in answer.text


@pytest.mark.parametrize(
    "page", [reverse("reminders:desk-below"), BRANCHES, reverse("reminders:desk-at", args=["branch"])]
)
def test_no_committee_reads_a_members_name(cast, as_user, page):
    for member in (cast.zhang, cast.li, cast.wang):
        charge(member, "2026-08", 4000)
        charge(member, "2026-09", 4000)
    for user in (cast.district_staff, cast.county_staff, cast.county_secretary):
        html = as_user(user).get(page).text
        assert not [name for name in ("张英", "李国强", "王秀兰") if name in html]
    assert "张英" in as_user(cast.secretary).get(f"{HOME}?kind=dues_arrears").text  # the control


def test_the_list_is_of_ones_own_subtree(cast, as_user):
    def shown(user, **query):
        return {row.organization.code for row in as_user(user).get(BRANCHES, query).context["page"]}

    assert shown(cast.district_staff) == {"branch", "next-branch"}
    assert shown(cast.county_secretary) == {"branch", "next-branch", "other-branch"}
    assert shown(cast.county_staff, org="other-district") == {"other-branch"}
    assert shown(cast.county_staff, q="第二") == {"next-branch"}
    assert as_user(cast.district_staff).get(BRANCHES, {"org": "other-district"}).status_code == 404


def test_the_list_comes_in_pages(cast, as_user, monkeypatch):
    monkeypatch.setattr(views, "BRANCHES", replace(views.BRANCHES, size=2))
    client = as_user(cast.county_staff)

    assert [len(client.get(BRANCHES, {"page": page}).context["page"]) for page in (1, 2)] == [2, 1]


@pytest.mark.parametrize("query", ["?page=x", "?page=99", "?q=%00", "?org=%00", "?q=" + "x" * 300])
def test_bad_input_is_no_error(cast, as_user, query):
    for page in (BRANCHES, EXPORT):
        assert as_user(cast.county_staff).get(page + query).status_code in (200, 404)


def test_the_workbook_holds_the_same_and_no_name(cast, as_user):
    charge(cast.zhang, "2026-08", 4000)
    charge(cast.zhang, "2026-09", 4000)
    answer = as_user(cast.district_staff).get(EXPORT)
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))

    assert [row[0] for row in rows[1:]] == ["红旗社区第一党支部", "红旗社区第二党支部"]
    assert "主题党日 10" in rows[1][7]
    assert "张英" not in str(rows)


@pytest.mark.parametrize("page", [BRANCHES, EXPORT, reverse("reminders:desk-at", args=["branch"])])
def test_pages_are_for_offices_that_see_duties_and_only_read(cast, as_user, client, page):
    assert client.get(page).status_code == 302
    for part in ("member", "stranger", "inspector", "administrator"):
        assert as_user(cast.users()[part]).get(page).status_code == 403
    assert as_user(cast.county_staff).post(page).status_code == 405


def test_a_committee_reads_no_branch_of_another(cast, as_user):
    assert as_user(cast.district_staff).get(reverse("reminders:desk-at", args=["other-branch"])).status_code == 404


def test_when_the_counts_were_made_is_said(cast, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.count_queries.LIVE", 2)
    assert "后台" in as_user(cast.county_staff).get(BRANCHES).text
    count_desks(on=TODAY)

    assert "统计时间" in as_user(cast.county_staff).get(BRANCHES).text


@pytest.mark.parametrize("live", [0, 60])
@pytest.mark.parametrize("more", [1, 3])
def test_the_list_costs_the_same_for_more_branches(cast, as_user, django_assert_num_queries, monkeypatch, live, more):
    monkeypatch.setattr("reminders.desk.count_queries.LIVE", live)
    for number in range(more):
        branch = make_organization(f"more{number}", f"第{number}党支部", "branch", cast.district)
        charge(make_member(f"党员{number}", branch), "2026-09", 4000)
    count_desks(on=TODAY)
    client = as_user(cast.district_staff)
    client.get(BRANCHES)
    with django_assert_num_queries(QUERIES[live]):
        client.get(BRANCHES)


QUERIES = {0: 10, 60: 45}


def test_a_dissolved_branch_is_said_to_be_so(cast, as_user):
    cast.next_branch.dissolved_on = date(2026, 5, 1)
    cast.next_branch.save()

    assert "已撤销" in as_user(cast.district_staff).get(reverse("reminders:desk-at", args=["next-branch"])).text


def test_who_works_in_a_branch_and_above_sees_both(cast, as_user):
    both = make_user("both", OfficeKind.SECRETARY, cast.branch)
    both.offices.create(kind=OfficeKind.COMMITTEE_STAFF, organization=cast.district)
    answer = as_user(both).get(HOME)

    assert answer.context["desk"].sections
    assert answer.context["below"].branches == 2
