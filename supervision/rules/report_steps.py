"""What may be done with a report in which state, and by which side: those who write it, or those above who read it."""

from dataclasses import dataclass
from enum import StrEnum

from supervision.choices import ReportState

DRAFT, ADOPTED, SUBMITTED = ReportState.DRAFT, ReportState.ADOPTED, ReportState.SUBMITTED
READ, RETURNED, CLOSED = ReportState.READ, ReportState.RETURNED, ReportState.CLOSED


class Side(StrEnum):
    """Whose turn it is."""

    WRITER = "writer"
    READER = "reader"


class Act(StrEnum):
    """As addresses name it."""

    ADOPT = "adopt"
    SUBMIT = "submit"
    ANSWER = "answer"
    READ = "read"
    RETURN = "return"
    CLOSE = "close"
    TAKE_BACK = "take-back"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an act leads to which, who does it, and whether words are needed for it."""

    side: Side
    states: tuple[ReportState, ...]
    to: ReportState
    needs_words: bool = False


MOVES = {
    Act.ADOPT: Move(Side.WRITER, (DRAFT,), ADOPTED),
    Act.SUBMIT: Move(Side.WRITER, (ADOPTED,), SUBMITTED),
    Act.ANSWER: Move(Side.WRITER, (RETURNED,), SUBMITTED, needs_words=True),
    Act.READ: Move(Side.READER, (SUBMITTED,), READ),
    Act.RETURN: Move(Side.READER, (SUBMITTED, READ), RETURNED, needs_words=True),
    Act.CLOSE: Move(Side.READER, (READ,), CLOSED),
}
"""Taking back isn't among them: where it leads depends on what was before; see `taken_back`."""


def side_that(act: Act) -> Side:
    """Who takes that step."""
    return MOVES[act].side if act in MOVES else Side.WRITER


def acts(state: str, side: Side, *, returned_before: bool = False) -> list[Act]:
    """What that side may do now, in the order in which it is usually done."""
    found = [act for act, move in MOVES.items() if move.side == side and state in move.states]
    back = side == Side.WRITER and taken_back(state, returned_before=returned_before) is not None
    return [*found, Act.TAKE_BACK] if back else found


def taken_back(state: str, *, returned_before: bool) -> ReportState | None:
    """The state before the writer's last step, while nobody above has read it; None where nothing can be taken back."""
    if state == ADOPTED:
        return DRAFT
    if state == SUBMITTED:
        return RETURNED if returned_before else ADOPTED
    return None
