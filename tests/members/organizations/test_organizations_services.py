"""Changing the tree: what is stored, what is refused and leaves nothing, and who can see what afterwards."""

import re
from contextlib import nullcontext
from datetime import date

import pytest

from audit.models import Entry
from members.access.queries import access_for
from members.choices import Capability, LeavingReason, OfficeKind, OrganizationKind
from members.models import Affiliation, Member, Office, Organization, RosterImport, Term
from members.organizations.services import (
    create_organization,
    describe_organization,
    dissolve_organization,
    move_end_of_term,
    move_organization,
    record_term,
    rename_organization,
)
from members.refused import CannotBelong, Refused
from members.roster.services import end_belonging, place_member, scope_mismatches
from tests.cast import TODAY, make_member, make_organization, make_user

COMMITTEE, GENERAL_BRANCH, BRANCH, GROUP = OrganizationKind

pytestmark = pytest.mark.django_db


def create(name, kind, parent, **fields):
    return create_organization(name=name, kind=kind, parent=parent, by="test", **fields)


def fresh(organization):
    return Organization.objects.get(pk=organization.pk)


def roster_of(user, on=TODAY):
    user.access = access_for(user, on=on)
    return set(Member.objects.visible_to(user).values_list("name", flat=True))


# --- Setting up -----------------------------------------------------------------------------------------------------
def test_a_branch_is_set_up_under_a_committee(cast):
    made = create("南湖村党支部", BRANCH, cast.district, code="south", village=True, founded_on=date(2001, 7, 1))

    assert fresh(made).parent_path == cast.district.path
    assert (made.code, made.kind, made.is_village, made.founded_on) == ("south", "branch", True, date(2001, 7, 1))


def test_setting_up_is_on_the_record(cast):
    made = create_organization(name="南湖村党支部", kind=BRANCH, parent=cast.district, by=cast.administrator)

    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.organization_code) == ("create_organization", "administrator", made.code)


def test_without_a_code_one_is_made(cast):
    made = [create(name, BRANCH, cast.district) for name in ("甲支部", "乙支部")]

    assert all(re.fullmatch(r"B[2-9A-Z]{6}", organization.code) for organization in made)
    assert made[0].code != made[1].code


def test_blanks_around_a_name_are_not_part_of_it(cast):
    assert create("  南湖村  党支部 ", BRANCH, cast.district).name == "南湖村 党支部"


@pytest.mark.parametrize("name", ["", "   ", "长" * 121])
def test_a_name_must_be_one(cast, name):
    with pytest.raises(Refused) as refused:
        create(name, BRANCH, cast.district)

    assert refused.value.field == "name"


@pytest.mark.parametrize("code", ["a b", "a/b", "-a", "..", "a" * 41, "甲乙?"])
def test_a_code_must_be_fit_for_an_address(cast, code):
    with pytest.raises(Refused) as refused:
        create("南湖村党支部", BRANCH, cast.district, code=code)

    assert refused.value.field == "code"


def test_a_code_is_never_given_twice(cast):
    with pytest.raises(Refused):
        create("南湖村党支部", BRANCH, cast.district, code="branch")


def test_not_even_when_the_organization_is_gone(cast):
    """The audit trail names organizations by code: a newcomer would inherit their entries."""
    create("南湖村党支部", BRANCH, cast.district, code="south")
    Organization.objects.filter(code="south").delete()

    with pytest.raises(Refused):
        create("南湖村党支部", BRANCH, cast.district, code="south")


def test_two_standing_neighbours_cannot_share_a_name(cast):
    with pytest.raises(Refused):
        create(cast.branch.name, BRANCH, cast.district)

    assert create(cast.branch.name, BRANCH, cast.other_district).pk


@pytest.mark.parametrize(
    ("kind", "place"),
    [(GROUP, "district"), (GROUP, "group"), (BRANCH, "branch"), (COMMITTEE, "branch"), (GENERAL_BRANCH, "branch")],
)
def test_a_place_that_does_not_fit_is_refused_and_nothing_is_left(cast, kind, place):
    before = Organization.objects.count()

    with pytest.raises(Refused):
        create("不合适", kind, getattr(cast, place))

    assert Organization.objects.count() == before
    assert not Entry.objects.exists()


def test_a_group_cannot_stand_at_the_top():
    with pytest.raises(Refused):
        create("第一党小组", GROUP, None)


