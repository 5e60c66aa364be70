"""Dues waived or reduced: taking down what the branch considered, and the committee's answer."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from dues.choices import ReliefKind
from dues.fields import MonthField, YuanField
from dues.services.reliefs import NewRelief
from meetings.meeting.models import Meeting
from members.forms.fields import choice_field, day_field, key_field
from members.models import Member
from rulebook.dates import add_months


class ReliefForm(forms.Form):
    """What the branch considered for one member."""

    key = key_field()
    kind = choice_field(ReliefKind, label=gettext_lazy("Kind"))
    pays = YuanField(
        label=gettext_lazy("Still pays a month, in yuan"),
        required=False,
        least_fen=0,
        help_text=gettext_lazy("Only for a reduction."),
    )
    ground = forms.CharField(
        label=gettext_lazy("Why paying is hard"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept sealed: the branch, the committee that decides and the member can read it."),
    )
    first = MonthField(label=gettext_lazy("From the month"))
    last = MonthField(
        label=gettext_lazy("Last month"), required=False, help_text=gettext_lazy("Empty: until it is ended.")
    )
    decided_on = day_field(label=gettext_lazy("Considered by the branch on"))
    meeting = forms.ModelChoiceField(
        label=gettext_lazy("At which meeting"), queryset=Meeting.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = meetings

    def new_relief(self, member: Member) -> NewRelief:
        typed = self.cleaned_data
        return NewRelief(
            key=typed["key"],
            member=member,
            kind=typed["kind"],
            pays_fen=typed["pays"] or 0,
            ground=typed["ground"],
            decided_on=typed["decided_on"],
            valid_from=typed["first"],
            valid_until=add_months(typed["last"], 1) if typed["last"] else None,
            meeting=typed["meeting"],
        )


class ApproveForm(forms.Form):
    document = forms.CharField(label=gettext_lazy("Document of the approval"), max_length=120, required=False)


class DeclineForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is declined"), max_length=200)


class EndReliefForm(forms.Form):
    last = MonthField(label=gettext_lazy("Last month"))
    reason = forms.CharField(label=gettext_lazy("Why it ends"), max_length=200)
