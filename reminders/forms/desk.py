"""What is said of a duty, and which branches are listed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field


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
