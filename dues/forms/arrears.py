"""What is put on record about arrears."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dues.fields import MonthField
from dues.models import ArrearsReview
from meetings.choices import MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from members.fields import opened
from members.forms.fields import day_field, key_field
from members.models import Organization
from rulebook.dates import add_months


class SpanForm(forms.Form):
    """Months from the first to the last, both included."""

    key = key_field()
    first = MonthField(label=_("From the month"))
    last = MonthField(label=_("Up to and including the month"), required=False, help_text=_("Empty: it still holds."))

    def until(self) -> date | None:
        """The first month that is no longer covered."""
        last = self.cleaned_data.get("last")
        return add_months(last, 1) if last else None


class ReasonForm(SpanForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted; seen by the member and the officers of the branch."),
    )
    field_order = ("reason", "first", "last")


class ArrangementForm(forms.Form):
    key = key_field()
    because = forms.CharField(
        label=_("Special circumstances"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted; seen by the member and the officers of the branch."),
    )
    agreed_on = day_field(label=_("Agreed by the branch on"))
    first = MonthField(label=_("From the month"))


class EndForm(forms.Form):
    last = MonthField(label=_("Last month for which it holds"))

    def until(self) -> date:
        return add_months(self.cleaned_data["last"], 1)


class OpenReviewForm(forms.Form):
    key = key_field()


class TalkForm(forms.Form):
    talked_on = day_field(label=_("Talked to on"))
    talked_by = forms.CharField(label=_("Talked to by"), max_length=60)
    reason = forms.CharField(
        label=_("What the member said"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted; seen by the member and the officers of the branch."),
    )


class DecisionForm(forms.Form):
    """The general meeting of the branch that looked at the case; it may be one of the record."""

    meeting_on = day_field(label=_("General meeting on"))
    meeting = forms.ModelChoiceField(
        label=_("Meeting in the record"), required=False, queryset=Meeting.objects.none(), empty_label="—"
    )
    decision = forms.CharField(
        label=_("What the general meeting decided"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, review: ArrearsReview, branch: Organization | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Meeting.objects.filter(organization=branch, kind=MeetingKind.GENERAL_MEETING, day__gte=review.since)
        chosen = held.exclude(state__in=[MeetingState.PLANNED, MeetingState.CANCELLED]).order_by("-day")
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = chosen


class ReportForm(forms.Form):
    reported_on = day_field(label=_("Reported upwards on"))


class AnswerForm(forms.Form):
    answered_on = day_field(label=_("Answered on"))
    answer = forms.CharField(
        label=_("What the level above answers"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In words: what was agreed, or what was decided. Nothing about the member changes by it."),
    )


def talk_of(review: ArrearsReview) -> dict[str, Any]:
    """What is stored of the talk, to be corrected."""
    return {"talked_on": review.talked_on, "talked_by": review.talked_by, "reason": opened(review.reason)}
