"""The kinds of messages: what should be told by a moment, and what of it still stands."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from meetings.planning.queries import workdays_on_record
from members.bulk import InArray
from reminders.channels.models import Preference
from reminders.channels.rules import Quiet, allowed_for
from reminders.choices import ChannelKind, MessageKind
from reminders.messages.models import Wording
from reminders.messages.text_rules import Unfilled, filled, placeholders_in
from reminders.planning import member_kinds, officer_kinds
from reminders.planning.rules import Occasion, Pending


class FindDue(Protocol):
    def __call__(self, at: datetime, *, path: str = "") -> Iterator[Occasion]: ...


class FindStanding(Protocol):
    def __call__(self, messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]: ...


class MessageKindFacts(NamedTuple):
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
KINDS: Mapping[str, MessageKindFacts] = {
    MessageKind.MISSED: MessageKindFacts(member_kinds.missed_due, member_kinds.missed_standing),
    MessageKind.INVITATION: MessageKindFacts(member_kinds.invitation_due, member_kinds.invitation_standing),
    MessageKind.MAKE_UP: MessageKindFacts(member_kinds.make_up_due, member_kinds.make_up_standing),
    MessageKind.DUES: MessageKindFacts(member_kinds.dues_due, member_kinds.dues_standing),
    MessageKind.TERM: MessageKindFacts(officer_kinds.term_due, officer_kinds.term_standing),
    MessageKind.DIGEST: MessageKindFacts(officer_kinds.digest_due, officer_kinds.digest_standing),
    MessageKind.DUE_NOW: MessageKindFacts(officer_kinds.due_now_due, officer_kinds.due_now_standing),
    MessageKind.READERS: MessageKindFacts(officer_kinds.readers_due, officer_kinds.readers_standing),
    MessageKind.ANNOUNCEMENT: MessageKindFacts(member_kinds.announcement_due, member_kinds.announcement_standing),
}


log = logging.getLogger(__name__)

Values = Mapping[str, str]
One = TypeVar("One", bound=Pending)
USUAL = Quiet()
CALLED = str(ChannelKind.BY_HAND)


@dataclass(slots=True)
class Checked(Generic[One]):
    """What became clear about a batch of due messages. Each is in exactly one of these, but for `changed`."""

    fit: list[One] = field(default_factory=list)
    """To go out now."""
    changed: dict[UUID, Values] = field(default_factory=dict)
    """What those of `fit` say as of now of which the row says something else."""
    stopped: list[UUID] = field(default_factory=list)
    """The thing is done."""
    quiet: dict[datetime, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """By the moment at which they may ring."""
    unfilled: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """By the placeholders that nothing fills."""
    troubled: list[UUID] = field(default_factory=list)
    """It can't be told now whether the thing is done."""

    def take(self, message: One, values: Values) -> None:
        if values is not message.values and values != message.values:
            self.changed[message.pk] = values
        self.fit.append(message)


def check_before_sending(messages: Sequence[One], at: datetime) -> Checked[One]:
    """A few queries for the whole batch."""
    checked = Checked[One]()
    values, checked.troubled = undone(messages, at)
    troubled, hours, reading = set(checked.troubled), Hours(messages, at), Reading(messages)
    for message in messages:
        key = message.pk
        now = values.get(key)
        if now is None:
            if key not in troubled:
                checked.stopped.append(key)
        elif later := hours.later(message):
            checked.quiet[later].append(key)
        elif lacking := reading.lacks(message.wording_id, now):
            checked.unfilled[lacking].append(key)
        else:
            checked.take(message, now)
    return checked


def undone(messages: Iterable[Pending], at: datetime) -> tuple[dict[UUID, Values], list[UUID]]:
    """Those whose thing is still undone, with their values as of now; and those of which that can't be told.

    What fails to say so doesn't keep messages of other kinds.
    """
    found: dict[UUID, Values] = {}
    troubled: list[UUID] = []
    by_kind: dict[str, list[Pending]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    for kind, of_kind in by_kind.items():
        try:
            found.update(KINDS[kind].standing(of_kind, at=at))
        except Exception:
            log.exception("What stands of messages of the kind %s can't be told.", kind)
            troubled += [message.pk for message in of_kind]
    return found, troubled


class Hours:
    """When it may ring for those whom messages tell, if not at the moment; worked out once for the same habits.

    Most have the usual ones, and of them nothing is stored.
    """

    def __init__(self, messages: Iterable[Pending], at: datetime) -> None:
        self.at, self.workdays = at, workdays_on_record()
        self._worked_out: dict[Quiet, datetime | None] = {}
        self._usual = self._later(USUAL)
        users = {message.user_id for message in messages if message.user_id}
        members = {message.member_id for message in messages if message.member_id and not message.user_id}
        self._of_user = self._preferred("user", users) | self._preferred("member__user", users)
        self._of_member = self._preferred("member", members)

    def later(self, message: Pending) -> datetime | None:
        """None: now. Calls are made by people, who know the hour."""
        if message.channel == CALLED:
            return None
        if message.user_id:
            return self._of_user.get(message.user_id, self._usual)
        return self._of_member.get(message.member_id, self._usual)

    def _preferred(self, whose: str, ids: Collection[int]) -> dict[int | None, datetime | None]:
        if not ids:
            return {}
        rows = Preference.objects.filter(InArray(whose, ids))
        found = rows.values_list(whose, "quiet_from", "quiet_until", "workdays_only")
        return {one: self._later(Quiet(*habits)) for one, *habits in found}

    def _later(self, quiet: Quiet) -> datetime | None:
        if quiet not in self._worked_out:
            allowed = allowed_for(quiet, self.at, self.workdays)
            self._worked_out[quiet] = allowed if allowed > self.at else None
        return self._worked_out[quiet]


class Reading:
    """Whether nothing in the wordings of messages stays open; which placeholders they have is looked up once."""

    def __init__(self, messages: Iterable[Pending]) -> None:
        self._wordings = Wording.objects.in_bulk({message.wording_id for message in messages})
        self._names = {key: placeholders_in(wording) for key, wording in self._wordings.items()}

    def lacks(self, wording_id: int, values: Values) -> str:
        """The placeholders that nothing fills, as they are written; empty when the message can be read."""
        names = self._names[wording_id]
        if names is not None and names <= values.keys() and all(map(str.strip, values.values())):
            return ""
        try:
            filled(self._wordings[wording_id], values)
        except Unfilled as problem:
            return str(problem)
        return ""
