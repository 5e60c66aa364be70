"""What is asked about problems, counts of them, and inspections."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from meetings.files import FileForm
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.pages.forms import FilterForm, LookedUpField, LookedUpRow, PersonField, choice_field, day_field, key_field
from supervision.choices import InspectionState, ProblemSource, ProblemState
from supervision.problems.models import Inspection, InspectionQuerySet, Problem, ProblemQuerySet
from supervision.problems.queries import condition

ROWS = 5
LONGEST = 4000
SHOWN = {
    "found": _("Found"), "unsettled": _("Not settled yet"), "overdue": _("Overdue"), "open": ProblemState.OPEN.label,
    "done": ProblemState.DONE.label, "accepted": ProblemState.ACCEPTED.label, "on_time": _("Put right on time"),
    "dropped": ProblemState.DROPPED.label,
}  # fmt: skip


class OccasionForm(forms.Form):
    """On what occasion the problems were found."""

    key = key_field()
    title = forms.CharField(
        label=_("Title"), max_length=160, help_text=_("For instance: organizational-life meeting of 2026.")
    )
    source = choice_field(ProblemSource, label=_("Comes from"))
    made_on = day_field(label=_("Found on"))

    def __init__(self, data: Any, *, initial: dict[str, Any], fixed: bool) -> None:
        super().__init__(data, initial=initial)
        offered = [one for one in ProblemSource.choices if one[0] != ProblemSource.INSPECTION]
        if fixed:
            offered = [one for one in offered if one[0] == initial["source"]]
        cast(forms.ChoiceField, self.fields["source"]).choices = offered


class RowForm(forms.Form):
    """One problem. A row without a problem is left out."""

    text = forms.CharField(label=_("Problem"), max_length=300, required=False)
    measure = forms.CharField(label=_("Measure"), max_length=300, required=False)
    responsible = PersonField(label=_("Who puts it right"), queryset=Member.objects.none(), required=False)
    responsible_name = forms.CharField(label=_("Or somebody else"), max_length=60, required=False)
    due_on = day_field(label=_("Put right by"), required=False)
    is_internal = forms.BooleanField(label=_("Only for the branch's officers"), required=False)

    def __init__(self, *args: Any, people: MemberQuerySet | None, **kwargs: Any) -> None:
        """`people` to choose from; None: somebody else says later who puts it right."""
        super().__init__(*args, **kwargs)
        if people is None:
            del self.fields["responsible"], self.fields["responsible_name"], self.fields["is_internal"]
        else:
            cast(forms.ModelChoiceField, self.fields["responsible"]).queryset = people

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if any(typed.get(name) for name in ("measure", "responsible", "responsible_name", "due_on")):
            self._demand("text", gettext("Write what the problem is."))
        if typed.get("text"):
            self._demand("due_on", gettext("Say by when it is put right."))
        if typed.get("responsible") and typed.get("responsible_name"):
            self.add_error("responsible_name", gettext("Choose a member or type a name, not both."))
        return typed

    def _demand(self, name: str, sentence: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)


RowsFormSet = forms.formset_factory(RowForm, extra=ROWS, max_num=30, absolute_max=40)


def rows_form(data: Any, people: MemberQuerySet | None) -> Any:
    found = RowsFormSet(data, prefix="rows", form_kwargs={"people": people, "empty_permitted": False})
    for form in found.forms:
        form.empty_permitted = False
        form.use_required_attribute = False
    return found


def rows_of(formset: Any) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in formset.forms if form.cleaned_data.get("text")]


class StepForm(FileForm):
    """What happened, in words, with evidence."""

    key = key_field()
    text = forms.CharField(label=_("In words"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    due_on = day_field(label=_("The new day"), required=False)
    field_order = ("key", "due_on", "text", "file")

    def __init__(self, data: Any, files: Any, *, kind: str) -> None:
        super().__init__(data, files)
        self.fields["file"].label = _("Evidence")
        self.fields["file"].help_text = _("PDF, Word, JPEG or PNG, at most 10 MB.")
        if kind not in ("done", "note", "accepted"):
            del self.fields["file"]
        if kind != "moved":
            del self.fields["due_on"]

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        content = self.content() if "file" in typed else b""
        return {"key": typed["key"], "text": typed["text"], "due_on": typed.get("due_on"), "content": content}


class AssignForm(forms.Form):
    """What is done and by whom."""

    key = key_field()
    measure = forms.CharField(label=_("Measure"), max_length=300, required=False)
    responsible = PersonField(label=_("Who puts it right"), queryset=Member.objects.none(), required=False)
    responsible_name = forms.CharField(label=_("Or somebody else"), max_length=60, required=False)
    is_internal = forms.BooleanField(label=_("Only for the branch's officers"), required=False)

    def __init__(self, data: Any, *, problem: Problem, people: MemberQuerySet) -> None:
        names = ("measure", "responsible", "responsible_name", "is_internal")
        super().__init__(data, initial={name: getattr(problem, name) for name in names})
        cast(forms.ModelChoiceField, self.fields["responsible"]).queryset = people

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("responsible") and typed.get("responsible_name"):
            self.add_error("responsible_name", gettext("Choose a member or type a name, not both."))
        return typed

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class ProblemFilterForm(FilterForm):
    q = forms.CharField(label=_("Words in the problem or the measure"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", "—"), *SHOWN.items()])
    source = choice_field(ProblemSource, label=_("Comes from"), required=False)
    who = forms.CharField(label=_("Who puts it right"), required=False, max_length=60)
    first = day_field(label=_("From the day"), required=False)
    last = day_field(label=_("To the day"), required=False)
    org = LookedUpField(label=_("Branch"), required=False)
    list = forms.UUIDField(required=False, widget=forms.HiddenInput)
    meeting = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, places: Sequence[Organization]) -> None:
        super().__init__(data)
        self.paths = {place.code: place.path for place in places}
        self.offer_places(places)
        self.is_valid()

    def narrow(self, rows: ProblemQuerySet, *, on: date) -> ProblemQuerySet:
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(Q(text__icontains=text) | Q(measure__icontains=text))
        if who := typed.get("who"):
            rows = rows.filter(Q(responsible__name__icontains=who) | Q(responsible_name__icontains=who))
        if typed.get("org"):
            rows = rows.below(self.paths[typed["org"]])
        for name, path in (
            ("source", "problem_list__source"),
            ("list", "problem_list"),
            ("meeting", "problem_list__meeting"),
        ):
            rows = rows.filter(**{path: typed[name]}) if typed.get(name) else rows
        return self._in_state(rows, on)

    def _in_state(self, rows: ProblemQuerySet, on: date) -> ProblemQuerySet:
        typed = self.cleaned_data
        first, last = typed.get("first") or date.min, typed.get("last")
        state = typed.get("state") or "found"
        if state in (ProblemState.OPEN, ProblemState.DONE):
            return rows.filter(state=state, found_on__range=(first, last or date.max))
        until = (last or on) if state in ("unsettled", "overdue") else (last or date.max)
        return rows.filter(condition(state, first, until))


class CountForm(FilterForm):
    q = forms.CharField(label=_("Name of the branch"), required=False, max_length=60)
    first = day_field(label=_("From the day"), required=False)
    last = day_field(label=_("To the day"), required=False)
    org = LookedUpField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: list[Organization]) -> None:
        super().__init__(data)
        self.offer_places(places)
        self.is_valid()

    def period(self, on: date) -> tuple[date, date]:
        """This year until today, unless asked for otherwise."""
        last = self.cleaned_data.get("last") or on
        return self.cleaned_data.get("first") or date(last.year, 1, 1), last


WORDS = forms.Textarea(attrs={"rows": 5})


class PlanForm(forms.Form):
    """Who comes when, and what is looked at."""

    key = key_field()
    organization = LookedUpRow(label=_("Branch"), queryset=Organization.objects.none())
    visit_on = day_field(label=_("Visit on"))
    team = forms.CharField(label=_("Who comes"), max_length=200)
    subject = forms.CharField(
        label=_("What is looked at"), max_length=200, help_text=_("The branch reads this and can prepare.")
    )

    def __init__(self, data: Any, *, branches: QuerySet[Organization], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = branches


class FindingsForm(forms.Form):
    key = key_field()
    summary = forms.CharField(label=_("What was found, in general"), max_length=4000, required=False, widget=WORDS)

    def __init__(self, data: Any, *, inspection: Inspection) -> None:
        super().__init__(data, initial={"summary": inspection.summary})


class HandOverForm(forms.Form):
    """A button."""


class CloseForm(forms.Form):
    words = forms.CharField(label=_("With what it is closed"), max_length=4000, widget=WORDS)


class InspectionFilterForm(FilterForm):
    q = forms.CharField(label=_("Words in what is looked at"), required=False, max_length=60)
    state = choice_field(InspectionState, label=_("State"), required=False)
    first = day_field(label=_("From the day"), required=False)
    last = day_field(label=_("To the day"), required=False)
    org = LookedUpField(label=_("Branch"), required=False)

    def __init__(self, data: Any, *, places: list[Organization]) -> None:
        super().__init__(data)
        self.codes = {place.code for place in places}
        self.offer_places(places)
        self.is_valid()

    def narrow(self, rows: InspectionQuerySet) -> InspectionQuerySet:
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(Q(subject__icontains=text) | Q(team__icontains=text))
        for name, path in (
            ("state", "state"), ("first", "visit_on__gte"), ("last", "visit_on__lte"), ("org", "organization__code"),
        ):  # fmt: skip
            rows = rows.filter(**{path: typed[name]}) if typed.get(name) else rows
        return rows
