"""On Monday morning an officer reads what the week asks for, and what is overdue. At most one a week and person; none
when there is nothing, or when they don't want it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from reminders.choices import MessageKind
from reminders.queries import overviews
from reminders.rules import overview
from reminders.rules.dedupe import week
from reminders.rules.ladder import of_week, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.routing import Person


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    if rung := turn(of_week(today), at):
        chosen = partial(overview.of_week, on=today)
        yield from overviews.occasions(
            MessageKind.DIGEST, week(today), rung, path=path, on=today, chosen=chosen, wants=_wants
        )


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    of_this_week = [one for one in messages if one.about == week(today)]
    return overviews.standing(of_this_week, on=today, chosen=partial(overview.of_week, on=today))


def is_read_on(day: date) -> bool:
    """Whether the overview is told on that day, so that nothing else has to be."""
    return day.weekday() == 0


def _wants(person: Person) -> bool:
    return person.wants_digest
