"""Items of the agenda with what belongs to them, material, observers, the signed sheet."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from meetings.choices import TaskEnd
from meetings.files import FileForm
from meetings.meeting.models import AgendaItem, Meeting, Task
from meetings.meeting.queries import people_of
from meetings.meeting.services import Handout
from members.choices import OfficeKind
from members.models import Member, Office, Organization, User
from members.pages.forms import LookedUpRow, PersonField, day_field, key_field
from members.paths import STEP

LINES = forms.Textarea(attrs={"rows": 4})
SPEAKER = forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"})
"""Chosen by the first letters from the page's list; a guest's name can be typed."""
ABOVE = (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF)


class NewItemForm(forms.Form):
    key = forms.UUIDField()
    title = forms.CharField(label=gettext_lazy("Item"), max_length=160)


class ItemForm(forms.Form):
    """What was reported and decided under an item."""

    title = forms.CharField(label=gettext_lazy("Item"), max_length=160)
    presenter = forms.CharField(label=gettext_lazy("Presented by"), max_length=60, required=False, widget=SPEAKER)
    report = forms.CharField(label=gettext_lazy("What was reported"), required=False, widget=LINES)
    decision = forms.CharField(label=gettext_lazy("Decision"), required=False, widget=LINES)
    is_open_to_members = forms.BooleanField(label=gettext_lazy("Members may read the decision"), required=False)

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        known = {name: getattr(item, name) for name in self.base_fields}
        super().__init__(*args, **{**kwargs, "initial": known})

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


class MoveForm(forms.Form):
    to = forms.IntegerField(min_value=1, max_value=1000)


class SpeechForm(forms.Form):
    key = key_field()
    speaker = forms.CharField(label=gettext_lazy("Speaker"), max_length=60, widget=SPEAKER)
    points = forms.CharField(label=gettext_lazy("Points"), widget=LINES)
    is_dissent = forms.BooleanField(label=gettext_lazy("A dissenting view"), required=False)


class TaskForm(forms.Form):
    key = key_field()
    what = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    owner = PersonField(label=gettext_lazy("Responsible"), queryset=Member.objects.none())
    due_on = day_field(label=pgettext_lazy("deadline", "By"))

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = people_of(meeting.organization, on=meeting.day)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners


class TaskEndForm(forms.Form):
    """How a task ended: at a meeting, with words, or as no longer needed."""

    ended = forms.ChoiceField(
        label=gettext_lazy("How it ended"), widget=forms.RadioSelect, initial=TaskEnd.DONE,
        choices=[(one.value, one.label) for one in (TaskEnd.DONE, TaskEnd.NOT_NEEDED)],
    )  # fmt: skip
    done_on = day_field(label=gettext_lazy("Day"))
    ended_at = forms.ModelChoiceField(
        label=gettext_lazy("At the meeting"), queryset=Meeting.objects.none(), required=False,
        empty_label=gettext_lazy("At none"),
    )  # fmt: skip
    ended_with = forms.CharField(
        label=gettext_lazy("What was done, or why it isn't needed"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, task: Task, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = task.item.meeting
        later = Meeting.objects.visible_to(user).held().filter(organization=given.organization, day__gte=given.day)
        cast(forms.ModelChoiceField, self.fields["ended_at"]).queryset = later.order_by("-day")


class ReopenForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is opened again"), max_length=200)


class MaterialForm(FileForm):
    """A text, a file, or both."""

    key = key_field()
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=50000, widget=forms.Textarea(attrs={"rows": 8})
    )
    is_open_to_members = forms.BooleanField(label=gettext_lazy("Members may read it"), required=False, initial=True)
    field_order = ("key", "title", "text", "file", "is_open_to_members")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors and not typed.get("text") and not typed.get("file"):
            raise forms.ValidationError(_("Type a text or choose a file."))
        return typed

    def handout(self) -> Handout:
        typed = self.cleaned_data
        return Handout(typed["title"], typed["text"], self.content(), typed["is_open_to_members"])


class SheetForm(FileForm):
    def clean_file(self) -> Any:
        file = super().clean_file()
        if not file:
            raise forms.ValidationError(_("Choose the photograph of the sheet."))
        return file


class HolderField(LookedUpRow):
    def label_from_instance(self, obj: Any) -> str:
        """Who holds the office, and which it is."""
        member = obj.member or (obj.user.member if obj.user else None)
        return f"{member or obj.user.get_full_name() or obj.user} · {obj}"


class ObserverForm(forms.Form):
    """A guest by name, or somebody who holds an office above."""

    key = key_field()
    above = HolderField(
        label=gettext_lazy("Leader from above"), queryset=Office.objects.none(), required=False,
        empty_label=gettext_lazy("Nobody: a guest"),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name of the guest"), max_length=60, required=False)
    office = forms.CharField(label=gettext_lazy("Office"), max_length=80, required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["above"]).queryset = offices_above(meeting)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors and not typed.get("above") and not typed.get("name"):
            self.add_error("name", _("Choose a leader from above, or type the name of the guest."))
        return typed


def offices_above(meeting: Meeting) -> QuerySet[Office]:
    """Offices of the committees above, on the meeting's day."""
    path = meeting.organization.path
    above = [path[:length] for length in range(STEP, len(path), STEP)]
    offices = Office.objects.holding(meeting.day).filter(organization__path__in=above, kind__in=ABOVE)
    return offices.select_related("organization", "member", "user__member").order_by("organization__path", "kind")


class TaskFilterForm(forms.Form):
    """Which tasks are listed."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[
            ("", gettext_lazy("Open")), ("overdue", gettext_lazy("Overdue")), ("ended", gettext_lazy("Closed tasks")),
        ],
    )  # fmt: skip
    organization = LookedUpRow(
        label=gettext_lazy("Branch or group"), required=False, queryset=Organization.objects.none(),
        to_field_name="code", empty_label=gettext_lazy("All I may see"),
    )  # fmt: skip
    owner = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places
