"""A line of a scheme and a clause of it: a clause's form shows only what its kind needs."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import ClauseKind, Counted, Cycle, Every, Part
from assessment.forms.schemes import points_field
from assessment.models import Band, Clause, Indicator
from assessment.queries.metrics import all_metrics
from assessment.rules.flaws import plain
from members.forms.fields import choice_field, key_field

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
    part = choice_field(Part, label=_("Which work it is about"))
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
    metric = forms.ChoiceField(
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
