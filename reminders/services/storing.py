"""Messages are put into the outbox, very many at once; what is there already stays as it is."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from members.among import Among
from members.bulk import Row, insert_new
from reminders.choices import Addressee, ChannelKind, MessageState
from reminders.models import Message
from reminders.rules.occasion import Occasion


class Draft(NamedTuple):
    """An occasion, and everything that was decided about it."""

    key: UUID
    occasion: Occasion
    addressee: Addressee
    channel: ChannelKind
    wording_id: int
    state: MessageState
    due_at: datetime
    user_id: int | None = None
    contact: UUID | None = None
    setup: UUID | None = None


COLUMNS = (
    "key", "dedupe_key", "kind", "step", "about", "organization_id", "member_id", "addressee", "contact_person_id",
    "user_id", "channel", "setup_id", "wording_id", "values", "state", "planned_at", "due_at", "expires_at",
    "attempts_made", "problem",
)  # fmt: skip
to_json = json.JSONEncoder().encode


def known(keys: Sequence[UUID]) -> set[UUID]:
    """Which of these messages are in the outbox."""
    return set(Message.objects.filter(Among("pk", keys)).values_list("pk", flat=True))


def store(drafts: Iterable[Draft], *, at: datetime) -> int:
    """All or none; returns how many were new. Key and dedupe_key keep twins out, whoever plans at the same time.

    Whoever plans brings them in the same order: two at once would wait for each other otherwise, for ever.
    """
    planned_at = at.astimezone(UTC)
    return insert_new(Message, COLUMNS, (_row(draft, planned_at) for draft in drafts))


def _row(draft: Draft, planned_at: datetime) -> Row:
    one = draft.occasion
    return (
        draft.key, one.dedupe_key, str(one.kind), one.step, one.about, one.organization_id, one.member_id,
        str(draft.addressee), draft.contact, draft.user_id, str(draft.channel), draft.setup, draft.wording_id,
        to_json(dict(one.values)), str(draft.state), planned_at, draft.due_at.astimezone(UTC),
        one.expires_at.astimezone(UTC), 0, "",
    )  # fmt: skip
