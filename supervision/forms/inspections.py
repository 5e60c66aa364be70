"""Inspections: planning one, its findings, looking for some."""

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.forms.fields import choice_field, day_field, key_field
from members.forms.filters import FilterForm
from members.models import Organization
from supervision.choices import InspectionState
from supervision.models import Inspection
from supervision.models.problem import InspectionQuerySet

WORDS = forms.Textarea(attrs={"rows": 5})


class PlanForm(forms.Form):
    """Who comes when, and what is looked at."""

    key = key_field()
    organization: "forms.ModelChoiceField[Organization]" = forms.ModelChoiceField(label=_("Branch"), queryset=None)
    visit_on = day_field(label=_("Visit on"))
    team = forms.CharField(label=_("Who comes"), max_length=200)
    subject = forms.CharField(
        label=_("What is looked at"), max_length=200, help_text=_("The branch reads this and can prepare.")
    )

    def __init__(self, data: Any, *, branches: QuerySet[Organization], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = branches


class FindingsForm(forms.Form):
    key = key_field()
    summary = forms.CharField(label=_("What was found, in general"), max_length=4000, required=False, widget=WORDS)

    def __init__(self, data: Any, *, inspection: Inspection) -> None:
        super().__init__(data, initial={"summary": inspection.summary})


class HandOverForm(forms.Form):
    """A button."""


class CloseForm(forms.Form):
    words = forms.CharField(label=_("With what it is closed"), max_length=4000, widget=WORDS)


class InspectionFilterForm(FilterForm):
    q = forms.CharField(label=_("Words in what is looked at"), required=False, max_length=60)
    state = choice_field(InspectionState, label=_("State"), required=False)
    first = day_field(label=_("From the day"), required=False)
    last = day_field(label=_("To the day"), required=False)
    org = forms.ChoiceField(label=_("Branch"), required=False)

    def __init__(self, data: Any, *, places: list[Organization]) -> None:
        super().__init__(data)
        self.codes = {place.code for place in places}
        self.offer_places(places)
        self.is_valid()

    def narrow(self, rows: InspectionQuerySet) -> InspectionQuerySet:
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(Q(subject__icontains=text) | Q(team__icontains=text))
        for name, path in (
            ("state", "state"), ("first", "visit_on__gte"), ("last", "visit_on__lte"), ("org", "organization__code"),
        ):  # fmt: skip
            rows = rows.filter(**{path: typed[name]}) if typed.get(name) else rows
        return rows.order_by("-visit_on", "key")
