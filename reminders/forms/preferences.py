"""How somebody wants to be told things."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reminders.models import Preference
from reminders.rules.routing import OUTSIDE
from reminders.services.preferences import FACTS

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PreferenceForm(forms.Form):
    """`reads_overviews`: whether there is anything weekly to want."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=CLOCK)
    quiet_until = forms.TimeField(
        label=_("Quiet until"), widget=CLOCK,
        help_text=_("What comes in between waits until then. Twice the same hour: never quiet."),
    )  # fmt: skip
    workdays_only = forms.BooleanField(label=_("On workdays only"), required=False)
    no_channels = forms.MultipleChoiceField(
        label=_("Not by"), required=False, choices=[(one.value, one.label) for one in OUTSIDE],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where nothing else is left, somebody of the branch calls or comes by."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language of messages"), required=False, choices=[("", _("As on the pages")), *settings.LANGUAGES]
    )
    wants_digest = forms.BooleanField(
        label=_("A weekly overview"), required=False,
        help_text=_("On Monday morning, when the week asks for something. What falls due next is told in any case."),
    )  # fmt: skip

    def __init__(self, *args: Any, stored: Preference, reads_overviews: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(stored, name) for name in FACTS}
        super().__init__(*args, **kwargs)
        self.order_fields([*FACTS])
        if not reads_overviews:
            del self.fields["wants_digest"]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data}
