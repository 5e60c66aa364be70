"""What was planned already, so that words are only found for what is new."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from members.among import Among
from reminders.choices import WAITING
from reminders.models import Message, Wording
from reminders.rules.dedupe import message_key
from reminders.rules.ladder import Rung, is_past
from reminders.rules.pending import Pending

AT_ONCE = 500
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Case:
    """An occasion before its words. `meeting` is the one that it is about, if any."""

    dedupe_key: str
    rung: Rung
    about: str
    organization_id: int
    member_id: int | None = None
    user_id: int | None = None
    meeting: UUID | None = None

    @property
    def key(self) -> UUID:
        return message_key(self.dedupe_key)


def new_batches(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Those of the cases of which there is no message yet, some at a time. One query for each five hundred."""
    for batch in batches(cases):
        there = Message.objects.filter(Among("pk", [one.key for one in batch]))
        known = set(there.values_list("dedupe_key", flat=True))
        if fresh := [one for one in batch if one.dedupe_key not in known]:
            yield fresh


def batches(rows: Iterable[One]) -> Iterator[list[One]]:
    walked = iter(rows)
    while batch := list(islice(walked, AT_ONCE)):
        yield batch


def languages_of(messages: Sequence[Pending]) -> Mapping[int, str]:
    """Wording → its language. One query."""
    return dict(Wording.objects.filter(pk__in={one.wording_id for one in messages}).values_list("pk", "language"))


def waited_too_long(message: Pending, rungs: Iterable[Rung], at: datetime) -> bool:
    """Whether it isn't sent yet, and the next rung has its turn: one that was missed isn't told beside it."""
    return message.state in WAITING and is_past(rungs, message.step, at)
