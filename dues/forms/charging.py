"""Charging and closing months of a branch."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dues.fields import MonthField


class ChargeForm(forms.Form):
    """One month; without one, every month of the year that has begun."""

    month = MonthField(required=False)

    def months(self, offered: list[date]) -> list[date]:
        """Those of the offered that were asked for, oldest first."""
        asked: Any = self.cleaned_data["month"]
        return sorted(month for month in offered if asked in (None, month))


class CloseForm(forms.Form):
    confirmed = forms.BooleanField(
        label=gettext_lazy("Close this month for good: nothing in it is charged or corrected any more"),
        required=False,
    )
