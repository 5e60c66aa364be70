"""A new local kind of meeting."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.models import Organization


class LocalKindForm(forms.Form):
    key = key_field()
    name = forms.CharField(label=_("Name of the kind"), max_length=60)
    organization = forms.ModelChoiceField(
        label=_("For everybody below"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(self, data: Any, *, places: QuerySet[Organization]) -> None:
        super().__init__(data)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places
