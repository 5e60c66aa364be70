"""What is asked in planning, and about what is due."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from meetings.choices import DayKind, MeetingKind
from meetings.planning.duty_rules import ASKED, IN_THE_WINDOW, LIMIT_KEYS
from meetings.planning.models import ThemeDay
from meetings.planning.rules import Defaults, ListedDay, Proposal, bounds, fits, latest_day, read_days
from meetings.planning.services import PlannedMeeting
from members.models import Organization
from members.pages.forms import FilterForm, LookedUpField, LookedUpRow, day_field, key_field
from rulebook.values import DutyState

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

    @property
    def month(self) -> date | None:
        """The first day of the month where it stands in the plan."""
        shown = self.shown()
        return shown[2].replace(day=1) if shown else None

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

    def line(self) -> PlannedMeeting:
        typed = {name: value for name, value in self.cleaned_data.items() if name not in ("code", "DELETE")}
        return PlannedMeeting(organization=self.places[self.cleaned_data["code"]], **typed)


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


def kept_lines(lines: Any) -> list[PlannedMeeting]:
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


class LocalKindForm(forms.Form):
    key = key_field()
    name = forms.CharField(label=gettext_lazy("Name of the kind"), max_length=60)
    organization = LookedUpRow(
        label=gettext_lazy("For everybody below"),
        queryset=Organization.objects.none(),
        to_field_name="code",
        empty_label=None,
    )

    def __init__(self, data: Any, *, places: QuerySet[Organization]) -> None:
        super().__init__(data)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places


EARLIEST = 2018
"""The branch regulations are of 2018."""
STATES = (
    (DutyState.OVERDUE, gettext_lazy("Overdue")),
    (DutyState.OPEN, gettext_lazy("Still open")),
    (DutyState.DONE, gettext_lazy("Done")),
)
KINDS = [(asked.kind, MeetingKind(asked.kind).label) for of_kind in ASKED.values() for asked in of_kind]


class DutyFilterForm(FilterForm):
    """Place, year, and what of it. A year that hasn't begun isn't offered."""

    q = forms.CharField(label=gettext_lazy("Branch"), required=False)
    org = LookedUpField(label=gettext_lazy("Organization"), required=False)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All kinds")), *KINDS]
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *STATES])

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization, today: date) -> None:
        super().__init__(data)
        self.offer_places(places, at=at)
        self.offer("year", [(year, str(year)) for year in range(today.year, EARLIEST - 1, -1)])


def only_for_committees(form: DutyFilterForm) -> DutyFilterForm:
    """Without what can't be asked of counts."""
    for name in ("kind", "state"):
        del form.fields[name]
    return form


def only_for_a_branch(form: DutyFilterForm) -> DutyFilterForm:
    del form.fields["q"]
    return form


class DutyDoForm(forms.Form):
    """As the address of a duty says it: the kind, the period, and of requests for leave who asked."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (*MeetingKind.values, *LIMIT_KEYS)])
    period = forms.RegexField(r"^(19|20)\d\d(-(Q[1-4]|0[1-9]|1[0-2]))?$")
    member = forms.IntegerField(required=False)
