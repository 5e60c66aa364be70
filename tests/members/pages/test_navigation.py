import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from pytest_django import DjangoAssertNumQueries

from members.access.queries import access_for
from members.pages.navigation import HOME, Item, groups, marks, page_frame
from tests.cast import TODAY, Cast

ITEMS = [item for _, items in groups() for item in items]
EVERYBODY = ["reminders:desk", "reminders:inbox", "members:regulation-list"]
START = ["reminders:desk", "reminders:desk-effort"]
CARE = [*START, "members:roster-list", "members:reach-list", "members:help-list"]
LIFE = ["meetings:meeting-list", "meetings:duty-list"]
MONEY = ["dues:grid", "dues:payment-list"]
OWED = ["dues:relief-list", "dues:arrears", "dues:ledger-year", "dues:bill-list", "dues:remittance-list"]
TOLD = ["reminders:inbox", "reminders:message-list", "reminders:review-list", "reminders:call-list"]
PLACES = ["members:organization-tree", "members:regulation-list", "reminders:job-list"]
WATCHED = [
    "supervision:suggestion-list", "supervision:talk-year", "supervision:round-list", "supervision:report-list",
    "supervision:problem-list", "supervision:matter-list",
]  # fmt: skip
OWN_VOICE = [
    "supervision:suggestion-mine", "supervision:appraisal-mine", "supervision:problem-mine", "supervision:matter-mine",
]  # fmt: skip
SEEN_BY_ALL = ["assessment:practice-list"]
JUDGED = ["assessment:assessment-list", "assessment:scheme-list", "assessment:goal-list", *SEEN_BY_ALL]
ASSESSED = [
    "assessment:assessment-list", "assessment:dashboard", "assessment:scheme-list", "assessment:goal-list",
    "assessment:cadre-list", *SEEN_BY_ALL,
]  # fmt: skip
BRANCH = [*CARE, "members:import-list", *LIFE, *MONEY, *OWED, *WATCHED, *ASSESSED, *TOLD, *PLACES]
SHOWN = {
    "secretary": [*BRANCH, "members:audit-list"],
    "officer": [
        *CARE, "members:import-list", *LIFE, *MONEY, "dues:basis-list", *OWED, *WATCHED, *ASSESSED, *TOLD, *PLACES,
    ],
    "group_leader": [*CARE, *LIFE, *WATCHED, *JUDGED, "reminders:inbox", *PLACES],
    "member": [
        "reminders:desk", "members:member-me", "meetings:mine", "dues:mine", *OWN_VOICE, "assessment:training-mine",
        "reminders:inbox", "members:regulation-list",
    ],
    "county_staff": [
        *START, "members:roster-list", "members:import-list", "meetings:meeting-list", "meetings:duty-list",
        "meetings:election-list", "meetings:membership-list",
        "dues:relief-list", "dues:arrears", "dues:remittance-list", "supervision:suggestion-list",
        "supervision:talk-year", "supervision:checklist-list", *WATCHED[2:], "supervision:letter-counts",
        *ASSESSED, "reminders:inbox", "reminders:wording-list",
        "reminders:channel-list", *PLACES, "members:audit-list", "members:retention-list",
    ],
    "county_secretary": [
        *START, "meetings:meeting-list", "meetings:duty-list", "dues:arrears", "dues:remittance-list", *WATCHED,
        "supervision:letter-counts", "supervision:key-list", *ASSESSED[:4],
        "assessment:cadre-counts", *SEEN_BY_ALL, "reminders:inbox",
        *PLACES, "members:retention-list",
    ],
    "inspector": [
        "reminders:desk", "supervision:problem-list", "supervision:letter-list", "supervision:key-list",
        *SEEN_BY_ALL, "reminders:inbox", *PLACES,
    ],
    "administrator": [
        "reminders:desk", "meetings:special-day-list", *SEEN_BY_ALL, "reminders:inbox", "members:organization-tree",
        "members:user-list", "members:regulation-list", "reminders:job-list", "members:audit-list",
        "members:retention-list",
    ],
    "stranger": EVERYBODY,
}  # fmt: skip


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.url_name)
def test_every_entry_leads_to_a_page(item: Item) -> None:
    assert resolve(reverse(item.url_name)).view_name == item.url_name


def test_nothing_stands_in_the_navigation_twice() -> None:
    names = [item.url_name for item in ITEMS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("part", SHOWN)
def test_people_see_the_entries_of_their_offices(cast: Cast, part: str) -> None:
    user = cast.users()[part]
    user.access = access_for(user, on=TODAY)
    assert marks(user, "") == tuple((name, "") for name in SHOWN[part])


@pytest.mark.parametrize("part", ["secretary", "member", "county_staff", "administrator"])
def test_every_entry_that_is_shown_opens(cast: Cast, as_user, part: str) -> None:
    client = as_user(cast.users()[part])
    answers = {name: client.get(reverse(name), follow=True).status_code for name in SHOWN[part]}
    assert answers == dict.fromkeys(SHOWN[part], 200)


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("reminders:desk", {"reminders:desk": "page"}),
        ("members:roster-list", {"members:roster-list": "page"}),
        ("members:member-detail", {"members:roster-list": "true"}),
        ("members:member-me", {"members:member-me": "page"}),
        ("members:import-detail", {"members:import-list": "true"}),
        ("meetings:election-approve", {"meetings:election-list": "true"}),
        ("members:preference-edit", {}),
        ("account_login", {}),
        ("", {}),
    ],
)
def test_one_entry_is_marked_as_the_place_where_one_is(page: str, marked: dict[str, str]) -> None:
    assert {item.url_name: item.current(page) for item in ITEMS if item.current(page)} == marked


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
    assert f'href="{reverse(HOME)}" aria-current="page"' in frame["navigation"]


def test_a_stranger_has_no_navigation(client, db: None) -> None:
    page = client.get(reverse("account_login")).text
    assert "<nav" not in page
    assert reverse("members:roster-list") not in page


def test_the_page_says_where_one_is(cast: Cast, as_user) -> None:
    page = as_user(cast.secretary).get(reverse(HOME)).text
    assert 'aria-current="page"' in page
    assert '<a class="skip-link" href="#content">' in page
    assert "<main" in page
    assert "<h1>" in page
