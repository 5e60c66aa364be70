"""Leaving a member out: a listed ground and both approvals, recorded before the meeting opens."""

import uuid
from datetime import date, timedelta

import pytest

from audit.models import Entry
from meetings.attendance.queries import tally_of
from meetings.choices import NotCountedBecause
from meetings.meeting.services import WrongState
from meetings.models import Exclusion
from meetings.pages.services import open_meeting
from meetings.votes.queries import exclusions_of
from meetings.votes.services import Approvals, WrongExclusion, record_exclusion, remove_exclusion
from tests.cast import TODAY
from tests.meetings.votes.voting import (
    english,  # noqa: F401
    plan,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db

BEFORE = date(2026, 11, 1)
BOTH = Approvals(BEFORE, "镇党委〔2026〕12号", BEFORE)
SUPERIOR_ONLY = Approvals(BEFORE, "镇党委〔2026〕12号")
MEETING_ONLY = Approvals(meeting_agreed_on=BEFORE)


@pytest.fixture
def meeting(cast):
    return plan(cast)


def leave_out(meeting, member, approvals=BOTH, ground="frail", key=None):
    return record_exclusion(
        key=key or uuid.uuid4(), meeting=meeting, member_id=member.pk, ground=ground, approvals=approvals,
        by="secretary",
    )  # fmt: skip


def counted_as(meeting, member):
    return open_meeting(meeting=meeting, on=meeting.day, by="secretary").expected.get(member=member).not_counted


def test_with_both_approvals_the_member_is_left_out_of_the_frozen_list(meeting, cast):
    leave_out(meeting, cast.li)

    assert counted_as(meeting, cast.li) == NotCountedBecause.EXCLUDED
    assert tally_of(meeting).entitled == 9


@pytest.mark.parametrize("approvals", [Approvals(), SUPERIOR_ONLY, MEETING_ONLY])
def test_with_less_the_member_is_still_counted_and_it_is_said_by_which_article(meeting, cast, approvals):
    leave_out(meeting, cast.li, approvals)
    ((_row, verdict),) = exclusions_of(meeting)

    assert not verdict
    assert verdict.reason.startswith("Still counted")
    assert verdict.citations
    assert counted_as(meeting, cast.li) == NotCountedBecause.COUNTED
    assert tally_of(meeting).entitled == 10


def test_the_second_approval_comes_later(meeting, cast):
    key = uuid.uuid4()
    leave_out(meeting, cast.li, SUPERIOR_ONLY, key=key)
    leave_out(meeting, cast.li, BOTH, key=key)

    assert Exclusion.objects.get().is_approved
    assert counted_as(meeting, cast.li) == NotCountedBecause.EXCLUDED


def test_the_audit_says_that_and_not_why(meeting, cast):
    leave_out(meeting, cast.li)
    entry = Entry.objects.latest("number")

    assert (entry.action, entry.organization_code, entry.details) == ("record_exclusion", "branch", {})
    assert set(entry.changes) == {"ground", "superior_agreed_on", "superior_document", "meeting_agreed_on"}
    assert "frail" not in str(entry.changes)


@pytest.mark.parametrize(
    ("ground", "approvals", "field"),
    [
        ("homesick", BOTH, "ground"),
        ("", BOTH, "ground"),
        ("frail", Approvals(BEFORE), "superior_document"),
        ("frail", Approvals(superior_document="镇党委〔2026〕12号"), "superior_agreed_on"),
        ("frail", Approvals(TODAY + timedelta(days=1), "文", BEFORE), "superior_agreed_on"),
        ("frail", Approvals(BEFORE, "文", TODAY + timedelta(days=1)), "meeting_agreed_on"),
    ],
)
def test_what_is_not_listed_or_not_whole_is_refused_and_leaves_nothing(meeting, cast, ground, approvals, field):
    with pytest.raises(WrongExclusion) as error:
        leave_out(meeting, cast.li, approvals, ground)

    assert error.value.field == field
    assert not Exclusion.objects.exists()
    assert not Entry.objects.filter(action="record_exclusion").exists()


def test_only_somebody_who_is_expected_can_be_left_out(meeting, cast):
    with pytest.raises(WrongExclusion):
        leave_out(meeting, cast.wang)


def test_a_member_is_left_out_once(meeting, cast):
    leave_out(meeting, cast.li)

    with pytest.raises(WrongExclusion, match="already"):
        leave_out(meeting, cast.li)


def test_it_holds_for_one_meeting(meeting, cast):
    leave_out(meeting, cast.li)

    assert counted_as(plan(cast), cast.li) == NotCountedBecause.COUNTED


def test_after_opening_nothing_is_recorded_or_removed(meeting, cast):
    row = leave_out(meeting, cast.li, SUPERIOR_ONLY)
    open_meeting(meeting=meeting, on=meeting.day, by="secretary")

    with pytest.raises(WrongState, match="fixed when the meeting opened"):
        leave_out(meeting, cast.li, BOTH, key=row.key)
    with pytest.raises(WrongState):
        remove_exclusion(exclusion=row, by="secretary")
    assert tally_of(meeting).entitled == 10


def test_a_removed_exclusion_counts_the_member_again(meeting, cast):
    remove_exclusion(exclusion=leave_out(meeting, cast.li), by="secretary")

    assert not Exclusion.objects.exists()
    assert Entry.objects.latest("number").action == "remove_exclusion"
    assert counted_as(meeting, cast.li) == NotCountedBecause.COUNTED


def test_removing_twice_is_removing_once(meeting, cast):
    row = leave_out(meeting, cast.li)
    remove_exclusion(exclusion=row, by="secretary")
    remove_exclusion(exclusion=Exclusion(key=row.key, meeting=meeting, member=cast.li), by="secretary")

    assert Entry.objects.filter(action="remove_exclusion").count() == 1


def test_a_day_without_the_rule_leaves_nobody_out(cast):
    old = plan(cast, day=date(2019, 3, 1))

    with pytest.raises(WrongExclusion, match="2019-03-01"):
        leave_out(old, cast.li, Approvals())
    Exclusion.objects.create(meeting=old, member=cast.li, ground="frail")
    ((_row, verdict),) = exclusions_of(old)
    assert "2019-03-01" in verdict.reason
