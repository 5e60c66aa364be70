"""Quorum and passing. Each line: kind, entitled, present, for, written, valid, passed, needed present, needed for."""

from datetime import date

import pytest

from rulebook.rule import NoRule
from rulebook.rules.votes import BadCount, Count, VoteKind, exclusion, vote, voting_right

TODAY = date(2026, 7, 1)
GENERAL, COMMITTEE, ADMISSION, ELECTION = VoteKind

BOUNDARIES = [
    # Half and more must be there, more than half of those who should attend must agree.
    (GENERAL, 1, 1, 1, 0, True, True, 1, 1),
    (GENERAL, 1, 0, 0, 0, False, False, 1, 1),
    (GENERAL, 2, 1, 1, 0, True, False, 1, 2),
    (GENERAL, 2, 2, 2, 0, True, True, 1, 2),
    (GENERAL, 3, 1, 1, 0, False, False, 2, 2),
    (GENERAL, 3, 2, 2, 0, True, True, 2, 2),
    (GENERAL, 3, 2, 1, 0, True, False, 2, 2),
    (GENERAL, 9, 4, 4, 0, False, False, 5, 5),
    (GENERAL, 9, 5, 5, 0, True, True, 5, 5),
    (GENERAL, 9, 9, 4, 0, True, False, 5, 5),
    (GENERAL, 10, 4, 4, 0, False, False, 5, 6),
    (GENERAL, 10, 5, 5, 0, True, False, 5, 6),
    (GENERAL, 10, 6, 5, 0, True, False, 5, 6),
    (GENERAL, 10, 6, 6, 0, True, True, 5, 6),
    (GENERAL, 10, 10, 5, 0, True, False, 5, 6),
    (GENERAL, 10, 10, 6, 0, True, True, 5, 6),
    (GENERAL, 11, 5, 5, 0, False, False, 6, 6),
    (GENERAL, 11, 6, 6, 0, True, True, 6, 6),
    (GENERAL, 12, 10, 6, 0, True, False, 6, 7),
    (GENERAL, 12, 10, 7, 0, True, True, 6, 7),
    (GENERAL, 27, 13, 13, 0, False, False, 14, 14),
    (GENERAL, 27, 14, 14, 0, True, True, 14, 14),
    (GENERAL, 49, 24, 24, 0, False, False, 25, 25),
    (GENERAL, 49, 25, 25, 0, True, True, 25, 25),
    (GENERAL, 50, 25, 25, 0, True, False, 25, 26),
    (GENERAL, 50, 26, 26, 0, True, True, 25, 26),
    # Opinions in writing don't count here.
    (GENERAL, 10, 5, 5, 3, True, False, 5, 6),
    (GENERAL, 10, 4, 4, 6, False, False, 5, 6),
    # The committee: the same halves over its own members.
    (COMMITTEE, 3, 1, 1, 0, False, False, 2, 2),
    (COMMITTEE, 3, 2, 2, 0, True, True, 2, 2),
    (COMMITTEE, 3, 3, 1, 0, True, False, 2, 2),
    (COMMITTEE, 4, 2, 2, 0, True, False, 2, 3),
    (COMMITTEE, 4, 3, 3, 0, True, True, 2, 3),
    (COMMITTEE, 5, 2, 2, 0, False, False, 3, 3),
    (COMMITTEE, 5, 3, 3, 0, True, True, 3, 3),
    (COMMITTEE, 5, 3, 2, 0, True, False, 3, 3),
    (COMMITTEE, 7, 3, 3, 0, False, False, 4, 4),
    (COMMITTEE, 7, 4, 4, 0, True, True, 4, 4),
    (COMMITTEE, 5, 3, 2, 2, True, False, 3, 3),
    # Admission and confirmation: more than half must be there, opinions in writing count as votes.
    (ADMISSION, 1, 1, 1, 0, True, True, 1, 1),
    (ADMISSION, 2, 1, 1, 1, False, False, 2, 2),
    (ADMISSION, 2, 2, 2, 0, True, True, 2, 2),
    (ADMISSION, 3, 2, 2, 0, True, True, 2, 2),
    (ADMISSION, 3, 2, 1, 0, True, False, 2, 2),
    (ADMISSION, 3, 2, 1, 1, True, True, 2, 2),
    (ADMISSION, 9, 4, 4, 5, False, False, 5, 5),
    (ADMISSION, 9, 5, 5, 0, True, True, 5, 5),
    (ADMISSION, 10, 5, 5, 5, False, False, 6, 6),
    (ADMISSION, 10, 6, 5, 0, True, False, 6, 6),
    (ADMISSION, 10, 6, 6, 0, True, True, 6, 6),
    (ADMISSION, 10, 6, 4, 2, True, True, 6, 6),
    (ADMISSION, 10, 6, 4, 1, True, False, 6, 6),
    (ADMISSION, 10, 6, 2, 4, True, True, 6, 6),
    (ADMISSION, 12, 6, 6, 6, False, False, 7, 7),
    (ADMISSION, 12, 7, 7, 0, True, True, 7, 7),
    (ADMISSION, 12, 10, 6, 0, True, False, 7, 7),
    (ADMISSION, 12, 10, 6, 1, True, True, 7, 7),
    (ADMISSION, 12, 10, 7, 0, True, True, 7, 7),
    (ADMISSION, 27, 14, 13, 0, True, False, 14, 14),
    (ADMISSION, 27, 14, 13, 1, True, True, 14, 14),
    # Elections since 13 July 2020: not less than four fifths, more than half of those who should attend.
    (ELECTION, 1, 1, 1, 0, True, True, 1, 1),
    (ELECTION, 3, 2, 2, 0, False, False, 3, 2),
    (ELECTION, 3, 3, 2, 0, True, True, 3, 2),
    (ELECTION, 4, 3, 3, 0, False, False, 4, 3),
    (ELECTION, 4, 4, 2, 0, True, False, 4, 3),
    (ELECTION, 5, 3, 3, 0, False, False, 4, 3),
    (ELECTION, 5, 4, 3, 0, True, True, 4, 3),
    (ELECTION, 5, 4, 2, 0, True, False, 4, 3),
    (ELECTION, 7, 5, 5, 0, False, False, 6, 4),
    (ELECTION, 7, 6, 4, 0, True, True, 6, 4),
    (ELECTION, 10, 7, 7, 0, False, False, 8, 6),
    (ELECTION, 10, 8, 5, 0, True, False, 8, 6),
    (ELECTION, 10, 8, 6, 0, True, True, 8, 6),
    (ELECTION, 11, 8, 8, 0, False, False, 9, 6),
    (ELECTION, 11, 9, 6, 0, True, True, 9, 6),
    (ELECTION, 15, 11, 11, 0, False, False, 12, 8),
    (ELECTION, 15, 12, 8, 0, True, True, 12, 8),
    (ELECTION, 15, 12, 7, 0, True, False, 12, 8),
    (ELECTION, 50, 39, 39, 0, False, False, 40, 26),
    (ELECTION, 50, 40, 25, 0, True, False, 40, 26),
    (ELECTION, 50, 40, 26, 0, True, True, 40, 26),
    (ELECTION, 10, 8, 5, 2, True, False, 8, 6),
]


