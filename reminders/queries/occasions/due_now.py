"""The workday before something of theirs falls due, an officer reads it: one message for all that does.

Mondays' are in the overview of the week, for those who want it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from meetings.queries.special_days import workdays_on_record
from reminders.choices import MessageKind
from reminders.queries import overviews
from reminders.queries.occasions.digest import is_read_on
from reminders.rules.ladder import of_day, turn
from reminders.rules.occasion import Occasion
from reminders.rules.overview import falling_due
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.routing import Person


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    rung, workdays = turn(of_day(today), at), workdays_on_record()
    if rung and workdays.is_workday(today):
        chosen = partial(falling_due, on=today, workdays=workdays)
        wants = partial(_wants, today)
        yield from overviews.occasions(
            MessageKind.DUE_NOW, today.isoformat(), rung, path=path, on=today, chosen=chosen, wants=wants
        )


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    """One that had to wait says what is still open of what it spoke of."""
    today, workdays = at.astimezone(SHANGHAI).date(), workdays_on_record()
    found: dict[UUID, Mapping[str, str]] = {}
    for about in {one.about for one in messages}:
        chosen = partial(falling_due, on=date.fromisoformat(about), workdays=workdays)
        found |= overviews.standing([one for one in messages if one.about == about], on=today, chosen=chosen)
    return found


def _wants(today: date, person: Person) -> bool:
    return not (is_read_on(today) and person.wants_digest)
