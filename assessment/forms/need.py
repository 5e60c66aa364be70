"""Which of the branches that need help are shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment.rules.need import REASONS
from members.choices import UnitKind


class NeedForm(forms.Form):
    """What isn't understood is as if it weren't said."""

    q = forms.CharField(label=_("Name of the branch"), required=False, max_length=60)
    reason = forms.ChoiceField(
        label=_("Reasons"), required=False,
        choices=[("", _("Any reason")), *((reason.code, reason.words) for reason in REASONS)],
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("Kind of unit"), required=False, choices=[("", _("All")), *UnitKind.choices])
    state = forms.ChoiceField(
        label=_("Show"), required=False,
        choices=[("", _("Who needs help")), ("incomplete", _("Not recorded enough to be compared"))],
    )  # fmt: skip
    org = forms.CharField(required=False, widget=forms.HiddenInput)
    period = forms.CharField(required=False, widget=forms.HiddenInput)

    def asked(self) -> dict[str, Any]:
        """What was understood, by field."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("q", "reason", "unit", "state")}
