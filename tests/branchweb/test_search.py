"""The search in the frame: what is found, within what somebody may see, and how much it asks."""

import pytest
from django.urls import reverse

from branchweb.guide import PUBLIC, guide_file, sections_by_page
from branchweb.search import MOST, found
from meetings.choices import MeetingKind
from meetings.models import Meeting
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
    assert hits(cast.secretary, "欠交")["signpost-split"][0] == "党费欠交"
    assert "signpost-split" not in hits(cast.member, "欠交")


@pytest.mark.parametrize(
    ("part", "typed", "page"),
    [
        ("secretary", "减免", "少交与免交"),
        ("secretary", "三会一课", "应开会议"),
        ("secretary", "导出", "党员名册"),
        ("secretary", "其余人员到会", "会议"),
        ("secretary", "微信", "收款账单"),
        ("member", "三会一课", "我的会议"),
    ],
)
def test_pages_are_found_by_their_tab_by_other_words_and_by_what_the_guide_says(cast, part, typed, page) -> None:
    user = cast.users()[part]
    assert page in hits(user, typed)["signpost-split"]


def test_what_the_guide_says_is_not_searched_for_a_single_character(cast) -> None:
    assert "党费欠交" not in hits(cast.secretary, "谁").get("signpost-split", [])


def test_the_page_of_that_name_stands_before_those_of_which_it_is_said(cast) -> None:
    assert hits(cast.secretary, "台账")["signpost-split"][0] == "年度台账"


def test_meetings_are_found_by_the_usual_name_of_their_kinds(cast) -> None:
    for kind in ("party_lecture", "committee_meeting", "admission"):
        Meeting.objects.create(organization=cast.branch, kind=kind, day=TODAY, counts_for_year=2026)

    assert len(hits(cast.secretary, "三会一课")["calendar-event"]) == 2
    assert len(hits(cast.secretary, "支委会")["calendar-event"]) == 1
    assert "calendar-event" not in hits(cast.next_secretary, "三会一课")


def test_all_meetings_of_a_kind_are_led_to_by_their_kind(cast) -> None:
    for _number in range(MOST + 1):
        Meeting.objects.create(organization=cast.branch, kind="party_lecture", day=TODAY, counts_for_year=2026)
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    every = {typed: next(found(typed, cast.secretary, on=TODAY)).every for typed in ("上党课", "三会一课")}

    assert every["上党课"] == reverse("meetings:meeting-list") + "?kind=party_lecture"
    assert every["三会一课"] == reverse("meetings:meeting-list")


@pytest.mark.parametrize("typed", ["第九条", "9", "第9条", "党章第九条", "党章 第九条"])
def test_regulations_are_found_by_their_article(cast, typed) -> None:
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    rules = {kind.icon: kind.hits for kind in found(typed, cast.secretary, on=TODAY)}["journal-bookmark"]

    assert "第9条" in rules[0].text
    assert any("章程" in rule.text for rule in rules)


def test_what_people_type_names_pages_and_kinds_that_exist() -> None:
    assert set(guide_file()["words"]) <= {page.url_name for page in pages()}
    assert set(guide_file()["kinds"]) <= set(MeetingKind.values)


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
@pytest.mark.parametrize("typed", ["张", "党", "红旗", "信", "三会一课", "导出", "第九条"])
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
