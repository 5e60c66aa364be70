"""Joint goals: the goal itself, what happens to it, and which are listed or counted."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from assessment.choices import RESULTS, GoalState
from assessment.goals.models import Goal, GoalQuerySet
from assessment.years import CountForm, YearForm
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.pages.forms import LookedUpField, PersonField, day_field, key_field

LONGEST = 2000
OPEN = {
    "open": (_("Without a result yet"), Q(state__in=[GoalState.PLANNED, GoalState.CHECKED])),
    "behind": (_("Checked: behind"), Q(state=GoalState.CHECKED, on_track=False)),
}
READ_ABOVE = _("The committees above read it: no names of people.")


def words_field(label: Any, **kwargs: Any) -> forms.CharField:
    kwargs = {"help_text": READ_ABOVE} | kwargs
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)


class GoalForm(forms.Form):
    """The unit's target and the party work behind it, and who answers for the two."""

    key = key_field()
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    title = forms.CharField(label=_("Joint goal"), max_length=160, help_text=_("One short line."))
    target = forms.CharField(
        label=_("The unit's target"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the unit wants to have reached by the end of the year, so that one can tell whether it was."),
    )  # fmt: skip
    party_work = forms.CharField(
        label=_("Party work behind it"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the branch does so that the unit gets there."),
    )  # fmt: skip
    responsible = PersonField(
        label=_("Member who answers for it"), queryset=Member.objects.none(), required=False, to_field_name="key"
    )
    responsible_name = forms.CharField(
        label=_("Or somebody of the unit"), max_length=60, required=False,
        help_text=_("Who isn't on the roster of the branch, for instance the head of a workshop."),
    )  # fmt: skip
    planned_on = day_field(label=_("Planned on"))

    def __init__(self, data: Any, *, people: MemberQuerySet, today: date, **kwargs: Any) -> None:
        initial = {"planned_on": today, "year": today.year} | kwargs.pop("initial", {})
        super().__init__(data, initial=initial, **kwargs)
        years = sorted({today.year - 1, today.year, today.year + 1, int(initial["year"])})
        cast(forms.ChoiceField, self.fields["year"]).choices = [(year, year) for year in years]
        cast(forms.ModelChoiceField, self.fields["responsible"]).queryset = people

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        chosen, named = typed.get("responsible"), typed.get("responsible_name")
        if bool(chosen) == bool(named) and "responsible" not in self.errors:
            self.add_error("responsible_name" if chosen else "responsible", gettext("Choose a member or type a name."))
        return typed

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class GoalEditForm(GoalForm):
    """Everything while it is planned; once it was checked, only who answers for it."""

    FIXED = ("year", "title", "target", "party_work")

    def __init__(self, data: Any, *, goal: Goal, people: MemberQuerySet, today: date) -> None:
        known = {name: getattr(goal, name) for name in (*self.FIXED, "responsible_name")}
        initial = {**known, "responsible": goal.responsible and goal.responsible.key}
        super().__init__(
            data, people=people | Member.objects.filter(pk=goal.responsible_id or 0), today=today, initial=initial
        )
        for name in ("key", "planned_on", *(self.FIXED if goal.state != GoalState.PLANNED else ())):
            del self.fields[name]


class StepForm(forms.Form):
    """What was done on the way."""

    key = key_field()
    on = day_field(label=_("When"))
    text = words_field(_("What was done for it"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"on": today})

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {"key": typed["key"], "text": typed["text"], "day": typed["on"]}


class CorrectableForm(forms.Form):
    """A step that is taken once; what stands there is corrected with a reason."""

    reason = forms.CharField(label=_("Why it is corrected"), max_length=200)
    day_name = ""

    def __init__(self, data: Any, *, goal: Goal, today: date) -> None:
        stands = getattr(goal, self.day_name) is not None
        super().__init__(data, initial=self.known(goal) if stands else {self.day_name: today})
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])
        if not stands:
            del self.fields["reason"]

    def known(self, goal: Goal) -> dict[str, Any]:
        return {name: getattr(goal, name) for name in self.base_fields if name != "reason"}


