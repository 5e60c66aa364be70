"""When a vote on membership may be taken, and from when it holds: the table is the specification."""

from datetime import date

import pytest
from django.utils import translation

from meetings.choices import VoteSubject
from meetings.votes.membership_rules import (
    PersonVotedOn,
    approval_by,
    extensions,
    holds_from,
    probation_ends,
    too_early,
)
from members.dates import PartialDate

ADMISSION, CONFIRMATION, EXTENSION, CANCELLATION = (
    VoteSubject.ADMISSION, VoteSubject.CONFIRMATION, VoteSubject.EXTENSION, VoteSubject.CANCELLATION,
)  # fmt: skip
JOINED = PartialDate(date(2025, 11, 24))
IN_NOVEMBER = PartialDate(date(2025, 11, 1), "month")


@pytest.mark.parametrize(
    ("subject", "person", "day", "is_certain"),
    [
        # a year of probation, to the day; a longer one to its end
        (CONFIRMATION, PersonVotedOn(joined=JOINED), date(2026, 11, 23), True),
        (CONFIRMATION, PersonVotedOn(joined=JOINED), date(2026, 11, 24), None),
        (CONFIRMATION, PersonVotedOn(joined=JOINED), date(2026, 5, 24), True),
        (CONFIRMATION, PersonVotedOn(joined=JOINED, extended_by=(6,)), date(2027, 5, 23), True),
        (CONFIRMATION, PersonVotedOn(joined=JOINED, extended_by=(6,)), date(2027, 5, 24), None),
        # where only the month is known, and where nothing is, people say
        (CONFIRMATION, PersonVotedOn(joined=IN_NOVEMBER), date(2026, 10, 31), True),
        (CONFIRMATION, PersonVotedOn(joined=IN_NOVEMBER), date(2026, 11, 15), False),
        (CONFIRMATION, PersonVotedOn(joined=IN_NOVEMBER), date(2026, 11, 30), None),
        (CONFIRMATION, PersonVotedOn(), date(2026, 11, 24), False),
        # eighteen on the birthday
        (ADMISSION, PersonVotedOn(born=PartialDate(date(2008, 11, 25))), date(2026, 11, 24), True),
        (ADMISSION, PersonVotedOn(born=PartialDate(date(2008, 11, 24))), date(2026, 11, 24), None),
        (ADMISSION, PersonVotedOn(born=PartialDate(date(2008, 1, 1), "year")), date(2026, 11, 24), False),
        (ADMISSION, PersonVotedOn(), date(2026, 11, 24), None),
        # longer once
        (EXTENSION, PersonVotedOn(joined=JOINED), date(2026, 11, 24), None),
        (EXTENSION, PersonVotedOn(joined=JOINED, extended_by=(6,)), date(2027, 5, 24), True),
        # nothing stands against ending a probation, nor against an ordinary motion
        (CANCELLATION, PersonVotedOn(joined=JOINED), date(2026, 5, 24), None),
        (VoteSubject.MOTION, PersonVotedOn(), date(2026, 5, 24), None),
    ],
)
def test_a_vote_that_is_too_early_says_so(subject, person, day, is_certain):
    found = too_early(subject, person, day=day)

    assert (found and found.is_certain) == is_certain


def test_the_sentence_names_the_day_and_the_article():
    with translation.override("en"):
        found = too_early(CONFIRMATION, PersonVotedOn(joined=JOINED), day=date(2026, 5, 24))

    assert found
    assert "2026-11-24" in found.sentence
    assert "《中国共产党发展党员工作细则》 Article 32" in found.sentence


@pytest.mark.parametrize(
    ("subject", "person", "day", "holds"),
    [
        (ADMISSION, PersonVotedOn(), date(2026, 11, 24), "2026-11-24"),
        (CONFIRMATION, PersonVotedOn(joined=JOINED), date(2026, 12, 20), "2026-11-24"),  # not the day of the vote
        (CONFIRMATION, PersonVotedOn(joined=JOINED, extended_by=(12,)), date(2027, 12, 1), "2027-11-24"),
        (CONFIRMATION, PersonVotedOn(joined=IN_NOVEMBER), date(2026, 12, 20), "2026-11"),
        (CONFIRMATION, PersonVotedOn(), date(2026, 12, 20), "2026-12-20"),
        (CANCELLATION, PersonVotedOn(joined=JOINED), date(2026, 12, 20), "None"),
    ],
)
def test_what_was_decided_holds_from_a_day_of_its_own(subject, person, day, holds):
    assert str(holds_from(subject, person, day=day)) == holds


def test_the_program_knows_nothing_of_a_day_before_its_rules():
    long_ago = date(2010, 5, 1)

    assert probation_ends(PersonVotedOn(joined=PartialDate(date(2009, 1, 1))), long_ago) is None
    assert too_early(CONFIRMATION, PersonVotedOn(joined=PartialDate(long_ago)), day=long_ago) is None
    assert approval_by(long_ago) is None
    assert list(extensions(long_ago)) == []


def test_the_committee_answers_within_three_months_and_a_probation_grows_by_half_a_year_to_a_year():
    until = approval_by(date(2026, 11, 30))

    assert until
    assert until[0] == date(2027, 2, 28)
    assert list(extensions(date(2026, 11, 24))) == [6, 7, 8, 9, 10, 11, 12]
