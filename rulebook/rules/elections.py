"""Candidates and terms of office."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rulebook.book import rule
from rulebook.dates import add_months, add_years
from rulebook.local import LocalRule
from rulebook.values import Citation

VILLAGE = "village"
ORGANIZATION_KINDS = ("committee", "general_branch", "branch")


@dataclass(frozen=True, slots=True)
class Candidates:
    minimum: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """`ends_on` is the anniversary of the election, `remind_from` the day the level above should remind.

    `version` is the rule by which the end was computed, to be stored with it.
    """

    ends_on: date
    remind_from: date
    version: str
    citations: tuple[Citation, ...]


def minimum_candidates(seats: int, on: date, local: Iterable[LocalRule] = ()) -> Candidates:
    """The fewest candidates for the seats of a committee: the surplus is a share of the seats (article 13)."""
    surplus = rule("election.surplus", on, local)
    return Candidates(seats + math.ceil(seats * surplus.number), surplus.citations)


def term(kind: str, *, village: bool, elected_on: date, local: Iterable[LocalRule] = ()) -> Term:
    """The term of a committee elected that day (opinions on terms 2018, part one; branch regulations on reminding)."""
    years = rule("term.years", elected_on)
    ends_on = add_years(elected_on, int(years.table[VILLAGE if village else kind]))
    reminder = rule("term.reminder_months", ends_on, local)
    remind_from = add_months(ends_on, -reminder.whole)
    return Term(ends_on, remind_from, years.version, (*years.citations, *reminder.citations))
