"""What is asked about assessments: lists, steps, values by hand, objections and views."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from assessment.assessments.judging_queries import AskedView
from assessment.assessments.models import Assessment, AssessmentQuerySet, ManualValue, Objection
from assessment.assessments.queries import in_order, incomplete, of_text
from assessment.choices import AssessmentState, ClauseKind, Counted, ObjectionOutcome, Satisfaction
from assessment.schemes.models import Band, Clause, Indicator, Scheme
from meetings.files import FileForm
from members.models import Organization
from members.models.organization import OrganizationQuerySet
from members.pages.forms import FilterForm, LookedUpField, choice_field, day_field, key_field

ONLY = {
    "stale": _("The record has changed since"),
    "objections": _("An objection isn't answered"),
    "values": _("A value waits for a second person"),
    "incomplete": _("Not complete"),
}
ALL, SOME = "all", "some"


class AssessmentFilterForm(FilterForm):
    """Who assesses looks at one scheme at a time."""

    q = forms.CharField(label=_("Name or code of the branch"), required=False, max_length=60)
    scheme = forms.ChoiceField(label=_("The scheme"), required=False)
    state = choice_field(AssessmentState, label=_("State"), required=False)
    only = forms.ChoiceField(label=_("Only"), required=False, choices=[("", "—"), *ONLY.items()])
    org = LookedUpField(label=_("Committee"), required=False)

    def __init__(self, data: Any, *, schemes: Sequence[Scheme], places: Sequence[Organization]) -> None:
        super().__init__(data)
        self.schemes = {str(one.pk): one for one in schemes}
        self.paths = {place.code: place.path for place in places}
        self.offer("scheme", [(key, str(one)) for key, one in self.schemes.items()])
        self.offer_several(places)
        self.is_valid()

    def scheme_chosen(self, *, is_assessor: bool) -> Scheme | None:
        """The one asked for; for who assesses else the newest."""
        chosen = self.schemes.get(self.cleaned_data.get("scheme") or "")
        return chosen or (next(iter(self.schemes.values()), None) if is_assessor else None)

    def narrow(self, rows: AssessmentQuerySet) -> AssessmentQuerySet:
        """`rows` with `open_objections` and `waiting_values`."""
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = of_text(rows, text)
        if state := typed.get("state"):
            rows = rows.filter(state=state)
        if path := self.paths.get(typed.get("org") or ""):
            rows = rows.below(path)
        return in_order(self._only(rows, typed.get("only") or ""))

    def _only(self, rows: AssessmentQuerySet, only: str) -> AssessmentQuerySet:
        match only:
            case "stale":
                return rows.stale()
            case "objections":
                return rows.filter(open_objections__gt=0)  # type: ignore[misc]
            case "values":
                return rows.filter(waiting_values__gt=0)  # type: ignore[misc]
            case "incomplete":
                return incomplete(rows)
        return rows


class BeginForm(forms.Form):
    """For all branches that the scheme binds, or for some."""

    which = forms.ChoiceField(
        label=_("For which branches"),
        choices=[(ALL, _("All of them")), (SOME, _("Only those that I tick"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    branches: "forms.ModelMultipleChoiceField[Organization]" = forms.ModelMultipleChoiceField(
        label=_("Branches"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, branches: OrganizationQuerySet) -> None:
        super().__init__(data)
        cast(forms.ModelMultipleChoiceField, self.fields["branches"]).queryset = branches
        self.all = branches

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("which") == SOME and not typed.get("branches") and "branches" not in self.errors:
            self.add_error("branches", gettext("Tick at least one branch."))
        return typed

    def chosen(self) -> OrganizationQuerySet:
        return cast(
            OrganizationQuerySet, self.all if self.cleaned_data["which"] == ALL else self.cleaned_data["branches"]
        )


class ShowForm(forms.Form):
    """Until when the branches may object."""

    key = key_field()
    until = day_field(label=_("The branches may object until"))

    def __init__(self, data: Any, *, least: date) -> None:
        super().__init__(data, initial={"until": least})
        self.least = least

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if day < self.least:
            sentence = gettext("The scheme gives its branches until %(day)s to object.")
            raise forms.ValidationError(sentence % {"day": self.least})
        return day

    def facts(self) -> dict[str, Any]:
        return {"until": self.cleaned_data["until"]}


class PublishForm(forms.Form):
    """On which day, and with which words to the branches."""

    key = key_field()
    day = day_field(label=_("Published on"))
    words = forms.CharField(
        label=_("With these words"), max_length=300, required=False,
        help_text=_("They stand on each assessment. For instance: discussed by the committee on 26 January."),
    )  # fmt: skip

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"day": today})
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(gettext("That day hasn't come yet."))
        return day

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("day", "words")}


class GradeForm(forms.Form):
    """What was decided, by whom and when."""

    band: "forms.ModelChoiceField[Band]" = forms.ModelChoiceField(
        label=_("Grade"), queryset=None, widget=forms.RadioSelect, empty_label=None
    )
    meeting = forms.CharField(
        label=_("Decided by which meeting"),
        max_length=200,
        help_text=_("For instance: meeting of the committee, item 3."),
    )
    day = day_field(label=_("Decided on"))

    def __init__(self, data: Any, *, assessment: Assessment) -> None:
        known = {
            "band": assessment.decided_band_id or assessment.band_id,
            "meeting": assessment.decided_with,
            "day": assessment.decided_on,
        }
        super().__init__(data, initial=known)
        bands = Band.objects.filter(scheme=assessment.scheme_id).order_by("rank")
        cast(forms.ModelChoiceField, self.fields["band"]).queryset = bands


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


class ObjectionForm(forms.Form):
    key = key_field()
    text = forms.CharField(
        label=_("What isn't right"), max_length=LONGEST, widget=TEXT,
        help_text=_("Say what really happened, and where it can be seen."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Right, explained, or first the record."""

    key = key_field()
    outcome = forms.ChoiceField(
        label=_("How it is answered"), choices=ObjectionOutcome.choices, widget=forms.RadioSelect
    )
    points = forms.DecimalField(label=_("New points"), required=False, min_value=0, max_digits=7, decimal_places=2)
    answer = forms.CharField(label=_("In words"), max_length=LONGEST, widget=TEXT)

    def __init__(self, data: Any, *, objection: Objection) -> None:
        super().__init__(data)
        most = {"most": words(objection.indicator.max_points)}
        self.most = objection.indicator.max_points
        self.fields["points"].help_text = (
            gettext(
                "Only where the branch is right: what the indicator comes to, of %(most)s. A second person confirms it."
            )
            % most
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        upheld = typed.get("outcome") == ObjectionOutcome.UPHELD
        if upheld and typed.get("points") is None and "points" not in self.errors:
            self.add_error("points", gettext("Say how many points the indicator comes to."))
        elif upheld and typed.get("points") is not None and typed["points"] > self.most:
            self.add_error("points", gettext("That is more than there can be."))
        return typed


class ViewForm(forms.Form):
    key = key_field()
    points = forms.DecimalField(label=_("Points reached"), min_value=0, max_digits=7, decimal_places=2)
    words = forms.CharField(label=_("In words"), max_length=LONGEST, required=False, widget=TEXT)

    def __init__(self, data: Any, *, asked: AskedView) -> None:
        given = asked.given
        super().__init__(data, initial={"points": given.points, "words": given.words} if given else {})
        total: Decimal = asked.assessment.scheme.total
        points = cast(forms.DecimalField, self.fields["points"])
        points.label = gettext("Points, of %(most)s") % {"most": words(total)}
        points.validators.append(MaxValueValidator(total))
        points.widget.attrs["max"] = words(total)


class SatisfactionForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("How satisfied are you with your branch's work?"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
    )


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
