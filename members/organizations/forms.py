"""Setting up, changing, moving and dissolving organizations, and their terms of office."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from members.choices import Capability, OrganizationKind, UnitKind
from members.models.organization import Organization, OrganizationQuerySet
from members.models.user import User
from members.organizations.rules import STANDS_UNDER, may_stand_under
from members.pages.forms import LookedUpRow, choice_field, day_field, key_field
from members.paths import subtree

ANY = ("", gettext_lazy("All"))


class OrganizationFilter(forms.Form):
    """What is searched for; with nothing asked the page shows the tree."""

    q = forms.CharField(label=gettext_lazy("Name or code"), required=False, max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[ANY, *OrganizationKind.choices])
    dissolved = forms.BooleanField(label=gettext_lazy("Dissolved ones too"), required=False)
    under = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    """Code of the organization below which is searched."""

    @property
    def asks(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())

    def narrow(self, rows: OrganizationQuerySet, *, on: date) -> OrganizationQuerySet:
        """Leave out what wasn't asked for; a field that can't be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        rows = rows if asked.get("dissolved") else rows.standing_on(on)
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        return rows.found_by(asked["q"]) if asked.get("q") else rows


class DescribingForm(forms.Form):
    """What is known about an organization."""

    name = forms.CharField(label=pgettext_lazy("of an organization", "Name"), max_length=120)
    unit_kind = choice_field(UnitKind, label=gettext_lazy("Kind of unit"), required=False)
    village = forms.BooleanField(
        label=gettext_lazy("Of a village or community"),
        required=False,
        help_text=gettext_lazy("Its terms of office are five years, whatever its kind."),
    )
    founded_on = day_field(label=gettext_lazy("Founded on"), required=False)
    begins_on = day_field(
        label=gettext_lazy("First day in the program"),
        required=False,
        help_text=gettext_lazy(
            "Nothing is due for months, quarters and years that began before it. Left empty, it is the day of "
            "founding; without one the earliest meeting or charge on record, or the day it was entered."
        ),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_founded_on(self) -> date | None:
        return not_later(self.cleaned_data["founded_on"], self.on)


class OrganizationCreateForm(DescribingForm):
    """A new organization below another."""

    key = key_field()
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    code = forms.CharField(
        label=gettext_lazy("Organization code"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Leave it empty and one is made. It never changes."),
    )
    field_order = ("name", "kind", "code", "unit_kind", "village", "founded_on", "begins_on")

    def __init__(self, *args: Any, above: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds_below(above)]  # type: ignore[attr-defined]

    def clean_kind(self) -> OrganizationKind:
        return OrganizationKind(self.cleaned_data["kind"])


class OrganizationEditForm(DescribingForm):
    """Another name, or better knowledge."""


class PlaceField(LookedUpRow):
    """One of the organizations, shown in the order of the tree and indented."""

    def label_from_instance(self, place: Organization) -> str:
        return "\u3000" * (place.depth - 1) + place.name


class OrganizationMoveForm(forms.Form):
    under = PlaceField(label=gettext_lazy("New place, below"), queryset=Organization.objects.none())
    reason = forms.CharField(label=gettext_lazy("Reason or document"), max_length=200)

    def __init__(self, *args: Any, organization: Organization, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["under"]).queryset = places_for(organization, user, on=on)


class OrganizationDissolveForm(forms.Form):
    on = day_field(label=gettext_lazy("First day without it"))
    reason = forms.CharField(label=gettext_lazy("Reason or document"), max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date | None:
        return not_later(self.cleaned_data["on"], self.today)


class TermForm(forms.Form):
    elected_on = day_field(label=gettext_lazy("Elected on"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_elected_on(self) -> date | None:
        return not_later(self.cleaned_data["elected_on"], self.today)


class TermEndForm(forms.Form):
    ends_on = day_field(label=gettext_lazy("The term ends on"))
    document = forms.CharField(label=gettext_lazy("Document by which the committee above approved it"), max_length=200)


def kinds_below(above: Organization) -> list[OrganizationKind]:
    """The kinds that may stand under the organization."""
    return [kind for kind in OrganizationKind if may_stand_under(kind, OrganizationKind(above.kind))]


def places_for(organization: Organization, user: User, *, on: date) -> OrganizationQuerySet:
    """Where the user may move the organization: fitting kinds, not below itself. Groups stay among sister branches."""
    kinds = STANDS_UNDER[OrganizationKind(organization.kind)]
    managed = Organization.objects.visible_to(user, Capability.MANAGE_ORGANIZATIONS).standing_on(on)
    places = managed.filter(kind__in=kinds).exclude(path=organization.parent_path)
    if organization.kind == OrganizationKind.GROUP:
        places = places.below(organization.parent_path[: -organization.steplen] or organization.parent_path)
    return places.exclude(subtree("path", [organization.path])).in_tree_order()


def not_later(day: date | None, today: date) -> date | None:
    """The day, unless it lies ahead."""
    if day and day > today:
        raise forms.ValidationError(_("That day hasn't come yet."))
    return day
