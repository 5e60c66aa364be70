"""What is asked of a scheme, its lines and clauses, and of a workbook with one."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from assessment.choices import ClauseKind, Counted, Cycle, Every, IndicatorPart, SchemeState
from assessment.schemes.check_rules import MOST_BANDS
from assessment.schemes.import_services import BY_NUMBER
from assessment.schemes.models import Band, Clause, Indicator, Scheme, SchemeQuerySet
from assessment.schemes.queries import all_metrics
from assessment.schemes.rules import BandPlan, SchemePlan, plain
from members.choices import UnitKind
from members.models import Organization
from members.pages.forms import LookedUpField, choice_field, day_field, key_field

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
    org = LookedUpField(label=_("For which committee"))

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


TIERS = 8
LINE_FIELDS = ("code", "title", "parent", "part", "cycle", "max_points", "basis")
FIELDS_OF: dict[str, tuple[str, ...]] = {
    ClauseKind.DEDUCT_PER_MISSING: ("metric", "points", "cap", "expected", "every"),
    ClauseKind.DEDUCT_FLAT: ("metric", "points", "expected", "every"),
    ClauseKind.TIERED: ("metric", "counted", "expected", "every"),
    ClauseKind.RATIO_STEP: ("metric", "points", "step", "full_at", "cap", "expected", "every"),
    ClauseKind.BONUS: ("metric", "points", "cap"),
    ClauseKind.MANUAL: (),
    ClauseKind.VETO: ("metric", "band", "expected", "every"),
}
"""What a clause of each kind says besides its sentence."""
POINTS = {
    ClauseKind.DEDUCT_PER_MISSING: _("Points taken for each that is missing"),
    ClauseKind.DEDUCT_FLAT: _("Points taken"),
    ClauseKind.RATIO_STEP: _("Points taken for each step"),
    ClauseKind.BONUS: _("Points added for each"),
}


class LineForm(forms.Form):
    """One line of the tree."""

    key = key_field()
    title = forms.CharField(label=_("What is assessed"), max_length=200)
    parent: "forms.ModelChoiceField[Indicator]" = forms.ModelChoiceField(
        label=_("Below the line"), queryset=None, required=False, empty_label=_("none: it stands at the top")
    )
    code = forms.CharField(label=_("Number of the line"), max_length=20)
    max_points = points_field(label=_("Full points of the line"))
    part = choice_field(IndicatorPart, label=_("Which work it is about"))
    cycle = choice_field(Cycle, label=_("How often it is looked at"))
    basis = forms.CharField(
        label=_("What people look at"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Evidence in words, for instance minutes and sign-in sheets."),
    )  # fmt: skip

    def __init__(self, data: Any, *, parents: QuerySet[Indicator], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["parent"]).queryset = parents

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in LINE_FIELDS}


class ClauseForm(forms.Form):
    """A clause of one kind."""

    key = key_field()
    text = forms.CharField(
        label=_("The clause as a sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands beside the points that it gave or took."),
    )  # fmt: skip
    metric = LookedUpField(
        label=_("Fact of the record"), required=False, help_text=_("Empty: a person says what is found.")
    )
    points = points_field()
    cap = points_field(label=_("At most, points"), required=False)
    counted = choice_field(Counted, label=_("Measured by"))
    step = forms.IntegerField(label=_("A step, per cent"), min_value=1, max_value=100)
    full_at = forms.IntegerField(label=_("Nothing is taken from, per cent"), min_value=1, max_value=100)
    band: "forms.ModelChoiceField[Band]" = forms.ModelChoiceField(label=_("Band that it decides"), queryset=None)
    expected = forms.IntegerField(
        label=_("How many are expected"), min_value=1, max_value=1000, required=False,
        help_text=_("Only where the scheme asks for another number than the rules."),
    )  # fmt: skip
    every = choice_field(Every, label=_("In which period"), required=False)

    def __init__(self, data: Any, *, kind: str, bands: QuerySet[Band], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.kind = kind
        cast(forms.ModelChoiceField, self.fields["band"]).queryset = bands
        cast(forms.ChoiceField, self.fields["metric"]).choices = list(_metrics())
        self.fields["points"].label = POINTS.get(ClauseKind(kind), "")
        for name in [name for name in self.fields if name not in ("key", "text", *FIELDS_OF[kind])]:
            del self.fields[name]
        if kind == ClauseKind.TIERED:
            self._add_tiers(initial.get("tiers") or [])

    def _add_tiers(self, tiers: Sequence[tuple[str, str]]) -> None:
        for number in range(1, TIERS + 1):
            bound, points = tiers[number - 1] if number <= len(tiers) else (None, None)
            self.fields[f"from_{number}"] = _in_table(_("From how many"), bound)
            self.fields[f"points_{number}"] = _in_table(_("Points then"), points)

    def plain_fields(self) -> list[Any]:
        """Without the rows of tiers, which stand in a table."""
        return [field for field in self.visible_fields() if not field.name.startswith(("from_", "points_"))]

    def tier_rows(self) -> list[tuple[Any, Any]]:
        if self.kind != ClauseKind.TIERED:
            return []
        return [(self[f"from_{number}"], self[f"points_{number}"]) for number in range(1, TIERS + 1)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if bool(typed.get("expected")) != bool(typed.get("every")):
            sentence = gettext("Say how many are expected and in which period, or leave out both.")
            self.add_error("expected", sentence)
        if self.kind == ClauseKind.TIERED:
            self._demand_tiers(typed)
        return typed

    def _demand_tiers(self, typed: dict[str, Any]) -> None:
        given = [(typed.get(f"from_{number}"), typed.get(f"points_{number}")) for number in range(1, TIERS + 1)]
        for number, tier in enumerate(given, start=1):
            if (tier[0] is None) != (tier[1] is None):
                self.add_error(f"points_{number}", gettext("Fill in both, or leave both empty."))
        if not any(bound is not None for bound, _points in given) and not self.errors:
            self.add_error("from_1", gettext("Write down at least one tier."))

    def values(self) -> dict[str, Any]:
        """As the services take them; tiers the highest first."""
        typed = self.cleaned_data
        names = ("text", *FIELDS_OF[self.kind])
        return {"kind": self.kind, "tiers": self._tiers()} | {name: typed[name] for name in names}

    def _tiers(self) -> list[list[str]]:
        typed = self.cleaned_data
        rows = [(typed.get(f"from_{n}"), typed.get(f"points_{n}")) for n in range(1, TIERS + 1)]
        whole = [(bound, points) for bound, points in rows if bound is not None and points is not None]
        return [[plain(bound), plain(points)] for bound, points in sorted(whole, key=lambda row: -row[0])]


def line_initial(line: Indicator) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE_FIELDS} | {"max_points": plain(line.max_points)}


def clause_initial(clause: Clause) -> dict[str, Any]:
    names = ("text", "metric", "expected", "every", "counted", "tiers", "full_at", "step", "band")
    points = {name: plain(value) for name in ("points", "cap") if (value := getattr(clause, name)) is not None}
    return {name: getattr(clause, name) for name in names} | points


def _in_table(label: Any, initial: str | None) -> forms.DecimalField:
    field = points_field(label=label, required=False, initial=initial)
    field.widget.attrs["class"] = "form-control"
    return field


def _metrics() -> Iterator[tuple[str, Any]]:
    yield "", _("none: a person says what is found")
    for name, metric in all_metrics().items():
        yield name, metric.title


class _OfCommittee(forms.Form):
    def __init__(self, *args: Any, places: Sequence[Organization], **kwargs: Any) -> None:
        """`places` for which the user keeps schemes."""
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        field = cast(forms.ChoiceField, self.fields["organization"])
        field.choices = [(place.code, place.name) for place in places]

    def clean_organization(self) -> Organization:
        return self.places[self.cleaned_data["organization"]]


def _committee_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Whose scheme it is"))


class SchemeUploadForm(_OfCommittee):
    """A file, or the number of a sample."""

    key = key_field()
    organization = _committee_field()
    file = forms.FileField(
        label=_("Workbook of indicators"), required=False,
        help_text=_("Excel, WPS, ODS or CSV, with columns such as 考核项目, 考核内容, 分值 and 评分标准."),
    )  # fmt: skip
    sample = forms.ChoiceField(choices=[(number, number) for number in BY_NUMBER], required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not (typed.get("file") or typed.get("sample") or "file" in self.errors):
            self.add_error("file", gettext("Choose a file, or begin with one of the samples below."))
        return typed

    def source(self) -> tuple[Path, str]:
        """Where the workbook is, and its name."""
        if sample := BY_NUMBER.get(self.cleaned_data["sample"]):
            return sample.path, sample.name
        file = cast(TemporaryUploadedFile, self.cleaned_data["file"])
        return Path(file.temporary_file_path()), str(file.name)


class SchemeImportForm(_OfCommittee):
    """What can be changed before the draft is stored; everything else in the draft itself."""

    organization = _committee_field()
    code = forms.CharField(
        label=_("Code of the scheme"), max_length=60,
        help_text=_("A code that is taken already gets the next version."),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=160)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "title", "year")}


def import_data_of(plan: SchemePlan, organization: Organization) -> dict[str, Any]:
    """The values that `SchemeImportForm` begins with."""
    return {"code": plan.code, "title": plan.title, "year": plan.year, "organization": organization.code}
