"""The roster list as people meet it: who gets it, what it shows, and how its pages follow each other."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from members.choices import DuesCategory, Membership, ReachBy, Sex, SituationKind
from members.models import Member, Situation, User
from members.roster import queries
from tests.cast import Cast, make_member, make_national_id

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
LIST = reverse("members:roster-list")
QUERIES = 8


def names_in(html: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a>', html)


def listed(client: Client, **query: object) -> list[str]:
    return names_in(client.get(LIST, query).content.decode())


@pytest.fixture
def secretary(cast: Cast, as_user: AsUser) -> Client:
    return as_user(cast.secretary)


def test_a_secretary_sees_the_roster_of_the_branch_and_its_groups(cast: Cast, secretary: Client) -> None:
    assert listed(secretary) == ["张英", "李国强"]


def test_committee_staff_see_every_roster_below_in_the_order_of_the_tree(cast: Cast, as_user: AsUser) -> None:
    assert listed(as_user(cast.county_staff)) == ["张英", "李国强", "王秀兰", "赵东山"]
    assert listed(as_user(cast.district_staff)) == ["张英", "李国强", "王秀兰"]


def test_ones_own_row_elsewhere_does_not_stand_on_the_roster_one_works_with(cast: Cast, as_user: AsUser) -> None:
    cast.secretary.member = cast.zhao
    cast.secretary.save()
    assert listed(as_user(cast.secretary)) == ["张英", "李国强"]


@pytest.mark.parametrize("part", ["member", "stranger", "county_secretary", "inspector", "administrator"])
def test_whoever_may_not_see_rosters_is_refused(cast: Cast, as_user: AsUser, part: str) -> None:
    assert as_user(getattr(cast, part)).get(LIST).status_code == 403


def test_somebody_unknown_is_sent_to_log_in(cast: Cast, client: Client) -> None:
    answer = client.get(LIST)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_list_is_only_read(secretary: Client) -> None:
    assert secretary.post(LIST).status_code == 405


@pytest.mark.parametrize(
    "query",
    [
        {"situation": "nonsense"},
        {"q": "\x00", "ages": "12", "sort": "salary"},
        {"q": "王" * 500},
        {"after": "nonsense"},
        {"before": "-"},
        {"after": "00000000-0000-0000-0000-000000000000"},
        {"columns": ["sex", "salary"]},
        {"q": "'\"*()&|:<->"},
    ],
)
def test_an_address_that_cannot_be_meant_still_shows_a_page(secretary: Client, query: dict[str, object]) -> None:
    assert secretary.get(LIST, query).status_code == 200


def test_an_organization_out_of_scope_is_as_good_as_missing(cast: Cast, secretary: Client) -> None:
    assert secretary.get(LIST, {"org": "\0x"}).status_code == 404
    assert secretary.get(LIST, {"org": cast.next_branch.code}).status_code == 404
    assert secretary.get(LIST, {"org": "no-such-code"}).status_code == 404


def test_the_list_shows_what_is_known_of_a_member(cast: Cast, secretary: Client) -> None:
    Member.objects.filter(pk=cast.li.pk).update(
        sex=Sex.MALE, birth_on=date(1948, 11, 1), birth_precision="month", joined_on=date(1975, 7, 1),
        joined_precision="month", dues_category=DuesCategory.RETIRED, reach_by=ReachBy.VISIT,
        membership=Membership.FORMAL,
    )  # fmt: skip
    Situation.objects.create(member=cast.li, kind=SituationKind.FRAIL)
    Situation.objects.create(member=cast.li, kind=SituationKind.RETIRED)
    html = secretary.get(LIST, headers={"accept-language": "en"}).content.decode()
    assert re.findall(r'<th colspan="\d" scope="rowgroup">([^<]+)</th>', html)[-1] == "红旗社区第一党支部 · 第一党小组"
    cells = cells_of(html, "李国强")
    assert "1975-07" in cells
    assert any(re.fullmatch(r"\d\d(–\d\d)?", cell) for cell in cells)


def cells_of(html: str, name: str) -> list[str]:
    line = next(line for line in html.split("<tr>") if f">{name}</a>" in line)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.S)]


def test_private_fields_never_reach_the_page(cast: Cast, secretary: Client) -> None:
    Member.objects.filter(pk=cast.zhang.pk).update(dues_base="987654")
    html = secretary.get(LIST).content.decode()
    for secret in ("15695900689", make_national_id("19750109", 349), "987654", "••••••"):
        assert secret not in html


@pytest.mark.parametrize("more", [0, 2, 60])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    cast: Cast, as_user: AsUser, more: int, django_assert_num_queries: Callable[..., object]
) -> None:
    for number in range(more):
        member = make_member(f"王{number}", cast.other_branch)
        Situation.objects.create(member=member, kind=SituationKind.RETIRED)
    client = as_user(cast.other_secretary)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        assert len(listed(client)) == min(35, more + 1)


@pytest.fixture
def crowd(cast: Cast) -> list[str]:
    """150 members of the next branch in the order of the list, the one of the cast included."""
    for number in range(149):
        born = date(1950, 1, 1) + timedelta(days=200 * (number * 37 % 149)) if number % 5 else None
        make_member(
            f"王{chr(0x4E00 + number * 61 % 149)}", cast.next_branch, birth_on=born,
            birth_precision="day" if born else "", joined_on=None,
        )  # fmt: skip
    rows = Member.objects.filter(roster_path=cast.next_branch.path).order_by("roster_path", "name_key", "id")
    return [member.name for member in rows]


def linked(html: str, what: str) -> str | None:
    found = re.search(rf'href="([^"]*[?&;]{what}=[^"]*)"', html)
    return found.group(1).replace("&amp;", "&") if found else None


@pytest.mark.parametrize("counted", [1_000, 10])
@pytest.mark.parametrize("sort", ["roster", "name", "age", "joined"])
def test_next_pages_lead_through_everybody_once_and_previous_ones_back(
    crowd: list[str], cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch, sort: str, counted: int
) -> None:
    monkeypatch.setattr(queries, "COUNTED", counted)  # beyond it the list walks the index of the order
    client = as_user(cast.next_secretary)
    pages = []
    address: str | None = f"?sort={sort}"
    while address:
        html = client.get(LIST + address).content.decode()
        pages.append(names_in(html))
        address = linked(html, "after")
    assert [len(page) for page in pages] == [35, 35, 35, 35, 10]
    assert sorted(sum(pages, [])) == sorted(crowd)
    html = client.get(f"{LIST}?sort={sort}&end=1").content.decode()
    backwards = [names_in(html)]
    while address := linked(html, "before"):
        html = client.get(LIST + address).content.decode()
        backwards.append(names_in(html))
    assert backwards[0] == sum(pages, [])[-35:]
    assert backwards[-1] == pages[0]


def test_unknown_dates_of_birth_come_last(crowd: list[str], cast: Cast, as_user: AsUser) -> None:
    last = listed(as_user(cast.next_secretary), sort="age", end=1)
    unknown = Member.objects.filter(roster_path=cast.next_branch.path, birth_on=None).order_by("id")
    assert last[-len(unknown) :] == [member.name for member in unknown]


def test_the_default_order_is_by_name_within_the_branch(crowd: list[str], cast: Cast, as_user: AsUser) -> None:
    assert listed(as_user(cast.next_secretary)) == crowd[:35]


def test_a_page_after_somebody_who_has_gone_is_the_first(crowd: list[str], cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.next_secretary)
    address = linked(client.get(LIST).content.decode(), "after") or ""
    Member.objects.filter(key=address.rpartition("=")[2]).update(roster_path="")
    Member.objects.filter(key=address.rpartition("=")[2]).delete()
    assert names_in(client.get(LIST + address).content.decode())[0] == crowd[0]


def test_what_htmx_patches_in_is_what_the_fresh_page_shows(crowd: list[str], cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.next_secretary)
    query = {"q": "王", "columns": ["sex", "age"]}
    fresh = without_tokens(client.get(LIST, query).content.decode())
    patched = client.get(LIST, query, headers={"hx-request": "true"})
    assert "<html" not in patched.content.decode()
    assert without_tokens(patched.content.decode()).strip() in fresh
    assert "HX-Request" in patched["Vary"]


def test_going_back_in_the_browser_gets_the_whole_page(secretary: Client) -> None:
    answer = secretary.get(LIST, headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in answer.content.decode()


def without_tokens(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)


def test_of_a_common_name_the_first_that_are_found_are_listed_and_the_page_says_so(
    crowd: list[str], cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FOUND", 100)
    client = as_user(cast.next_secretary)
    answer = client.get(LIST, {"q": "王"})
    assert (answer.context["listed"].count, answer.context["listed"].partly) == (None, True)
    last = names_in(client.get(LIST, {"q": "王", "end": 1}).content.decode())
    assert len(last) == 35
    assert len(names_in(answer.content.decode()) + last) == 70
    monkeypatch.setattr(queries, "FOUND", 150)
    assert client.get(LIST, {"q": "王"}).context["listed"].count == 150
    assert not client.get(LIST, {"q": "王"}).context["listed"].partly


def test_more_than_people_read_are_not_counted(
    crowd: list[str], cast: Cast, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(cast.next_secretary)
    assert client.get(LIST).context["listed"].count == 150
    monkeypatch.setattr(queries, "COUNTED", 149)
    assert client.get(LIST).context["listed"].count is None
    assert not client.get(LIST).context["listed"].partly
