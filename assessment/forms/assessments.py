"""Assessments: which are looked for, which branches are begun, what was decided."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import AssessmentState
from assessment.models import Assessment, Band, Scheme
from assessment.models.assessment import AssessmentQuerySet
from assessment.queries.assessment_list import in_order, incomplete, of_text
from members.forms.fields import choice_field, day_field, key_field
from members.forms.filters import FilterForm
from members.models import Organization
from members.models.organization import OrganizationQuerySet

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
    org = forms.ChoiceField(label=_("Committee"), required=False)

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
