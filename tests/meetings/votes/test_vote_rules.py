"""From the people in the room to the outcome. A room says who came and who didn't: `F6+4` six formal members came, four
didn't. F formal · P probationary · S membership suspended · W on probation within the party · X left out with both
approvals · O, M with the consent of the level above, or of the meeting, only · U both, on a ground that isn't listed ·
G takes part here, belongs elsewhere.
"""

import re
from datetime import date

import pytest

from meetings.attendance.rules import not_counted
from meetings.choices import MeetingKind, NotCountedBecause, VoteMethod, VoteSubject
from meetings.votes.rules import (
    Figures,
    Heads,
    ballots_hold,
    decide,
    differences,
    method_allowed,
    mistakes,
    quorum,
    subjects_of,
    usual_subject,
)
from members.choices import SituationKind
from rulebook.rule import NoRule
from rulebook.rules.votes import exclusion
from tests.cast import TODAY
from tests.meetings.votes.voting import english  # noqa: F401  # noqa: F401

MOTION, COMMITTEE, ELECTION = VoteSubject.MOTION, VoteSubject.COMMITTEE, VoteSubject.ELECTION
ADMISSION, CONFIRMATION = VoteSubject.ADMISSION, VoteSubject.CONFIRMATION
OF_ALL = set(VoteSubject) - {COMMITTEE}
HANDS, BALLOT = VoteMethod.SHOW_OF_HANDS, VoteMethod.SECRET_BALLOT
BEFORE, SINCE = date(2020, 7, 12), date(2020, 7, 13)
YES, NO = True, False

