"""Writing, signing and correcting minutes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.queries.signatures import ROLES
from members.forms.fields import day_field, key_field


class MinutesForm(forms.Form):
    """The text, and the text as it was when the page was opened."""

    text = forms.CharField(label=_("Minutes"), widget=forms.Textarea(attrs={"rows": 24}), strip=False)
    before = forms.CharField(widget=forms.HiddenInput, strip=False)
    is_compared = forms.BooleanField(
        label=_("I have compared the text with the record as it is now: they agree."), required=False
    )

    def __init__(self, *args: Any, has_changed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_changed:
            del self.fields["is_compared"]


class SignForm(forms.Form):
    """The text that was read. As what somebody signs, the record says."""

    seen = forms.CharField(widget=forms.HiddenInput, strip=False)


class PaperForm(SignForm):
    """Whose signature on paper is filed, and when it was given."""

    role = forms.ChoiceField(choices=[(role, role) for role in ROLES], widget=forms.HiddenInput)
    signed_on = day_field(label=_("Signed on paper on"))


class CorrectionForm(forms.Form):
    key = key_field()
    text = forms.CharField(label=_("What is put right"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    reason = forms.CharField(label=_("Why"), max_length=200)
