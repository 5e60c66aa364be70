"""The dashboard's page: the five questions, what it shows, and that nobody's name is on it."""

import re
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessment.dashboard.rules import NOT_RECORDED, OTHER_WORDS
from assessment.models import RollUp, RollUpState
from members.choices import OfficeKind, OrganizationKind, UnitKind
from members.models import Office, Organization
from tests.assessment.dashboard.figures import BEHIND, UNRECORDED, a_county, add_up, median, month_of
from tests.cast import make_organization

PAGE, EXPORT = reverse("assessment:dashboard"), reverse("assessment:dashboard-export")
PAGES = [PAGE, EXPORT, reverse("assessment:need-list"), reverse("assessment:need-export")]
NAMES = ("张英", "李国强", "王秀兰", "赵东山")

pytestmark = pytest.mark.usefixtures("today")


def rows_of(answer, chart):
    """The table below a chart, as the chart reads it."""
    part = re.search(rf'data-chart="{chart}".*?<tbody>(.*?)</tbody>', answer.text, re.S).group(1)
    return [
        (re.search(r'<th scope="row">(.*?)</th>', row).group(1), re.findall(r'data-value="(-?\d*)"', row))
        for row in part.split("<tr>")[1:]
    ]


# --- Who may --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("part", "query", "status"),
    [
        ("district_staff", {}, 200),
        ("county_secretary", {"org": "other-branch"}, 200),
        ("secretary", {}, 200),
        ("secretary", {"org": "branch"}, 200),
        ("secretary", {"org": "next-branch"}, 404),
        ("secretary", {"org": "district"}, 404),
        ("secretary", {"org": "group"}, 404),
        ("district_staff", {"org": "other-branch"}, 404),
        ("district_staff", {"org": "county"}, 404),
        ("district_staff", {"org": "\0"}, 404),
        ("member", {}, 403),
        ("stranger", {}, 403),
        ("inspector", {}, 403),
        ("administrator", {}, 403),
        ("group_leader", {}, 403),
    ],
)
def test_it_is_for_offices_that_see_figures_in_their_place(cast, as_user, page, part, query, status):
    a_county(cast)

    assert as_user(cast.users()[part]).get(page, query).status_code == status


@pytest.mark.parametrize("page", PAGES)
def test_it_needs_a_log_in_and_only_reads(cast, as_user, client, page):
    assert client.get(page).status_code == 302
    assert as_user(cast.district_staff).post(page).status_code == 405


@pytest.mark.parametrize(
    "query",
    [{"period": "x"}, {"period": "2026-13"}, {"unit": "x"}, {"measure": "x"}, {"period": "\0", "unit": "\0"},
     {"period": "9999"}],
)  # fmt: skip
def test_what_is_not_understood_is_as_if_it_were_not_said(cast, as_user, query):
    a_county(cast)
    answer = as_user(cast.district_staff).get(PAGE, query)

    assert (answer.status_code, answer.context["asked"].period.code, answer.context["asked"].unit) == (
        200,
        "2026-10",
        "",
    )


def test_somebody_of_the_branch_without_the_office_is_refused(cast, as_user):
    Office.objects.create(user=cast.stranger, kind=OfficeKind.PUBLICITY_OFFICER, organization=cast.branch)

    assert as_user(cast.stranger).get(PAGE, {"org": "branch"}).status_code == 403


# --- What it shows --------------------------------------------------------------------------------------------------
def test_a_committee_opens_its_own_place_and_goes_down(cast, as_user):
    a_county(cast)
    client = as_user(cast.county_secretary)

    top = client.get(PAGE)
    below = client.get(PAGE, {"org": "district"})
    branch = client.get(PAGE, {"org": "next-branch"})

    assert [line.code for line, _query in top.context["needing"]] == ["district"]
    assert [line.code for line, _query in below.context["needing"]] == ["next-branch"]
    assert [reason.code for reason in branch.context["why"]] == ["meetings", "dues"]
    assert [query for query, _name in branch.context["above"]] == ["org=county", "org=district"]
    earlier = client.get(PAGE, {"org": "next-branch", "period": "2026-09"})
    assert '<a href="?org=district&amp;period=2026-09">' in earlier.text
    assert "?org=district" in top.text


def test_the_pieces_of_a_card_and_the_spread_lead_to_their_records(cast, as_user):
    a_county(cast)
    page = as_user(cast.county_secretary).get(PAGE)
    attendance = next(one for one in page.context["cards"] if one["card"].code == "attendance")
    ways = {part.code: url for part, url in attendance["parts"]}

    assert "measure=on_site" in ways["on-site"]
    assert as_user(cast.county_secretary).get(ways["on-site"]).context["asked"].measure.code == "on_site"
    [bar] = re.findall(r'<a href="([^"]*step=1)"', page.text)
    found = as_user(cast.county_secretary).get(unescape(bar))
    assert [row.title for row in found.context["found"].rows] == [cast.next_branch.name]


