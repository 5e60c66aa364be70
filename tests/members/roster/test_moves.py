"""Changing places, leaving, and taking a wrong step back."""

import uuid
from datetime import date, timedelta

import pytest
from django.db.models import F

from audit.models import Entry
from members.choices import LeavingReason, OrganizationKind, SituationKind
from members.models import Affiliation, Member, Organization, Situation
from members.refused import CannotBelong, Refused
from members.roster.move_services import leave_roster, move_member, place_in_group, take_back_step
from members.roster.services import scope_mismatches
from tests.cast import TODAY, make_organization

pytestmark = pytest.mark.django_db

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def move(cast, organization=None, on=MARCH, key=None, member=None):
    return move_member(
        key=key or uuid.uuid4(), member=member or cast.zhang, organization=organization or cast.next_branch,
        on=on, today=TODAY, by=cast.secretary,
    )  # fmt: skip


def leave(cast, on=JUNE, member=None, because=LeavingReason.LEFT_SYSTEM):
    present = Affiliation.objects.open().get(member=member or cast.zhang)
    leave_roster(affiliation=present, because=because, reason="回执2026-18", on=on, today=TODAY, by=cast.secretary)
    present.refresh_from_db()
    return present


def take_back(cast, member=None):
    """The end of the relation that ended last."""
    ended = Affiliation.objects.filter(member=member or cast.zhang, valid_until__isnull=False)
    last = ended.order_by("-valid_until", F("valid_from").desc(nulls_last=True)).first()
    take_back_step(affiliation=last, reason="选错了支部", by=cast.secretary)
    return last


def where(member):
    member.refresh_from_db()
    return member.roster_path


def relations(member):
    rows = Affiliation.objects.filter(member=member).order_by(F("valid_from").asc(nulls_first=True), "valid_until")
    return [(str(row.organization), row.valid_until, row.left_because) for row in rows]


@pytest.fixture(autouse=True)
def roster_paths_follow_the_affiliations():
    yield
    assert not scope_mismatches(on=TODAY).exists()


def test_a_move_ends_the_old_relation_on_the_day_the_new_one_begins(cast):
    moved = move(cast)

    assert where(cast.zhang) == cast.next_branch.path
    assert relations(cast.zhang) == [
        ("红旗社区第一党支部", MARCH, "transferred"),
        ("红旗社区第二党支部", None, ""),
    ]
    assert moved.valid_from == MARCH
    assert Entry.objects.get().action == "place_member"


def test_the_same_move_sent_twice_is_done_once(cast):
    key = uuid.uuid4()
    assert move(cast, key=key).pk == move(cast, key=key).pk == key
    assert len(relations(cast.zhang)) == 2
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "on", "field"),
    [("branch", MARCH, "organization"), ("next_branch", TODAY + timedelta(days=1), "on")],
    ids=["where they are", "in the future"],
)
def test_a_move_that_is_none_leaves_everything(cast, place, on, field):
    with pytest.raises(Refused) as refusal:
        move(cast, getattr(cast, place), on)

    assert refusal.value.field == field
    assert relations(cast.zhang) == [("红旗社区第一党支部", None, "")]
    assert not Entry.objects.exists()


def test_nobody_moves_to_a_committee_or_before_the_present_relation(cast):
    move(cast, on=JUNE)
    for organization, on in ((cast.district, TODAY), (cast.branch, MARCH)):
        with pytest.raises(CannotBelong):
            move(cast, organization, on)
    assert where(cast.zhang) == cast.next_branch.path


def test_a_member_who_left_cannot_belong_elsewhere_before_having_left(cast):
    leave(cast, on=JUNE)
    with pytest.raises(Refused) as refusal:
        move(cast, on=MARCH)
    assert refusal.value.field == "on"
    assert where(cast.zhang) == ""


def test_a_member_in_transfer_stays_on_the_old_roster_until_received(cast):
    transfer = Situation.objects.create(member=cast.zhang, kind=SituationKind.IN_TRANSFER, valid_from=MARCH)
    assert where(cast.zhang) == cast.branch.path

    move(cast, on=JUNE)

    transfer.refresh_from_db()
    assert transfer.valid_until == JUNE
    assert where(cast.zhang) == cast.next_branch.path


def test_leaving_takes_off_the_roster_with_its_reason_on_record(cast):
    Situation.objects.create(member=cast.zhang, kind=SituationKind.IN_TRANSFER, valid_from=MARCH)
    leave(cast)

    entry = Entry.objects.get()
    assert where(cast.zhang) == ""
    assert relations(cast.zhang) == [("红旗社区第一党支部", JUNE, "left_system")]
    assert (entry.action, entry.reason, entry.details) == (
        "end_belonging", "回执2026-18", {"because": "left_system"}
    )  # fmt: skip
    assert Situation.objects.get().valid_until == JUNE


