"""Who is elected, who is tied, and what a count of the papers can't say."""

from datetime import date

import pytest

from meetings.votes.election_rules import (
    Ballot,
    CandidateVotes,
    differences,
    elect,
    enough_candidates,
    mistakes,
    outcome_of,
    scrutineers_fit,
)
from meetings.votes.rules import Heads
from tests.cast import TODAY
from tests.meetings.votes.voting import english  # noqa: F401  # noqa: F401

TEN = Heads(10, 9)
BEFORE_2020 = date(2020, 7, 12)


def elected(votes, seats, heads=TEN, on=TODAY):
    result = elect([CandidateVotes(key, count) for key, count in votes.items()], seats=seats, heads=heads, on=on)
    return "".join(result.elected), "".join(result.tied), result.seats_open


@pytest.mark.parametrize(
    ("votes", "seats", "outcome"),
    [
        ({"a": 9, "b": 8, "c": 7, "d": 3}, 3, ("abc", "", 0)),
        ({"a": 9, "b": 8, "c": 7, "d": 6}, 3, ("abc", "", 0)),
        ({"a": 9, "b": 8, "c": 5, "d": 5}, 3, ("ab", "", 1)),
        ({"a": 9, "b": 8, "c": 6, "d": 5}, 3, ("abc", "", 0)),
        ({"a": 9, "b": 8, "c": 7, "d": 7}, 3, ("ab", "cd", 1)),
        ({"a": 9, "b": 7, "c": 7, "d": 7}, 3, ("a", "bcd", 2)),
        ({"a": 7, "b": 7, "c": 7, "d": 7}, 3, ("", "abcd", 3)),
        ({"a": 7, "b": 7, "c": 7, "d": 6}, 3, ("abc", "", 0)),
        ({"a": 8, "b": 8, "c": 6, "d": 6}, 2, ("ab", "", 0)),
        ({"a": 5, "b": 5}, 1, ("", "", 1)),
        ({"a": 6, "b": 3}, 1, ("a", "", 0)),
        ({"a": 6, "b": 6}, 1, ("", "ab", 1)),
        ({"a": 9}, 1, ("a", "", 0)),
        ({"a": 5}, 1, ("", "", 1)),
        ({}, 2, ("", "", 2)),
    ],
)
def test_elected_by_order_of_votes_above_half_of_those_who_should_attend(votes, seats, outcome):
    assert elected(votes, seats) == outcome


def test_nobody_is_elected_without_the_quorum():
    result = elect([CandidateVotes("a", 7)], seats=1, heads=Heads(10, 7), on=TODAY)

    assert (result.valid, result.elected, result.seats_open) == (False, (), 1)


@pytest.mark.parametrize(("on", "outcome"), [(BEFORE_2020, ("a", "", 0)), (TODAY, ("", "", 1))])
def test_before_2020_half_of_those_present_was_the_measure(on, outcome):
    assert elected({"a": 5}, 1, on=on) == outcome


@pytest.mark.parametrize(
    ("votes", "words"), [({"a": 6, "b": 6}, "vote again among the 2"), ({"a": 5}, "still open: 1")]
)
def test_a_tie_and_an_open_seat_are_explained(votes, words):
    standings = [CandidateVotes(key, count) for key, count in votes.items()]

    assert words in elect(standings, seats=1, heads=TEN, on=TODAY).sentence


@pytest.mark.parametrize(
    ("office", "seats", "candidates", "enough"),
    [
        ("committee_member", 3, 3, False),
        ("committee_member", 3, 4, True),
        ("committee_member", 5, 5, False),
        ("committee_member", 5, 6, True),
        ("committee_member", 7, 8, False),
        ("committee_member", 7, 9, True),
        ("committee_member", 1, 2, True),
        ("committee_member", 1, 1, False),
        ("secretary", 1, 1, True),
        ("secretary", 1, 0, False),
        ("deputy_secretary", 1, 1, True),
        ("", 2, 2, True),
        ("", 2, 1, False),
    ],
)
def test_committees_need_a_fifth_more_candidates_than_seats_and_secretaries_none(office, seats, candidates, enough):
    verdict = enough_candidates(office=office, candidates=candidates, seats=seats, on=TODAY)

    assert bool(verdict) is enough
    assert verdict.citations


def test_a_day_without_a_rule_on_candidates_asks_for_as_many_as_seats():
    on = date(1995, 5, 1)

    assert enough_candidates(office="committee_member", candidates=3, seats=3, on=on)
    assert not enough_candidates(office="committee_member", candidates=2, seats=3, on=on)


@pytest.mark.parametrize(
    ("scrutineers", "fit"),
    [([3], True), ([3, 4], True), ([], False), ([1], False), ([3, 1], False), ([9], False)],
)
def test_scrutineers_are_voters_and_no_candidates(scrutineers, fit):
    verdict = scrutineers_fit(scrutineers, candidates=[1, 2], voters=[1, 2, 3, 4])

    assert bool(verdict) is fit
    assert verdict.reason


def ballot(candidates=None, others=None, issued=9, returned=9, void=0):
    return Ballot(issued, returned, void, candidates or {"a": (6, 3, 0), "b": (7, 1, 1)}, others or {})


@pytest.mark.parametrize(
    ("counted", "wrong"),
    [
        (ballot(), []),
        (ballot(void=1, candidates={"a": (6, 2, 0), "b": (7, 1, 0)}), []),
        (ballot(others={"王五": 2}), []),
        (ballot(others={"王五": 2, "赵六": 2}), []),
        (ballot(issued=None), ["issued"]),
        (ballot(issued=10), ["issued"]),
        (ballot(returned=None), ["returned"]),
        (ballot(void=10), ["void"]),
        (ballot(candidates={"a": (6, 2, 0), "b": (7, 1, 1)}), ["abstained_a"]),
        (ballot(candidates={"a": (6, 4, 0), "b": (7, 2, 1)}), ["abstained_a", "abstained_b"]),
        (ballot(others={"王五": 5}), ["others"]),
        (ballot(candidates={"a": (9, 0, 0), "b": (9, 0, 0), "c": (1, 8, 0)}), ["returned"]),
    ],
)
def test_a_count_that_cannot_be_true_is_named_field_by_field(counted, wrong):
    assert sorted(mistakes(counted, seats=2, heads=TEN)) == wrong


def test_a_name_that_voters_wrote_in_is_elected_like_a_candidate():
    counted = ballot(candidates={"a": (2, 7, 0)}, others={"王五": 6})

    assert outcome_of(counted, seats=1, heads=TEN, on=TODAY).elected == ("王五",)


def test_nobody_is_elected_when_more_papers_come_back_than_people_voted():
    counted = ballot(candidates={"a": (10, 0, 0)}, returned=10)
    result = outcome_of(counted, seats=1, heads=TEN, on=TODAY)

    assert (result.valid, result.elected) == (False, ())
    assert "10" in result.sentence


@pytest.mark.parametrize(
    ("second", "names"),
    [
        (ballot(), []),
        (ballot(void=1), ["void"]),
        (ballot(candidates={"a": (5, 4, 0), "b": (7, 1, 1)}), ["a"]),
        (ballot(candidates={"a": (5, 4, 0), "b": (6, 2, 1)}), ["a", "b"]),
        (ballot(others={"王五": 1}), ["others"]),
        (ballot(issued=8, returned=8), ["issued", "returned"]),
    ],
)
def test_two_counts_differ_by_names_and_never_by_figures(second, names):
    assert differences(ballot(), second) == names