# subject, room, for, in writing → entitled, present, valid, passed
BOUNDARIES = [
    # Half of an even number is enough to begin, and never enough to pass.
    (MOTION, "F1+0", 1, 0, 1, 1, YES, YES),
    (MOTION, "F1+1", 1, 0, 2, 1, YES, NO),
    (MOTION, "F2+0", 1, 0, 2, 2, YES, NO),
    (MOTION, "F2+0", 2, 0, 2, 2, YES, YES),
    (MOTION, "F2+1", 2, 0, 3, 2, YES, YES),
    (MOTION, "F1+2", 1, 0, 3, 1, NO, NO),
    (MOTION, "F2+2", 2, 0, 4, 2, YES, NO),
    (MOTION, "F3+1", 2, 0, 4, 3, YES, NO),
    (MOTION, "F3+1", 3, 0, 4, 3, YES, YES),
    (MOTION, "F4+5", 4, 0, 9, 4, NO, NO),
    (MOTION, "F5+4", 4, 0, 9, 5, YES, NO),
    (MOTION, "F5+4", 5, 0, 9, 5, YES, YES),
    (MOTION, "F4+6", 4, 0, 10, 4, NO, NO),
    (MOTION, "F5+5", 5, 0, 10, 5, YES, NO),
    (MOTION, "F6+4", 5, 0, 10, 6, YES, NO),
    (MOTION, "F6+4", 6, 0, 10, 6, YES, YES),
    (MOTION, "F10+0", 5, 0, 10, 10, YES, NO),
    (MOTION, "F10+0", 6, 0, 10, 10, YES, YES),
    # Counted over those who should attend, not over those present.
    (MOTION, "F7+5", 6, 0, 12, 7, YES, NO),
    (MOTION, "F7+5", 7, 0, 12, 7, YES, YES),
    (MOTION, "F8+6", 7, 0, 14, 8, YES, NO),
    (MOTION, "F8+6", 8, 0, 14, 8, YES, YES),
    (MOTION, "F24+26", 24, 0, 50, 24, NO, NO),
    (MOTION, "F25+25", 25, 0, 50, 25, YES, NO),
    (MOTION, "F26+24", 26, 0, 50, 26, YES, YES),
    (MOTION, "F27+3", 15, 0, 30, 27, YES, NO),
    (MOTION, "F27+3", 16, 0, 30, 27, YES, YES),
    # Probationary members sit in the room and have no vote.
    (MOTION, "F5+5 P6+0", 5, 0, 10, 5, YES, NO),
    (MOTION, "F4+6 P9+0", 4, 0, 10, 4, NO, NO),
    (MOTION, "F6+4 P3+2", 6, 0, 10, 6, YES, YES),
    (MOTION, "F3+0 P20+0", 2, 0, 3, 3, YES, YES),
    (MOTION, "F0+3 P5+0", 0, 0, 3, 0, NO, NO),
    (MOTION, "F10+2 P10+5", 6, 0, 12, 10, YES, NO),
    (MOTION, "F10+2 P10+5", 7, 0, 12, 10, YES, YES),
    # Nor have those whose membership is suspended, and those on probation within the party.
    (MOTION, "F5+4 S1+0", 5, 0, 9, 5, YES, YES),
    (MOTION, "F5+4 S0+1", 5, 0, 9, 5, YES, YES),
    (MOTION, "F5+5 S3+3", 5, 0, 10, 5, YES, NO),
    (MOTION, "F5+4 W1+0", 5, 0, 9, 5, YES, YES),
    (MOTION, "F4+4 W2+0", 4, 0, 8, 4, YES, NO),
    (MOTION, "F4+5 W2+0", 4, 0, 9, 4, NO, NO),
    # Left out with both approvals; with one, or on another ground, still counted.
    (MOTION, "F5+4 X0+1", 5, 0, 9, 5, YES, YES),
    (MOTION, "F5+4 O0+1", 5, 0, 10, 5, YES, NO),
    (MOTION, "F5+4 M0+1", 5, 0, 10, 5, YES, NO),
    (MOTION, "F5+4 U0+1", 5, 0, 10, 5, YES, NO),
    (MOTION, "F5+3 O0+1", 5, 0, 9, 5, YES, YES),
    (MOTION, "F4+4 O0+1", 4, 0, 9, 4, NO, NO),
    (MOTION, "F4+0 X0+5", 4, 0, 4, 4, YES, YES),
    (MOTION, "F4+0 O0+5", 4, 0, 9, 4, NO, NO),
    (MOTION, "F4+0 M0+5", 4, 0, 9, 4, NO, NO),
    (MOTION, "F6+0 X0+20", 4, 0, 6, 6, YES, YES),
    (MOTION, "F6+0 X0+20", 3, 0, 6, 6, YES, NO),
    (MOTION, "F5+4 X1+0", 5, 0, 9, 5, YES, YES),
    # Whoever only takes part here has no vote here.
    (MOTION, "F5+4 G3+0", 5, 0, 9, 5, YES, YES),
    (MOTION, "F4+5 G3+0", 4, 0, 9, 4, NO, NO),
    # The committee: half of its members to begin, more than half to pass.
    (COMMITTEE, "F1+2", 1, 0, 3, 1, NO, NO),
    (COMMITTEE, "F2+1", 2, 0, 3, 2, YES, YES),
    (COMMITTEE, "F2+2", 2, 0, 4, 2, YES, NO),
    (COMMITTEE, "F3+1", 3, 0, 4, 3, YES, YES),
    (COMMITTEE, "F2+3", 2, 0, 5, 2, NO, NO),
    (COMMITTEE, "F3+2", 2, 0, 5, 3, YES, NO),
    (COMMITTEE, "F3+2", 3, 0, 5, 3, YES, YES),
    (COMMITTEE, "F3+4", 3, 0, 7, 3, NO, NO),
    (COMMITTEE, "F4+3", 4, 0, 7, 4, YES, YES),
    # Admission: more than half must be there, opinions in writing count as votes and not as people.
    (ADMISSION, "F1+1", 1, 0, 2, 1, NO, NO),
    (ADMISSION, "F2+0", 1, 0, 2, 2, YES, NO),
    (ADMISSION, "F2+0", 2, 0, 2, 2, YES, YES),
    (ADMISSION, "F5+5", 5, 0, 10, 5, NO, NO),
    (ADMISSION, "F5+5", 5, 5, 10, 5, NO, NO),
    (ADMISSION, "F6+4", 5, 0, 10, 6, YES, NO),
    (ADMISSION, "F6+4", 5, 1, 10, 6, YES, YES),
    (ADMISSION, "F6+4", 6, 0, 10, 6, YES, YES),
    (ADMISSION, "F6+4", 4, 1, 10, 6, YES, NO),
    (ADMISSION, "F6+4", 4, 2, 10, 6, YES, YES),
    (ADMISSION, "F6+4", 2, 4, 10, 6, YES, YES),
    (ADMISSION, "F6+6", 6, 6, 12, 6, NO, NO),
    (ADMISSION, "F7+5", 6, 0, 12, 7, YES, NO),
    (ADMISSION, "F7+5", 6, 1, 12, 7, YES, YES),
    (ADMISSION, "F10+2 P10+5", 6, 0, 12, 10, YES, NO),
    (ADMISSION, "F10+2 P10+5", 6, 1, 12, 10, YES, YES),
    (ADMISSION, "F5+4 X0+1", 5, 0, 9, 5, YES, YES),
    (ADMISSION, "F5+4 O0+1", 5, 0, 10, 5, NO, NO),
    # Confirmation: the same; whoever is confirmed sits there without a vote.
    (CONFIRMATION, "F6+4 P1+0", 5, 0, 10, 6, YES, NO),
    (CONFIRMATION, "F6+4 P1+0", 6, 0, 10, 6, YES, YES),
    (CONFIRMATION, "F5+4 P3+0", 5, 0, 9, 5, YES, YES),
    (CONFIRMATION, "F5+5 P3+0", 5, 1, 10, 5, NO, NO),
    # Elections: not less than four fifths there, more than half of those who should attend.
    (ELECTION, "F3+2", 3, 0, 5, 3, NO, NO),
    (ELECTION, "F4+1", 2, 0, 5, 4, YES, NO),
    (ELECTION, "F4+1", 3, 0, 5, 4, YES, YES),
    (ELECTION, "F7+3", 7, 0, 10, 7, NO, NO),
    (ELECTION, "F8+2", 5, 0, 10, 8, YES, NO),
    (ELECTION, "F8+2", 6, 0, 10, 8, YES, YES),
    (ELECTION, "F8+3", 8, 0, 11, 8, NO, NO),
    (ELECTION, "F9+2", 6, 0, 11, 9, YES, YES),
    (ELECTION, "F11+4", 11, 0, 15, 11, NO, NO),
    (ELECTION, "F12+3", 7, 0, 15, 12, YES, NO),
    (ELECTION, "F12+3", 8, 0, 15, 12, YES, YES),
    (ELECTION, "F39+11", 39, 0, 50, 39, NO, NO),
    (ELECTION, "F40+10", 25, 0, 50, 40, YES, NO),
    (ELECTION, "F40+10", 26, 0, 50, 40, YES, YES),
    (ELECTION, "F7+3 P5+0", 7, 0, 10, 7, NO, NO),
    (ELECTION, "F8+2 P5+0", 6, 0, 10, 8, YES, YES),
    (ELECTION, "F8+2 X0+5", 6, 0, 10, 8, YES, YES),
    (ELECTION, "F8+2 O0+1", 6, 0, 11, 8, NO, NO),
    (ELECTION, "F4+0 X0+3", 3, 0, 4, 4, YES, YES),
    (ELECTION, "F3+0 O0+1", 3, 0, 4, 3, NO, NO),
]

