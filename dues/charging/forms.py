"""What is asked about bases, charging, reductions and waivers."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from dues.charging.relief_services import NewRelief
from dues.charging.rules import BaseItem, Effect, items_of
from dues.charging.services import NewBasis
from dues.choices import ReliefKind
from dues.fields import MonthField, YuanField
from meetings.meeting.models import Meeting
from members.choices import DuesCategory
from members.models import Member
from members.pages.forms import choice_field, day_field, key_field
from rulebook.dates import add_months
from rulebook.rule import NoRule
from rulebook.rules.dues import RATE_KEYS

EFFECTS = {
    Effect.COUNTS: gettext_lazy("Counts"),
    Effect.TAKEN_OFF: gettext_lazy("Taken off"),
    Effect.LEFT_OUT: gettext_lazy("Doesn't count"),
}
YEARS = range(2009, 2100)


class YearForm(forms.Form):
    """Which year; without one, or with one that can't be, the year of today."""

    year = forms.IntegerField(min_value=YEARS.start, max_value=YEARS.stop - 1)

    def chosen(self, today: date) -> int:
        return int(self.cleaned_data["year"]) if self.is_valid() else today.year


class CategoryForm(forms.Form):
    """Chosen first: the items to fill in depend on it."""

    category = forms.ChoiceField(
        label=gettext_lazy("Category for dues"),
        choices=DuesCategory.choices,
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )

    def chosen(self, otherwise: str) -> str:
        return str(self.cleaned_data["category"]) if self.is_valid() else otherwise


class BasisForm(forms.Form):
    """One member's base for a year, with the items that the category has."""

    key = key_field()
    valid_from = MonthField(label=gettext_lazy("From the month"))
    decided_on = day_field(label=gettext_lazy("Decided by the branch on"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it changes"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only needed where something was already fixed for this year."),
    )

    def __init__(self, *args: Any, member: Member, year: int, category: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.year, self.category = member, year, category
        self.items = items_of(category)
        if category in RATE_KEYS:
            self.fields["base"] = YuanField(
                label=gettext_lazy("Monthly base as a sum, in yuan"), required=False, least_fen=0,
                help_text=gettext_lazy("Only where the items aren't known."),
            )  # fmt: skip
        for item in self.items:
            self.fields[item.code] = YuanField(
                label=item.label, required=False, least_fen=0, help_text=_why(item, date(year, 1, 1))
            )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The items by whether they count, for the page."""
        return [
            (label, [self[item.code] for item in self.items if item.effect == effect])
            for effect, label in EFFECTS.items()
            if any(item.effect == effect for item in self.items)
        ]

    @property
    def common_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("base", "valid_from", "decided_on", "reason") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """The sum and the items are two ways to say the same: only one of them is filled in."""
        typed = super().clean() or {}
        if typed.get("base") is not None and self._parts(typed):
            self.add_error("base", _("Give the items or the sum, not both."))
        return typed

    def new_basis(self) -> NewBasis:
        typed = self.cleaned_data
        return NewBasis(
            key=typed["key"],
            member=self.member,
            year=self.year,
            category=self.category,
            valid_from=typed["valid_from"],
            base_fen=typed.get("base"),
            parts=self._parts(typed),
            decided_on=typed["decided_on"],
            reason=typed["reason"],
        )

    def _parts(self, typed: dict[str, Any]) -> dict[str, int]:
        return {item.code: typed[item.code] for item in self.items if typed.get(item.code)}


def _why(item: BaseItem, on: date) -> str:
    try:
        return str(item.citation(on))
    except NoRule as none_held:
        return str(none_held)


class ChargeForm(forms.Form):
    """One month; without one, every month of the year that has begun."""

    month = MonthField(required=False, widget=forms.HiddenInput)

    def months(self, offered: list[date]) -> list[date]:
        """Those of the offered that were asked for, oldest first."""
        asked: Any = self.cleaned_data["month"]
        return sorted(month for month in offered if asked in (None, month))


class CloseForm(forms.Form):
    confirmed = forms.BooleanField(
        label=gettext_lazy("Close this month for good: nothing in it is charged or corrected any more"),
        required=False,
    )


class ReliefForm(forms.Form):
    """What the branch considered for one member."""

    key = key_field()
    kind = choice_field(ReliefKind, label=gettext_lazy("Kind"))
    pays = YuanField(
        label=gettext_lazy("Still pays a month, in yuan"),
        required=False,
        least_fen=0,
        help_text=gettext_lazy("Only for a reduction."),
    )
    ground = forms.CharField(
        label=gettext_lazy("Why paying is hard"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept sealed: the branch, the committee that decides and the member can read it."),
    )
    first = MonthField(label=gettext_lazy("From the month"))
    last = MonthField(
        label=gettext_lazy("Last month"), required=False, help_text=gettext_lazy("Empty: until it is ended.")
    )
    decided_on = day_field(label=gettext_lazy("Considered by the branch on"))
    meeting = forms.ModelChoiceField(
        label=gettext_lazy("At which meeting"), queryset=Meeting.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = meetings

    def new_relief(self, member: Member) -> NewRelief:
        typed = self.cleaned_data
        return NewRelief(
            key=typed["key"],
            member=member,
            kind=typed["kind"],
            pays_fen=typed["pays"] or 0,
            ground=typed["ground"],
            decided_on=typed["decided_on"],
            valid_from=typed["first"],
            valid_until=add_months(typed["last"], 1) if typed["last"] else None,
            meeting=typed["meeting"],
        )


class ApproveForm(forms.Form):
    document = forms.CharField(label=gettext_lazy("Document of the approval"), max_length=120, required=False)


class DeclineForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is declined"), max_length=200)


class EndReliefForm(forms.Form):
    last = MonthField(label=gettext_lazy("Last month"))
    reason = forms.CharField(label=gettext_lazy("Why it ends"), max_length=200)
