"""Size of a branch and its committee."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule
from rulebook.rules.branches import may_be_branch, needs_committee, within_size

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(("formal", "holds"), [(0, False), (2, False), (3, True), (50, True)])
def test_three_formal_members_make_a_branch(formal, holds):
    assert bool(may_be_branch(formal, TODAY)) is holds


@pytest.mark.parametrize(("formal", "holds"), [(6, False), (7, True), (30, True)])
def test_seven_formal_members_ask_for_a_committee(formal, holds):
    assert bool(needs_committee(formal, TODAY)) is holds


@pytest.mark.parametrize(("members", "holds"), [(1, True), (50, True), (51, False)])
def test_a_branch_generally_has_at_most_fifty_members(members, holds):
    verdict = within_size(members, TODAY)
    assert bool(verdict) is holds
    assert str(members) in verdict.reason


def test_a_local_rule_may_ask_for_smaller_branches():
    smaller = LocalRule("branch.max_members", Decimal(30), "县委通知", "", "县委", TODAY, "A", date(2026, 1, 1))
    assert not within_size(31, TODAY, [smaller])
