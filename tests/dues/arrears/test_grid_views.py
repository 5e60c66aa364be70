"""The officer's grid: who sees it, what it shows, how it is narrowed."""

import re

import pytest
from django.urls import reverse

from members.choices import OfficeKind
from tests.cast import make_member, make_organization, make_user
from tests.dues.making import charge, fix, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

GRID = reverse("dues:grid")


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


@pytest.fixture
def branch(cast):
    """张英 is three months behind, 李国强 has paid, 王新 has no base; 王秀兰 of the next branch must not show."""
    fix(cast.zhang, 4000)
    fix(cast.li, 3000, category="retired")
    for text in ("2026-08", "2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, text, 4000)
        charge(cast.li, text, 3000)
    pay(cast.li, 12000, "2026-11-10")
    pay(cast.zhang, 1000, "2026-11-10")
    for one, category in ((cast.zhang, "employed"), (cast.li, "retired")):
        one.dues_category = category
        one.save()
    charge(cast.wang, "2026-10", 9900)
    make_member("王新", cast.branch)
    return cast.branch


def names(answer):
    return [row.member.name for row in answer.context["page"]]


def test_the_officer_sees_the_year_of_the_branch_with_sign_word_and_amount(cast, branch, as_user, english):
    page = as_user(cast.officer).get(GRID)
    html = page.text

    assert names(page) == ["张英", "王新", "李国强"]
    assert '<span class="dues-sign" aria-hidden="true">◐</span><span>Partly paid</span>' in html
    assert '<span class="dues-open">30.00</span>' in html
    assert "3 months, 110.00 yuan" in html
    assert "王秀兰" not in html
    assert reverse("dues:member-detail", args=[cast.zhang.key]) in html


def test_who_has_settled_everything_is_folded_on_a_phone(cast, branch, as_user, english):
    """Who owes says how much; a search shows what it found, an order that was asked for folds nobody."""
    client = as_user(cast.officer)
    html = " ".join(client.get(GRID).text.split())

    assert "Due and unpaid</span> 3 months, 110.00 yuan" in html
    assert "this month: 40.00 yuan" in html
    before, folded = html.split("<details><summary><strong>1 member has settled everything")
    assert "张英" in before
    assert "王新" in before
    assert "李国强" in folded
    assert "<details open><summary><strong>1 member has" in client.get(f"{GRID}?q=李").text
    assert "settled everything" not in client.get(f"{GRID}?sort=name").text


def test_the_sums_of_the_month_stand_above(cast, branch, as_user):
    sums = as_user(cast.officer).get(GRID).context["sums"]

    assert (sums.charged_fen, sums.paid_fen, sums.open_fen, sums.without_base) == (7000, 3000, 4000, 1)


def test_no_base_is_on_the_page(cast, as_user):
    fix(cast.zhang, 4000, base=812345)
    html = as_user(cast.officer).get(GRID).text

    assert "812345" not in html
    assert "8,123.45" not in html


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("behind=1", ["张英"]),
        ("behind=3", ["张英"]),
        ("behind=5", []),
        ("state=unsettled", ["张英"]),
        ("state=unsettled&month=7", []),
        ("state=unknown", ["王新"]),
        ("category=retired", ["李国强"]),
        ("category=none", ["王新"]),
        ("group=group", ["李国强"]),
        ("q=张", ["张英"]),
        ("q=wang", ["王新"]),
        ("sort=behind", ["张英", "李国强", "王新"]),
        ("sort=open", ["张英", "李国强", "王新"]),
        ("sort=name", ["李国强", "王新", "张英"]),
        ("year=2025", ["张英", "王新", "李国强"]),
    ],
)
def test_the_grid_is_narrowed_and_sorted(cast, branch, as_user, asked, found):
    assert names(as_user(cast.officer).get(f"{GRID}?{asked}")) == found


@pytest.mark.parametrize(
    "asked",
    ["behind=x", "year=1999", "year=abc", "month=13", "state=?", "category=rich", "group=none", "page=99", "q=%25"],
)
def test_what_cant_be_meant_counts_as_not_asked(cast, branch, as_user, asked):
    assert as_user(cast.officer).get(f"{GRID}?{asked}").status_code == 200


def test_what_htmx_patches_in_is_what_the_fresh_page_shows(cast, branch, as_user):
    client = as_user(cast.officer)
    fresh = client.get(GRID, {"behind": "1"}).text
    patched = client.get(GRID, {"behind": "1"}, headers={"hx-request": "true"})

    assert "<html" not in patched.text
    assert patched.text.strip() in fresh
    assert "HX-Request" in patched["Vary"]


def test_going_back_in_the_browser_gets_the_whole_page(cast, branch, as_user):
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in as_user(cast.officer).get(GRID, headers=headers).text


@pytest.mark.parametrize(
    ("part", "org", "status"),
    [
        ("officer", "", 200),
        ("secretary", "branch", 200),
        ("secretary", "next-branch", 404),
        ("secretary", "missing", 404),
        ("secretary", "district", 404),
        ("group_leader", "", 403),
        ("member", "", 403),
        ("district_staff", "branch", 403),
        ("county_secretary", "branch", 403),
        ("inspector", "", 403),
        ("administrator", "", 403),
        ("stranger", "", 403),
    ],
)
def test_only_the_officers_of_the_branch_see_it(cast, branch, as_user, part, org, status):
    assert as_user(cast.users()[part]).get(GRID, {"org": org} if org else {}).status_code == status


def test_it_is_only_read_and_only_behind_log_in(cast, as_user, client):
    assert client.get(GRID).status_code == 302
    assert as_user(cast.officer).post(GRID).status_code == 405


def test_who_holds_several_branches_picks_one(cast, branch, as_user):
    user = make_user("two", OfficeKind.SECRETARY, cast.district)
    client = as_user(user)

    assert client.get(GRID).context["branch"] == cast.branch
    chosen = client.get(GRID, {"org": "next-branch"})
    assert (chosen.context["branch"], names(chosen)) == (cast.next_branch, ["王秀兰"])
    assert [code for code, _ in chosen.context["form"].fields["org"].choices] == ["", "branch", "next-branch"]


def test_who_holds_no_branch_that_stands_finds_no_grid(cast, as_user):
    empty = make_organization("empty", "空党委", "committee", cast.county)
    assert as_user(make_user("none", OfficeKind.SECRETARY, empty)).get(GRID).status_code == 404


def test_an_empty_branch_says_what_to_do_next(cast, as_user):
    empty = make_organization("new", "新党支部", "branch", cast.district)
    html = as_user(make_user("first", OfficeKind.SECRETARY, empty)).get(GRID).text

    assert reverse("members:import-list") in html


@pytest.mark.parametrize("more", [1, 60])
def test_the_page_costs_the_same_for_one_member_and_for_sixty(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        one = make_member(f"党员{number}", cast.branch)
        fix(one, 4000)
        charge(one, "2026-10", 4000)
    client = as_user(cast.officer)
    with django_assert_num_queries(18):
        page = client.get(GRID)

    assert len(re.findall("<tr>", page.text)) == min(more + 2, 60) + 1
