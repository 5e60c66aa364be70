"""How the periods and days of duties are said."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext, pgettext_lazy

from dues.choices import MONTH_COLOURS, MONTH_SIGNS, MonthState
from meetings.choices import AttendanceState
from reminders.desk.queries import DeskLine
from reminders.desk.rules import Pile, When
from rulebook.wording import period_words

register = template.Library()
register.filter("period", period_words)


@register.simple_tag
def due(due_on: date, on: date) -> str:
    """How far a day is off: "in 3 days", "84 days late"."""
    days = (due_on - on).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}


MOST_NAMES = 3


@register.simple_tag
def pile_facts(pile: Pile[DeskLine]) -> str:
    """Whom the lines of a pile are about, or which periods: the first three, and that there are more."""
    facts = dict.fromkeys(
        f"{line.where} {line.member.name if line.member else period_words(line.duty.period)}".strip()
        for line in pile.lines
    )
    named = _(", ").join(list(facts)[:MOST_NAMES])
    return _("%(names)s and others") % {"names": named} if len(facts) > MOST_NAMES else named


@register.filter
def pile_lines(piles: Sequence[Pile[DeskLine]]) -> int:
    return sum(len(pile.lines) for pile in piles)


@register.simple_tag
def section_name(when: When) -> str:
    return {
        When.OVERDUE: _("Overdue"),
        When.TODAY: _("Today"),
        When.THIS_WEEK: _("This week"),
        When.THIS_MONTH: _("Later this month"),
        When.LATER: _("Later this year"),
        When.DONE: _("Done"),
    }[when]


@register.simple_tag
def new_key() -> str:
    """For a form by hand: the key of the row that it stores."""
    return str(uuid4())


ATTENDED: dict[AttendanceState | None, tuple[str, Any]] = {
    AttendanceState.ON_SITE: ("good", "✓"),
    AttendanceState.ONLINE: ("good", "✓"),
    AttendanceState.VISITED: ("info", pgettext_lazy("sign of an attendance", "V")),
    AttendanceState.MADE_UP: ("info", pgettext_lazy("sign of an attendance", "M")),
    AttendanceState.LEAVE: ("quiet", pgettext_lazy("sign of an attendance", "L")),
    AttendanceState.ABSENT: ("warn", pgettext_lazy("sign of an attendance", "A")),
}


@register.simple_tag
def own_cell(state: MonthState | AttendanceState | None) -> SafeString:
    """A month of one's own year: a sign, whose word is read aloud."""
    kind, sign = _sign(state)
    word = state.label if state else _("nothing")
    return format_html(
        '<td class="own-{}" title="{}">{}<span class="visually-hidden">{}</span></td>', kind, word, sign, word
    )


@register.simple_tag
def own_mark(state: MonthState | AttendanceState) -> SafeString:
    """The same with its word, for the key below."""
    kind, sign = _sign(state)
    return format_html('<span class="own-sign own-{}" aria-hidden="true">{}</span> {}', kind, sign, state.label)


def _sign(state: MonthState | AttendanceState | None) -> tuple[str, Any]:
    if isinstance(state, MonthState):
        return MONTH_COLOURS.get(state, "quiet"), MONTH_SIGNS[state]
    return ATTENDED.get(state, ("quiet", ""))
