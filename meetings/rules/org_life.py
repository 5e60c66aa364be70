"""When a year's organizational life is held (branch regulations, article 17, or the notice of a committee)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rulebook.book import rule_if_held
from rulebook.local import LocalRule

WINDOW = "meet.org_life_meeting.window"
IN_THE_WINDOW = ("org_life_meeting", "democratic_evaluation")
"""The appraisal may be joined to the meeting (article 18), and the notices of a year set one time for both."""
SPANS = {
    "fourth_quarter": ((0, 10, 1), (0, 12, 31)),
    "next_first_quarter": ((1, 1, 1), (1, 3, 31)),
    "fourth_or_next_first_quarter": ((0, 10, 1), (1, 3, 31)),
}
"""The rule's words → first and last day, as years after the year that counts, month and day."""


@dataclass(frozen=True, slots=True)
class Window:
    first: date
    last: date


def window(year: int, local: Iterable[LocalRule] = ()) -> Window:
    """In which days the organizational life of that year is due, by the rule in force on the year's last day.

    A notice is data: a local rule that holds on 31 December of the year it is about.
    """
    rule = rule_if_held(WINDOW, date(year, 12, 31), local)
    span = SPANS.get(str(rule.value)) if rule else None
    first, last = span or SPANS["fourth_quarter"]
    return Window(_day(year, *first), _day(year, *last))


def _day(year: int, later: int, month: int, day: int) -> date:
    return date(year + later, month, day)
