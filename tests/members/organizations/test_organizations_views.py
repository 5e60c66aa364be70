"""The pages of the tree: what they show, who may open them, and that nothing leaks from beside."""

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from members.choices import OfficeKind, OrganizationKind
from members.models import Member, Office, Organization, Term
from members.organizations import queries as tree_queries
from tests.cast import TODAY, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db

CHANGING = ["create", "edit", "move", "dissolve", "term"]


def url(name, code=None):
    return reverse(f"members:organization-{name}", args=[code] if code else [])


def shown(response):
    return response.content.decode()


def fresh(organization):
    return Organization.objects.get(pk=organization.pk)


@pytest.fixture
def term(cast):
    return Term.objects.create(
        organization=cast.branch, elected_on=date(2024, 3, 1), ends_on=date(2027, 3, 1), rule="term.years@2018-07-12"
    )


# --- Looking at the tree --------------------------------------------------------------------------------------------
def test_the_tree_begins_with_ones_own_top_and_its_level(cast, as_user):
    response = as_user(cast.district_staff).get(url("tree"))

    nodes = response.context["tree"].nodes
    assert [(node.organization.code, node.level, node.figures.members) for node in nodes] == [
        ("district", 0, 3), ("branch", 1, 2), ("next-branch", 1, 1),
    ]  # fmt: skip


def test_opening_one_lays_open_the_way_to_it(cast, as_user):
    response = as_user(cast.county_staff).get(url("tree"), {"open": "branch"})

    assert [node.organization.code for node in response.context["tree"].nodes] == [
        "county", "district", "branch", "group", "next-branch", "other-district",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["county", "other-branch", "nowhere"])
def test_what_is_not_below_ones_office_is_not_there_to_open(cast, as_user, code):
    assert as_user(cast.district_staff).get(url("tree"), {"open": code}).status_code == 404


def test_neighbours_and_those_above_are_in_no_answer(cast, as_user):
    client = as_user(cast.secretary)

    for page in (client.get(url("tree")), client.get(url("tree"), {"q": "党"}), client.get(url("detail", "branch"))):
        for hidden in ("东山村党支部", "红旗社区第二党支部", "城关镇党委"):
            assert hidden not in shown(page)


def test_the_patch_is_the_tree_of_the_fresh_page(cast, as_user):
    client = as_user(cast.county_staff)

    patch = shown(client.get(url("tree"), {"open": "branch"}, headers={"HX-Request": "true"}))

    assert patch.strip().startswith("<div") and "<html" not in patch
    assert patch.strip() in shown(client.get(url("tree"), {"open": "branch"}))


def test_two_offices_are_two_tops(cast, as_user):
    Office.objects.create(user=cast.secretary, kind=OfficeKind.COMMITTEE_STAFF, organization=cast.other_district)

    nodes = as_user(cast.secretary).get(url("tree")).context["tree"].nodes

    assert [(node.organization.code, node.level, node.opened) for node in nodes] == [
        ("branch", 0, False), ("other-district", 0, False),
    ]  # fmt: skip


def test_a_long_level_is_cut_and_says_so(cast, as_user, monkeypatch):
    monkeypatch.setattr(tree_queries, "LEVEL_LIMIT", 1)

    response = as_user(cast.district_staff).get(url("tree"))

    assert [node.organization.code for node in response.context["tree"].nodes] == ["district", "branch"]
    assert f"?under={cast.district.code}" in shown(response)


def test_dissolved_ones_are_left_out_until_asked_for(cast, as_user):
    Organization.objects.filter(pk=cast.next_branch.pk).update(dissolved_on=TODAY)
    client = as_user(cast.district_staff)

    assert "红旗社区第二党支部" not in shown(client.get(url("tree")))
    assert "红旗社区第二党支部" in shown(client.get(url("tree"), {"dissolved": "on"}))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"q": "红旗"}, ["branch", "next-branch"]),
        ({"q": "next"}, ["next-branch"]),
        ({"kind": "branch"}, ["branch", "next-branch"]),
        ({"under": "branch"}, ["group"]),
        ({"q": "无"}, []),
    ],
)
def test_searching_by_name_code_kind_and_place(cast, as_user, query, codes):
    lines = as_user(cast.district_staff).get(url("tree"), query).context["listing"].rows

    assert [place.code for place, _figures in lines] == codes


def test_searching_below_what_one_does_not_see_finds_nothing(cast, as_user):
    assert as_user(cast.district_staff).get(url("tree"), {"under": "other-district"}).status_code == 404


def test_a_search_that_cannot_be_read_is_answered(cast, as_user):
    assert as_user(cast.district_staff).get(url("tree"), {"kind": "castle", "page": "x"}).status_code == 200


def test_without_organizations_the_page_says_what_to_do(cast, as_user):
    """Everything below the office has been dissolved."""
    Organization.objects.below(cast.branch.path).update(dissolved_on=TODAY)

    assert "add_organization" in shown(as_user(cast.secretary).get(url("tree")))


