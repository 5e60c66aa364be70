"""The figures of the tree: by day or by today's rosters, in few queries."""

from datetime import date

import pytest

from members.choices import LeavingReason, Membership, OrganizationKind, SituationKind
from members.models import Affiliation, Organization, Situation
from members.organizations.queries import RosterSummary, members_by_path, names_down_to, roster_summary, summaries
from members.paths import ROOT
from members.roster.services import end_belonging
from tests.cast import TODAY, make_member, make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def situations(cast):
    """Zhang retired and mobile; Li bedridden and frail; Wang suspended; Zhao abroad, contact lost."""
    for member, *kinds in [
        (cast.zhang, SituationKind.RETIRED, SituationKind.MOBILE),
        (cast.li, SituationKind.FRAIL, SituationKind.BEDRIDDEN),
        (cast.wang, SituationKind.SUSPENDED),
        (cast.zhao, SituationKind.ABROAD_SENT, SituationKind.LOST_CONTACT, SituationKind.IN_TRANSFER),
    ]:
        for kind in kinds:
            Situation.objects.create(member=member, kind=kind, valid_from=date(2026, 1, 1))
    make_member("钱预备", cast.branch, membership=Membership.PROBATIONARY)


def test_a_subtree_is_counted_without_its_neighbours(cast, situations):
    assert roster_summary([cast.branch.path], on=TODAY) == RosterSummary(
        members=3, full=2, probationary=1, retired=1, mobile=1, frail=1, voting=2
    )


def test_everything_is_counted(cast, situations):
    assert roster_summary([ROOT], on=TODAY) == RosterSummary(
        members=5,
        full=4,
        probationary=1,
        retired=1,
        mobile=1,
        frail=1,
        abroad=1,
        lost_contact=1,
        in_transfer=1,
        voting=3,
    )


def test_a_situation_counts_from_its_first_day_until_its_last(cast, situations):
    Situation.objects.filter(kind=SituationKind.RETIRED).update(valid_until=date(2026, 6, 1))

    assert roster_summary([ROOT], on=date(2025, 12, 31)).retired == 0
    assert roster_summary([ROOT], on=date(2026, 5, 31)).retired == 1
    assert roster_summary([ROOT], on=date(2026, 6, 1)).retired == 0


def test_members_count_where_they_belonged_that_day_not_where_they_stand_today(cast):
    end_belonging(member=cast.zhang, on=date(2026, 9, 1), today=TODAY, because=LeavingReason.LEFT_SYSTEM, by="test")

    assert roster_summary([cast.branch.path], on=date(2026, 8, 31)).members == 2
    assert roster_summary([cast.branch.path], on=TODAY).members == 1


def test_taking_part_elsewhere_counts_nobody_twice(cast):
    Affiliation.objects.create(member=cast.zhang, organization=cast.next_branch, kind="participation")

    assert roster_summary([ROOT], on=TODAY).members == 4


def test_a_suspended_probationary_member_is_not_taken_off_the_vote_twice(cast):
    member = make_member("钱预备", cast.branch, membership=Membership.PROBATIONARY)
    for kind in (SituationKind.SUSPENDED, SituationKind.PROBATION_WITHIN_PARTY):
        Situation.objects.create(member=member, kind=kind)

    assert roster_summary([cast.branch.path], on=TODAY).voting == 2


def test_of_no_place_nobody_is_counted(cast):
    assert roster_summary([], on=TODAY) == RosterSummary()


def test_summaries_say_the_same_of_today_for_many_at_once(cast, situations):
    places = list(Organization.objects.all())

    found = summaries(places, on=TODAY)

    assert found == {place.path: roster_summary([place.path], on=TODAY) for place in places}


def test_summaries_of_a_level_alone_leave_out_what_stands_beside(cast, situations):
    found = summaries([cast.branch, cast.other_district], on=TODAY)

    assert {path: figures.members for path, figures in found.items()} == {
        cast.branch.path: 3,
        cast.other_district.path: 1,
    }


def test_what_is_not_shown_counts_where_its_top_is_shown(cast, situations):
    """The district is shown with the first of its branches only."""
    found = summaries([cast.district, cast.branch], on=TODAY)

    assert {path: figures.members for path, figures in found.items()} == {cast.district.path: 4, cast.branch.path: 3}


def test_summaries_of_nothing(cast):
    assert summaries([], on=TODAY) == {}


@pytest.mark.parametrize("branches", [1, 3])
def test_summaries_cost_two_queries_whatever_the_size(cast, django_assert_num_queries, branches):
    for number in range(branches):
        place = make_organization(f"n{number}", f"支部{number}", OrganizationKind.BRANCH, cast.district)
        make_member(f"党员{number}", place)
    places = list(Organization.objects.all())

    with django_assert_num_queries(2):
        summaries(places, on=TODAY)


def test_members_by_path_adds_up_the_tree(cast):
    assert members_by_path() == {
        cast.county.path: 4, cast.district.path: 3, cast.branch.path: 2, cast.group.path: 1,
        cast.next_branch.path: 1, cast.other_district.path: 1, cast.other_branch.path: 1,
    }  # fmt: skip


def test_names_from_the_top_down(cast):
    assert names_down_to(cast.group) == ["县委", "城关镇党委", "红旗社区第一党支部", "第一党小组"]