# day, room, for → entitled, present, valid, passed
AROUND_2020 = [
    (BEFORE, "F4+1", 3, 5, 4, NO, NO),
    (SINCE, "F4+1", 3, 5, 4, YES, YES),
    (BEFORE, "F5+0", 3, 5, 5, YES, YES),
    (BEFORE, "F8+2", 8, 10, 8, NO, NO),
    (SINCE, "F8+2", 8, 10, 8, YES, YES),
    (BEFORE, "F9+1", 4, 10, 9, YES, NO),
    (BEFORE, "F9+1", 5, 10, 9, YES, YES),
    (SINCE, "F9+1", 5, 10, 9, YES, NO),
    (BEFORE, "F12+3", 12, 15, 12, NO, NO),
    (SINCE, "F12+3", 12, 15, 12, YES, YES),
    (BEFORE, "F13+2", 6, 15, 13, YES, NO),
    (BEFORE, "F13+2", 7, 15, 13, YES, YES),
    (SINCE, "F13+2", 7, 15, 13, YES, NO),
    (BEFORE, "F10+0", 5, 10, 10, YES, NO),
    (BEFORE, "F10+0", 6, 10, 10, YES, YES),
    (SINCE, "F9+1 P4+0", 6, 10, 9, YES, YES),
]


def verdict_on(letter: str, on: date) -> NotCountedBecause:
    """What the frozen list would say of somebody."""
    left_out = letter in "XOMU" and exclusion(
        ground="homesick" if letter == "U" else "frail",
        superior_agreed=letter in "XOU",
        meeting_agreed=letter in "XMU",
        on=on,
    )
    situations = {"S": {SituationKind.SUSPENDED}, "W": {SituationKind.PROBATION_WITHIN_PARTY}}.get(letter, set())
    return not_counted(
        is_formal=letter != "P", situations=situations, is_excluded=bool(left_out), takes_part_only=letter == "G"
    )


