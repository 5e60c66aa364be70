"""A scheme's data, bands and steps, and what one looks for in the list."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import SchemeState
from assessment.models import Scheme
from assessment.models.scheme import SchemeQuerySet
from assessment.rules.flaws import plain
from assessment.rules.plan import BandPlan
from assessment.rules.plan_checks import MOST_BANDS
from members.choices import UnitKind
from members.forms.fields import choice_field, day_field, key_field
from members.models import Organization

VIEWS = ("self", "peer", "superior", "members")


def points_field(**kwargs: Any) -> forms.DecimalField:
    """Points to the hundredth."""
    return forms.DecimalField(max_digits=7, decimal_places=2, min_value=0, localize=False, **kwargs)


def year_field(**kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100, **kwargs)


def _weight(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100)


class SchemeDataForm(forms.Form):
    """What a scheme is and for whom, without its lines."""

    title = forms.CharField(label=_("Title of the scheme"), max_length=160)
    year = year_field()
    unit_kind = choice_field(UnitKind, label=_("For branches of"), required=False)
    total = points_field(label=_("Points in all"))
    code = forms.CharField(
        label=_("Code of the scheme"), max_length=60, required=False,
        help_text=_("Versions of one scheme share it. Empty: made from the committee and the year."),
    )  # fmt: skip
    document = forms.CharField(label=_("Document"), max_length=200, required=False)
    approved_by = forms.CharField(label=_("Adopted by"), max_length=120, required=False)
    objection_days = forms.IntegerField(label=_("Days in which a branch may object"), min_value=1, max_value=90)
    weight_self = _weight(_("Weight of the branch's own view, per cent"))
    weight_peer = _weight(_("Weight of other branches' view, per cent"))
    weight_superior = _weight(_("Weight of the level above, per cent"))
    weight_members = _weight(_("Weight of the members' satisfaction, per cent"))

    def __init__(self, data: Any, *, place: Organization, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.place = place
        self.fields["unit_kind"].help_text = _("Empty: whatever the unit.")
        self.fields["weight_superior"].help_text = _("The record with the values that two persons stand for.")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        weights = [typed.get(f"weight_{view}") for view in VIEWS]
        if None not in weights and (found := sum(weight or 0 for weight in weights)) != 100:
            sentence = gettext("The weights of the views make %(sum)d per cent: change them until they make 100.")
            self.add_error("weight_superior", sentence % {"sum": found})
        if typed.get("total") == 0:
            self.add_error("total", gettext("Say how many points there are in all, with two decimals at most."))
        if typed.get("year") and not typed.get("code"):
            typed["code"] = f"{self.place.code}-{typed['year']}"
        return typed

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class SchemeForm(SchemeDataForm):
    """A new one; the key makes a double click one scheme."""

    key = key_field()

    def __init__(self, data: Any, *, place: Organization, today: date) -> None:
        weights = {f"weight_{view}": 100 if view == "superior" else 0 for view in VIEWS}
        initial = {"year": today.year, "total": 100, "objection_days": 10, **weights}
        super().__init__(data, place=place, initial=initial)


def data_of(scheme: Scheme) -> dict[str, Any]:
    """The values that `SchemeDataForm` shows of a scheme."""
    return {name: getattr(scheme, name) for name in SchemeDataForm.base_fields} | {"total": plain(scheme.total)}


class BandsForm(forms.Form):
    """Up to five bands, the best first. A row without a name is left out."""

    def __init__(self, data: Any, *, bands: Sequence[BandPlan]) -> None:
        super().__init__(data)
        for number in range(1, MOST_BANDS + 1):
            known = bands[number - 1] if number <= len(bands) else None
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Name of the band"), max_length=30, required=False, initial=known and known.name
            )
            self.fields[f"at_least_{number}"] = points_field(
                label=_("From how many points"), required=False, initial=known and plain(known.at_least)
            )
            self.fields[f"quota_{number}"] = forms.IntegerField(
                label=_("At most of all branches, per cent"), min_value=1, max_value=100, required=False,
                initial=known and known.quota_percent,
            )  # fmt: skip

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each row, for the page."""
        numbers = range(1, MOST_BANDS + 1)
        return [(self[f"name_{n}"], self[f"at_least_{n}"], self[f"quota_{n}"]) for n in numbers]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for number in range(1, MOST_BANDS + 1):
            bound = typed.get(f"at_least_{number}")
            if typed.get(f"name_{number}") and bound is None and f"at_least_{number}" not in self.errors:
                self.add_error(f"at_least_{number}", gettext("Say from how many points the band holds."))
            if not typed.get(f"name_{number}") and (bound is not None or typed.get(f"quota_{number}")):
                self.add_error(f"name_{number}", gettext("Name the band."))
        return typed

    def plan(self) -> list[BandPlan]:
        typed = self.cleaned_data
        rows = [number for number in range(1, MOST_BANDS + 1) if typed[f"name_{number}"]]
        return [
            BandPlan(rank, typed[f"name_{number}"], Decimal(typed[f"at_least_{number}"]), typed[f"quota_{number}"])
            for rank, number in enumerate(rows, start=1)
        ]


