"""Situations of a member."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.choices import SituationKind
from members.fields import opened
from members.forms.fields import choice_field, day_field, key_field
from members.models import Situation
from members.services.situations import FACTS


class SituationFactsForm(forms.Form):
    """What is known about it; only what fits is filled in."""

    valid_from = day_field(label=_("Since"), required=False, help_text=_("Leave it empty when the day isn't known."))
    valid_until = day_field(
        label=_("First day on which it no longer holds"), required=False, help_text=_("Empty: it still holds.")
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=80,
        required=False,
        help_text=_("For instance the city where the member lives now."),
    )
    host = forms.CharField(
        label=_("Host branch"), max_length=120, required=False,
        help_text=_("Where the member takes part, or where the relation is going."),
    )  # fmt: skip
    able_to = forms.CharField(
        label=_("What they can still do"), max_length=200, required=False,
        help_text=_("For instance: read at home, join by video, give an opinion by phone."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted, not shown on the member's page. Of a decision: who made it, when, document."),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in FACTS}


class SituationForm(SituationFactsForm):
    key = key_field()
    kind = choice_field(SituationKind, label=_("Situation"))
    field_order = ("kind", "valid_from", "place", "host", "able_to", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["valid_until"]


class SituationCorrectForm(SituationFactsForm):
    def __init__(self, *args: Any, situation: Situation, **kwargs: Any) -> None:
        stored = {name: getattr(situation, name) for name in FACTS}
        kwargs["initial"] = {**stored, "note": opened(situation.note)}
        super().__init__(*args, **kwargs)


class SituationEndForm(forms.Form):
    on = day_field(label=_("First day on which it no longer holds"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
