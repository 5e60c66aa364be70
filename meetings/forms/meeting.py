"""Planning a meeting, changing it, and calling it off."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.choices import FOR_ALL_MEMBERS, MeetingKind, MeetingState, kind_words
from meetings.models import Meeting
from meetings.queries.gaps import there
from meetings.queries.local_kinds import usable_at
from meetings.queries.roll import people_of
from members.choices import OrganizationKind
from members.forms.fields import key_field
from members.models import Member, Organization

KINDS_OF = {
    OrganizationKind.BRANCH: (
        *(kind for kind in FOR_ALL_MEMBERS if kind != MeetingKind.LOCAL),
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
"""Which kinds of meetings an organization of a kind holds."""
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


class PlanForm(MeetingForm):
    """A new meeting, with its kinds and its agenda, a line an item."""

    key = key_field()
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    also = forms.MultipleChoiceField(
        label=gettext_lazy("It is also"), required=False, widget=forms.CheckboxSelectMultiple,
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
    field_order = ("kind", "title", "day", "starts_at", "ends_at", "place", "online_link", "items", "chair", "recorder")

    def __init__(self, *args: Any, organization: Organization, on: date, **kwargs: Any) -> None:
        super().__init__(*args, organization=organization, on=on, **kwargs)
        kinds = [
            (kind.value, kind_words(kind, organization.kind)) for kind in KINDS_OF[OrganizationKind(organization.kind)]
        ]
        self.local_kinds = {str(kind.pk): kind for kind in usable_at(organization.path)}
        local = [(key, kind.name) for key, kind in self.local_kinds.items()]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [*kinds, *local]
        cast(forms.MultipleChoiceField, self.fields["also"]).choices = kinds
        self.organization = organization

    def planned(self) -> Meeting:
        """The meeting as typed, not yet stored."""
        given = self.cleaned_data
        facts = {name: given[name] for name in ("kind", "title", *MeetingForm.Meta.fields)}
        if local := self.local_kinds.get(given["kind"]):
            facts |= {"kind": MeetingKind.LOCAL, "local_kind": local, "title": given["title"] or local.name}
        year = given["counts_for_year"] or given["day"].year
        return Meeting(pk=given["key"], organization=self.organization, counts_for_year=year, **facts)

    def agenda(self) -> list[str]:
        return [line.strip()[:160] for line in self.cleaned_data["items"].splitlines() if line.strip()]


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
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Branch or group"), required=False, queryset=Organization.objects.none(),
        to_field_name="code", empty_label=gettext_lazy("All I may see"),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places
