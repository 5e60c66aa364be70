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
from reminders.models import Message, Preference, Wording
from reminders.queries import occasions
from reminders.rules.filling import Unfilled, filled, placeholders_in
from reminders.rules.quiet import Quiet, allowed_for

log = logging.getLogger(__name__)

Values = Mapping[str, str]
USUAL = Quiet()
CALLED = str(ChannelKind.BY_HAND)


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
    habits, calendar, reading = quiet_hours(messages), Calendar(at, workdays_on_record()), Reading()
    for message in messages:
        if message.pk in values:
            later = None if message.channel == CALLED else calendar.later(habits.get(message.pk, USUAL))
            _place(message, values[message.pk], later, reading, looked)
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
        if message.channel != CALLED
    }
    return {key: quiet for key, quiet in found.items() if quiet}


def _preferred(whose: str, ids: Collection[int]) -> dict[int | None, Quiet]:
    rows = Preference.objects.filter(**{f"{whose}__in": ids}) if ids else Preference.objects.none()
    found = rows.values_list(whose, "quiet_from", "quiet_until", "workdays_only")
    return {one: Quiet(*habits) for one, *habits in found}


class Calendar:
    """When it may ring for somebody, if not at the moment; worked out once for all who have the same habits."""

    def __init__(self, at: datetime, workdays: Workdays) -> None:
        self.at, self.workdays = at, workdays
        self._later: dict[Quiet, datetime | None] = {}

    def later(self, quiet: Quiet) -> datetime | None:
        if quiet not in self._later:
            allowed = allowed_for(quiet, self.at, self.workdays)
            self._later[quiet] = allowed if allowed > self.at else None
        return self._later[quiet]


class Reading:
    """Whether nothing in a wording stays open; which placeholders it has is looked up once."""

    def __init__(self) -> None:
        self._names: dict[int, frozenset[str] | None] = {}

    def lacks(self, wording: Wording, values: Values) -> str:
        """The placeholders that nothing fills, as they are written; empty when the message can be read."""
        if wording.pk not in self._names:
            self._names[wording.pk] = placeholders_in(wording)
        names = self._names[wording.pk]
        if names is not None and names <= values.keys() and all(map(str.strip, values.values())):
            return ""
        try:
            filled(wording, values)
        except Unfilled as problem:
            return str(problem)
        return ""


def _place(message: Message, values: Values, later: datetime | None, reading: Reading, looked: Looked) -> None:
    if later:
        looked.quiet[later].append(message.pk)
        return
    if lacking := reading.lacks(message.wording, values):
        looked.unfilled[message.pk] = lacking
        return
    if message.values != values:
        message.values = dict(values)
        looked.changed.append(message)
    looked.fit.append(message)
