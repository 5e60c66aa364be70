"""Narrowing the roster: each filter against the facts, and the filters that somebody keeps."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from members.access.queries import access_for
from members.choices import DuesCategory, Membership, SituationKind
from members.models import Affiliation, Member, SavedFilter, Situation, User
from members.roster.filters import RosterFilter, kept_query, shown_columns
from members.roster.queries import narrowed
from tests.cast import TODAY, Cast, make_member
from tests.members.test_roster import listed

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
LIST = reverse("members:roster-list")
SAVE = reverse("members:roster-filter-save")


@pytest.fixture
def people(cast: Cast) -> dict[str, Member]:
    """Four members in every respect different; nobody else is in the database."""
    Affiliation.objects.all().delete()
    User.objects.update(member=None)
    Member.objects.all().delete()
    people = {
        "young": make_member("周青", cast.branch, membership=Membership.PROBATIONARY, full_on=None,
            birth_on=date(2001, 5, 1), birth_precision="day", dues_category=DuesCategory.STUDENT),
        "edge": make_member("吴正", cast.branch, birth_on=date(1990, 11, 24), birth_precision="day",
            dues_category=DuesCategory.EMPLOYED, full_on=date(2026, 11, 25), full_precision="day"),
        "old": make_member("郑老", cast.group, birth_on=date(1946, 11, 25), birth_precision="day",
            dues_category=DuesCategory.RETIRED),
        "unknown": make_member("冯某", cast.next_branch),
    }  # fmt: skip
    Situation.objects.create(member=people["old"], kind=SituationKind.RETIRED)
    Situation.objects.create(member=people["old"], kind=SituationKind.FRAIL, valid_from=date(2020, 1, 1))
    Situation.objects.create(
        member=people["young"], kind=SituationKind.FRAIL, valid_from=date(2020, 1, 1), valid_until=date(2026, 11, 24)
    )
    Situation.objects.create(member=people["unknown"], kind=SituationKind.SUSPENDED)
    return people


@pytest.mark.parametrize(
    ("chosen", "parts"),
    [
        ({}, "young edge old unknown"),
        ({"situation": "frail"}, "old"),
        ({"situation": "retired"}, "old"),
        ({"situation": "mobile"}, ""),
        ({"situation": "none"}, "young edge"),
        ({"category": "student"}, "young"),
        ({"category": "none"}, "unknown"),
        ({"membership": "probationary_member"}, "young edge"),
        ({"membership": "formal_member"}, "old unknown"),
        ({"voting": "yes"}, "old"),
        ({"voting": "no"}, "young edge unknown"),
        ({"ages": "35"}, "young"),
        ({"ages": "60"}, "edge"),
        ({"ages": "79"}, "old"),
        ({"ages": "80"}, ""),
        ({"ages": "none"}, "unknown"),
        ({"q": "吴正"}, "edge"),
        ({"q": "zl"}, "old"),
        ({"q": "zl", "situation": "frail"}, "old"),
        ({"q": "wz", "situation": "frail"}, ""),
        ({"q": "，"}, ""),
        ({"ages": "79", "category": "retired", "voting": "yes"}, "old"),
    ],
)
def test_each_filter_keeps_those_it_names(people: dict[str, Member], chosen: dict[str, str], parts: str) -> None:
    found = narrowed(Member.objects.all(), RosterFilter(**chosen), on=TODAY)
    assert {member.pk for member in found} == {people[part].pk for part in parts.split()}


def test_walking_changes_the_way_but_not_who_is_seen(cast: Cast) -> None:
    for part, actor in cast.users().items():
        actor.access = access_for(actor, on=TODAY)
        seen, walked = (
            set(Member.objects.visible_to(actor, walking=walking).values_list("pk", flat=True))
            for walking in (False, True)
        )
        assert seen == walked, part


def test_everybody_either_votes_or_does_not(people: dict[str, Member]) -> None:
    voting, voteless = Member.objects.voting(TODAY), Member.objects.voteless(TODAY)
    assert {*voting} & {*voteless} == set()
    assert {*voting} | {*voteless} == set(people.values())


@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        (date(1990, 11, 25), TODAY, "35"),
        (date(1990, 11, 24), TODAY, "60"),
        (date(1946, 11, 25), TODAY, "79"),
        (date(1946, 11, 24), TODAY, "80"),
        (date(1920, 1, 1), TODAY, "80"),
    ],
)
def test_bands_of_age_meet_on_the_birthday(cast: Cast, born: date, on: date, band: str) -> None:
    Member.objects.filter(pk=cast.li.pk).update(birth_on=born, birth_precision="day")
    only = Member.objects.filter(pk=cast.li.pk)
    fitting = [ages for ages in ("35", "60", "79", "80") if narrowed(only, RosterFilter(ages=ages), on=on).exists()]
    assert fitting == [band]


def test_an_organization_narrows_to_itself_and_what_is_below(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.county_staff)
    assert listed(client, org=cast.district.code) == ["张英", "李国强", "王秀兰"]
    assert listed(client, org=cast.group.code) == ["李国强"]


def test_organizations_are_offered_level_by_level(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.county_staff)
    offered = dict(client.get(LIST).context["places"])
    assert list(offered) == ["", "county", "district", "other-district"]
    offered = dict(client.get(LIST, {"org": "district"}).context["places"])
    assert list(offered) == ["", "district", "branch", "next-branch"]


def test_somebody_with_two_offices_is_offered_both_places(cast: Cast, as_user: AsUser) -> None:
    cast.secretary.offices.create(kind="secretary", organization=cast.other_branch)
    client = as_user(cast.secretary)
    assert listed(client) == ["张英", "李国强", "赵东山"]
    assert list(dict(client.get(LIST).context["places"])) == ["", "branch", "group", "other-branch"]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("q=%E7%8E%8B&after=abc&situation=frail", "q=%E7%8E%8B&situation=frail"),
        ("columns=sex&columns=age&unheard=of", "columns=sex&columns=age"),
        ("situation=&sort=name", "sort=name"),
        ("end=1", ""),
    ],
)
def test_an_address_keeps_what_to_show_but_not_the_place_in_the_list(address: str, kept: str) -> None:
    assert kept_query(QueryDict(address)) == kept


def test_chosen_columns_are_shown_in_their_own_order(cast: Cast, as_user: AsUser) -> None:
    html = as_user(cast.secretary).get(LIST, {"columns": ["age", "sex"]}).context["table"]
    assert [heading.sort for heading in html.headings] == ["", "age"]
    assert shown_columns(QueryDict("columns=age&columns=sex")) == ["sex", "age"]
    assert len(shown_columns(QueryDict(""))) == 8


def test_where_everybody_is_in_one_place_the_place_is_not_said(cast: Cast, as_user: AsUser) -> None:
    labels = [heading.column for heading in as_user(cast.next_secretary).get(LIST).context["table"].headings]
    assert "branch" not in labels
    assert len(labels) == 7
    table = as_user(cast.secretary).get(LIST, {"sort": "age"}).context["table"]
    assert "branch" in [heading.column for heading in table.headings]


def test_a_filter_is_kept_under_a_name_and_applied_by_its_link(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.secretary)
    answer = client.post(SAVE, {"name": "国字辈", "query": f"q={quote('国')}"})
    assert answer["Location"] == f"{LIST}?q={quote('国')}"
    html = client.get(LIST).content.decode()
    assert f'<a href="?q={quote("国")}">国字辈</a>' in html
    assert listed(client, q="国") == ["李国强"]


def test_the_same_name_again_replaces_the_filter(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.secretary)
    for query in ("situation=frail", "situation=mobile"):
        client.post(SAVE, {"name": "要走访的", "query": query})
    assert SavedFilter.objects.visible_to(cast.secretary).get().query == "situation=mobile"


@pytest.mark.parametrize(
    "data", [{"name": "", "query": ""}, {"name": "长" * 41}, {"name": "x", "query": "q=" + "x" * 500}, {}]
)
def test_a_filter_without_a_fitting_name_is_not_kept(cast: Cast, as_user: AsUser, data: dict[str, str]) -> None:
    assert as_user(cast.secretary).post(SAVE, data).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("query", ["javascript:alert(1)", "//evil.example/", "q=1#x", "after=abc&evil=1&q=2"])
def test_a_kept_filter_leads_nowhere_but_to_the_list(cast: Cast, as_user: AsUser, query: str) -> None:
    answer = as_user(cast.secretary).post(SAVE, {"name": "x", "query": query})
    assert answer["Location"].partition("?")[0] == LIST
    assert "evil" not in SavedFilter.objects.get().query


def test_a_filter_is_deleted_by_its_owner_alone(cast: Cast, as_user: AsUser) -> None:
    saved = SavedFilter.objects.keep(user=cast.secretary, name="x", query="q=1")
    delete = reverse("members:roster-filter-delete", args=[saved.key])
    assert as_user(cast.officer).post(delete).status_code == 404
    assert as_user(cast.secretary).get(delete).status_code == 405
    assert as_user(cast.secretary).post(delete).status_code == 302
    assert not SavedFilter.objects.exists()


def test_nobody_sees_the_filters_of_somebody_else(cast: Cast, as_user: AsUser) -> None:
    SavedFilter.objects.keep(user=cast.secretary, name="书记的", query="q=1")
    assert "书记的" not in as_user(cast.officer).get(LIST).content.decode()


@pytest.mark.parametrize("part", ["member", "administrator"])
def test_whoever_sees_no_roster_keeps_no_filter(cast: Cast, as_user: AsUser, part: str) -> None:
    assert as_user(getattr(cast, part)).post(SAVE, {"name": "x", "query": ""}).status_code == 403


def test_an_empty_list_says_what_to_do(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.secretary)
    assert reverse("members:roster-list") in client.get(LIST, {"q": "nobody"}).content.decode()
    Member.objects.update(roster_path="")
    assert reverse("members:import-list") in client.get(LIST).content.decode()
