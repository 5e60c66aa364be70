"""A number that is searched for stands in no address: not in the list's, not in a link's, not in a saved filter."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from audit.keyring import seal
from branchweb.environment import BASE_DIR
from members.models import Member, SavedFilter, User
from members.roster.filters import RosterFilter, kept_query
from tests.cast import Cast, make_member

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
LIST, SEARCH = reverse("members:roster-list"), reverse("members:roster-search")
PHONE = "15695900689"
NAMES = re.compile(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a>')


@pytest.fixture
def secretary(cast: Cast, as_user: AsUser) -> Client:
    return as_user(cast.secretary)


@pytest.mark.parametrize("typed", [PHONE, PHONE[-4:], "0689 张英", "０６８９"])
def test_a_search_with_digits_finds_without_an_address_that_says_them(secretary: Client, typed: str) -> None:
    answer = secretary.post(SEARCH, {"q": typed})
    assert answer.status_code == 302
    assert typed not in answer["Location"]
    assert set(parse_qs(urlsplit(answer["Location"]).query)) == {"s"}
    html = secretary.get(answer["Location"]).content.decode()
    assert NAMES.findall(html) == ["张英"]
    assert f'value="{typed}"' in html


def test_every_link_and_form_of_the_page_keeps_the_search_without_the_digits(cast: Cast, as_user: AsUser) -> None:
    for number in range(70):
        make_member(f"周{number:02}", cast.branch, phone=f"138{number:04}4242")
    client = as_user(cast.secretary)
    html = client.get(client.post(SEARCH, {"q": "4242", "sort": "name"})["Location"]).content.decode()
    without_keys = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", html)  # one in some thousand has a 4242
    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', without_keys)
    assert any("after=" in address and "s=" in address for address in addresses)
    assert not [address for address in addresses if "4242" in address]
    assert html.count(">4242") + html.count('"4242"') == 1  # in the search box


def test_paging_goes_on_within_what_was_found(cast: Cast, as_user: AsUser) -> None:
    for number in range(70):
        make_member(f"周{number:02}", cast.branch, phone=f"138{number:04}4242")
    client = as_user(cast.secretary)
    first = client.get(client.post(SEARCH, {"q": "4242"})["Location"]).content.decode()
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further
    second = client.get(LIST + further[1].replace("&amp;", "&")).content.decode()
    assert (len(NAMES.findall(first)), len(NAMES.findall(second))) == (35, 35)


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ({"q": "zy"}, "q=zy"),
        ({"q": "", "situation": "frail", "org": ""}, "situation=frail"),
        ({"q": "zy", "columns": ["sex", "age"], "nonsense": "1"}, "q=zy&columns=sex&columns=age"),
        ({}, ""),
    ],
)
def test_other_searches_stand_in_the_address_as_before(
    secretary: Client, sent: dict[str, object], address: str
) -> None:
    assert secretary.post(SEARCH, sent)["Location"] == (f"{LIST}?{address}" if address else LIST)


def test_what_is_typed_anew_takes_the_place_of_the_number(secretary: Client) -> None:
    html = secretary.get(secretary.post(SEARCH, {"q": PHONE})["Location"]).content.decode()
    form = html[html.index('<form class="filter-bar"') : html.index("</form>", html.index("filter-bar"))]
    assert 'name="s"' not in form


@pytest.mark.parametrize("seal_of", ["", "nonsense", "ü", "gAAAAABm", "x" * 5000])
def test_a_seal_that_opens_to_nothing_asks_for_nothing(secretary: Client, seal_of: str) -> None:
    assert NAMES.findall(secretary.get(LIST, {"s": seal_of}).content.decode()) == ["张英", "李国强"]


def test_a_stolen_private_field_is_not_opened_by_an_address(cast: Cast, secretary: Client) -> None:
    for stolen in (str.__str__(Member.objects.get(pk=cast.wang.pk).phone), seal(PHONE)):
        html = secretary.get(LIST, {"s": stolen}).content.decode()
        assert RosterFilter.from_query(QueryDict(f"s={stolen}")).q == ""
        assert "18114818389" not in html and PHONE not in html


def test_a_saved_filter_keeps_no_number(secretary: Client) -> None:
    sealed = urlsplit(secretary.post(SEARCH, {"q": PHONE, "situation": "frail"})["Location"]).query
    for query in (sealed, f"q={PHONE}&situation=frail"):
        secretary.post(reverse("members:roster-filter-save"), {"name": "体弱", "query": query})
        assert SavedFilter.objects.get().query == "situation=frail"


def test_the_workbook_holds_what_the_sealed_search_found(secretary: Client) -> None:
    query = urlsplit(secretary.post(SEARCH, {"q": PHONE})["Location"]).query
    answer = secretary.post(f"{reverse('members:roster-export')}?{query}")
    assert answer.status_code == 200


def test_an_address_typed_by_hand_is_answered_and_its_links_are_sealed(secretary: Client) -> None:
    html = secretary.get(LIST, {"q": PHONE}).content.decode()
    assert NAMES.findall(html) == ["张英"]
    assert not re.findall(rf'"\?[^"]*q={PHONE}', html)
    assert "s=" in kept_query(QueryDict(f"q={PHONE}"))


def test_searching_is_sent_and_not_fetched(secretary: Client) -> None:
    assert secretary.get(SEARCH).status_code == 405


@pytest.mark.parametrize("part", ["member", "stranger", "inspector"])
def test_whoever_sees_no_roster_searches_none(cast: Cast, as_user: AsUser, part: str) -> None:
    assert as_user(getattr(cast, part)).post(SEARCH, {"q": PHONE}).status_code == 403


@pytest.mark.parametrize("name", ["scripts/serve.py", "scripts/run", "Dockerfile", "docker-compose.yml"])
def test_no_server_is_told_to_log_addresses(name: str) -> None:
    assert not re.search(r"access-?log", (BASE_DIR / name).read_text())


def test_the_proxy_of_the_manual_logs_no_addresses_either() -> None:
    assert "access_log off;" in (BASE_DIR / "docs/administration.md").read_text()
