"""The planner of a year, line by line, and the fixed theme day."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.choices import MeetingKind
from meetings.models import ThemeDay
from meetings.rules.duties import ASKED
from meetings.rules.org_life import IN_THE_WINDOW
from meetings.rules.planning import Proposal, bounds, fits, latest_day
from meetings.services.planning import Line
from members.forms.fields import day_field, key_field
from members.models import Organization

MOST_LINES = 400
PERIOD = r"^20\d\d(-Q[1-4]|-0[1-9]|-1[0-2])?$"
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PlanYearForm(forms.Form):
    """The key from which the keys of the meetings follow."""

    key = key_field()


class LineForm(forms.Form):
    """One meeting: what it is stays hidden, when and where can be changed."""

    code = forms.CharField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(asked.kind, asked.kind) for of_kind in ASKED.values() for asked in of_kind]
    )
    period = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(PERIOD)])
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=31)
    day = day_field(label=gettext_lazy("Day"))
    starts_at = forms.TimeField(label=gettext_lazy("Begins"), required=False, widget=TIME)
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=120)

    def __init__(self, *args: Any, places: Mapping[str, Organization], today: date, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.today, self.year = places, today, year

    @property
    def name(self) -> str:
        kind = self["kind"].value()
        return str(MeetingKind(kind).label) if kind in MeetingKind.values else ""

    @property
    def organization(self) -> Organization | None:
        return self.places.get(self["code"].value())

    def shown(self) -> tuple[str, str, date] | None:
        """Kind, period and day as the fields show them; None while one of them can't be read."""
        kind, period = str(self["kind"].value()), str(self["period"].value())
        try:
            day = self.fields["day"].to_python(self["day"].value())
        except ValidationError:
            return None
        return (kind, period, day) if day and kind in MeetingKind.values and re.match(PERIOD, period) else None

    def clean_code(self) -> str:
        if self.cleaned_data["code"] not in self.places:
            raise ValidationError(_("This isn't one of the organizations you plan for."))
        return str(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        day, period, kind = typed.get("day"), typed.get("period"), typed.get("kind")
        if not (day and period and kind):
            return typed
        if int(period[:4]) not in self._years(kind):
            self.add_error(None, _("This line belongs to another year."))
        elif day < self.today:
            self.add_error("day", _("This day is over."))
        elif not fits(kind, period, day):
            sentence = _("To count for %(period)s it is held from %(first)s to %(last)s.")
            bound = {"period": period, "first": bounds(period)[0], "last": latest_day(kind, period)}
            self.add_error("day", sentence % bound)
        return typed

    def _years(self, kind: str) -> tuple[int, ...]:
        """The year that is planned; organizational life may have been moved into it out of the year before."""
        return (self.year - 1, self.year) if kind in IN_THE_WINDOW else (self.year,)

    def line(self) -> Line:
        typed = {name: value for name, value in self.cleaned_data.items() if name not in ("code", "DELETE")}
        return Line(organization=self.places[self.cleaned_data["code"]], **typed)


LineFormSet = forms.formset_factory(
    LineForm, extra=0, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)


def initial_lines(found: Iterable[Proposal], kept: ThemeDay | None) -> list[dict[str, Any]]:
    """The proposals as the formset shows them; time and place are those of the fixed day."""
    usual = {"starts_at": kept.starts_at, "place": kept.place} if kept else {}
    return [
        {
            "code": one.organization,
            "kind": one.kind,
            "period": one.period,
            "number": one.number,
            "day": one.day,
            **usual,
        }
        for one in found
    ]


def kept_lines(lines: Any) -> list[Line]:
    """The lines that weren't deleted, of a valid formset."""
    return [form.line() for form in lines if not form.cleaned_data.get("DELETE")]


class ThemeDayForm(forms.ModelForm):
    """The branch's fixed day of the month."""

    class Meta:
        model = ThemeDay
        fields = ["day_of_month", "starts_at", "place"]
        widgets = {"starts_at": TIME}

    day_of_month = forms.IntegerField(
        label=gettext_lazy("Day of the month"), min_value=1, max_value=28,
        help_text=gettext_lazy("On a holiday or weekend the next workday is proposed."),
    )  # fmt: skip
