"""Which talks of a year are missing, by kinds of pairs: the table is the specification."""

from datetime import date

import pytest

from rulebook.values import DutyState
from supervision.talks.rules import Held, Seat, TalkYear, partners, talk_duty, talk_year, times_asked

ON, SPRING, AUTUMN = date(2026, 11, 24), date(2026, 3, 5), date(2026, 9, 5)
SECRETARY, OFFICER, ANNA, BEN, CLARA = 1, 2, 11, 12, 13
EVERYBODY = (SECRETARY, OFFICER, ANNA, BEN, CLARA)
COMMITTEE = (Seat(SECRETARY), Seat(OFFICER))


def talk(first, second, day=SPRING):
    return Held(first, second, day)


def year(*talks, members=EVERYBODY, seats=COMMITTEE, times=1, on=ON):
    return talk_year(members, seats, talks, times=times, on=on)


NOTHING = ((1, 2),), (ANNA, BEN, CLARA), (ANNA, BEN, CLARA)
TABLE = {
    "nobody talked": ((), *NOTHING),
    "two of the committee, either way round": ((talk(OFFICER, SECRETARY),), (), *NOTHING[1:]),
    "a member with one of the committee": ((talk(ANNA, OFFICER),), NOTHING[0], (BEN, CLARA), NOTHING[2]),
    "two members": ((talk(BEN, ANNA),), NOTHING[0], NOTHING[1], (CLARA,)),
    "last year's don't count": ((talk(1, 2, date(2025, 12, 31)),), *NOTHING),
    "nor what lies ahead": ((talk(1, 2, date(2026, 11, 25)),), *NOTHING),
    "somebody who left": ((talk(ANNA, 99),), NOTHING[0], NOTHING[1], (BEN, CLARA)),
    "everybody": (
        (talk(1, 2), talk(1, ANNA), talk(1, BEN), talk(2, CLARA), talk(ANNA, BEN), talk(BEN, CLARA)), (), (), (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("talks", "pairs", "with_committee", "with_member"), TABLE.values(), ids=TABLE)
def test_what_is_missing(talks, pairs, with_committee, with_member):
    found = year(*talks)

    assert (found.committee_pairs, found.without_committee, found.without_member) == (
        pairs,
        with_committee,
        with_member,
    )
    assert (found.due, found.done) == (7, 7 - found.missing)


def test_who_sat_in_the_committee_that_day_talked_as_one_of_it():
    seats = (Seat(SECRETARY), Seat(OFFICER, until=date(2026, 6, 1)))

    before, after = year(talk(OFFICER, ANNA), seats=seats), year(talk(OFFICER, ANNA, AUTUMN), seats=seats)

    assert (before.without_committee, before.without_member) == ((OFFICER, BEN, CLARA), (OFFICER, ANNA, BEN, CLARA))
    assert (after.without_committee, after.without_member) == ((OFFICER, ANNA, BEN, CLARA), (BEN, CLARA))


def test_two_who_talked_before_one_of_them_was_elected_have_talked():
    seats = (Seat(SECRETARY), Seat(OFFICER, since=date(2026, 6, 1)))

    assert year(talk(SECRETARY, OFFICER), seats=seats).committee_pairs == ()


@pytest.mark.parametrize(
    ("members", "seats", "due"),
    [
        ((), (), 0),
        ((ANNA,), (), 0),
        ((ANNA, BEN), (), 2),
        ((ANNA,), (Seat(SECRETARY),), 1),
        ((SECRETARY,), COMMITTEE, 1),
    ],
)
def test_a_kind_of_pair_that_does_not_exist_is_not_asked_for(members, seats, due):
    assert year(members=members, seats=seats).due == due


def test_a_committee_may_ask_for_more():
    once, twice = (talk(1, 2),), (talk(1, 2), talk(2, 1, AUTUMN))

    assert year(*once, times=2).committee_pairs == ((1, 2),)
    assert year(*twice, times=2).committee_pairs == ()


def test_without_a_rule_nothing_is_asked():
    assert year(times=None) == TalkYear()
    assert times_asked(on=date(2018, 1, 1)) is None
    assert times_asked(on=ON) == 1


@pytest.mark.parametrize(
    ("missing", "on", "state"),
    [
        ((), ON, DutyState.DONE),
        ((ANNA,), ON, DutyState.OPEN),
        ((ANNA,), date(2026, 12, 31), DutyState.OPEN),
    ],
)
def test_one_duty_a_year_by_its_end(missing, on, state):
    duty = talk_duty("branch", TalkYear(1, 3, without_member=missing), on=on)

    assert duty is not None
    assert (duty.kind, duty.organization, duty.member, duty.period) == ("heart_talk", "branch", None, "2026")
    assert (duty.due_on, duty.state) == (date(2026, 12, 31), state)
    assert (duty.citation.article, duty.citation.verification) == ("19", "V2")


def test_no_duty_where_nobody_is_asked_or_no_rule_asks():
    assert talk_duty("branch", TalkYear(1, 0), on=ON) is None
    assert talk_duty("branch", TalkYear(1, 3), on=date(2018, 1, 1)) is None


@pytest.mark.parametrize(
    ("missing", "proposed"),
    [
        ((), []),
        ((ANNA, BEN), [(ANNA, BEN), (BEN, ANNA)]),
        ((ANNA, BEN, CLARA), [(ANNA, BEN), (BEN, ANNA), (CLARA, ANNA)]),
        ((ANNA,), [(ANNA, BEN)]),
    ],
)
def test_whom_to_propose_to_each_other(missing, proposed):
    assert list(partners(missing, (ANNA, BEN, CLARA))) == proposed


def test_nobody_is_proposed_where_there_is_nobody_else():
    assert list(partners((ANNA,), (ANNA,))) == [(ANNA, None)]
