"""Suggestions: writing one, answering it, looking for some."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from members.fields import opened
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.pages.forms import FilterForm, LookedUpField, PersonField, choice_field, day_field, key_field
from supervision.choices import SuggestionKind, SuggestionOutcome
from supervision.suggestions.models import Suggestion, SuggestionQuerySet
from supervision.suggestions.rules import AnswerState

SHARED, OFFICERS = "shared", "officers"
AUDIENCES = [(SHARED, _("The members of the branch, with the answer")), (OFFICERS, _("Only the branch's officers"))]
STATES = [
    ("", "—"), (AnswerState.WAITING.value, _("Waiting for an answer")), (AnswerState.OVERDUE.value, _("Overdue")),
    (AnswerState.ANSWERED.value, _("Answered")),
]  # fmt: skip
LONGEST = 4000
FIRST_YEAR = 2016
"""The regulations on supervision are of that year; nobody looks for anything older."""


class SuggestionForm(forms.Form):
    """What a member writes themself."""

    key = key_field()
    kind = choice_field(SuggestionKind, label=_("It is about"))
    text = forms.CharField(
        label=_("What you suggest"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What is it like now, and how could it be better? Stored encrypted."),
    )  # fmt: skip
    audience = forms.ChoiceField(label=_("Who may read it"), choices=AUDIENCES, initial=SHARED)
    shows_name = forms.BooleanField(
        label=_("Show my name to the members"), required=False, initial=True,
        help_text=_("The branch's officers always see who wrote it, or they couldn't answer."),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "kind": typed["kind"],
            "text": typed["text"],
            "is_shared": typed["audience"] == SHARED,
            "shows_name": typed["shows_name"],
        }


class RecordForm(SuggestionForm):
    """What an officer writes down for a member who can't."""

    member = PersonField(label=_("Whose suggestion"), queryset=Member.objects.none())
    asked_on = day_field(label=_("Said on"))
    field_order = ("key", "member", "asked_on", "kind", "text", "audience", "shows_name")

    def __init__(self, *args: Any, people: MemberQuerySet, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"asked_on": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["member"]).queryset = people
        self.fields["text"].label = _("What is suggested")
        self.fields["shows_name"].label = _("Show the name to the members")


class AnswerForm(forms.Form):
    """The branch's answer, also to correct it."""

    outcome = choice_field(SuggestionOutcome, label=_("What became of it"))
    answer = forms.CharField(
        label=_("Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What was done, why it can't be done, or to whom it was passed on. The member reads this."),
    )  # fmt: skip
    answered_on = day_field(label=_("Answered on"))
    is_thanked = forms.BooleanField(label=_("Thank the member for it"), required=False)

    def __init__(self, *args: Any, suggestion: Suggestion, today: date, **kwargs: Any) -> None:
        stored = {
            "outcome": suggestion.outcome,
            "answer": opened(suggestion.answer),
            "answered_on": suggestion.answered_on or today,
            "is_thanked": suggestion.is_thanked,
        }
        kwargs["initial"] = stored
        super().__init__(*args, **kwargs)


class SettledForm(forms.Form):
    """The member's word on the answer."""

    settled = forms.ChoiceField(choices=[("yes", _("It is settled")), ("no", _("It isn't settled"))])


class OwnHelpForm(forms.Form):
    """What a member needs."""

    key = key_field()
    request = forms.CharField(
        label=_("What you need"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Stored encrypted; only your branch's officers read it."),
    )  # fmt: skip


class SharedFilterForm(forms.Form):
    """What a member looks for among the shared ones."""

    kind = choice_field(SuggestionKind, label=_("It is about"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def narrow(self, rows: SuggestionQuerySet, *, on: date) -> SuggestionQuerySet:
        """What can't be read is as if it weren't there."""
        self.is_valid()
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if state := self.cleaned_data.get("state"):
            rows = rows.standing_at(AnswerState(state), on)
        return rows


class PeriodForm(FilterForm):
    """Days, a year, a place."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("To"), required=False)
    org = LookedUpField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: QuerySet[Organization], today: date) -> None:
        super().__init__(data)
        self.offer("year", [(year, str(year)) for year in range(today.year, FIRST_YEAR - 1, -1)])
        self.offer("org", places.values_list("code", "name"))
        self.is_valid()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["last"] < typed["first"]:
            self.add_error("last", gettext("The end lies before the beginning."))
        return typed

    def days(self) -> tuple[date | None, date | None]:
        """First and last day that are asked for, as far as any is."""
        year = self.cleaned_data.get("year")
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        return first or (date(year, 1, 1) if year else None), last or (date(year, 12, 31) if year else None)


class SuggestionFilterForm(PeriodForm):
    """What an officer looks for. The state is that of the last day, so that a figure leads to its records."""

    q = forms.CharField(label=_("Name"), max_length=60, required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    kind = choice_field(SuggestionKind, label=_("It is about"), required=False)
    outcome = choice_field(SuggestionOutcome, label=_("What became of it"), required=False)
    field_order = ("q", "state", "kind", "outcome", "year", "first", "last", "org")

    def narrow(self, rows: SuggestionQuerySet, *, on: date) -> SuggestionQuerySet:
        typed = self.cleaned_data
        first, last = self.days()
        rows = rows.filter(asked_on__range=(first or date.min, last or date.max))
        if state := typed.get("state"):
            rows = rows.standing_at(AnswerState(state), min(last or on, on))
        equal = {name: value for name in ("kind", "outcome") if (value := typed.get(name))}
        return rows.filter(member__name__icontains=typed.get("q") or "", **equal)


class BelowFilterForm(PeriodForm):
    """What a committee looks for: a branch by its name, over a period."""

    q = forms.CharField(label=_("Branch"), max_length=60, required=False)
    field_order = ("q", "year", "first", "last", "org")

    def period(self, today: date) -> tuple[date, date]:
        """Without days the year up to today."""
        first, last = self.days()
        last = min(last or today, today)
        return min(first or date(last.year, 1, 1), last), last
