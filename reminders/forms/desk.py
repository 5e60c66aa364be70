"""What is said of a duty, and which branches are listed."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.models import Organization

MOST_PLACES = 300


class NotApplicableForm(forms.Form):
    """Why a duty doesn't apply. Which one comes with the line; nobody types it."""

    key = key_field()
    of_kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    of_period = forms.CharField(max_length=20, widget=forms.HiddenInput)
    of_member = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("It doesn't apply, because"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stored encrypted; read by the officers of the branch. Committees only see how many there are."),
    )


class PlacesForm(forms.Form):
    """Where one looks, and a part of a branch's name."""

    q = forms.CharField(label=_("Branch"), required=False, max_length=60)
    org = forms.ChoiceField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: QuerySet[Organization]) -> None:
        super().__init__(data)
        offered = [(one.code, one.name) for one in places[:MOST_PLACES]]
        cast(forms.ChoiceField, self.fields["org"]).choices = [("", "—"), *offered]
        self.is_valid()

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")
