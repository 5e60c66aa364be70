"""Uploading a year's sign-in sheet."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.models import Organization


class AttendanceUploadForm(forms.Form):
    key = key_field()
    organization = forms.ModelChoiceField(
        label=_("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    year = forms.IntegerField(
        label=_("Year"), min_value=1921, max_value=2100, help_text=_("Of days that the sheet writes without a year.")
    )
    file = forms.FileField(
        label=_("Sign-in sheet"), help_text=_("Excel, WPS or CSV: a column 姓名 and a column for each meeting.")
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places