@pytest.mark.parametrize("branches", [1, 3])
def test_the_tree_costs_the_same_for_one_and_three(cast, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        make_member(
            f"党员{number}", make_organization(f"n{number}", f"支部{number}", OrganizationKind.BRANCH, cast.district)
        )
    client = as_user(cast.district_staff)

    with django_assert_num_queries(7):
        client.get(url("tree"))


# --- One organization -----------------------------------------------------------------------------------------------
def test_a_page_shows_figures_term_offices_and_what_is_below(cast, as_user, term):
    response = as_user(cast.district_staff).get(url("detail", "branch"))

    page = response.context["page"]
    assert page.figures.members == 2
    assert page.terms == [term]
    assert [office.kind for office in page.offices] == ["secretary", "organization_officer"]
    assert [child.code for child, _figures in page.children] == ["group"]
    assert "2027-03-01" in shown(response)


def test_a_small_branch_is_flagged_with_the_article_and_not_refused(cast, as_user):
    response = as_user(cast.district_staff).get(url("detail", "branch"))

    assert [
        str(citation) in shown(response) for flag in response.context["page"].flags for citation in flag.citations
    ] == [True]


def test_offices_that_have_ended_are_told_apart(cast, as_user):
    Office.objects.filter(user=cast.officer).update(valid_until=TODAY)

    page = as_user(cast.district_staff).get(url("detail", "branch")).context["page"]

    assert [office.user.username for office in page.past_offices] == ["officer"]


@pytest.mark.parametrize("code", ["county", "next-branch", "other-branch", "nowhere"])
def test_another_organizations_page_is_not_there(cast, as_user, code):
    assert as_user(cast.secretary).get(url("detail", code)).status_code == 404


def test_a_member_without_office_has_no_page_of_organizations(cast, as_user):
    assert as_user(cast.member).get(url("tree")).status_code == 403
    assert as_user(cast.member).get(url("detail", "branch")).status_code == 403


@pytest.mark.parametrize("groups", [1, 3])
def test_a_page_costs_the_same_for_one_and_three(cast, as_user, django_assert_num_queries, groups):
    for number in range(groups - 1):
        make_organization(f"g{number}", f"小组{number}", OrganizationKind.GROUP, fresh(cast.branch))
        make_user(f"o{number}", OfficeKind.COMMITTEE_MEMBER, cast.branch)
    client = as_user(cast.district_staff)

    with django_assert_num_queries(15):
        client.get(url("detail", "branch"))


# --- Changing it ----------------------------------------------------------------------------------------------------
def test_staff_set_up_a_branch(cast, as_user):
    given = {"name": "南湖社区党支部", "kind": "branch", "key": "11111111-1111-4111-8111-111111111111", "village": "on"}
    client = as_user(cast.district_staff)

    response = client.post(url("create", "district"), given)
    made = Organization.objects.get(name="南湖社区党支部")

    assert response.url == made.get_absolute_url()
    assert made.is_village and made.parent_path == cast.district.path
    assert shown(client.get(response.url))


def test_a_double_click_sets_up_one(cast, as_user):
    given = {"name": "南湖社区党支部", "kind": "branch", "key": "11111111-1111-4111-8111-111111111111"}
    client = as_user(cast.district_staff)

    assert [client.post(url("create", "district"), given).status_code for _again in range(2)] == [302, 302]
    assert Organization.objects.filter(name="南湖社区党支部").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("kind", "group"),
        ("kind", "castle"),
        ("code", "branch"),
        ("code", "a b"),
        ("founded_on", "2999-01-01"),
        ("founded_on", "soon"),
        ("unit_kind", "castle"),
    ],
)
def test_a_wrong_entry_is_said_beside_its_field(cast, as_user, field, value):
    given = {"name": "南湖社区党支部", "kind": "branch", "key": "11111111-1111-4111-8111-111111111111", field: value}

    response = as_user(cast.district_staff).post(url("create", "district"), given)

    assert field in response.context["form"].errors
    assert not Organization.objects.filter(name="南湖社区党支部").exists()


def test_staff_rename_and_correct(cast, as_user):
    given = {"name": "红旗第一党支部", "unit_kind": "community", "founded_on": "2001-07-01", "begins_on": "2026-09-01"}

    response = as_user(cast.district_staff).post(url("edit", "branch"), given)

    assert response.url == cast.branch.get_absolute_url()
    assert fresh(cast.branch).name == "红旗第一党支部"
    assert fresh(cast.branch).founded_on == date(2001, 7, 1)
    assert fresh(cast.branch).known_first_day() == date(2026, 9, 1)


def test_the_form_is_filled_with_what_is_known(cast, as_user):
    assert cast.branch.name in shown(as_user(cast.district_staff).get(url("edit", "branch")))