@pytest.mark.parametrize(
    ("kind", "entitled", "present", "votes_for", "written", "valid", "passed", "needed_present", "needed_for"),
    BOUNDARIES,
)
def test_the_boundary(kind, entitled, present, votes_for, written, valid, passed, needed_present, needed_for):
    outcome = vote(kind, Count(entitled, present, votes_for, written), TODAY)
    assert (outcome.valid, outcome.passed) == (valid, passed)
    assert (outcome.needed_present, outcome.needed_for) == (needed_present, needed_for)
    assert outcome.reason
    assert outcome.citations


@pytest.mark.parametrize(
    ("on", "entitled", "present", "valid", "needed_present"),
    [
        (date(2020, 7, 12), 5, 4, False, 5),
        (date(2020, 7, 13), 5, 4, True, 4),
        (date(2020, 7, 12), 10, 8, False, 9),
        (date(2020, 7, 12), 10, 9, True, 9),
        (date(2020, 7, 13), 10, 8, True, 8),
        (date(2020, 7, 12), 15, 12, False, 13),
        (date(2020, 7, 13), 15, 12, True, 12),
        (date(2020, 7, 12), 11, 9, True, 9),
        (date(2020, 7, 13), 11, 9, True, 9),
        (date(1995, 3, 1), 20, 16, False, 17),
    ],
)
def test_exactly_four_fifths_is_enough_only_since_2020(on, entitled, present, valid, needed_present):
    outcome = vote(ELECTION, Count(entitled, present, present), on)
    assert (outcome.valid, outcome.needed_present) == (valid, needed_present)


