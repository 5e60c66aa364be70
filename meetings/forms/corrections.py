"""Correcting attendance after the minutes were locked."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.choices import AttendanceState, LeaveKind
from meetings.models import Meeting
from meetings.queries.corrections import guests_left_out
from meetings.queries.roll import on_the_sheet
from meetings.rules.corrections import TRUTHS
from meetings.services.corrections import Truth
from members.forms.fields import choice_field, key_field
from members.models import Member

CHOOSE = ("", "—")


class AttendanceCorrectionForm(forms.Form):
    """Who, how it was in truth, and how that is known."""

    key = key_field()
    member = forms.ChoiceField(label=_("Whose attendance"))
    becomes = forms.ChoiceField(
        label=_("How it was in truth"),
        choices=[CHOOSE, *((state.value, AttendanceState(state).label) for state in TRUTHS)],
    )
    leave_kind = choice_field(LeaveKind, label=_("Kind of leave"), required=False)
    reason = forms.CharField(
        label=_("What was recorded wrongly, and how it is known"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. It stands beside the minutes, so write nothing private."),
    )  # fmt: skip

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expected, there = on_the_sheet(meeting)
        on_the_list = [(str(one.member_id), f"{one.name} · {one.get_state_display()}") for one in [*expected, *there]]
        guests = [(str(one.pk), one.name) for one in guests_left_out(meeting)]
        groups = [(_("On the list"), on_the_list), (_("Guests who aren't on the list"), guests)]
        cast(forms.ChoiceField, self.fields["member"]).choices = [
            CHOOSE,
            *((name, rows) for name, rows in groups if rows),
        ]

    def truth(self) -> Truth:
        given = self.cleaned_data
        member = Member.objects.get(pk=given["member"])
        return Truth(member, given["becomes"], given["reason"], given["leave_kind"])


class DeclineForm(forms.Form):
    because = forms.CharField(label=_("Why the record stays as it is"), max_length=300)