def heads_in(room: str, on: date) -> Heads:
    """Those with a vote on the frozen list, and those of them present."""
    entitled = present = 0
    for letter, came, stayed_away in re.findall(r"([A-Z])(\d+)\+(\d+)", room):
        if verdict_on(letter, on) == NotCountedBecause.COUNTED:
            entitled, present = entitled + int(came) + int(stayed_away), present + int(came)
    return Heads(entitled, present)


@pytest.mark.parametrize(
    ("subject", "room", "votes_for", "written", "entitled", "present", "valid", "passed"), BOUNDARIES
)
def test_from_the_room_to_the_outcome(subject, room, votes_for, written, entitled, present, valid, passed):
    heads = heads_in(room, TODAY)
    decision = decide(subject, Figures(votes_for, written_for=written), heads, TODAY)

    assert heads == Heads(entitled, present)
    assert (decision.valid, decision.passed) == (valid, passed)
    assert quorum(subject, heads, TODAY).is_there is valid


@pytest.mark.parametrize(("on", "room", "votes_for", "entitled", "present", "valid", "passed"), AROUND_2020)
def test_elections_follow_the_rule_of_their_day(on, room, votes_for, entitled, present, valid, passed):
    heads = heads_in(room, on)
    decision = decide(ELECTION, Figures(votes_for), heads, on)

    assert heads == Heads(entitled, present)
    assert (decision.valid, decision.passed) == (valid, passed)
    assert all(("@1990" in version) is (on == BEFORE) for version in decision.versions)


def test_the_table_is_as_long_as_was_promised():
    assert len(BOUNDARIES) + len(AROUND_2020) >= 80
    assert len(set(BOUNDARIES)) == len(BOUNDARIES)


@pytest.mark.parametrize("votes_for", [5, 4])
def test_exactly_half_is_explained_and_a_clear_defeat_is_not(votes_for):
    decision = decide(MOTION, Figures(votes_for), Heads(10, 6), TODAY)

    assert ("half" in decision.sentence) is (votes_for == 5)


@pytest.mark.parametrize(("written", "explained"), [(1, True), (0, False)])
def test_half_counts_the_opinions_in_writing(written, explained):
    decision = decide(ADMISSION, Figures(4, written_for=written), Heads(10, 7), TODAY)

    assert ("half" in decision.sentence) is explained


@pytest.mark.parametrize(
    ("subject", "figures", "versions"),
    [
        (MOTION, Figures(6), ["vote.general.quorum", "vote.general.pass"]),
        (COMMITTEE, Figures(6), ["vote.committee.quorum", "vote.committee.pass"]),
        (CONFIRMATION, Figures(6), ["vote.admission.quorum", "vote.admission.pass", "vote.admission.written"]),
        (ELECTION, Figures(6, issued=8, returned=8), ["vote.election.quorum", "vote.election.pass", "election.ballot"]),
    ],
)
def test_an_outcome_names_the_versions_of_its_rules(subject, figures, versions):
    decision = decide(subject, figures, Heads(10, 8), TODAY)

    assert [version.partition("@")[0].removesuffix("_validity") for version in decision.versions] == versions
    assert decision.citations


def test_a_day_without_a_rule_has_no_outcome():
    with pytest.raises(NoRule, match="2018-10-27"):
        decide(MOTION, Figures(6), Heads(10, 8), date(2018, 10, 27))


@pytest.mark.parametrize(
    ("subject", "heads", "missing", "words"),
    [
        (MOTION, Heads(10, 5), 0, "Enough"),
        (MOTION, Heads(10, 3), 2, "2 more"),
        (ADMISSION, Heads(10, 5), 1, "1 more"),
        (ELECTION, Heads(10, 5), 3, "3 more"),
        (MOTION, Heads(0, 0), 1, "Nobody"),
    ],
)
def test_the_quorum_says_who_is_missing_in_numbers(subject, heads, missing, words):
    held = quorum(subject, heads, TODAY)

    assert held.missing == missing
    assert held.sentence.startswith(words)
    assert held.rule.citation


