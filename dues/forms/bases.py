"""Fixing what a member pays a month: item by item, or by the sum."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dues.fields import MonthField, YuanField
from dues.rules.base_items import Effect, Item, items_of
from dues.services.bases import NewBasis
from members.choices import DuesCategory
from members.forms.fields import day_field, key_field
from members.models import Member
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


def _why(item: Item, on: date) -> str:
    try:
        return str(item.citation(on))
    except NoRule as none_held:
        return str(none_held)