def test_nothing_is_set_up_under_what_was_dissolved(cast):
    Organization.objects.filter(pk=cast.district.pk).update(dissolved_on=TODAY)

    with pytest.raises(Refused):
        create("南湖村党支部", BRANCH, cast.district)


# --- Renaming and describing ----------------------------------------------------------------------------------------
def test_a_new_name_keeps_the_code_and_the_record_knows_both(cast):
    rename_organization(organization=cast.branch, name="红旗第一党支部", by=cast.administrator)

    assert (fresh(cast.branch).name, cast.branch.code) == ("红旗第一党支部", "branch")
    entry = Entry.objects.get()
    assert (entry.action, entry.details["from"]) == ("rename_organization", "红旗社区第一党支部")


def test_a_name_of_a_neighbour_is_refused(cast):
    with pytest.raises(Refused):
        rename_organization(organization=cast.branch, name=cast.next_branch.name, by="test")

    assert fresh(cast.branch).name == "红旗社区第一党支部"


def test_its_own_name_is_no_neighbours_name(cast):
    rename_organization(organization=cast.branch, name=cast.branch.name, by="test")


def test_what_is_known_is_corrected_once(cast):
    for _again in range(2):
        describe_organization(
            organization=cast.branch, unit_kind="community", village=True, founded_on=date(1999, 7, 1), by="test"
        )

    assert fresh(cast.branch).is_village
    assert Entry.objects.count() == 1


# --- Moving ---------------------------------------------------------------------------------------------------------
def test_a_moved_branch_takes_its_groups_and_members_along(cast):
    move_organization(organization=cast.branch, under=cast.other_district, by=cast.administrator, reason="区划调整")

    assert fresh(cast.branch).parent_path == cast.other_district.path
    assert fresh(cast.group).parent_path == fresh(cast.branch).path
    assert not scope_mismatches(on=TODAY).exists()
    assert Organization.objects.find_problems() == ([], [], [], [], [])


def test_the_move_is_on_the_record_with_its_extent(cast):
    move_organization(organization=cast.branch, under=cast.other_district, by=cast.administrator, reason="区划调整")

    entry = Entry.objects.get()
    assert (entry.action, entry.organization_code, entry.reason) == ("move_organization", "branch", "区划调整")
    assert entry.details == {"from": "district", "to": "other-district", "moved": 2, "members": 2}


def test_offices_see_what_is_below_them_after_the_move(cast):
    other_staff = make_user("other_staff", OfficeKind.COMMITTEE_STAFF, cast.other_district)

    move_organization(organization=cast.branch, under=cast.other_district, by="test")

    assert roster_of(cast.secretary) == {"张英", "李国强"}
    assert roster_of(cast.district_staff) == {"王秀兰"}
    assert roster_of(other_staff) == {"赵东山", "张英", "李国强"}
    assert roster_of(cast.next_secretary) == {"王秀兰"}
    assert roster_of(cast.other_secretary) == {"赵东山"}


def test_a_newcomer_on_the_freed_path_inherits_nothing(cast):
    """The last branch of the district moves away, so the next one set up gets the very same path."""
    freed = cast.next_branch.path
    move_organization(organization=cast.next_branch, under=cast.other_district, by="test")

    newcomer = create("红旗社区第三党支部", BRANCH, cast.district)
    secretary = make_user("newcomer", OfficeKind.SECRETARY, newcomer)

    assert newcomer.path == freed
    assert roster_of(secretary) == set()
    assert roster_of(cast.next_secretary) == {"王秀兰"}
    assert roster_of(cast.district_staff) == {"张英", "李国强"}


def test_control_without_taking_members_along_the_newcomer_would_see_them(cast, monkeypatch):
    monkeypatch.setattr("members.organizations.services._take_members_along", lambda before, after: 0)
    move_organization(organization=cast.next_branch, under=cast.other_district, by="test")

    secretary = make_user("newcomer", OfficeKind.SECRETARY, create("红旗社区第三党支部", BRANCH, cast.district))

    assert roster_of(secretary) == {"王秀兰"}


def test_paths_that_begin_alike_are_left_alone(cast):
    """Eleven siblings: the path of the first is no prefix of another's, and theirs stay as they are."""
    siblings = [make_organization(f"s{n}", f"支部{n}", BRANCH, fresh(cast.district)) for n in range(11)]
    for organization in siblings:
        make_member(f"党员{organization.code}", organization)

    move_organization(organization=siblings[0], under=cast.other_district, by="test")

    assert not scope_mismatches(on=TODAY).exists()


