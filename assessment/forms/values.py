"""What a person found for a clause, asked as the kind of the clause needs it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import ClauseKind, Counted
from assessment.models import Clause, Indicator, ManualValue
from meetings.files import FileForm
from members.forms.fields import key_field

LONGEST = 4000
TEXT = forms.Textarea(attrs={"rows": 4})


def words(points: Decimal) -> str:
    """Points without zeros that say nothing."""
    return f"{points.normalize():f}"


class ValueForm(FileForm):
    """The value, from what it was taken, and the evidence."""

    key = key_field()
    value: forms.Field = forms.DecimalField(
        label=_("How often it was found"), min_value=0, max_digits=7, decimal_places=2
    )
    basis = forms.CharField(
        label=_("Basis"), max_length=LONGEST, widget=TEXT,
        help_text=_("What you looked at, and what it says. A second person reads this before it counts."),
    )  # fmt: skip
    field_order = ("key", "value", "basis", "file")

    def __init__(self, data: Any, files: Any, *, about: Clause | Indicator) -> None:
        super().__init__(data, files)
        self.fields["value"] = value_field(about)
        self.fields["file"].label = _("Evidence")
        self.fields["file"].help_text = _("PDF, Word, JPEG or PNG, at most 10 MB.")

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        facts = {"key": typed["key"], "value": Decimal(typed["value"]), "basis": typed["basis"]}
        return facts | {"content": self.content()}


def value_field(about: Clause | Indicator) -> forms.Field:
    """A count, a tier chosen from its words, a share, yes or no, or points."""
    if isinstance(about, Indicator):
        return _points(about.max_points)
    match about.kind:
        case ClauseKind.MANUAL:
            return _points(about.indicator.max_points)
        case ClauseKind.TIERED:
            return forms.ChoiceField(label=_("Which tier"), choices=_tiers(about), widget=forms.RadioSelect)
        case ClauseKind.RATIO_STEP:
            return forms.DecimalField(
                label=_("Share, per cent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
            )
        case ClauseKind.VETO | ClauseKind.DEDUCT_FLAT:
            yes_or_no = [("0", _("No")), ("1", _("Yes"))]
            return forms.ChoiceField(label=_("Was it found?"), choices=yes_or_no, widget=forms.RadioSelect)
    return forms.IntegerField(label=_("How often it was found"), min_value=0, max_value=1000)


class NothingForm(forms.Form):
    """One basis for everything of which nothing was found."""

    key = key_field()
    basis = forms.CharField(
        label=_("Basis"), max_length=LONGEST, widget=TEXT,
        help_text=_("For instance: looked through the files of the year, nothing of these was found."),
    )  # fmt: skip


class ConfirmForm(forms.Form):
    """Which of the values that wait one has read."""

    values: "forms.ModelMultipleChoiceField[ManualValue]" = forms.ModelMultipleChoiceField(
        queryset=None, error_messages={"required": _("Tick the values whose basis you have read.")}
    )

    def __init__(self, data: Any, *, waiting: Sequence[ManualValue]) -> None:
        super().__init__(data)
        rows = ManualValue.objects.filter(pk__in=[one.pk for one in waiting])
        cast(forms.ModelMultipleChoiceField, self.fields["values"]).queryset = rows


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why not"), max_length=200, help_text=_("The person who entered it reads this and can enter it anew.")
    )


def _points(most: Decimal) -> forms.DecimalField:
    label = gettext("Points, of %(most)s") % {"most": words(most)}
    return forms.DecimalField(label=label, min_value=0, max_value=most, max_digits=7, decimal_places=2)


def _tiers(clause: Clause) -> list[tuple[str, str]]:
    """The bounds as they stand in the scheme, with what each gives."""
    sentence = {
        Counted.SHARE: gettext("%(bound)s %% or more: %(points)s points"),
        Counted.MISSING: gettext("%(bound)s or more missing: %(points)s points"),
    }.get(Counted(clause.counted), gettext("%(bound)s or more: %(points)s points"))
    return [
        (str(bound), sentence % {"bound": words(Decimal(bound)), "points": words(Decimal(points))})
        for bound, points in clause.tiers
    ]
