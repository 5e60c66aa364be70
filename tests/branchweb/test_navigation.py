"""The way through the program: what each role finds in the frame, and that nothing is out of reach."""

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from pytest_django import DjangoAssertNumQueries

from branchweb import navigation as entries
from branchweb.navigation import ROLES
from members.access.queries import access_for
from members.pages.navigation import HOME, HOMES, IN_BAR, MOST_ENTRIES, Page, page_frame, pages, seen_by
from tests.cast import TODAY, Cast

NAMES = {page.url_name: name for name, page in vars(entries).items() if isinstance(page, Page)}
BRANCH = {
    "today": "DESK EFFORT",
    "members": "ROSTER REACH HELP IMPORTS",
    "meetings": "MEETINGS MEETINGS_DUE",
    "dues": "COLLECTION GRID ARREARS PAYMENTS BILLS LEDGER RELIEFS UPWARDS",
    "supervision": "SUGGESTIONS TALKS PROBLEMS MATTERS APPRAISALS REPORTS",
    "assessment": "ASSESSMENTS SCHEMES GOALS DASHBOARD NEED CADRES PRACTICES",
    "messages": "INBOX CALLS SENT TO_RELEASE",
}
SHOWN = {
    "secretary": [*BRANCH.values()],
    "officer": [
        BRANCH["today"],
        BRANCH["dues"].replace("RELIEFS", "BASES RELIEFS"),
        BRANCH["members"],
        BRANCH["meetings"],
        *list(BRANCH.values())[4:],
    ],
    "group_leader": [
        "DESK EFFORT", "ROSTER REACH HELP", "MEETINGS MEETINGS_DUE",
        "SUGGESTIONS TALKS PROBLEMS MATTERS APPRAISALS REPORTS", "ASSESSMENTS SCHEMES GOALS PRACTICES", "INBOX",
    ],
    "member": [
        "DESK", "MY_DUES", "MY_MEETINGS", "MY_SUGGESTIONS MY_PROBLEMS MY_MATTERS", "MY_APPRAISALS", "INBOX",
        "MY_PAGE MY_TRAINING",
    ],
    "county_staff": [
        "DESK DASHBOARD EFFORT", "ORGANIZATIONS ROSTER NEED IMPORTS",
        "MEETINGS_DUE MEETINGS ELECTIONS ADMISSIONS RELIEFS ARREARS UPWARDS",
        "SUGGESTIONS TALKS PROBLEMS MATTERS APPRAISALS REPORTS CHECKLISTS LETTER_COUNTS",
        "ASSESSMENTS SCHEMES GOALS CADRES PRACTICES", "WORDINGS CHANNELS", "INBOX",
    ],
    "county_secretary": [
        "DASHBOARD DESK_BELOW EFFORT", "NEED", "MEETINGS_DUE MEETINGS ARREARS UPWARDS",
        "SUGGESTIONS TALKS PROBLEMS MATTERS APPRAISALS REPORTS LETTER_COUNTS KEYS",
        "ASSESSMENTS SCHEMES GOALS CADRES_COUNTED PRACTICES", "ORGANIZATIONS", "INBOX",
    ],
    "inspector": ["LETTERS", "KEYS", "PROBLEMS", "ORGANIZATIONS", "DESK INBOX"],
    "administrator": ["USERS", "ORGANIZATIONS", "JOBS RETENTION", "AUDIT", "SPECIAL_DAYS"],
    "stranger": ["DESK", "INBOX"],
}  # fmt: skip
"""The pages of each entry, in the order of its tabs."""


def seen(cast: Cast, part: str):
    return seen_by(access_for(cast.users()[part], on=TODAY))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.url_name)
def test_every_page_of_the_navigation_resolves(page: Page) -> None:
    assert resolve(reverse(page.url_name)).view_name == page.url_name


def test_no_role_has_more_entries_than_a_person_can_look_over() -> None:
    assert max(len(role.entries) for role in ROLES) == MOST_ENTRIES
    assert max(len(str(entry.short)) for role in ROLES for entry in role.entries[:IN_BAR]) <= 4


def test_no_page_stands_twice_in_what_a_role_sees() -> None:
    for role in ROLES:
        names = [page.url_name for entry in role.entries for page in entry.pages]
        allowed = {HOME, "reminders:inbox"} if not role.offices else set()
        assert {name for name in names if names.count(name) > 1} <= allowed, role.offices


