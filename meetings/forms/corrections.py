"""Correcting attendance after the minutes were locked."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.choices import LATER, AttendanceState, LeaveKind
from meetings.forms.attendance import GIVERS, made_up_wrong
from meetings.models import Meeting
from meetings.queries.corrections import guests_left_out
from meetings.queries.roll import on_the_sheet
from meetings.rules.corrections import TRUTHS
from meetings.services.corrections import Truth
from members.forms.fields import choice_field, day_field, key_field
from members.models import Member

CHOOSE = ("", "—")
TRUTH = ("becomes", "reason", "leave_kind", "made_up_on", "made_up_with", "away_reason", "away_source")


class AttendanceCorrectionForm(forms.Form):
    """Who, how it was in truth, and how that is known."""

    key = key_field()
    member = forms.ChoiceField(label=_("Whose attendance"))
    becomes = forms.ChoiceField(
        label=_("How it was in truth"),
        choices=[CHOOSE, *((state.value, AttendanceState(state).label) for state in TRUTHS)],
    )
    leave_kind = choice_field(LeaveKind, label=_("Kind of leave"), required=False)
    made_up_on = day_field(label=_("Made up on"), required=False)
    made_up_with = forms.CharField(
        label=_("With what"), max_length=200, required=False, help_text=_("The material or the recording.")
    )
    away_reason = forms.CharField(
        label=_("Reason of the absence, as it should be"), max_length=300, required=False,
        help_text=_("Only where the recorded one is wrong. Stored encrypted."),
    )  # fmt: skip
    away_source = forms.ChoiceField(label=_("Who gave the reason"), required=False, choices=[CHOOSE, *GIVERS])
    reason = forms.CharField(
        label=_("What was recorded wrongly, and how it is known"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. It stands beside the minutes, so write nothing private."),
    )  # fmt: skip

    def __init__(self, *args: Any, meeting: Meeting, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.on = meeting, on
        expected, there = on_the_sheet(meeting)
        on_the_list = [(str(one.member_id), f"{one.name} · {one.get_state_display()}") for one in [*expected, *there]]
        guests = [(str(one.pk), one.name) for one in guests_left_out(meeting)]
        groups = [(_("On the list"), on_the_list), (_("Guests who aren't on the list"), guests)]
        cast(forms.ChoiceField, self.fields["member"]).choices = [
            CHOOSE,
            *((name, rows) for name, rows in groups if rows),
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("becomes") in LATER and not self._keeps_the_state(typed):
            if not typed.get("made_up_on"):
                self.add_error("made_up_on", gettext("Say on which day it was made up."))
            for field, sentence in made_up_wrong(typed, held=self.meeting.day, on=self.on):
                self.add_error(field, sentence)
        return typed

    def _keeps_the_state(self, typed: dict[str, Any]) -> bool:
        """Something else of it is corrected: what isn't typed stays."""
        states = {str(one.member_id): one.state for group in on_the_sheet(self.meeting) for one in group}
        typed_study = typed.get("made_up_on") or typed.get("made_up_with")
        return not typed_study and states.get(typed.get("member", "")) == typed["becomes"]

    def truth(self) -> Truth:
        given = {name: self.cleaned_data[name] for name in TRUTH}
        return Truth(Member.objects.get(pk=self.cleaned_data["member"]), **given)


class LookForm(forms.Form):
    """Why the outcome of a vote in doubt stands."""

    key = key_field()
    reason = forms.CharField(
        label=_("What you compared, and why the outcome stands"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. It stands beside the minutes, so write nothing private."),
    )  # fmt: skip


class DeclineForm(forms.Form):
    because = forms.CharField(label=_("Why the record stays as it is"), max_length=300)
