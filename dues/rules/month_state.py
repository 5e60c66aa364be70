"""What the grid says of a member's month: no base, not charged and nothing owed are three things."""

from dataclasses import dataclass
from datetime import date

from dues.choices import MonthState


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A month of a member in a branch, in fen as the ledger has them."""

    month: date
    charged_fen: int = 0
    waived_fen: int = 0
    settled_fen: int = 0
    charged_elsewhere: bool = False
    has_basis: bool = False
    belongs: bool = True
    """Whether the member was one by then, as far as that is known."""


def month_state(facts: MonthFacts, *, current: date) -> MonthState:
    """How the month stands; `current` is the month of today."""
    if facts.charged_fen > 0:
        return _charged(facts)
    if facts.charged_elsewhere:
        return MonthState.ELSEWHERE
    if facts.settled_fen > 0:
        return MonthState.AHEAD
    if facts.month > current:
        return MonthState.TO_COME
    return MonthState.NOT_CHARGED if facts.has_basis or not facts.belongs else MonthState.UNKNOWN


def _charged(facts: MonthFacts) -> MonthState:
    owed = facts.charged_fen - facts.waived_fen
    if owed <= 0:
        return MonthState.WAIVED
    if facts.settled_fen >= owed:
        return MonthState.SETTLED
    return MonthState.PART if facts.settled_fen > 0 else MonthState.OPEN
