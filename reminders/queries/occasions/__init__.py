"""The kinds of messages, one module each: what should be told by a moment, and what of it still stands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from reminders.choices import MessageKind
from reminders.queries.occasions import announcement, digest, due_now, dues, invitation, make_up, missed, readers, term
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending


class Kind(Protocol):
    """What a module of this package offers."""

    def due(self, at: datetime, *, path: str = "") -> Iterator[Occasion]:
        """What should exist by that moment at the organization with that path and below it, as far as it isn't there
        yet. Looks back as long as telling is of use, so that a machine that was off catches up."""
        ...

    def standing(self, messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
        """Those of the messages whose matter is still open, with their values as of now. A few queries for all."""
        ...


PACE: Mapping[str, timedelta] = {
    MessageKind.DUES: timedelta(hours=1),
    MessageKind.TERM: timedelta(minutes=15),
    MessageKind.DIGEST: timedelta(minutes=15),
    MessageKind.READERS: timedelta(minutes=15),
}
"""How often is enough for kinds that walk through very much and change slowly. All their hours are full ones."""
KINDS: Mapping[str, Kind] = {
    MessageKind.MISSED: missed,
    MessageKind.INVITATION: invitation,
    MessageKind.MAKE_UP: make_up,
    MessageKind.DUES: dues,
    MessageKind.TERM: term,
    MessageKind.DIGEST: digest,
    MessageKind.DUE_NOW: due_now,
    MessageKind.READERS: readers,
    MessageKind.ANNOUNCEMENT: announcement,
}
