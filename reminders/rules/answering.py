"""When a question may still be answered, or answered differently."""

from dataclasses import dataclass
from enum import StrEnum

from meetings.choices import TOOK_PART
from reminders.choices import AnswerChoice
from reminders.rules.links import Purpose


class Closed(StrEnum):
    """Why nothing more is recorded."""

    NOT_EXPECTED = "not_expected"
    """The member isn't on the meeting's list, or there is no such meeting any more."""
    NOT_OVER = "not_over"
    TOOK_PART = "took_part"
    """There, visited, or made up for it."""
    SAID_OTHERWISE = "said_otherwise"
    """An officer recorded a reason, or has changed the attendance since the answer."""
    MINUTES = "minutes"
    """Answered, and the minutes were locked on it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the meeting's record says about whom the question concerns. `state` is empty: not on the list."""

    state: str = ""
    is_over: bool = True
    is_locked: bool = False
    has_reason: bool = False
    is_answered_last: bool = False
    """The last that happened to this attendance was an answer to one of our messages."""


def closed(purpose: Purpose, known: Known) -> Closed | None:
    """Why an answer isn't recorded; None when it is.

    A first answer is welcome also after the minutes: figures don't move by it. Another one isn't: they were signed
    with the first. What an officer recorded goes before every tap.
    """
    if not known.state:
        return Closed.NOT_EXPECTED
    if not known.is_over:
        return Closed.NOT_OVER
    if known.state in TOOK_PART:
        return Closed.TOOK_PART
    if purpose == Purpose.STUDIED or not known.has_reason:
        return None
    if not known.is_answered_last:
        return Closed.SAID_OTHERWISE
    return Closed.MINUTES if known.is_locked else None


def is_reason(choice: AnswerChoice) -> bool:
    """Whether the answer says why somebody was absent."""
    return choice != AnswerChoice.STUDIED
