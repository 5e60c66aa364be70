"""The planner: whatever somebody should be told by now stands in the outbox. As often and as late as one likes."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from meetings.planning.queries import workdays_on_record
from meetings.planning.rules import Workdays
from members.bulk import InArray, Row, insert_new
from reminders.channels.queries import Recipients, Setups, recipients, setups_in_use
from reminders.channels.rules import (
    Channels,
    Quiet,
    Recipient,
    allowed_for,
    channel_for,
    officer_recipient,
    recipient_for,
)
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.messages.models import Message
from reminders.messages.queries import paths_of, to_review
from reminders.messages.services import program_wordings
from reminders.messages.wording_queries import Wordings
from reminders.planning import kinds
from reminders.planning.rules import Occasion


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
    return set(Message.objects.filter(InArray("pk", keys)).values_list("pk", flat=True))


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


log = logging.getLogger(__name__)

LOOKED_UP = 1_000
"""Occasions of which it is asked at once whether they are in the outbox."""
NO_SLOTS: Mapping[str, str] = {}
STORED = 2_000
"""About so many messages make a transaction; those of one place are never taken apart."""


def plan(at: datetime) -> int:
    """Store every message that should exist by then and doesn't; returns how many were new.

    A kind that fails doesn't keep the others. Two planners at once store nothing twice.
    """
    return _plan_kinds(kinds.KINDS, at)


def plan_at_pace(at: datetime) -> int:
    """The same each minute, but a kind that was planned within its pace waits for the next full quarter or hour."""
    slots = {kind: slot(kind, at) for kind in kinds.KINDS if kind in kinds.PACE}
    seen = cache.get_many(slots.values())
    return _plan_kinds([kind for kind in kinds.KINDS if slots.get(kind) not in seen], at, slots)


def slot(kind: str, at: datetime) -> str:
    """Under which it is remembered that the kind was planned; forgotten, it is only planned once more."""
    return f"reminders:planned:{kind}:{int(at.timestamp() // kinds.PACE[kind].total_seconds())}"


def _plan_kinds(kinds: Iterable[str], at: datetime, slots: Mapping[str, str] = NO_SLOTS) -> int:
    program_wordings()
    context = PlanningContext.load()
    return sum([_plan_unless_it_fails(MessageKind(kind), at, context, slots.get(kind, "")) for kind in kinds])


@dataclass(slots=True)
class PlanningContext:
    """What is the same for everybody, read once a round; and what was worked out once and is asked for each of many."""

    wordings: Wordings
    setups: Setups
    workdays: Workdays
    paths: dict[int, str] = field(default_factory=dict)
    """Organization → path, of those that the round speaks of."""
    _channels: dict[str, Channels] = field(default_factory=dict)
    _worded: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    _allowed: dict[tuple[Quiet, datetime], datetime] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "PlanningContext":
        return cls(Wordings.load(), setups_in_use(), workdays_on_record())

    def channels(self, path: str) -> Channels:
        if path not in self._channels:
            self._channels[path] = self.setups.channels(path)
        return self._channels[path]

    def wording(self, path: str, kind: MessageKind, language: str, addressee: Addressee) -> int:
        """The key of the wording that holds there."""
        asked = (path, kind, language, addressee)
        if asked not in self._worded:
            self._worded[asked] = self.wordings.at(path, kind, language, addressee).pk
        return self._worded[asked]

    def allowed(self, quiet: Quiet, at: datetime) -> datetime:
        """When it may ring, if it is due then."""
        if (quiet, at) not in self._allowed:
            self._allowed[quiet, at] = allowed_for(quiet, at, self.workdays)
        return self._allowed[quiet, at]


class New(NamedTuple):
    """An occasion that isn't in the outbox, in the order in which they are stored."""

    organization_id: int
    dedupe_key: str
    key: UUID
    occasion: Occasion