def test_leaving_twice_is_leaving_once(cast):
    ended = leave(cast)
    leave_roster(
        affiliation=ended, because=LeavingReason.DECEASED, reason="x", on=TODAY, today=TODAY, by=cast.secretary
    )
    assert relations(cast.zhang) == [("红旗社区第一党支部", JUNE, "left_system")]
    assert Entry.objects.count() == 1


def test_nobody_leaves_on_a_day_to_come(cast):
    with pytest.raises(Refused):
        leave(cast, on=TODAY + timedelta(days=1))
    assert where(cast.zhang) == cast.branch.path
    assert not Entry.objects.exists()


def test_a_wrong_move_is_taken_back_as_if_it_had_not_been(cast):
    move(cast)
    take_back(cast)

    assert where(cast.zhang) == cast.branch.path
    assert relations(cast.zhang) == [("红旗社区第一党支部", None, "")]
    entry = Entry.objects.get(action="take_back_step")
    assert (entry.reason, entry.organization_code) == ("选错了支部", "branch")


def test_a_wrong_departure_is_taken_back(cast):
    leave(cast)
    take_back(cast)

    assert where(cast.zhang) == cast.branch.path
    assert relations(cast.zhang) == [("红旗社区第一党支部", None, "")]


def test_taking_back_twice_takes_back_one_step(cast):
    move(cast, cast.group, MARCH)
    move(cast, cast.next_branch, JUNE)
    taken_back = take_back(cast)
    take_back_step(affiliation=taken_back, reason="x", by=cast.secretary)

    assert where(cast.zhang) == cast.group.path
    assert Entry.objects.filter(action="take_back_step").count() == 1


def test_moves_of_one_day_are_taken_back_one_by_one(cast):
    move(cast, cast.group, MARCH)
    move(cast, cast.next_branch, MARCH)

    take_back(cast)
    assert where(cast.zhang) == cast.group.path
    take_back(cast)
    assert where(cast.zhang) == cast.branch.path


def test_only_the_last_step_can_be_taken_back(cast):
    first = Affiliation.objects.get(member=cast.zhang)
    move(cast)
    leave(cast)
    with pytest.raises(Refused):
        take_back_step(affiliation=first, reason="x", by=cast.secretary)
    assert where(cast.zhang) == ""
    assert not Entry.objects.filter(action="take_back_step").exists()


def test_who_left_and_came_back_later_has_not_left_by_mistake(cast):
    leave(cast, on=MARCH)
    move(cast, cast.branch, JUNE)
    with pytest.raises(Refused):
        take_back(cast)
    assert relations(cast.zhang)[0] == ("红旗社区第一党支部", MARCH, "left_system")


def test_a_relation_that_has_not_ended_stays_as_it_is(cast):
    take_back_step(affiliation=Affiliation.objects.get(member=cast.zhang), reason="x", by=cast.secretary)
    assert where(cast.zhang) == cast.branch.path
    assert not Entry.objects.exists()


def test_nobody_is_put_back_into_a_branch_that_is_gone(cast):
    move(cast)
    Organization.objects.filter(pk=cast.branch.pk).update(dissolved_on=TODAY)
    with pytest.raises(Refused):
        take_back(cast)
    assert where(cast.zhang) == cast.next_branch.path
    Organization.objects.filter(pk=cast.branch.pk).update(dissolved_on=None)


def group_up(cast, members, organization):
    return place_in_group(members=members, organization=organization, on=TODAY, today=TODAY, by=cast.secretary)


def test_members_are_put_into_a_group_and_out_of_it(cast):
    second = make_organization("group-2", "第二党小组", OrganizationKind.GROUP, cast.branch)

    assert group_up(cast, [cast.zhang, cast.li], cast.group) == 1
    assert (where(cast.zhang), where(cast.li)) == (cast.group.path, cast.group.path)
    assert group_up(cast, [cast.li], second) == 1
    assert group_up(cast, [cast.zhang], cast.branch) == 1
    assert (where(cast.zhang), where(cast.li)) == (cast.branch.path, second.path)
    assert set(Affiliation.objects.exclude(left_because="").values_list("left_because", flat=True)) == {"moved_group"}


def test_who_is_in_the_group_already_is_not_moved_again(cast):
    assert group_up(cast, [cast.li], cast.group) == 0
    assert not Entry.objects.exists()


def test_a_member_of_another_branch_in_the_list_moves_nobody(cast):
    with pytest.raises(Refused):
        group_up(cast, [cast.zhang, cast.wang], cast.group)
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path
    assert not Entry.objects.exists()
