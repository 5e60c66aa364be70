"""A reason to tell somebody something."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from reminders.choices import MessageKind
from reminders.rules.dedupe import message_key


class Occasion(NamedTuple):
    """One rung of a ladder for one person, before anybody decided by which channel.

    `member_id` is whom it concerns: told themselves, or their contact person. `user_id` is set instead for an officer;
    both are None for a group chat. `values` fill the placeholders of the wording. `dedupe_key` is the same whenever
    and wherever the same occasion is found.
    """

    kind: MessageKind
    step: int
    about: str
    organization_id: int
    dedupe_key: str
    due_at: datetime
    expires_at: datetime
    member_id: int | None = None
    user_id: int | None = None
    values: Mapping[str, str] = MappingProxyType({})

    @property
    def key(self) -> UUID:
        """The key of the message that it becomes."""
        return message_key(self.dedupe_key)