def _plan_unless_it_fails(kind: MessageKind, at: datetime, context: PlanningContext, remember_as: str) -> int:
    try:
        planned = _plan_kind(kind, at, context)
    except Exception:
        log.exception("Messages of the kind %s could not be planned; the next round tries again.", kind)
        return 0
    if remember_as:
        cache.set(remember_as, True, int(kinds.PACE[kind].total_seconds()))
    return planned


def _plan_kind(kind: MessageKind, at: datetime, context: PlanningContext) -> int:
    found = sorted(_new(kinds.KINDS[kind].due(at)), key=itemgetter(0, 1))
    if not found:
        return 0
    context.paths.update(paths_of({one.organization_id for one in found} - context.paths.keys()))
    review = to_review(kind, (one.organization_id for one in found), context.paths)
    planned = 0
    for part in _parts(found):
        planned += store(_drafts(part, review, at, context), at=at)
    return planned


def _new(found: Iterable[Occasion]) -> Iterator[New]:
    """Those that aren't in the outbox yet. Only reads: it may go on for long while others write."""
    left = (New(one.organization_id, one.dedupe_key, one.key, one) for one in found)
    while part := list(islice(left, LOOKED_UP)):
        there = known([one.key for one in part])
        yield from (one for one in part if one.key not in there)


def _parts(found: Sequence[New]) -> Iterator[list[New]]:
    """All messages of a place are stored together: who counts them sees all or none, and reviews them or not."""
    part: list[New] = []
    for _place, of_place in groupby(found, key=itemgetter(0)):
        part.extend(of_place)
        if len(part) >= STORED:
            yield part
            part = []
    if part:
        yield part


def _drafts(part: Sequence[New], review: set[int], at: datetime, context: PlanningContext) -> Iterator[Draft]:
    members = {one.occasion.member_id for one in part if one.occasion.member_id is not None}
    officers = {one.occasion.user_id for one in part if one.occasion.user_id is not None}
    people = recipients(members, officers, on=timezone.localdate(at))
    for one in part:
        state = MessageState.HELD if one.organization_id in review else MessageState.READY
        if draft := _draft(one, people, state, context):
            yield draft


def _draft(new: New, people: Recipients, state: MessageState, context: PlanningContext) -> Draft | None:
    """None where there is nobody to tell: an officer without an account, a branch without a group chat."""
    if new.occasion.member_id is None and new.occasion.user_id is None:
        return _draft_for_group(new, state, context)
    recipient = _recipient(new.occasion, people)
    return _draft_for_person(new, recipient, state, context) if recipient else None


def _recipient(one: Occasion, people: Recipients) -> Recipient | None:
    if one.user_id is not None:
        officer = people.officers.get(one.user_id)
        return officer_recipient(officer) if officer else None
    member = people.members.get(one.member_id or 0)
    return recipient_for(member) if member else None


def _draft_for_person(new: New, recipient: Recipient, state: MessageState, context: PlanningContext) -> Draft:
    path, person = context.paths[new.organization_id], recipient.person
    channel = channel_for(recipient, context.channels(path))
    setup = context.setups.sms_for(path) if channel == ChannelKind.SMS else None
    return Draft(
        key=new.key,
        occasion=new.occasion,
        addressee=recipient.addressee,
        channel=channel,
        wording_id=context.wording(path, new.occasion.kind, person.language, recipient.addressee),
        state=state,
        due_at=context.allowed(person.quiet, new.occasion.due_at),
        user_id=person.user_id,
        contact=recipient.contact,
        setup=setup.key if setup else None,
    )


def _draft_for_group(new: New, state: MessageState, context: PlanningContext) -> Draft | None:
    path = context.paths[new.organization_id]
    setup = context.setups.group_chat_of(path)
    if setup is None:
        return None
    return Draft(
        key=new.key,
        occasion=new.occasion,
        addressee=Addressee.GROUP_CHAT,
        channel=setup.kind,
        wording_id=context.wording(path, new.occasion.kind, settings.LANGUAGE_CODE, Addressee.GROUP_CHAT),
        state=state,
        due_at=context.allowed(Quiet(), new.occasion.due_at),
        setup=setup.key,
    )
