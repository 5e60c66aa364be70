"""Taps on the sign-in page, what is known of one person's attendance, and signing in."""

import uuid
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.choices import LATER, AttendanceState, LeaveKind, MeetingState, ReasonSource
from meetings.models import Expected, Meeting
from meetings.queries.roll import on_the_sheet
from meetings.services.attendance import Attendance, can_be_filled_in
from members.fields import opened
from members.forms.fields import choice_field, day_field, key_field

GIVERS = [(one.value, one.label) for one in ReasonSource if one != ReasonSource.IMPORT]
LINES = forms.Textarea(attrs={"rows": 3})


class TapForm(forms.Form):
    """One button of one person's row."""

    key = forms.UUIDField()
    member = forms.IntegerField()
    state = forms.ChoiceField(choices=[one for one in AttendanceState.choices if one[0] != AttendanceState.MADE_UP])

    def key_of_tap(self) -> uuid.UUID:
        """Of the row's key and the button: two buttons of a row that wasn't refreshed yet are two taps."""
        return uuid.uuid5(self.cleaned_data["key"], self.cleaned_data["state"])


class RestForm(forms.Form):
    """Everybody else is here; `absent` are the members of whom that isn't said, `group` the part that was shown."""

    key = forms.UUIDField()
    group = forms.CharField(required=False, strip=False)
    absent = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Expected.objects.filter(meeting=meeting)
        self.groups = {one.member_id: None if one.is_guest else one.group for one in listed}
        cast(forms.ChoiceField, self.fields["absent"]).choices = [(str(pk), "") for pk in self.groups]

    def except_for(self) -> list[int]:
        """The ticked members, and everybody who wasn't on the page."""
        shown = self.cleaned_data["group"] if "group" in self.data else None
        elsewhere = [pk for pk, group in self.groups.items() if shown is not None and group != shown]
        return [*self.cleaned_data["absent"], *elsewhere]


class UndoForm(forms.Form):
    """Take back one tap, or one on everybody else."""

    key = forms.UUIDField()
    mark = forms.UUIDField(required=False)
    rest = forms.UUIDField(required=False)


BELONGS_TO = {
    **dict.fromkeys(("made_up_on", "made_up_with", "answer", "answer_source"), LATER),
    **dict.fromkeys(("leave_kind", "leave_granted_by"), (AttendanceState.LEAVE, *LATER)),
}
"""With which states a field may be typed: leave also before what was made up for it."""