def test_before_2020_more_than_half_of_those_present_was_enough_to_be_elected():
    assert vote(ELECTION, Count(10, 9, 5), date(2020, 7, 12)).passed
    assert not vote(ELECTION, Count(10, 9, 5), date(2020, 7, 13)).passed


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        (GENERAL, date(2018, 10, 27)),
        (COMMITTEE, date(2018, 10, 27)),
        (ADMISSION, date(2013, 12, 31)),
        (ELECTION, date(1989, 12, 31)),
    ],
)
def test_a_meeting_before_the_first_rule_gets_no_answer(kind, on):
    with pytest.raises(NoRule, match=on.isoformat()):
        vote(kind, Count(10, 10, 10), on)


@pytest.mark.parametrize(
    ("count", "field"),
    [
        (Count(0, 0, 0), "entitled"),
        (Count(-3, 0, 0), "entitled"),
        (Count(10, 11, 5), "present"),
        (Count(10, -1, 0), "present"),
        (Count(10, 6, 7), "votes_for"),
        (Count(10, 6, -1), "votes_for"),
        (Count(10, 6, 6, 5), "written_for"),
        (Count(10, 10, 6, 1), "written_for"),
        (Count(10, 6, 6, -1), "written_for"),
    ],
)
def test_counts_that_contradict_each_other_are_refused_by_name(count, field):
    with pytest.raises(BadCount) as error:
        vote(ADMISSION, count, TODAY)
    assert error.value.field == field


def test_the_answer_names_the_articles_with_level_and_mark():
    citations = vote(GENERAL, Count(10, 6, 6), TODAY).citations
    assert [(one.article, one.level, one.verification) for one in citations] == [("11", "N", "V1")]


@pytest.mark.parametrize(
    ("facts", "has_vote"),
    [
        ({"formal": True}, True),
        ({"formal": False}, False),
        ({"formal": True, "suspended": True}, False),
        ({"formal": True, "probation_within_party": True}, False),
        ({"formal": True, "detained": True}, False),
        ({"formal": False, "suspended": True}, False),
    ],
)
def test_who_has_a_vote(facts, has_vote):
    verdict = voting_right(on=TODAY, **facts)
    assert bool(verdict) is has_vote
    assert verdict.reason
    assert verdict.citations


@pytest.mark.parametrize(
    ("ground", "superior", "meeting", "excluded"),
    [
        ("frail", True, True, True),
        ("frail", True, False, False),
        ("frail", False, True, False),
        ("frail", False, False, False),
        ("abroad_private", True, True, True),
        ("away_not_moved", True, True, True),
        ("on_a_business_trip", True, True, False),
        ("", True, True, False),
    ],
)
def test_leaving_somebody_out_needs_a_listed_ground_and_both_approvals(ground, superior, meeting, excluded):
    verdict = exclusion(ground=ground, superior_agreed=superior, meeting_agreed=meeting, on=TODAY)
    assert bool(verdict) is excluded
