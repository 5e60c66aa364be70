from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dues.models.receipt import ReceiptQuerySet


class RangeForm(forms.Form):
    """Which numbers of a year are printed; without them all of this year's."""

    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2200)
    first = forms.IntegerField(label=_("From number"), required=False, min_value=1, max_value=10**9)
    last = forms.IntegerField(label=_("To number"), required=False, min_value=1, max_value=10**9)

    def __init__(self, data: Any, *, on: date) -> None:
        super().__init__(data)
        self.on = on

    def narrow(self, receipts: ReceiptQuerySet) -> ReceiptQuerySet:
        """In the order of their numbers; what can't be read asks for nothing."""
        self.is_valid()
        typed = self.cleaned_data
        receipts = receipts.filter(year=typed.get("year") or self.on.year)
        if typed.get("first"):
            receipts = receipts.filter(number__gte=typed["first"])
        if typed.get("last"):
            receipts = receipts.filter(number__lte=typed["last"])
        return receipts.order_by("number")
