"""When somebody has to be in touch with a member who is hard to reach, and why. It flags; people decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from members.choices import SituationKind
from rulebook.book import rule
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.rules.mobility import contact_rule, lost_contact
from rulebook.values import Citation, Verdict

SOON = timedelta(days=14)
"""How long ahead a contact is shown as coming up. Ours, not a rule's."""


class Due(StrEnum):
    """How pressing the next contact is, the most pressing first."""

    OVERDUE = "overdue"
    NEVER = "never"
    SOON = "soon"
    LATER = "later"
    OPEN = "open"


RANK = {due: rank for rank, due in enumerate(Due)}


@dataclass(frozen=True, slots=True)
class NextContact:
    """By which day, and why: a day that was agreed on, or the interval of a rule.

    `due_on` is None where no contact was ever recorded (NEVER): whether there was one nobody knows, so nothing is
    overdue; or where no rule asks for one (OPEN). `rule` is None unless a rule's interval decides.
    """

    state: Due
    due_on: date | None
    agreed: bool = False
    rule: Rule | None = None

    @property
    def citation(self) -> Citation | None:
        return self.rule.citations[-1] if self.rule else None

    @property
    def order(self) -> tuple[int, date]:
        """Sorts the most pressing first."""
        return RANK[self.state], self.due_on or date.max


@dataclass(frozen=True, slots=True)
class LastContact:
    """The latest contact on record, and the day that was agreed on for the next."""

    on: date
    next_on: date | None = None


def next_contact(
    situations: Mapping[str, date | None], *, last: LastContact | None, on: date, local: Iterable[LocalRule] = ()
) -> NextContact:
    """`situations` are those that hold, each with the day it began, None where that isn't known.

    Whichever comes first counts: the day that was agreed on, or the shortest interval that a situation asks for,
    counted from the last contact, or else from the beginning of a situation that is still fresh.
    """
    return next_contact_by(contact_rule(situations, on, local), situations, last=last, on=on)


def next_contact_by(
    asked: Rule | None, situations: Mapping[str, date | None], *, last: LastContact | None, on: date
) -> NextContact:
    """The same where the rule with the shortest interval is known: for who looks at very many members."""
    since = last.on if last else _since(situations)
    due_on = add_months(since or on, asked.whole) if asked else None
    agreed_on = last.next_on if last else None
    if agreed_on and (due_on is None or agreed_on <= due_on):
        return NextContact(_state(agreed_on, on), agreed_on, agreed=True)
    if due_on is None:
        return NextContact(Due.OPEN, None)
    if since is None or (last is None and due_on < on):
        return NextContact(Due.NEVER, None, rule=asked)
    return NextContact(_state(due_on, on), due_on, rule=asked)


def silence(situations: Iterable[str], *, last: LastContact | None, on: date) -> Verdict | None:
    """For a lost member: whether the time after which the branch may consider suspension is complete.

    None for members who aren't lost, and where no contact was ever recorded: unknown isn't half a year.
    """
    if SituationKind.LOST_CONTACT not in set(situations) or last is None:
        return None
    return lost_contact(last.on, on)


def answer_due(asked_on: date, *, local: Iterable[LocalRule] = ()) -> date:
    """By when a request for help is answered."""
    return asked_on + timedelta(days=rule("help.answer.days", asked_on, local).whole)


def _since(situations: Mapping[str, date | None]) -> date | None:
    """The beginning of the earliest situation that has one; None if none does."""
    return min((day for day in situations.values() if day), default=None)


def _state(due_on: date, on: date) -> Due:
    if due_on < on:
        return Due.OVERDUE
    return Due.SOON if due_on <= on + SOON else Due.LATER
