"""From which moment something is told and until when, its key, and what is said."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from dues.ledger.rules import ARREARS_STAGES, Arrears
from dues.units import yuan
from meetings.planning.rules import Workdays
from members.choices import OfficeKind
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageKind
from reminders.desk.rules import When, when
from rulebook.dates import add_months
from rulebook.values import Duty, DutyState, Text

NAMESPACE = uuid5(NAMESPACE_URL, "branchweb:message")


def message_key(dedupe_key: str) -> UUID:
    """The key of the message's row, known before it is stored: links to answer need it."""
    return uuid5(NAMESPACE, dedupe_key)


def dedupe_key(kind: str, *parts: object) -> str:
    """`missed:8f0e…:17:1`. Only what stays the same: no moment of planning, no path."""
    return ":".join([kind, *map(str, parts)])


def stamp(day: date, starts_at: time | None) -> str:
    """When a meeting is, so that one that was moved is another: `20261130T1500`, or `20261130` without an hour."""
    return f"{day:%Y%m%d}" + (f"T{starts_at:%H%M}" if starts_at else "")


def week(day: date) -> str:
    """The ISO week: `2026-W48`."""
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"


class Occasion(NamedTuple):
    """One stage of a kind for one person, before anybody decided by which channel.

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


class Pending(Protocol):
    """A row's object, or `DueMessage`."""

    @property
    def pk(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def about(self) -> str: ...
    @property
    def dedupe_key(self) -> str: ...
    @property
    def organization_id(self) -> int: ...
    @property
    def member_id(self) -> int | None: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def wording_id(self) -> int: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def state(self) -> str: ...


class DueMessage(NamedTuple):
    """Just that of a row, `queries.due.rows_of`. Of very many due messages, making objects took half the time."""

    pk: UUID
    kind: str
    step: int
    about: str
    dedupe_key: str
    organization_id: int
    member_id: int | None
    user_id: int | None
    channel: str
    wording_id: int
    state: str
    values: Mapping[str, str]


MISSED_AFTER = (timedelta(0), timedelta(days=3), timedelta(days=7))
MAKE_UP_AFTER = (timedelta(0), timedelta(days=7))
AFTER_MEETING = timedelta(days=14)
"""So long after the closing an absence is asked about, and a machine that was off catches up."""
ANSWERED_WITHIN = timedelta(days=28)
"""So long after the closing an answer is of use."""
INVITED = timedelta(days=3)
SHORTLY_BEFORE = timedelta(hours=2)
TERM_MONTHS = (6, 3, 1)
DUES_WITHIN = timedelta(days=10)
"""So many days into the month after the one that brought the stage it is told."""
DIGEST_WITHIN, DUE_NOW_WITHIN = timedelta(hours=36), timedelta(hours=12)
NEWS_WITHIN = timedelta(days=14)
MORNING, START_OF_WORK, EVENING = time(8), time(9), time(19)


@dataclass(frozen=True, slots=True)
class Stage:
    """`step` counts from one. From `due_at` until `until` it is the current one; what was sent is of use, and can be
    answered, until `expires_at`."""

    step: int
    due_at: datetime
    until: datetime
    expires_at: datetime


def current_stage(stages: Iterable[Stage], at: datetime) -> Stage | None:
    """When a reminder is sent: on the stage whose turn it is; earlier ones that nobody climbed are left out."""
    return next((one for one in stages if one.due_at <= at < one.until), None)


def is_past(stages: Iterable[Stage], step: int, at: datetime) -> bool:
    """Whether that stage is over, or there is none such any more: who hasn't heard of it needn't now."""
    return next((one.until <= at for one in stages if one.step == step), True)


def after_absence(closed_at: datetime) -> list[Stage]:
    return _stages([closed_at + lag for lag in MISSED_AFTER], closed_at + AFTER_MEETING, closed_at + ANSWERED_WITHIN)


def to_make_up(closed_at: datetime) -> list[Stage]:
    return _stages([closed_at + lag for lag in MAKE_UP_AFTER], closed_at + AFTER_MEETING, closed_at + ANSWERED_WITHIN)


def before_meeting(day: date, starts_at: time | None) -> list[Stage]:
    """Three days before, and two hours before; the evening before where that would be in the night. A meeting without
    an hour is called to mind in the morning."""
    begins = local(day, starts_at or time.max)
    shortly = begins - SHORTLY_BEFORE if starts_at else local(day, MORNING)
    if shortly < local(day, MORNING):
        shortly = local(day - timedelta(days=1), EVENING)
    return _stages([local(day - INVITED, START_OF_WORK), shortly], begins, begins)


def announced(day: date, starts_at: time | None) -> list[Stage]:
    """Once, three days before."""
    begins = local(day, starts_at or time.max)
    return _stages([local(day - INVITED, START_OF_WORK)], begins, begins)


def before_end(ends_on: date) -> list[Stage]:
    """Six, three and one month before a term ends (domain rules: six months by the superior's reminder)."""
    over = local(ends_on, time.max)
    return _stages([local(add_months(ends_on, -months), START_OF_WORK) for months in TERM_MONTHS], over, over)


def for_dues(reached_with: date, months: int) -> list[Stage]:
    """The one stage of so many open months, of which the month `reached_with` was the last; else none."""
    if months not in ARREARS_STAGES:  # at the rule's six people look at the case, and nothing is sent
        return []
    begins = add_months(reached_with, 1)
    due_at = local(begins, START_OF_WORK)
    return [
        Stage(ARREARS_STAGES.index(months) + 1, due_at, due_at + DUES_WITHIN, local(add_months(begins, 1), time.min))
    ]


def of_week(day: date) -> list[Stage]:
    """The overview of the week in which the day lies: Monday at eight, until Tuesday evening."""
    due_at = local(day - timedelta(days=day.weekday()), MORNING)
    return [Stage(1, due_at, due_at + DIGEST_WITHIN, due_at + timedelta(days=7))]


def of_day(day: date) -> list[Stage]:
    """What falls due next is told at eight, until the evening."""
    due_at = local(day, MORNING)
    return [Stage(1, due_at, due_at + DUE_NOW_WITHIN, due_at + timedelta(days=4))]


def of_news(day: date) -> list[Stage]:
    """What is new is told from the same day on, for two weeks; whoever reads it later has use of it still."""
    due_at = local(day, MORNING)
    return [Stage(1, due_at, due_at + NEWS_WITHIN, due_at + 2 * NEWS_WITHIN)]


def local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


def _stages(due: Sequence[datetime], over: datetime, expires_at: datetime) -> list[Stage]:
    turns = zip(due, [*due[1:], over], strict=True)
    return [Stage(step, one, until, expires_at) for step, (one, until) in enumerate(turns, start=1)]


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a branch's dues."""

    office: OfficeKind
    name: str


def dues_values(arrears: Arrears, taker: Taker | None) -> dict[str, str]:
    """Of the months without a reason on record: whoever agreed with the branch to pay later isn't asked."""
    counted = set(arrears.counted)
    fen = sum(one.fen for one in arrears.months if one.month in counted)
    return {
        "amount": _("%(yuan)s yuan") % {"yuan": f"{yuan(fen):,}"},
        "months": months_text(arrears.counted),
        "ways": ways_text(taker),
    }


def months_text(months: Sequence[date]) -> str:
    """`2026年9月至11月`: each row of months by its first and last."""
    return _(", ").join(_row_text(first, last) for first, last in _rows(months))


def ways_text(taker: Taker | None) -> str:
    """Never by withholding from wages, never advanced by the branch (2008 provisions, articles 12 and 14)."""
    if taker is None:
        return _("to the branch, in cash or by transfer; a relative or another member may pay for you")
    sentence = _("to %(name)s (%(office)s), in cash or by transfer; a relative or another member may pay for you")
    return sentence % {"name": taker.name, "office": taker.office.label}


def _rows(months: Sequence[date]) -> list[tuple[date, date]]:
    rows: list[tuple[date, date]] = []
    for month in sorted(months):
        if rows and add_months(rows[-1][1], 1) == month:
            rows[-1] = (rows[-1][0], month)
        else:
            rows.append((month, month))
    return rows


def _row_text(first: date, last: date) -> str:
    whole = date_format(first, "YEAR_MONTH_FORMAT")
    if first == last:
        return whole
    if first.year == last.year:
        row = Text(zh=f"{first.year}年{first.month}月至{last.month}月", en=f"{first:%B} to {last:%B} {last.year}")
        return str(row)
    return _("%(first)s to %(last)s") % {"first": whole, "last": date_format(last, "YEAR_MONTH_FORMAT")}


def term_values(ends_on: date, *, on: date) -> dict[str, str]:
    return {"day": date_format(ends_on, "DATE_FORMAT"), "left": left_text(ends_on, on=on)}


def left_text(ends_on: date, *, on: date) -> str:
    """How long it is until then: whole months, days when it is less than one."""
    months = max((count for count in range(1, 13) if add_months(on, count) <= ends_on), default=0)
    if months:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    days = (ends_on - on).days
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days > 0 else _("today")


MOST = 15
"""Lines; the rest is on the desk."""
THIS_WEEK = (When.OVERDUE, When.TODAY, When.THIS_WEEK)


def due_this_week(duties: Iterable[Duty], *, on: date) -> list[Duty]:
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
