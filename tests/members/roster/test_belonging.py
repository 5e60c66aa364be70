"""Placing a member, moving one, ending the relation; and the roster path that follows from it."""

from datetime import date, timedelta

import pytest

from audit.models import Entry
from members.choices import LeavingReason
from members.models import Affiliation, Member
from members.refused import CannotBelong, Refused
from members.roster.services import end_belonging, place_member, refresh_roster_paths, scope_mismatches
from tests.cast import TODAY, make_member


@pytest.fixture
def newcomer(cast):
    return Member.objects.create(name="周", membership="formal_member")


def relations(member):
    rows = Affiliation.objects.filter(member=member).select_related("organization").order_by("valid_from")
    return [(row.organization.code, row.valid_from, row.valid_until, row.left_because) for row in rows]


def test_a_newcomer_stands_on_the_roster_from_that_day(cast, newcomer):
    place_member(member=newcomer, organization=cast.branch, on=TODAY, today=TODAY, by=cast.secretary)

    assert relations(newcomer) == [("branch", TODAY, None, "")]
    assert Member.objects.get(pk=newcomer.pk).roster_path == cast.branch.path


def test_placing_is_recorded_with_who_whom_and_where(cast, newcomer):
    place_member(member=newcomer, organization=cast.branch, on=TODAY, today=TODAY, by=cast.secretary)
    entry = Entry.objects.get()

    assert (entry.action, entry.actor, entry.organization_code) == ("place_member", "secretary", "branch")
    assert (entry.subject_kind, entry.subject_id) == ("members.Member", str(newcomer.pk))


def test_since_when_may_be_unknown(cast, newcomer):
    place_member(member=newcomer, organization=cast.branch, on=None, today=TODAY, by="system")

    assert relations(newcomer) == [("branch", None, None, "")]
    assert not scope_mismatches(on=date(1990, 1, 1)).filter(pk=newcomer.pk).exists()


@pytest.mark.parametrize(
    ("first", "second", "because"),
    [
        ("branch", "group", LeavingReason.MOVED_GROUP),
        ("group", "branch", LeavingReason.MOVED_GROUP),
        ("branch", "next_branch", LeavingReason.TRANSFERRED),
        ("group", "next_branch", LeavingReason.TRANSFERRED),
        ("branch", "other_branch", LeavingReason.TRANSFERRED),
    ],
)
def test_moving_ends_the_old_relation_on_the_day_the_new_one_begins(cast, newcomer, first, second, because):
    first, second = getattr(cast, first), getattr(cast, second)
    earlier = TODAY - timedelta(days=30)
    place_member(member=newcomer, organization=first, on=earlier, today=TODAY, by=cast.secretary)
    place_member(member=newcomer, organization=second, on=TODAY, today=TODAY, by=cast.secretary)

    assert relations(newcomer) == [(first.code, earlier, TODAY, because), (second.code, TODAY, None, "")]
    assert newcomer.roster_path == second.path
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("place", ["county", "district"])
def test_a_committee_has_no_roster(cast, newcomer, place):
    with pytest.raises(CannotBelong):
        place_member(member=newcomer, organization=getattr(cast, place), on=TODAY, today=TODAY, by=cast.county_staff)

    assert relations(newcomer) == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize("on", [None, TODAY - timedelta(days=1)])
def test_a_move_before_the_present_relation_leaves_everything_as_it_was(cast, newcomer, on):
    place_member(member=newcomer, organization=cast.branch, on=TODAY, today=TODAY, by=cast.secretary)
    if on is None:
        Affiliation.objects.filter(member=newcomer).update(valid_from=None)
    before = relations(newcomer)

    with pytest.raises(CannotBelong):
        place_member(member=newcomer, organization=cast.next_branch, on=on, today=TODAY, by=cast.secretary)
    assert relations(newcomer) == before
    assert Member.objects.get(pk=newcomer.pk).roster_path == cast.branch.path
    assert Entry.objects.count() == 1


def test_ending_takes_the_member_off_the_roster_with_the_reason(cast):
    end_belonging(
        member=cast.zhang, on=TODAY, today=TODAY, because=LeavingReason.DECEASED, by=cast.secretary, reason="家属来电"
    )
    entry = Entry.objects.get()

    assert relations(cast.zhang) == [("branch", None, TODAY, "deceased")]
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == ""
    assert (entry.action, entry.reason, entry.details) == ("end_belonging", "家属来电", {"because": "deceased"})
    assert entry.organization_code == "branch"


def test_a_day_to_come_is_refused_because_the_roster_changes_at_once(cast, newcomer):
    tomorrow, before = TODAY + timedelta(days=1), relations(cast.zhang)
    with pytest.raises(Refused) as placing:
        place_member(member=newcomer, organization=cast.branch, on=tomorrow, today=TODAY, by=cast.secretary)
    with pytest.raises(Refused) as leaving:
        end_belonging(member=cast.zhang, on=tomorrow, today=TODAY, because=LeavingReason.DECEASED, by=cast.secretary)

    assert (placing.value.field, leaving.value.field) == ("on", "on")
    assert (relations(newcomer), relations(cast.zhang)) == ([], before)
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path
    assert not Entry.objects.exists()


def test_who_is_on_no_roster_cant_leave_one(cast, newcomer):
    with pytest.raises(CannotBelong):
        end_belonging(member=newcomer, on=TODAY, today=TODAY, because=LeavingReason.DECEASED, by=cast.secretary)

    assert not Entry.objects.exists()


def test_whoever_left_may_come_back(cast):
    end_belonging(member=cast.zhang, on=TODAY, today=TODAY, because=LeavingReason.LEFT_SYSTEM, by=cast.secretary)
    place_member(
        member=cast.zhang,
        organization=cast.branch,
        on=TODAY + timedelta(days=9),
        today=TODAY + timedelta(days=9),
        by=cast.secretary,
    )

    assert [row[0] for row in relations(cast.zhang)] == ["branch", "branch"]


def test_nobody_strays_in_a_roster_that_is_in_order(cast):
    assert list(scope_mismatches(on=TODAY)) == []
    assert refresh_roster_paths(on=TODAY) == 0


@pytest.mark.parametrize("wrong", ["", "0009", "00010001"])
def test_a_roster_path_that_contradicts_the_relations_is_found_and_put_right(cast, wrong):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path=wrong)

    assert list(scope_mismatches(on=TODAY)) == [cast.zhang]
    assert refresh_roster_paths(on=TODAY) == 1
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


def test_a_relation_that_was_recorded_ahead_takes_effect_on_its_day(cast):
    """A transfer recorded for tomorrow: the roster changes tomorrow, by the daily refresh."""
    tomorrow = TODAY + timedelta(days=1)
    Affiliation.objects.filter(member=cast.zhang).update(valid_until=tomorrow, left_because="transferred")
    Affiliation.objects.create(member=cast.zhang, organization=cast.next_branch, valid_from=tomorrow)

    assert refresh_roster_paths(on=TODAY) == 0
    assert refresh_roster_paths(on=tomorrow) == 1
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.next_branch.path


def test_taking_part_elsewhere_doesnt_move_anybody(cast):
    Affiliation.objects.create(member=cast.zhang, organization=cast.next_branch, kind="participation")

    assert refresh_roster_paths(on=TODAY) == 0


@pytest.mark.parametrize("members", [1, 3])
def test_refreshing_takes_one_query_however_many_stray(cast, django_assert_num_queries, members):
    for number in range(members):
        make_member(f"周{number}", cast.branch)
    Member.objects.update(roster_path="")

    with django_assert_num_queries(1):
        assert refresh_roster_paths(on=TODAY) == members + 4
