"""Before messages go out: is it still undone, may it ring now, and what do they say as of now?"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from meetings.queries.special_days import workdays_on_record
from meetings.rules.workdays import Workdays
from reminders.choices import ChannelKind
from reminders.models import Message, Preference
from reminders.queries import occasions
from reminders.rules.filling import Unfilled, filled
from reminders.rules.quiet import Quiet, allowed_for

log = logging.getLogger(__name__)

Values = Mapping[str, str]
USUAL = Quiet()


@dataclass(slots=True)
class Looked:
    """What became clear about a batch of due messages. Each is in exactly one of these."""

    fit: list[Message] = field(default_factory=list)
    """To go out now; `values` are as of now."""
    changed: list[Message] = field(default_factory=list)
    """Those of `fit` whose values aren't what the row has."""
    stopped: list[UUID] = field(default_factory=list)
    """The thing is done."""
    quiet: dict[datetime, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """By the moment at which they may ring."""
    unfilled: dict[UUID, str] = field(default_factory=dict)
    """With the placeholders that nothing fills."""
    troubled: list[UUID] = field(default_factory=list)
    """It can't be told now whether the thing is done."""


def look(messages: Sequence[Message], at: datetime) -> Looked:
    """A few queries for the whole batch."""
    looked = Looked()
    values, looked.troubled = undone(messages, at)
    troubled = set(looked.troubled)
    habits, workdays = quiet_hours(messages), workdays_on_record()
    for message in messages:
        if message.pk in values:
            _place(message, values[message.pk], _later(message, habits, at, workdays), looked)
        elif message.pk not in troubled:
            looked.stopped.append(message.pk)
    return looked


def undone(messages: Iterable[Message], at: datetime) -> tuple[dict[UUID, Values], list[UUID]]:
    """Those whose thing is still undone, with their values as of now; and those of which that can't be told.

    What fails to say so doesn't keep messages of other kinds.
    """
    found: dict[UUID, Values] = {}
    troubled: list[UUID] = []
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    for kind, of_kind in by_kind.items():
        try:
            found |= occasions.KINDS[kind].standing(of_kind, at=at)
        except Exception:
            log.exception("What stands of messages of the kind %s can't be told.", kind)
            troubled += [message.pk for message in of_kind]
    return found, troubled


def quiet_hours(messages: Iterable[Message]) -> dict[UUID, Quiet]:
    """By message, of those who prefer other hours than the usual. Calls are made by people, who know the hour."""
    users = {message.user_id for message in messages if message.user_id}
    members = {message.member_id for message in messages if message.member_id and not message.user_id}
    of_user = _preferred("user", users) | _preferred("member__user", users)
    of_member = _preferred("member", members)
    found = {
        message.pk: of_user.get(message.user_id) if message.user_id else of_member.get(message.member_id)
        for message in messages
        if message.channel != ChannelKind.BY_HAND
    }
    return {key: quiet for key, quiet in found.items() if quiet}


def _preferred(whose: str, ids: Collection[int]) -> dict[int | None, Quiet]:
    rows = Preference.objects.filter(**{f"{whose}__in": ids}) if ids else Preference.objects.none()
    found = rows.values_list(whose, "quiet_from", "quiet_until", "workdays_only")
    return {one: Quiet(*habits) for one, *habits in found}


def _later(message: Message, habits: Mapping[UUID, Quiet], at: datetime, workdays: Workdays) -> datetime | None:
    """When it may ring, if not now."""
    if message.channel == ChannelKind.BY_HAND:
        return None
    allowed = allowed_for(habits.get(message.pk, USUAL), at, workdays)
    return allowed if allowed > at else None


def _place(message: Message, values: Values, later: datetime | None, looked: Looked) -> None:
    if later:
        looked.quiet[later].append(message.pk)
        return
    try:
        filled(message.wording, values)
    except Unfilled as problem:
        looked.unfilled[message.pk] = str(problem)
        return
    if message.values != values:
        message.values = dict(values)
        looked.changed.append(message)
    looked.fit.append(message)
