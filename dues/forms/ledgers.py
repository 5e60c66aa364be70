"""Uploading a dues ledger or a list of bases, and choosing the year of the customary ledger."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.models import Organization


class LedgerUploadForm(forms.Form):
    key = key_field()
    organization = forms.ModelChoiceField(
        label=_("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    year = forms.IntegerField(
        label=_("Year"), min_value=2008, max_value=2100, help_text=_("The year that the months of the sheet are of.")
    )
    file = forms.FileField(
        label=_("Ledger or list of bases"),
        help_text=_(
            "Excel, WPS or CSV: a column 姓名, and 月应交 or 党费基数, and a column for each month or quarter."
        ),
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places


class LedgerYearForm(forms.Form):
    """Which ledger to show; anything unreadable is this year's."""

    org = forms.CharField(widget=forms.HiddenInput, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=2008, max_value=2100, required=False)

    def chosen_year(self, default: int) -> int:
        return (self.cleaned_data.get("year") if self.is_valid() else None) or default
