"""Writing, signing and correcting minutes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.services.minutes import CHAIR, RECORDER
from members.forms.fields import key_field


class MinutesForm(forms.Form):
    """The text, and the text as it was when the page was opened."""

    text = forms.CharField(label=_("Minutes"), widget=forms.Textarea(attrs={"rows": 24}), strip=False)
    before = forms.CharField(widget=forms.HiddenInput, strip=False)


class SignForm(forms.Form):
    """Who signs as what, and the text that was read."""

    role = forms.ChoiceField(label=_("I sign as"), choices=[(CHAIR, _("Chair")), (RECORDER, _("Recorder"))])
    seen = forms.CharField(widget=forms.HiddenInput, strip=False)


class CorrectionForm(forms.Form):
    key = key_field()
    text = forms.CharField(label=_("What is put right"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    reason = forms.CharField(label=_("Why"), max_length=200)
