"""What is asked in the grid and about arrears."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from dues.fields import MonthField
from dues.ledger.models import ArrearsReview
from dues.ledger.rules import ARREARS_STAGES
from meetings.choices import MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from members.choices import DuesCategory
from members.fields import opened
from members.models import Organization
from members.pages.forms import MOST_OFFERED, FilterForm, LookedUpField, day_field, key_field
from rulebook.dates import add_months

EARLIEST = 2008
"""The provisions are of 2008."""
UNRECORDED = "none"
DUE = 1
"""Whoever is in arrears: with a month, or with nothing but what was carried over."""
BEHIND = [
    ("", _("Any")),
    (str(DUE), _("Something due and unpaid")),
    *((str(months), f"≥ {months}") for months in (*ARREARS_STAGES[1:], 6)),
]
STATES = [
    ("", _("Any")),
    ("unsettled", _("Something open")),
    ("unknown", _("No base fixed")),
    ("ahead", _("Paid ahead")),
]
SORTS = [
    ("", _("By group, then name")),
    ("name", _("By name")),
    ("behind", _("Furthest behind first")),
    ("open", _("Most open first")),
]


class GridForm(FilterForm):
    """Branch, year and month, and which of its members in which order. What can't be meant counts as not asked."""

    q = forms.CharField(label=_("Name"), required=False, max_length=60)
    org = LookedUpField(label=_("Branch"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    month = forms.TypedChoiceField(label=_("Month shown"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("In that month"), required=False, choices=STATES)
    behind = forms.TypedChoiceField(
        label=_("Months behind"), required=False, coerce=int, empty_value=None, choices=BEHIND
    )
    category = forms.ChoiceField(
        label=_("Category for dues"),
        required=False,
        choices=[("", _("Any")), *DuesCategory.choices, (UNRECORDED, _("Not recorded"))],
    )
    group = forms.ChoiceField(label=_("Party group"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)

    def __init__(
        self, data: Any, *, branches: QuerySet[Organization], groups: QuerySet[Organization], on: date
    ) -> None:
        super().__init__(data)
        self.on = on
        self.offer_several(branches[:MOST_OFFERED])
        self.offer("group", [(one.code, one.name) for one in groups], _("Any"))
        self.offer("year", [(year, str(year)) for year in range(on.year, EARLIEST - 1, -1)])
        self.offer("month", MONTHS.items())
        self.is_valid()

    def asked(self, name: str) -> Any:
        """What was chosen, None or empty where nothing was, or nothing that exists."""
        return self.cleaned_data.get(name)

    @property
    def chosen_year(self) -> int:
        return self.asked("year") or self.on.year

    @property
    def chosen_month(self) -> date:
        """The month at a glance: the one asked for, else this one, of an earlier year its last."""
        usual = self.on.month if self.chosen_year == self.on.year else 12
        return date(self.chosen_year, self.asked("month") or usual, 1)


class SpanForm(forms.Form):
    """Months from the first to the last, both included."""

    key = key_field()
    first = MonthField(label=_("From the month"))
    last = MonthField(label=_("Up to and including the month"), required=False, help_text=_("Empty: it still holds."))

    def until(self) -> date | None:
        """The first month that is no longer covered."""
        last = self.cleaned_data.get("last")
        return add_months(last, 1) if last else None


class ArrearsReasonForm(SpanForm):
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
