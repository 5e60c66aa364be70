"""What an officer's overview says: what the week asks for, or what falls due next. Counts, and no member's name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.rules.workdays import Workdays
from reminders.rules.desk import When, when
from rulebook.values import Duty, DutyState

MOST = 15
"""Lines; the rest is on the desk."""
THIS_WEEK = (When.OVERDUE, When.TODAY, When.THIS_WEEK)


def of_week(duties: Iterable[Duty], *, on: date) -> list[Duty]:
    """What is overdue, and what falls due until Sunday."""
    return [duty for duty in duties if when(duty, on=on) in THIS_WEEK]


def falling_due(duties: Iterable[Duty], *, on: date, workdays: Workdays) -> list[Duty]:
    """On a workday, what falls due after it and up to the next one: each duty is called to mind on one day only."""
    if not workdays.is_workday(on):
        return []
    until = next_workday(on, workdays)
    return [duty for duty in duties if on < duty.due_on <= until]


def next_workday(on: date, workdays: Workdays) -> date:
    later = (on + timedelta(days=step) for step in range(1, 32))
    return next((day for day in later if workdays.is_workday(day)), on + timedelta(days=1))


def lines(duties: Sequence[Duty], *, title: Callable[[str], str], places: Mapping[str, str]) -> str:
    """One line for each kind and place, what is overdue first. `places`: code → name, said where there are several."""
    piles: dict[tuple[bool, str, str], list[date]] = defaultdict(list)
    for duty in duties:
        piles[duty.state != DutyState.OVERDUE, duty.organization, duty.kind].append(duty.due_on)
    several = len({duty.organization for duty in duties}) > 1
    ordered = sorted(piles.items(), key=lambda pile: (pile[0][0], min(pile[1]), pile[0]))
    said = [_line(title(kind), days, later, places[code] if several else "") for (later, code, kind), days in ordered]
    rest = len(said) - MOST
    more = [ngettext("· %(count)s more", "· %(count)s more", rest) % {"count": rest}] if rest > 0 else []
    return "\n".join(said[:MOST] + more)


def _line(title: str, days: Sequence[date], later: bool, place: str) -> str:
    values = {
        "what": f"{place} {title}".strip(), "count": len(days), "day": date_format(min(days), "MONTH_DAY_FORMAT"),
    }  # fmt: skip
    one = len(days) == 1
    if later:
        sentence = _("· %(what)s: by %(day)s") if one else _("· %(what)s: %(count)s, the first by %(day)s")
    elif one:
        sentence = _("· %(what)s: was due on %(day)s")
    else:
        sentence = _("· %(what)s: %(count)s overdue, the first since %(day)s")
    return sentence % values
