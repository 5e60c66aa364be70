"""A meeting, its filter, and taps and lines of attendance."""

import uuid
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from meetings.attendance.models import Attendance
from meetings.attendance.queries import on_the_sheet
from meetings.attendance.rules import GIVERS, made_up_wrong
from meetings.attendance.services import AttendanceFields, can_be_filled_in
from meetings.choices import FOR_ALL_MEMBERS, LATER, AttendanceState, LeaveKind, MeetingKind, MeetingState, kind_words
from meetings.meeting.models import AgendaItem, Meeting
from meetings.meeting.queries import people_of
from meetings.minutes.queries import there
from meetings.pages.queries import usual
from meetings.pages.services import Recorded
from meetings.planning.duty_rules import Window
from meetings.planning.queries import usable_at
from members.choices import OrganizationKind
from members.fields import opened
from members.models import Member, Organization
from members.pages.forms import FoldedBoxes, LookedUpRow, PersonField, choice_field, day_field, key_field

KINDS_OF = {
    OrganizationKind.BRANCH: (
        MeetingKind.THEME_DAY,
        *(kind for kind in FOR_ALL_MEMBERS if kind not in (MeetingKind.LOCAL, MeetingKind.THEME_DAY)),
        MeetingKind.COMMITTEE_MEETING,
    ),
    OrganizationKind.GROUP: (MeetingKind.GROUP_MEETING,),
    OrganizationKind.GENERAL_BRANCH: (
        MeetingKind.COMMITTEE_MEETING,
        MeetingKind.DEMOCRATIC_LIFE_MEETING,
        MeetingKind.PARTY_LECTURE,
    ),
    OrganizationKind.COMMITTEE: (
        MeetingKind.COMMITTEE_MEETING,
        MeetingKind.DEMOCRATIC_LIFE_MEETING,
        MeetingKind.PARTY_LECTURE,
    ),
}
"""Which kinds of meetings an organization of a kind holds, the most frequent one first."""
LINES = forms.Textarea(attrs={"rows": 4})


