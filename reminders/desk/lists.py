"""The lists of what branches owe, and of what was asked of them."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.pages.listing import Listing, Nothing, day, linked, number, text
from members.pages.requests import address
from reminders.desk.queries import words_of

MOST_NAMES = 4


def late(kinds: Mapping[str, int]) -> list[tuple[object, int]]:
    """What is overdue by its names, most first."""
    found = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    return [(words_of(kind).title, count) for kind, count in found]


def _named(row: Any, between: str, number: int | None = None) -> str:
    return between.join(f"{title} {count}" for title, count in late(row.overdue_kinds)[:number])


BRANCH = linked(
    "branch", _("Branch"), "organization.name", url=lambda row: address("reminders:desk-at", row.organization.code)
)
LATE, ON_TIME = (
    number("overdue", _("Overdue")),
    [
        number("this_week", _("This week")),
        number("this_month", _("Later this month")),
    ],
)
SAID = number("not_applicable", _("Said not to apply"))
BRANCHES = Listing(
    columns=[
        BRANCH,
        LATE,
        text("kinds", _("What is overdue"), lambda row: _named(row, " · ", MOST_NAMES)),
        *ON_TIME,
        number("done", _("Done this year")),
        SAID,
    ],
    phone=["branch", "overdue", "kinds"],
    workbook=[
        BRANCH,
        LATE,
        *ON_TIME,
        number("later", _("Later this year")),
        number("done", _("Done")),
        SAID,
        text("kinds", _("What is overdue"), lambda row: _named(row, ", ")),
        day("counted_on", _("As of")),
    ],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
)


ASKED = [
    number("questions", _("Messages to officers"), "asked.questions"),
    number("forms", _("Forms sent"), "asked.forms"),
    number("fields", _("Fields filled"), "asked.fields"),
]
DUTIES = number("duties", _("Duties"), "asked.duties")
BELOW = Listing(
    columns=[
        linked("branch", _("Branch"), "branch.name", url=lambda row: f"?{urlencode({'org': row.branch.code})}"),
        number("duties", _("Duties this year"), "asked.duties"),
        *ASKED,
    ],
    phone=["branch", "duties", "questions", "forms", "fields"],
    workbook=[text("branch", _("Branch")), DUTIES, *ASKED],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
)
MONTHS = Listing(
    columns=[text("month", _("Month"), lambda row: date_format(row["month"], "YEAR_MONTH_FORMAT")), DUTIES, *ASKED],
    phone=["month", "duties", "questions", "forms", "fields"],
    nothing=Nothing(_("Nothing has been counted yet."), "diagram-3"),
)
