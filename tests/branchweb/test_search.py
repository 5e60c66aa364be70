"""The search in the frame: what is found, within what somebody may see, and how much it asks."""

import pytest
from django.urls import reverse

from branchweb.guide import PUBLIC, sections_by_page
from branchweb.search import MOST, found
from members.access.queries import access_for
from members.pages.navigation import pages
from tests.cast import TODAY, make_member


def hits(user, text: str) -> dict[str, list[str]]:
    """Where the hits lead → their titles."""
    user.access = access_for(user, on=TODAY)
    return {kind.icon: [hit.title for hit in kind.hits] for kind in found(text, user, on=TODAY)}


@pytest.mark.parametrize("typed", ["张英", "张", "zhangying", "zy"])
def test_a_member_is_found_by_name_pinyin_and_initials(cast, typed) -> None:
    assert "张英" in hits(cast.secretary, typed)["people"]


def test_a_contact_is_written_down_from_the_hit_by_who_may(cast) -> None:
    for user, may in ((cast.secretary, True), (cast.district_staff, False), (cast.member, False)):
        user.access = access_for(user, on=TODAY)
        assert [bool(hit.contact) for hit in next(found("张英", user, on=TODAY)).hits] == [may]


def test_members_of_other_branches_are_not_found(cast) -> None:
    assert "people" not in hits(cast.next_secretary, "张英")


def test_a_member_finds_only_oneself(cast) -> None:
    make_member("张英杰", cast.branch)

    assert hits(cast.member, "张英")["people"] == ["张英"]


def test_pages_are_found_by_a_word_if_one_may_open_them(cast) -> None:
    assert hits(cast.secretary, "欠交")["signpost-split"] == ["党费欠交"]
    assert "signpost-split" not in hits(cast.member, "欠交")


def test_regulations_and_organizations_are_found(cast) -> None:
    assert hits(cast.member, "党费")["journal-bookmark"]
    assert hits(cast.county_staff, "红旗")["diagram-3"]
    assert "diagram-3" not in hits(cast.member, "红旗")


def test_the_best_of_many_are_shown_and_the_rest_led_to(cast) -> None:
    for number in range(MOST + 1):
        make_member(f"孙{'一二三四五六七八九'[number]}", cast.branch)
    cast.secretary.access = access_for(cast.secretary, on=TODAY)

    people = next(found("孙", cast.secretary, on=TODAY))

    assert len(people.hits) == MOST
    assert people.every == reverse("members:roster-list") + "?q=%E5%AD%99"


def test_the_box_gets_a_part_and_the_page_the_whole(cast, as_user) -> None:
    client = as_user(cast.secretary)

    part = client.get(reverse("search"), {"q": "张英"}, headers={"HX-Request": "true"}).text
    whole = client.get(reverse("search"), {"q": "张英"}).text

    assert "<html" not in part
    assert "张英" in part
    assert "<html" in whole
    assert "张英" in whole


@pytest.mark.parametrize("typed", ["", "  ", "\0", "没有这样的人", "%", "'", "a" * 500, "2026-13-45"])
def test_whatever_is_typed_is_answered(cast, as_user, typed) -> None:
    assert as_user(cast.secretary).get(reverse("search"), {"q": typed}).status_code == 200


def test_a_search_asks_the_same_for_one_hit_and_for_many(cast, as_user, django_assert_max_num_queries) -> None:
    client = as_user(cast.secretary)
    client.get(reverse("search"), {"q": "孙"})
    for number in range(MOST):
        make_member(f"孙{'一二三四五六七八九'[number]}", cast.branch)
    with django_assert_max_num_queries(12):
        client.get(reverse("search"), {"q": "孙"})


@pytest.mark.parametrize(
    "part", ["member", "secretary", "county_staff", "county_secretary", "inspector", "administrator"]
)
@pytest.mark.parametrize("typed", ["张", "党", "红旗", "信"])
def test_every_hit_opens_for_whom_it_is_shown(cast, as_user, part, typed) -> None:
    user = cast.users()[part]
    user.access = access_for(user, on=TODAY)
    client = as_user(user)

    hits = [hit for kind in found(typed, user, on=TODAY) for hit in kind.hits]
    answers = {url: client.get(url).status_code for hit in hits for url in (hit.url, hit.contact) if url}

    assert {url: status for url, status in answers.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("part", ["member", "secretary", "county_staff", "inspector", "administrator"])
def test_the_guide_leads_everybody_to_pages_that_open(cast, as_user, part, language) -> None:
    user = cast.users()[part]
    user.prefer(language=language)
    client = as_user(user)

    sections = client.get(reverse("guide")).context["sections"]

    urls = {url for section in sections for _words, url, _label in section.steps if url}
    assert len(urls) > 1
    assert {url: client.get(url).status_code for url in urls if client.get(url).status_code not in (200, 302)} == {}


def test_the_guide_names_pages_that_exist() -> None:
    sections = sections_by_page().values()
    named = {name for one in sections for name in (one["page"], *(step[0] for step in one["steps"])) if name}

    assert named - {page.url_name for page in pages()} == {PUBLIC}