def test_the_county_moves_a_branch_to_another_district(cast, as_user):
    given = {"under": cast.other_district.pk, "reason": "区划调整"}

    as_user(cast.county_staff).post(url("move", "branch"), given)

    assert fresh(cast.branch).parent_path == cast.other_district.path
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == fresh(cast.branch).path


def test_only_places_that_fit_are_offered(cast, as_user):
    form = as_user(cast.county_staff).get(url("move", "branch")).context["form"]

    assert [place.code for place in form.fields["under"].queryset] == ["county", "other-district"]


def test_a_group_is_offered_the_sister_branches(cast, as_user):
    form = as_user(cast.county_staff).get(url("move", "group")).context["form"]

    assert [place.code for place in form.fields["under"].queryset] == ["next-branch"]


def test_a_place_outside_ones_office_cannot_be_forged(cast, as_user):
    given = {"under": cast.other_district.pk, "reason": "区划调整"}

    response = as_user(cast.district_staff).post(url("move", "branch"), given)

    assert "under" in response.context["form"].errors
    assert fresh(cast.branch).parent_path == cast.district.path


def test_nobody_moves_or_dissolves_the_top_of_their_own_office(cast, as_user):
    """Where an organization stands is the decision of the level above it."""
    client = as_user(cast.district_staff)

    for act in ("move", "dissolve"):
        assert client.get(url(act, "district")).status_code == 403
        assert client.post(url(act, "district"), {"on": "2026-11-24", "reason": "x"}).status_code == 403
    assert client.get(url("move", "branch")).status_code == 200


def test_an_empty_group_is_dissolved(cast, as_user):
    Member.objects.filter(pk=cast.li.pk).update(roster_path="")
    cast.li.affiliations.all().delete()

    as_user(cast.district_staff).post(url("dissolve", "group"), {"on": "2026-11-20", "reason": "支部大会决定"})

    assert fresh(cast.group).dissolved_on == date(2026, 11, 20)


def test_a_branch_with_members_is_not_and_the_page_says_why(cast, as_user):
    response = as_user(cast.district_staff).post(url("dissolve", "next-branch"), {"on": "2026-11-20", "reason": "撤销"})

    assert response.context["form"].non_field_errors()
    assert fresh(cast.next_branch).dissolved_on is None


def test_an_election_gives_the_end_of_the_term(cast, as_user):
    as_user(cast.district_staff).post(url("term", "branch"), {"elected_on": "2026-03-01"})

    assert Term.objects.get().ends_on == date(2029, 3, 1)


@pytest.mark.parametrize("day", ["2999-01-01", "2017-01-01", "soon"])
def test_an_election_that_cannot_be_is_refused(cast, as_user, day):
    response = as_user(cast.district_staff).post(url("term", "branch"), {"elected_on": day})

    assert response.context["form"].errors
    assert not Term.objects.exists()


def test_a_term_is_extended_by_a_document(cast, as_user, term):
    given = {"ends_on": "2027-09-01", "document": "城组〔2026〕12号"}

    as_user(cast.district_staff).post(url("term-end", "branch"), given)

    term.refresh_from_db()
    assert (term.ends_on, term.extended_by) == (date(2027, 9, 1), "城组〔2026〕12号")


def test_more_than_a_year_is_stored_and_said_to_be_unusual(cast, as_user, term):
    response = as_user(cast.district_staff).post(
        url("term-end", "branch"), {"ends_on": "2028-09-01", "document": "城组〔2026〕12号"}, follow=True
    )

    assert "关于党的基层组织任期的意见" in shown(response)


def test_without_a_term_there_is_none_to_extend(cast, as_user):
    assert as_user(cast.district_staff).get(url("term-end", "branch")).status_code == 404


@pytest.mark.parametrize("act", [*CHANGING, "term-end"])
def test_who_only_looks_changes_nothing(cast, as_user, act, term):
    """The secretary sees the branch and the inspector the county, and neither manages organizations."""
    for user in (cast.secretary, cast.inspector):
        assert as_user(user).get(url(act, "branch")).status_code == 403
        assert as_user(user).post(url(act, "branch"), {}).status_code == 403
    assert not Entry.objects.exists()


@pytest.mark.parametrize("act", CHANGING)
@pytest.mark.parametrize("code", ["county", "other-branch", "nowhere"])
def test_beside_and_above_there_is_nothing_to_change(cast, as_user, act, code):
    client = as_user(cast.district_staff)

    assert client.get(url(act, code)).status_code == 404
    assert client.post(url(act, code), {}).status_code == 404


@pytest.mark.parametrize("name", ["tree", "detail"])
def test_looking_is_by_get_only(cast, as_user, name):
    assert as_user(cast.county_staff).post(url(name, "branch" if name == "detail" else None)).status_code == 405


@pytest.mark.parametrize("act", CHANGING)
def test_changing_is_by_post_only(cast, as_user, act):
    assert as_user(cast.county_staff).put(url(act, "branch")).status_code == 405