@pytest.mark.parametrize("part", SHOWN)
def test_people_see_the_entries_of_their_offices(cast: Cast, part: str) -> None:
    found = seen(cast, part)
    shown = [" ".join(NAMES[page.url_name] for page in entry.pages if page in mine) for entry, mine in found.entries]
    assert shown == SHOWN[part]


@pytest.mark.parametrize("part", SHOWN)
def test_what_somebody_may_open_stands_in_an_entry_or_in_the_menu_of_the_account(cast: Cast, part: str) -> None:
    access, found = access_for(cast.users()[part], on=TODAY), seen(cast, part)
    there = [page for _entry, mine in found.entries for page in mine] + list(found.apart)
    assert len(there) == len(set(there))
    recorded = access.member_id is not None
    may = {page for page in pages() if page.shown_to(access.capabilities, recorded=recorded)}
    assert {page for page in may - set(there) if page.url_name not in HOMES} == set()


@pytest.mark.parametrize(
    "part", ["secretary", "member", "county_staff", "county_secretary", "inspector", "administrator"]
)
def test_every_entry_and_tab_that_is_shown_opens(cast: Cast, as_user, part: str) -> None:
    client, found = as_user(cast.users()[part]), seen(cast, part)
    names = [page.url_name for _entry, mine in found.entries for page in mine] + [page.url_name for page in found.apart]
    answers = {name: client.get(reverse(name), follow=True).status_code for name in names}
    assert answers == dict.fromkeys(names, 200)


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("reminders:desk", {"reminders:desk": "page"}),
        ("members:roster-list", {"members:roster-list": "page"}),
        ("members:member-detail", {"members:roster-list": "true"}),
        ("members:member-me", {"members:member-me": "page"}),
        ("members:import-detail", {"members:import-list": "true"}),
        ("meetings:election-approve", {"meetings:election-list": "true"}),
        ("dues:collect-store", {}),
        ("members:preference-edit", {}),
        ("account_login", {}),
        ("", {}),
    ],
)
def test_one_page_is_marked_as_the_place_where_one_is(page: str, marked: dict[str, str]) -> None:
    assert {one.url_name: one.current(page) for one in pages() if one.current(page)} == marked


def frame_at(user, url_name: str, rf: RequestFactory, on=TODAY) -> dict:
    request = rf.get("/")
    request.user = user
    user.access = access_for(user, on=on)
    request.resolver_match = resolve(reverse(url_name))
    return page_frame(request)["frame"]


def test_the_frame_of_a_page_runs_no_query(
    cast: Cast, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user = cast.secretary
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    request.resolver_match = resolve(reverse(HOME))
    with django_assert_num_queries(0):
        frame = page_frame(request)["frame"]
    assert frame["organization"] == "红旗社区第一党支部"
    assert f'href="{reverse(HOME)}" aria-current' in frame["navigation"]


def test_a_tab_shows_the_pages_beside_the_current_one(cast: Cast, rf: RequestFactory) -> None:
    frame = frame_at(cast.secretary, "dues:arrears", rf)

    assert f'href="{reverse("dues:arrears")}" aria-current="page"' in frame["tabs"]
    assert reverse("dues:grid") in frame["tabs"]
    assert reverse("dues:payment-list") in frame["tabs"]


def test_the_fourth_and_later_tabs_fold_on_a_phone_but_never_the_current_one(cast: Cast, rf: RequestFactory) -> None:
    tabs = frame_at(cast.secretary, "dues:remittance-list", rf)["tabs"]

    assert tabs.count('class="tab-folds"') == 3
    assert '<li><a class="tab" href="' + reverse("dues:remittance-list") in tabs


def test_a_page_below_a_tab_leads_back_to_it_and_a_tab_nowhere(cast: Cast, as_user) -> None:
    client = as_user(cast.secretary)
    assert "way-back" not in client.get(reverse("members:roster-list")).text
    below = client.get(reverse("members:member-detail", args=[cast.li.key])).text
    assert reverse("members:roster-list") in below.split('class="way-back"')[1].split("</ol>")[0]


def test_a_stranger_has_no_navigation(client, db: None) -> None:
    page = client.get(reverse("account_login")).text
    assert "<nav" not in page
    assert reverse("members:roster-list") not in page


def test_the_page_says_where_one_is(cast: Cast, as_user) -> None:
    page = as_user(cast.secretary).get(reverse(HOME)).text
    assert 'aria-current="true"' in page
    assert '<a class="skip-link" href="#content">' in page
    assert 'id="main-navigation"' in page
    assert "<main" in page
    assert "<h1>" in page
