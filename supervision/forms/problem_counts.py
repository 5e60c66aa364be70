"""What the counts of problems are narrowed to."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import day_field
from members.forms.filters import FilterForm
from members.models import Organization


class CountForm(FilterForm):
    q = forms.CharField(label=_("Name of the branch"), required=False, max_length=60)
    first = day_field(label=_("From the day"), required=False)
    last = day_field(label=_("To the day"), required=False)
    org = forms.ChoiceField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: list[Organization]) -> None:
        super().__init__(data)
        self.offer_places(places)
        self.is_valid()

    def period(self, on: date) -> tuple[date, date]:
        """This year until today, unless asked for otherwise."""
        last = self.cleaned_data.get("last") or on
        return self.cleaned_data.get("first") or date(last.year, 1, 1), last
