"""Supervision reports: which are listed, beginning one, its words, its adoption, and its further way."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting
from meetings.planning.duty_rules import Period
from members.models import Organization
from members.pages.forms import FilterForm, LookedUpField, key_field
from supervision.choices import ReportState
from supervision.reports.queries import MISSING
from supervision.reports.rules import reportable

TEXT = {"rows": 4}


class ReportFilterForm(FilterForm):
    """Without a period: all of them for few organizations, the last quarter for many."""

    q = forms.CharField(label=_("Branch"), required=False, max_length=60)
    period = forms.ChoiceField(label=_("Period"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), (MISSING, _("Missing")), *ReportState.choices]
    )
    org = LookedUpField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: Iterable[Organization], today: date) -> None:
        super().__init__(data)
        self.offer("period", [(one.name, one.name) for one in reportable(today)])
        self.offer_places(places)


class NewReportForm(forms.Form):
    """Only what the program can't know: for which period."""

    key = key_field()
    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args: Any, periods: Iterable[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["period"]).choices = [(one.name, one.name) for one in periods]


class JudgementForm(forms.Form):
    judgement = forms.CharField(
        label=_("What we make of it"), max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("What goes well, what doesn't, what is done about it. The figures are there already."),
    )  # fmt: skip


class AdoptForm(forms.Form):
    meeting = forms.ModelChoiceField(label=_("Meeting that adopted it"), queryset=Meeting.objects.none())

    def __init__(self, *args: Any, meetings: QuerySet[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = meetings


class StepForm(forms.Form):
    """A step with its words; the service says for which they are needed."""

    text = forms.CharField(label=_("In words"), max_length=2000, required=False, widget=forms.Textarea(attrs=TEXT))

    def __init__(self, *args: Any, label: Any, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].required = needed


class RecordsForm(forms.Form):
    """Of which organization and from when to when: as the figure's address says."""

    org = forms.CharField(max_length=40)
    first = forms.DateField()
    last = forms.DateField()
    own = forms.BooleanField(required=False)
    """Only what the organization has itself, nothing from below it."""