class AttendanceForm(forms.Form):
    """Everything that is known of how somebody attended."""

    key = key_field()
    state = forms.ChoiceField(label=gettext_lazy("Attendance"))
    leave_kind = choice_field(LeaveKind, label=gettext_lazy("Kind of leave"), required=False)
    leave_granted_by = forms.CharField(label=gettext_lazy("Leave granted by"), max_length=60, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False,
        help_text=gettext_lazy("What was said. Leave it empty when nobody gave one."),
    )  # fmt: skip
    reason_source = forms.ChoiceField(
        label=gettext_lazy("Who gave the reason"), required=False, choices=[("", "—"), *GIVERS]
    )
    made_up_on = day_field(label=gettext_lazy("Made up on"), required=False)
    made_up_with = forms.CharField(
        label=gettext_lazy("With what"), max_length=200, required=False,
        help_text=gettext_lazy("The material or the recording."),
    )  # fmt: skip
    answer = forms.CharField(label=gettext_lazy("Their line on it"), max_length=1000, required=False, widget=LINES)
    answer_source = forms.ChoiceField(
        label=gettext_lazy("Who gave the line"), required=False, choices=[("", "—"), *GIVERS]
    )

    def __init__(self, *args: Any, expected: Expected, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _known(expected)})
        self.expected, self.on = expected, on
        offered = AttendanceState.choices
        if expected.meeting.state == MeetingState.LOCKED:
            offered = [one for one in offered if one[0] == expected.state]
            self._leave_what_is_empty()
        cast(forms.ChoiceField, self.fields["state"]).choices = offered

    def _leave_what_is_empty(self) -> None:
        """What is recorded is shown and stays, what belongs to another state isn't asked."""
        open_ones = ("key", "state", *can_be_filled_in(self.expected))
        for name in [one for one in self.fields if one not in open_ones]:
            if self.initial[name]:
                self.fields[name].disabled = True
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        asked = {name for name, field in self.fields.items() if not field.disabled}
        if any(self.data.get(name) not in (None, "", self._said(name)) for name in self.base_fields.keys() - asked):
            self.add_error(None, _("That is recorded already: it is changed by a correction with a second person."))
        for field, sentence in self._wrong(typed):
            self.add_error(field, sentence)
        return typed

    def _wrong(self, typed: dict[str, Any]) -> list[tuple[str, str]]:
        found = []
        if bool(typed.get("reason")) != bool(typed.get("reason_source")):
            found.append(("reason_source", _("A reason and who gave it belong together.")))
        if bool(typed.get("answer")) != bool(typed.get("answer_source")):
            found.append(("answer_source", _("A line and who gave it belong together.")))
        for name in [name for name, states in BELONGS_TO.items() if typed.get("state") not in states]:
            if typed.get(name) and str(typed[name]) != self._said(name):
                found.append((name, _("This belongs to another attendance: choose that one, or empty this field.")))
        if typed.get("state") == AttendanceState.MADE_UP:
            found += made_up_wrong(typed, held=self.expected.meeting.day, on=self.on)
        return found

    def attendance(self) -> Attendance:
        """As typed; what belongs to another state is left out."""
        given = {name: self.cleaned_data.get(name, self.initial[name]) for name in Attendance.__slots__}
        if given["state"] not in LATER:
            given |= {"made_up_on": None, "made_up_with": "", "answer": "", "answer_source": ""}
        return Attendance(**given)

    def _said(self, name: str) -> str:
        return str(self.initial[name] or "")


class MakeUpForm(forms.Form):
    """A member's own make-up."""

    key = key_field()
    made_up_on = day_field(label=gettext_lazy("I read it on"))
    made_up_with = forms.CharField(label=gettext_lazy("What I read or watched"), max_length=200)
    answer = forms.CharField(label=gettext_lazy("My line on it"), max_length=1000, widget=LINES)

    def __init__(self, *args: Any, meeting: Meeting, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.on = meeting, on

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for field, sentence in made_up_wrong(typed, held=self.meeting.day, on=self.on):
            self.add_error(field, sentence)
        return typed

    def study(self) -> Attendance:
        given = {name: self.cleaned_data[name] for name in ("made_up_on", "made_up_with", "answer")}
        return Attendance(AttendanceState.MADE_UP, **given)


class LeaveForm(forms.Form):
    """A member asks not to come."""

    kind = choice_field(LeaveKind, label=gettext_lazy("Kind of leave"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False,
        help_text=gettext_lazy("Stored encrypted. The officers of your branch read it."),
    )  # fmt: skip


class NoteLeaveForm(LeaveForm):
    """An officer writes down what somebody said by telephone or in person."""

    member_id = forms.TypedChoiceField(label=gettext_lazy("Who isn't coming"), coerce=int)
    field_order = ("member_id",)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expected, guests = on_the_sheet(meeting)
        people = [(one.member_id, one.name) for one in [*expected, *guests]]
        cast(forms.ChoiceField, self.fields["member_id"]).choices = [("", "—"), *people]


class SignInForm(forms.Form):
    """Somebody without an account says who they are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    tail = forms.RegexField(
        r"^[0-9]{4}$", label=gettext_lazy("Last four digits of the phone number"), max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


def made_up_wrong(typed: dict[str, Any], *, held: date, on: date) -> list[tuple[str, str]]:
    """What can't be true of a make-up of a meeting that was held that day: field and sentence."""
    day, found = typed.get("made_up_on"), []
    if day and not held <= day <= on:
        found.append(("made_up_on", _("That is a day between the meeting and today.")))
    if not typed.get("made_up_with"):
        found.append(("made_up_with", _("Say with what it was made up.")))
    return found


def _known(expected: Expected) -> dict[str, Any]:
    known = {name: getattr(expected, name) for name in Attendance.__slots__}
    return {**known, "reason": opened(expected.reason)}