@pytest.mark.parametrize(
    ("method", "subject", "figures", "wrong"),
    [
        (HANDS, MOTION, Figures(6, 1, 1), []),
        (HANDS, MOTION, Figures(6, 0, 0), []),
        (HANDS, MOTION, Figures(9, 0, 0), ["votes_for"]),
        (HANDS, MOTION, Figures(6, 2, 1), ["abstained"]),
        (HANDS, MOTION, Figures(6, 2, 0, written_for=1), ["written_for"]),
        (BALLOT, MOTION, Figures(6, 1, 0, 0, 8, 8, 1), []),
        (BALLOT, MOTION, Figures(6, 1, 0, 0, 8, 7, 0), []),
        (BALLOT, MOTION, Figures(6, 1, 0), ["issued", "returned"]),
        (BALLOT, MOTION, Figures(6, 1, 0, 0, 9, 8, 1), ["issued"]),
        (BALLOT, MOTION, Figures(0, 0, 0, 0, 8, 7, 8), ["void"]),
        (BALLOT, MOTION, Figures(6, 1, 1, 0, 8, 8, 1), ["abstained"]),
        (BALLOT, MOTION, Figures(6, 0, 0, 0, 8, 8, 1), ["abstained"]),
        (BALLOT, MOTION, Figures(7, 2, 0, 0, 8, 9, 0), []),
        (BALLOT, MOTION, Figures(6, 1, 0, 1, 8, 8, 1), ["written_for"]),
        (BALLOT, ADMISSION, Figures(6, 1, 0, 2, 8, 8, 1), []),
        (BALLOT, CONFIRMATION, Figures(6, 1, 0, 2, 8, 8, 1), []),
        (BALLOT, ADMISSION, Figures(6, 1, 0, 3, 8, 8, 1), ["written_for"]),
    ],
)
def test_figures_that_cannot_be_true_are_named_field_by_field(method, subject, figures, wrong):
    found = mistakes(figures, Heads(10, 8), subject=subject, method=method)

    assert sorted(found) == sorted(wrong)
    assert all(sentence.endswith(".") for sentence in found.values())


@pytest.mark.parametrize(
    ("voters", "issued", "returned", "holds"),
    [(8, 8, 8, True), (8, 8, 7, True), (8, 8, 0, True), (8, 8, 9, False), (8, 7, 8, False), (8, 10, 9, False)],
)
def test_a_vote_stands_by_its_papers(voters, issued, returned, holds):
    assert bool(ballots_hold(voters=voters, issued=issued, returned=returned)) is holds


def test_more_papers_than_voters_make_a_vote_invalid_whatever_they_say():
    decision = decide(MOTION, Figures(9, 0, 0, 0, 8, 9, 0), Heads(10, 8), TODAY)

    assert (decision.valid, decision.passed) == (False, False)
    assert "9" in decision.sentence


@pytest.mark.parametrize("subject", [ADMISSION, CONFIRMATION, ELECTION])
@pytest.mark.parametrize("method", VoteMethod)
def test_people_are_voted_on_in_secret_only(subject, method):
    verdict = method_allowed(subject, method, TODAY)

    assert bool(verdict) is (method == BALLOT)
    assert verdict.citations


@pytest.mark.parametrize("method", VoteMethod)
def test_a_motion_is_voted_on_in_any_way(method):
    assert method_allowed(MOTION, method, TODAY)


@pytest.mark.parametrize(
    ("kind", "usual", "subjects"),
    [
        (MeetingKind.GENERAL_MEETING, MOTION, OF_ALL),
        (MeetingKind.THEME_DAY, MOTION, {MOTION, ELECTION}),
        (MeetingKind.ADMISSION, ADMISSION, OF_ALL),
        (MeetingKind.CONFIRMATION, CONFIRMATION, OF_ALL),
        (MeetingKind.ELECTION, ELECTION, {MOTION, ELECTION}),
        (MeetingKind.COMMITTEE_MEETING, COMMITTEE, {COMMITTEE, ELECTION}),
        (MeetingKind.DEMOCRATIC_LIFE_MEETING, COMMITTEE, {COMMITTEE}),
        (MeetingKind.GROUP_MEETING, MOTION, {MOTION}),
    ],
)
def test_what_a_meeting_votes_on(kind, usual, subjects):
    assert usual_subject(kind) == usual
    assert set(subjects_of(kind)) == subjects


def test_an_evening_that_is_a_general_meeting_as_well_decides_about_membership():
    assert set(subjects_of(MeetingKind.THEME_DAY, [MeetingKind.GENERAL_MEETING])) == OF_ALL
    assert CONFIRMATION not in subjects_of(MeetingKind.THEME_DAY, [MeetingKind.PARTY_LECTURE])


def test_two_counts_differ_by_names_and_never_by_figures():
    first, second = Figures(6, 1, 0, 0, 8, 8, 1), Figures(5, 2, 0, 0, 8, 8, 1)

    assert differences(first, second) == ["votes_for", "votes_against"]
    assert differences(first, first) == []