class MeetingForm(forms.ModelForm):
    """Day, hours, place, chair and recorder."""

    class Meta:
        model = Meeting
        fields = ["day", "starts_at", "ends_at", "place", "online_link", "chair", "recorder"]
        widgets = {
            "day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        field_classes = {"chair": PersonField, "recorder": PersonField}

    online_link = forms.URLField(label=gettext_lazy("Online link"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, organization: Organization, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("chair", "recorder"):
            field = cast(forms.ModelChoiceField, self.fields[name])
            field.queryset = self._leading(name, organization, on).order_by("name_key", "pk")
            if self.instance.opened_at:
                field.help_text = gettext_lazy("Who is recorded as there.")
        if self.instance.state == MeetingState.HELD:
            del self.fields["day"]

    def _leading(self, name: str, organization: Organization, on: date) -> QuerySet[Member]:
        """Who can lead or write: somebody of the place, and once the meeting is open who is there or named already."""
        if self.instance.opened_at is None:
            return people_of(organization, on=on, with_staff=False)
        return there(self.instance) | Member.objects.filter(pk=getattr(self.instance, f"{name}_id"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("starts_at") and typed.get("ends_at") and typed["ends_at"] <= typed["starts_at"]:
            self.add_error("ends_at", _("The meeting can't end before it begins."))
        if typed.get("chair") and typed.get("chair") == typed.get("recorder"):
            self.add_error("recorder", _("Chair and recorder are two people."))
        return typed

    def _post_clean(self) -> None:
        """The services store; the database's conditions are put into words by `clean`."""


class ArrangeForm(MeetingForm):
    """A planned meeting: what the year plan left open is filled in as usual, and it gets its agenda."""

    items = forms.CharField(
        label=gettext_lazy("Agenda"), required=False, widget=LINES, help_text=gettext_lazy("A line an item.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.state != MeetingState.PLANNED or self.instance.agenda.exists():
            del self.fields["items"]
        for name, value in usual(self.instance.organization, self.instance.kind).items():
            if self.instance.state == MeetingState.PLANNED and not getattr(self.instance, name, None):
                self.initial[name] = value

    def changes(self) -> dict[str, Any]:
        """What is typed otherwise than stored, whoever filled it in."""
        typed = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        return {name: value for name, value in typed.items() if value != getattr(self.instance, name)}

    def agenda(self) -> list[str]:
        return lines_of(self.cleaned_data.get("items", ""))


class PlanForm(MeetingForm):
    """A new meeting, with its kinds and its agenda, a line an item."""

    key = key_field()
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    also = forms.MultipleChoiceField(
        label=gettext_lazy("It is also"), required=False, widget=FoldedBoxes,
        help_text=gettext_lazy("One evening can be several: a theme day with a party lecture counts as both."),
    )  # fmt: skip
    counts_for_year = forms.IntegerField(
        label=gettext_lazy("Counts for the year"), required=False, min_value=1921, max_value=2100,
        help_text=gettext_lazy("Empty: the year of its day. A meeting of January may count for the year before."),
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("Theme"), max_length=120, required=False)
    items = forms.CharField(
        label=gettext_lazy("Agenda"), required=False, widget=LINES, help_text=gettext_lazy("A line an item.")
    )
    field_order = (
        "kind", "also", "title", "day", "starts_at", "ends_at", "place", "online_link", "items", "chair", "recorder",
    )  # fmt: skip

    def __init__(self, *args: Any, organization: Organization, on: date, **kwargs: Any) -> None:
        super().__init__(*args, organization=organization, on=on, **kwargs)
        kinds = [
            (kind.value, kind_words(kind, organization.kind)) for kind in KINDS_OF[OrganizationKind(organization.kind)]
        ]
        self.local_kinds = {str(kind.pk): kind for kind in usable_at(organization.path)}
        local = [(key, kind.name) for key, kind in self.local_kinds.items()]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [*kinds, *local]
        cast(forms.MultipleChoiceField, self.fields["also"]).choices = kinds
        cast(FoldedBoxes, self.fields["also"].widget).taken = self["kind"]
        if len(kinds) + len(local) == 1:
            del self.fields["also"]
        self.organization = organization

    def clean_also(self) -> list[str]:
        if self.cleaned_data.get("kind") in self.cleaned_data["also"]:
            raise ValidationError(_("The meeting is of this kind already; it isn't counted twice."))
        return self.cleaned_data["also"]

    def planned(self) -> Meeting:
        """The meeting as typed, not yet stored."""
        given = self.cleaned_data
        facts = {name: given[name] for name in ("kind", "title", *MeetingForm.Meta.fields)}
        if local := self.local_kinds.get(given["kind"]):
            facts |= {"kind": MeetingKind.LOCAL, "local_kind": local, "title": given["title"] or local.name}
        year = given["counts_for_year"] or given["day"].year
        return Meeting(pk=given["key"], organization=self.organization, counts_for_year=year, **facts)

    def agenda(self) -> list[str]:
        return lines_of(self.cleaned_data["items"])


def lines_of(typed: str) -> list[str]:
    return [line.strip()[:160] for line in typed.splitlines() if line.strip()]


FEW_LINES = forms.Textarea(attrs={"rows": 2})


WORDS_OF_ITEM = ("presenter", "report", "decision")


class RecordForm(forms.Form):
    """One item on the page of all of them, with a show of hands where nothing was put to the vote yet.

    Only what differs from the page as it was opened is stored: a colleague's words of meanwhile stay.
    """

    presenter = forms.CharField(
        label=gettext_lazy("Presented by"), max_length=60, required=False, show_hidden_initial=True,
        widget=forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"}),
    )  # fmt: skip
    report = forms.CharField(
        label=gettext_lazy("What was reported"), required=False, widget=FEW_LINES, show_hidden_initial=True
    )
    decision = forms.CharField(
        label=gettext_lazy("Decision"), required=False, widget=FEW_LINES, show_hidden_initial=True
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    all_in_favour = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, item: AgendaItem) -> None:
        known = {name: getattr(item, name) for name in WORDS_OF_ITEM}
        super().__init__(data, prefix=str(item.pk), initial=known)
        self.item = item
        if item.votes.all():
            del self.fields["key"], self.fields["all_in_favour"]

    def words(self) -> list[forms.BoundField]:
        return [self[name] for name in WORDS_OF_ITEM]

    def before(self) -> list[str]:
        """What the page began with, in hidden fields."""
        return [self[name].as_hidden(only_initial=True) for name in WORDS_OF_ITEM]

    def recorded(self) -> Recorded:
        typed = self.cleaned_data
        changes = {name: typed[name] for name in self.changed_data if name in WORDS_OF_ITEM}
        return Recorded(self.item, changes, typed["key"] if typed.get("all_in_favour") else None)


class CancelForm(forms.Form):
    because = forms.CharField(label=gettext_lazy("Why it is called off"), max_length=200)


class MeetingFilterForm(forms.Form):
    """Which meetings are listed."""

    q = forms.CharField(label=gettext_lazy("Theme, place or item"), required=False)
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1921, max_value=2100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All kinds")), *MeetingKind.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *MeetingState.choices]
    )
    organization = LookedUpRow(
        label=gettext_lazy("Branch or group"), required=False, queryset=Organization.objects.none(),
        to_field_name="code", empty_label=gettext_lazy("All I may see"),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places


WORDS = forms.Textarea(attrs={"rows": 3})


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
        listed = Attendance.objects.filter(meeting=meeting)
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
    answer = forms.CharField(label=gettext_lazy("Their line on it"), max_length=1000, required=False, widget=WORDS)
    answer_source = forms.ChoiceField(
        label=gettext_lazy("Who gave the line"), required=False, choices=[("", "—"), *GIVERS]
    )

    def __init__(self, *args: Any, expected: Attendance, on: date, **kwargs: Any) -> None:
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

    def attendance(self) -> AttendanceFields:
        """As typed; what belongs to another state is left out."""
        given = {name: self.cleaned_data.get(name, self.initial[name]) for name in AttendanceFields.__slots__}
        if given["state"] not in LATER:
            given |= {"made_up_on": None, "made_up_with": "", "answer": "", "answer_source": ""}
        return AttendanceFields(**given)

    def _said(self, name: str) -> str:
        return str(self.initial[name] or "")


class MakeUpForm(forms.Form):
    """A member's own make-up."""

    key = key_field()
    made_up_on = day_field(label=gettext_lazy("I read it on"))
    made_up_with = forms.CharField(label=gettext_lazy("What I read or watched"), max_length=200)
    answer = forms.CharField(label=gettext_lazy("My line on it"), max_length=1000, widget=WORDS)

    def __init__(self, *args: Any, meeting: Meeting, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.on = meeting, on

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for field, sentence in made_up_wrong(typed, held=self.meeting.day, on=self.on):
            self.add_error(field, sentence)
        return typed

    def study(self) -> AttendanceFields:
        given = {name: self.cleaned_data[name] for name in ("made_up_on", "made_up_with", "answer")}
        return AttendanceFields(AttendanceState.MADE_UP, **given)


class WhyForm(forms.Form):
    """A member's own reason for an absence."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300,
        help_text=gettext_lazy("Stored encrypted. The officers of your branch read it."),
    )  # fmt: skip


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


def undo_asked_for(request: HttpRequest) -> uuid.UUID | None:
    """The tap on everybody else that the page before offers to take back."""
    form = UndoForm({"key": uuid.uuid4(), "rest": request.GET.get("rest")})
    return form.cleaned_data["rest"] if form.is_valid() else None


def _known(expected: Attendance) -> dict[str, Any]:
    known = {name: getattr(expected, name) for name in AttendanceFields.__slots__}
    return {**known, "reason": opened(expected.reason)}


class ShiftForm(forms.Form):
    day = day_field(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, span: Window, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.span = span

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.span.first <= day <= self.span.last:
            sentence = _("Here it can be moved to a day from %(first)s to %(last)s.")
            raise ValidationError(sentence % {"first": self.span.first, "last": self.span.last})
        return day
