"""The kinds of messages, one module each: what should be told by a moment, and what of it still stands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from reminders.choices import MessageKind
from reminders.queries.occasions import announcement, digest, due_now, dues, invitation, make_up, missed, readers, term
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending


class FindDue(Protocol):
    def __call__(self, at: datetime, *, path: str = "") -> Iterator[Occasion]: ...


class FindStanding(Protocol):
    def __call__(self, messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]: ...


class Kind(NamedTuple):
    """What is asked about each kind of message."""

    due: FindDue
    """What should exist by a moment at the organization with that path and below it, as far as it isn't there yet.
    Looks back as long as telling is of use, so that a machine that was off catches up."""
    standing: FindStanding
    """Those of the messages whose matter is still open, with their values as of a moment. A few queries for all."""


PACE: Mapping[str, timedelta] = {
    MessageKind.DUES: timedelta(hours=1),
    MessageKind.TERM: timedelta(minutes=15),
    MessageKind.DIGEST: timedelta(minutes=15),
    MessageKind.READERS: timedelta(minutes=15),
}
"""How often is enough for kinds that walk through very much and change slowly. All their hours are full ones."""
KINDS: Mapping[str, Kind] = {
    MessageKind.MISSED: Kind(missed.due, missed.standing),
    MessageKind.INVITATION: Kind(invitation.due, invitation.standing),
    MessageKind.MAKE_UP: Kind(make_up.due, make_up.standing),
    MessageKind.DUES: Kind(dues.due, dues.standing),
    MessageKind.TERM: Kind(term.due, term.standing),
    MessageKind.DIGEST: Kind(digest.due, digest.standing),
    MessageKind.DUE_NOW: Kind(due_now.due, due_now.standing),
    MessageKind.READERS: Kind(readers.due, readers.standing),
    MessageKind.ANNOUNCEMENT: Kind(announcement.due, announcement.standing),
}