class ForceForm(forms.Form):
    """Who adopted it, by which document, since when."""

    approved_by = forms.CharField(
        label=_("Adopted by"), max_length=120, help_text=_("For instance the committee's meeting and its day.")
    )
    document = forms.CharField(label=_("Document"), max_length=200, required=False)
    since = day_field(label=_("In force since"))


class RetireForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class CopyForm(forms.Form):
    """Where the copy belongs and for which year."""

    key = key_field()
    title = forms.CharField(label=_("Title of the scheme"), max_length=160)
    year = year_field()
    code = forms.CharField(label=_("Code of the scheme"), max_length=60)
    org = forms.ChoiceField(label=_("For which committee"))

    def __init__(self, data: Any, *, scheme: Scheme, places: Sequence[Organization]) -> None:
        codes = [place.code for place in places]
        own = scheme.organization.code if scheme.organization.code in codes else codes[0]
        super().__init__(data, initial=_next_year(scheme) | {"org": own})
        self.places = {place.code: place for place in places}
        cast(forms.ChoiceField, self.fields["org"]).choices = [(place.code, place.name) for place in places]
        if len(places) == 1:
            self.fields["org"].widget = forms.HiddenInput()

    def clean_code(self) -> str:
        """Versions that stand side by side belong to one committee."""
        code, place = str(self.cleaned_data["code"]), self.data.get("org", "")
        if Scheme.objects.filter(code=code).exclude(organization__code=place).exists():
            raise forms.ValidationError(gettext("Another committee uses this code: choose another one."))
        return code


class PreviewForm(forms.Form):
    """Which branch a scheme is tried with."""

    branch: "forms.ModelChoiceField[Organization]" = forms.ModelChoiceField(
        label=_("Branch"), queryset=None, to_field_name="code", empty_label=_("Choose a branch")
    )

    def __init__(self, data: Any, *, places: QuerySet[Organization]) -> None:
        super().__init__(data)
        cast(forms.ModelChoiceField, self.fields["branch"]).queryset = places

    def place(self) -> Organization:
        return cast(Organization, self.cleaned_data["branch"])


class SchemeKeyForm(forms.Form):
    """Nothing to type: the key makes a double click one row."""

    key = key_field()


class NothingForm(forms.Form):
    """Nothing to type: only whether a service says no."""


class SchemeFilterForm(forms.Form):
    """Empty fields, and what can't be read, ask for nothing."""

    q = forms.CharField(label=_("Words in the title, the code or the document"), required=False, max_length=60)
    year = forms.IntegerField(label=_("Year"), required=False)
    unit_kind = choice_field(UnitKind, label=_("For branches of"), required=False)
    state = choice_field(SchemeState, label=_("State"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()

    def narrow(self, rows: SchemeQuerySet) -> SchemeQuerySet:
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(code__icontains=text) | Q(document__icontains=text))
        if kind := typed.get("unit_kind"):
            rows = rows.filter(Q(unit_kind=kind) | Q(unit_kind=""))
        for name in ("year", "state"):
            rows = rows.filter(**{name: typed[name]}) if typed.get(name) else rows
        return rows


def _next_year(scheme: Scheme) -> dict[str, Any]:
    """The title and the code of the year after; a code that doesn't name its year gets the new one behind it."""
    old, new = str(scheme.year), str(scheme.year + 1)
    code = scheme.code.replace(old, new) if old in scheme.code else f"{scheme.code[:55]}-{new}"
    return {"title": scheme.title.replace(old, new), "year": scheme.year + 1, "code": code}