@pytest.mark.parametrize(
    ("part", "place"), [("secretary", "branch"), ("county_secretary", "county"), ("district_staff", "branch")]
)
def test_every_way_to_the_record_is_open(cast, as_user, part, place):
    a_county(cast)
    client = as_user(cast.users()[part])
    answer = client.get(PAGE, {"org": place})
    ways = [one["record"] for one in answer.context["cards"] if one["record"]] + [answer.context["desk"]]

    assert len(ways) >= 7
    assert {way: client.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


def test_the_filters_stay_in_the_links(cast, as_user):
    Organization.objects.filter(pk=cast.next_branch.pk).update(unit_kind=UnitKind.SCHOOL)
    a_county(cast)
    for place in (cast.district, cast.county):
        for month in ("2026-09", "2026-10"):
            add_up(place, month, unit=UnitKind.SCHOOL)
    answer = as_user(cast.county_secretary).get(PAGE, {"unit": "school", "period": "2026-09", "measure": "dues"})

    assert answer.context["now"]["branches"] == 1
    assert "?org=district&amp;period=2026-09&amp;unit=school&amp;measure=dues" in answer.text
    assert f"{reverse('assessment:heat')}?org=county&amp;period=2026-09&amp;unit=school&amp;measure=dues" in answer.text


def test_it_stands_beside_the_period_before_and_the_middle_of_the_level(cast, as_user):
    a_county(cast, "2026-10")
    median("meetings", 812)
    answer = as_user(cast.district_staff).get(PAGE)
    card = answer.context["cards"][0]["card"]
    assert (card.shown, card.change, card.median) == ("62.5%", None, "81.2%")
    assert answer.context["before"] == ""

    a_county(cast, "2026-09")
    card = as_user(cast.district_staff).get(PAGE).context["cards"][0]["card"]
    assert card.change == 0


def test_the_charts_are_drawn_from_the_tables(cast, as_user):
    a_county(cast)
    median("meetings", 812)
    answer = as_user(cast.district_staff).get(PAGE)

    trend, spread = dict(rows_of(answer, "trend")), rows_of(answer, "spread")

    assert (len(trend), trend["2026-10"], trend["2026-09"], trend["2024-11"]) == (
        24,
        ["625", "812"],
        ["625", ""],
        ["", ""],
    )
    assert [count for _words, [count] in spread] == ["1", "0", "0", "0", "1", "0", "0"]
    assert "<script type=" not in answer.text


def test_incomplete_branches_stand_apart_and_nobody_has_a_rank(cast, as_user):
    silent = make_organization("silent", "沉默党支部", OrganizationKind.BRANCH, cast.district)
    month_of(silent, **UNRECORDED, **BEHIND)
    a_county(cast)
    answer = as_user(cast.district_staff).get(PAGE)

    assert [line.code for line, _query in answer.context["needing"]] == ["next-branch"]
    assert [line.code for line, _query in answer.context["uncompared"]] == ["silent"]
    assert "<ol" not in answer.text.split("<main")[1].split("</nav>", 1)[1]
    assert as_user(cast.district_staff).get(PAGE, {"org": "silent"}).context["why"] == []


def test_before_anybody_recorded_nothing_is_a_zero(cast, as_user):
    a_county(cast, "2026-10")
    for branch in (cast.branch, cast.next_branch):
        month_of(branch, "2026-09", meetings_held=0, paid_fen=0, charged_fen=0)
    add_up(cast.district, "2026-09")
    median("meetings", 812, period="2026-09")
    client = as_user(cast.district_staff)

    assert client.get(PAGE).context["cards"][0]["card"].change is None
    assert dict(rows_of(client.get(PAGE), "trend"))["2026-09"] == ["", "812"]
    earlier = client.get(PAGE, {"period": "2026-09"}).context["cards"][0]["card"]
    assert (earlier.shown, earlier.median) == ("—", "")
    assert earlier.sentence == f"0 / 8 · {OTHER_WORDS[NOT_RECORDED]}"
    assert "notice-info" in client.get(PAGE, {"period": "2026-09"}).text
    assert "notice-info" not in client.get(PAGE).text


def test_without_figures_it_says_when_they_come(cast, as_user):
    answer = as_user(cast.district_staff).get(PAGE)

    assert (answer.status_code, answer.context["now"]) == (200, None)
    assert 'class="empty"' in answer.text
    assert as_user(cast.district_staff).get(EXPORT).status_code == 200


@pytest.mark.parametrize(("minutes", "stale"), [(2, False), (40, True)])
def test_old_figures_are_said_to_be_old(cast, as_user, minutes, stale, monkeypatch):
    a_county(cast)
    now = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
    monkeypatch.setattr("assessment.dashboard.views.timezone.now", lambda: now)
    RollUpState.objects.create(followed_at=now - timedelta(minutes=minutes), rebuilt_at=now - timedelta(days=1))
    answer = as_user(cast.district_staff).get(PAGE)

    assert answer.context["stale"] == stale
    assert ("notice-warn" in answer.text) == stale
    assert timezone.localtime(now - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M") in answer.text


def test_a_period_that_runs_says_so(cast, as_user):
    a_county(cast, "2026-11")
    answer = as_user(cast.district_staff).get(PAGE, {"period": "2026-11"})

    assert answer.context["running"]
    assert answer.context["now"]["branches"] == 2


def test_the_patched_board_is_the_fresh_one(cast, as_user):
    a_county(cast)
    client = as_user(cast.district_staff)
    fresh = client.get(PAGE, {"measure": "dues"})
    patch = client.get(PAGE, {"measure": "dues"}, headers={"HX-Request": "true"})

    assert patch.text.strip() in fresh.text
    assert "<html" not in patch.text
    assert f"{EXPORT}?org=district&amp;measure=dues" in patch.text
    assert "HX-Request" in patch.headers["Vary"]


@pytest.mark.parametrize("page", PAGES)
def test_nobodys_name_is_on_it(cast, as_user, page):
    a_county(cast)
    for query in ({}, {"org": "branch"}, {"org": "next-branch"}):
        answer = as_user(cast.county_staff).get(page, query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if content[:2] == b"PK":
            book = load_workbook(BytesIO(content))
            content = str([[cell.value for cell in row] for sheet in book for row in sheet.rows]).encode()
        assert [name for name in NAMES if name.encode() in content] == []


@pytest.mark.parametrize("branches", [1, 3])
@pytest.mark.parametrize("place", ["district", "branch"])
def test_it_costs_the_same_for_one_branch_and_three(cast, as_user, django_assert_num_queries, branches, place):
    for number in range(branches):
        one = make_organization(f"b{number}", f"第{number}党支部", OrganizationKind.BRANCH, cast.district)
        month_of(one, **BEHIND)
    a_county(cast)
    client = as_user(cast.district_staff)
    with django_assert_num_queries({"district": 17, "branch": 13}[place]):
        client.get(PAGE, {"org": place})


# --- Files ----------------------------------------------------------------------------------------------------------
def test_the_workbook_holds_the_same_figures(cast, as_user):
    a_county(cast)
    Organization.objects.filter(pk=cast.next_branch.pk).update(name="=HYPERLINK(1)")
    median("meetings", 812)
    answer = as_user(cast.district_staff).get(EXPORT)
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    figures, trend, need = book.worksheets

    assert [cell.value for cell in figures[3]][1:6] == [5, 8, 62.5, 62.5, 81.2]
    assert [cell.value for cell in trend[2]][-2:] == [62.5, 62.5]
    assert (need["A2"].value, need["A2"].data_type, need["B2"].value) == ("=HYPERLINK(1)", "s", "next-branch")


# --- The whole list -------------------------------------------------------------------------------------------------
def test_the_whole_list_is_of_branches_and_can_be_narrowed(cast, as_user):
    silent = make_organization("silent", "沉默党支部", OrganizationKind.BRANCH, cast.other_district)
    month_of(silent, **UNRECORDED)
    a_county(cast)
    month_of(make_organization("late", "100%党支部", OrganizationKind.BRANCH, cast.district), terms_over=1)
    client = as_user(cast.county_secretary)

    def codes(**query):
        return [line.code for line in client.get(reverse("assessment:need-list"), query).context["page"]]

    assert codes() == ["next-branch", "late"]
    assert codes(reason="terms") == ["late"]
    assert codes(q="第二") == ["next-branch"]
    assert codes(q="%") == ["late"]
    assert codes(q="!") == codes(q="_") == codes(unit="school") == codes(org="other-district") == []
    assert codes(state="incomplete") == ["silent"]
    assert codes(state="x", reason="x") == ["next-branch", "late"]
    assert codes(page="x") == codes()


@pytest.mark.parametrize("branches", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(cast, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        month_of(make_organization(f"b{number}", f"第{number}党支部", OrganizationKind.BRANCH, cast.district), **BEHIND)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(6):
        client.get(reverse("assessment:need-list"))


def test_the_list_can_be_taken_along(cast, as_user):
    a_county(cast)
    answer = as_user(cast.district_staff).get(reverse("assessment:need-export"))
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert (sheet.max_row, sheet["B2"].value) == (2, "next-branch")


# --- The ways there -------------------------------------------------------------------------------------------------
def test_the_start_page_of_a_committee_leads_there(cast, as_user, django_assert_num_queries):
    a_county(cast)

    assert f"{PAGE}?org=district" in as_user(cast.district_staff).get("/").text
    assert PAGE + "?" not in as_user(cast.secretary).get("/").text
    assert RollUp.objects.exists()


def test_an_organizations_page_leads_there(cast, as_user):
    a_county(cast)
    address = reverse("members:organization-detail", args=["branch"])

    assert f"{PAGE}?org=branch" in as_user(cast.district_staff).get(address).text
    assert f"{PAGE}?org=branch" not in as_user(cast.administrator).get(address).text