def test_a_subtree_of_several_levels_moves_whole(cast):
    move_organization(organization=cast.other_district, under=cast.district, by="test")

    assert [place.code for place in Organization.objects.in_tree_order()] == [
        "county", "district", "branch", "group", "next-branch", "other-district", "other-branch",
    ]  # fmt: skip
    assert roster_of(cast.district_staff) == {"张英", "李国强", "王秀兰", "赵东山"}
    assert not scope_mismatches(on=TODAY).exists()


def test_a_stale_object_moves_from_where_the_organization_really_is(cast):
    stale = fresh(cast.branch)
    move_organization(organization=cast.branch, under=cast.other_district, by="test")

    move_organization(organization=stale, under=cast.district, by="test")

    assert fresh(cast.branch).parent_path == cast.district.path
    assert not scope_mismatches(on=TODAY).exists()


def test_a_stale_object_places_a_member_where_the_branch_really_is(cast):
    stale = fresh(cast.branch)
    move_organization(organization=cast.branch, under=cast.other_district, by="test")

    place_member(member=cast.wang, organization=stale, on=TODAY, today=TODAY, by="test")

    assert cast.wang.roster_path == fresh(cast.branch).path


@pytest.mark.parametrize(
    ("what", "under"),
    [
        ("district", "district"),  # itself
        ("county", "district"),  # below itself
        ("branch", "district"),  # where it is
        ("branch", "next_branch"),  # a kind that doesn't fit
        ("group", "district"),
        ("district", "other_branch"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nothing_is_left(cast, what, under):
    before = list(Organization.objects.in_tree_order().values_list("path", "code"))

    with pytest.raises(Refused):
        move_organization(organization=getattr(cast, what), under=getattr(cast, under), by="test")

    assert list(Organization.objects.in_tree_order().values_list("path", "code")) == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("state", "moves"), [("preview", True), ("confirmed", False), ("applying", False)])
def test_nothing_moves_while_a_roster_is_being_stored(cast, state, moves):
    """The import has read the paths and goes on in pieces: members would be put where the branch was."""
    RosterImport.objects.create(organization=cast.next_branch, file_name="花名册.xlsx", state=state)

    with nullcontext() if moves else pytest.raises(Refused):
        move_organization(organization=cast.branch, under=cast.other_district, by="test")


def test_a_move_beside_one_of_the_same_name_is_refused(cast):
    make_organization("twin", cast.branch.name, BRANCH, fresh(cast.other_district))

    with pytest.raises(Refused):
        move_organization(organization=cast.branch, under=cast.other_district, by="test")


# --- Dissolving -----------------------------------------------------------------------------------------------------
@pytest.fixture
def empty_branch(cast):
    end_belonging(member=cast.zhao, on=TODAY, today=TODAY, because=LeavingReason.LEFT_SYSTEM, by="test")
    Entry.objects.all()
    return cast.other_branch


def test_an_empty_branch_is_dissolved_and_its_offices_end(cast, empty_branch):
    dissolve_organization(organization=empty_branch, on=TODAY, by=cast.administrator, reason="撤销")

    assert fresh(empty_branch).dissolved_on == TODAY
    assert Office.objects.get(organization=empty_branch).valid_until == TODAY
    entry = Entry.objects.order_by("-number").first()
    assert (entry.action, entry.details) == ("dissolve_organization", {"on": "2026-11-24", "offices": 1})


def test_with_members_it_stays(cast):
    with pytest.raises(Refused):
        dissolve_organization(organization=cast.other_branch, on=TODAY, by="test")

    assert fresh(cast.other_branch).dissolved_on is None


def test_with_members_who_only_take_part_it_stays_too(cast, empty_branch):
    Affiliation.objects.create(member=cast.li, organization=empty_branch, kind="participation")

    with pytest.raises(Refused):
        dissolve_organization(organization=empty_branch, on=TODAY, by="test")


def test_with_a_member_who_leaves_later_it_stays_until_then(cast, empty_branch):
    Affiliation.objects.filter(member=cast.zhao).update(valid_until=date(2026, 12, 1))

    with pytest.raises(Refused):
        dissolve_organization(organization=empty_branch, on=TODAY, by="test")


def test_with_something_standing_below_it_stays(cast):
    with pytest.raises(Refused):
        dissolve_organization(organization=cast.other_district, on=TODAY, by="test")


def test_what_was_dissolved_below_does_not_hold_it(cast, empty_branch):
    dissolve_organization(organization=empty_branch, on=TODAY, by="test")
    dissolve_organization(organization=cast.other_district, on=TODAY, by="test")

    assert fresh(cast.other_district).dissolved_on == TODAY


def test_it_is_dissolved_once(cast, empty_branch):
    dissolve_organization(organization=empty_branch, on=TODAY, by="test")

    with pytest.raises(Refused):
        dissolve_organization(organization=empty_branch, on=TODAY, by="test")


def test_it_is_not_dissolved_before_it_was_founded(cast, empty_branch):
    Organization.objects.filter(pk=empty_branch.pk).update(founded_on=TODAY)

    with pytest.raises(Refused):
        dissolve_organization(organization=empty_branch, on=date(2026, 11, 23), by="test")


def test_nobody_is_placed_in_what_was_dissolved(cast, empty_branch):
    dissolve_organization(organization=empty_branch, on=TODAY, by="test")

    with pytest.raises(CannotBelong):
        place_member(member=cast.zhao, organization=empty_branch, on=TODAY, today=TODAY, by="test")


# --- Terms ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "village", "ends_on"),
    [
        ("branch", False, date(2029, 3, 1)),
        ("branch", True, date(2031, 3, 1)),
        ("district", False, date(2031, 3, 1)),
    ],
)
def test_a_term_ends_by_the_rule(cast, place, village, ends_on):
    organization = getattr(cast, place)
    organization.is_village = village

    term = record_term(organization=organization, elected_on=date(2026, 3, 1), by="test")

    assert term.ends_on == ends_on
    assert term.rule == "term.years@2018-07-12"
    assert Entry.objects.get().details == {"elected_on": "2026-03-01", "ends_on": ends_on.isoformat()}


def test_earlier_terms_stay_as_history(cast):
    record_term(organization=cast.branch, elected_on=date(2021, 3, 1), by="test")
    record_term(organization=cast.branch, elected_on=date(2024, 3, 1), by="test")

    assert cast.branch.terms.count() == 2


@pytest.mark.parametrize("elected_on", [date(2024, 3, 1), date(2023, 1, 1)])
def test_terms_are_recorded_in_their_order(cast, elected_on):
    record_term(organization=cast.branch, elected_on=date(2024, 3, 1), by="test")

    with pytest.raises(Refused):
        record_term(organization=cast.branch, elected_on=elected_on, by="test")


def test_an_election_before_the_rule_has_no_computed_end(cast):
    with pytest.raises(Refused):
        record_term(organization=cast.branch, elected_on=date(2017, 3, 1), by="test")

    assert not Term.objects.exists()


def test_a_group_has_no_term(cast):
    with pytest.raises(Refused):
        record_term(organization=cast.group, elected_on=TODAY, by="test")


def test_the_end_of_a_term_is_moved_by_a_document(cast):
    term = record_term(organization=cast.branch, elected_on=date(2024, 3, 1), by="test")

    move_end_of_term(term=term, ends_on=date(2027, 9, 1), document="城组〔2026〕12号", by=cast.administrator)

    assert (term.ends_on, term.extended_by) == (date(2027, 9, 1), "城组〔2026〕12号")
    entry = Entry.objects.order_by("-number").first()
    assert entry.details == {"elected_on": "2024-03-01", "from": "2027-03-01", "to": "2027-09-01"}


@pytest.mark.parametrize(("ends_on", "document"), [(date(2027, 9, 1), " "), (date(2024, 3, 1), "城组〔2026〕12号")])
def test_not_without_a_document_and_not_before_the_election(cast, ends_on, document):
    term = record_term(organization=cast.branch, elected_on=date(2024, 3, 1), by="test")

    with pytest.raises(Refused):
        move_end_of_term(term=term, ends_on=ends_on, document=document, by="test")


def test_whoever_manages_organizations_sees_them_after_a_move(cast):
    """Scope follows the path: the district's staff no longer sees what left the district."""
    move_organization(organization=cast.branch, under=cast.other_district, by="test")

    cast.district_staff.access = access_for(cast.district_staff, on=TODAY)
    seen = Organization.objects.visible_to(cast.district_staff, Capability.MANAGE_ORGANIZATIONS)
    assert {place.code for place in seen} == {"district", "next-branch"}
