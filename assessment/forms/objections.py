"""An objection of the branch, and the answer of the level above."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import ObjectionOutcome
from assessment.forms.values import LONGEST, TEXT, words
from assessment.models import Objection
from members.forms.fields import key_field


class ObjectionForm(forms.Form):
    key = key_field()
    text = forms.CharField(
        label=_("What isn't right"), max_length=LONGEST, widget=TEXT,
        help_text=_("Say what really happened, and where it can be seen."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Right, explained, or first the record."""

    key = key_field()
    outcome = forms.ChoiceField(
        label=_("How it is answered"), choices=ObjectionOutcome.choices, widget=forms.RadioSelect
    )
    points = forms.DecimalField(label=_("New points"), required=False, min_value=0, max_digits=7, decimal_places=2)
    answer = forms.CharField(label=_("In words"), max_length=LONGEST, widget=TEXT)

    def __init__(self, data: Any, *, objection: Objection) -> None:
        super().__init__(data)
        most = {"most": words(objection.indicator.max_points)}
        self.most = objection.indicator.max_points
        self.fields["points"].help_text = (
            gettext(
                "Only where the branch is right: what the indicator comes to, of %(most)s. A second person confirms it."
            )
            % most
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        upheld = typed.get("outcome") == ObjectionOutcome.UPHELD
        if upheld and typed.get("points") is None and "points" not in self.errors:
            self.add_error("points", gettext("Say how many points the indicator comes to."))
        elif upheld and typed.get("points") is not None and typed["points"] > self.most:
            self.add_error("points", gettext("That is more than there can be."))
        return typed
