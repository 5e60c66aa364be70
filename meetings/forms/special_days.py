"""Days off and workdays, one or a whole year's list."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.choices import DayKind
from meetings.rules.day_lists import Defaults, ListedDay, read_days

BACK, AHEAD = 1, 2
"""Years before and after this one whose days can be recorded: anything else is a slip of the pen."""
TOLD = 10
"""How many faulty lines are named at once."""


class SpecialDaysForm(forms.Form):
    lines = forms.CharField(
        label=gettext_lazy("Days"), max_length=8000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "A line a day or a span of days, like “2027-01-01 New Year” or “2027-02-05 ~ 2027-02-11 Spring Festival”. "
            "The lines of the State Council's notice can be pasted as they stand."
        ),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Lines that don't say it are"), choices=DayKind.choices, initial=DayKind.OFF
    )
    name = forms.CharField(label=gettext_lazy("Holiday of days without one"), max_length=40, required=False)

    def __init__(self, *args: Any, year: int, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.today = year, today

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "lines" in typed and "kind" in typed:
            defaults = Defaults(self.year, typed["kind"], typed.get("name", ""))
            typed["days"], faults = read_days(typed["lines"], defaults)
            faults = faults or list(self._outside(typed["days"])) or self._nothing(typed["days"])
            if faults:
                self.add_error("lines", ValidationError([*faults[:TOLD]]))
        return typed

    def _outside(self, days: list[ListedDay]) -> list[str]:
        first, last = self.today.year - BACK, self.today.year + AHEAD
        sentence = _("%(day)s isn't between %(first)s and %(last)s.")
        return [
            sentence % {"day": one.day, "first": first, "last": last}
            for one in days
            if not first <= one.day.year <= last
        ]

    def _nothing(self, days: list[ListedDay]) -> list[str]:
        return [] if days else [_("No day is found in it.")]