class CheckForm(CorrectableForm):
    day_name = "checked_on"
    checked_on = day_field(label=_("Looked at on"))
    on_track = forms.ChoiceField(
        label=_("Will it be reached by the end of the year?"),
        choices=[("yes", _("Yes, it is on the way")), ("no", _("No, it is behind"))],
        widget=forms.RadioSelect,
    )
    check_words = words_field(_("Where it stands"))

    def known(self, goal: Goal) -> dict[str, Any]:
        return super().known(goal) | {"on_track": "yes" if goal.on_track else "no"}

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "on_track": typed["on_track"] == "yes", "words": typed["check_words"], "day": typed["checked_on"],
            "reason": typed.get("reason", ""),
        }  # fmt: skip


class ResultForm(CorrectableForm):
    day_name = "ended_on"
    ended_on = day_field(label=_("Result on"))
    state = forms.ChoiceField(
        label=_("Result of the goal"),
        choices=[(one.value, one.label) for one in (*RESULTS, GoalState.DROPPED)],
        widget=forms.RadioSelect,
    )
    result_words = words_field(
        _("In words"),
        help_text=_("What was reached and by what; of a goal given up, why. Committees read it."),
    )

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "state": typed["state"], "words": typed["result_words"], "day": typed["ended_on"],
            "reason": typed.get("reason", ""),
        }  # fmt: skip


class CopyForm(forms.Form):
    """Which of last year's open goals go on."""

    goals: "forms.ModelMultipleChoiceField[Goal]" = forms.ModelMultipleChoiceField(
        label=_("Goals that go on"), queryset=Goal.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, goals: Iterable[Goal]) -> None:
        keys = [goal.pk for goal in goals]
        super().__init__(data, initial={"goals": keys})
        cast(forms.ModelMultipleChoiceField, self.fields["goals"]).queryset = Goal.objects.filter(pk__in=keys)


class GoalFilterForm(YearForm):
    q = forms.CharField(label=_("Words in the goal, the target or the party work"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("State"), required=False)
    who = forms.CharField(label=_("Who answers for it"), required=False, max_length=60)
    org = LookedUpField(label=_("Branch"), required=False)

    def __init__(self, data: Any, *, branches: list[Organization], today: date, names: Q | None) -> None:
        """`names`: of which goals the reader is told who answers for them; None: of none."""
        super().__init__(data)
        self.paths, self.names = {branch.code: branch.path for branch in branches}, names
        self.offer_years(today, all_years=True)
        self.offer("state", [*((code, label) for code, (label, _condition) in OPEN.items()), *GoalState.choices])
        self.offer_several(branches)
        if names is None:
            del self.fields["who"]
        self.is_valid()

    def narrow(self, rows: GoalQuerySet) -> GoalQuerySet:
        typed = self.cleaned_data
        rows = rows if self.chosen is None else rows.of_year(self.chosen)
        if text := typed.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(target__icontains=text) | Q(party_work__icontains=text))
        if (who := typed.get("who")) and self.names is not None:
            rows = rows.filter(self.names, Q(responsible__name__icontains=who) | Q(responsible_name__icontains=who))
        if org := typed.get("org"):
            rows = rows.filter(organization__path=self.paths[org])
        if state := typed.get("state"):
            rows = rows.filter(OPEN[state][1] if state in OPEN else Q(state=state))
        return rows


class GoalCountForm(CountForm):
    """Which branches are counted, and of which year."""

    q = forms.CharField(label=_("Name or code of the branch"), required=False, max_length=60)
    only = forms.ChoiceField(label=_("Which branches"), required=False)
    kinds = {
        "without": (_("Branches without a joint goal"), lambda line: not line.figures["planned"]),
        "behind": (_("Branches with goals behind"), lambda line: line.figures["behind"]),
        "open": (_("Branches with goals without a result"), lambda line: line.figures["open"]),
    }
