"""What is asked in an appraisal and its ballot."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _, gettext_noop

from meetings.meeting.models import Meeting
from members.fields import opened
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.pages.forms import FilterForm, LookedUpField, PersonField, choice_field, day_field, key_field
from supervision.appraisals.ballot_services import MOST
from supervision.appraisals.models import AppraisalRound, AppraisalRoundQuerySet, Appraisee
from supervision.appraisals.rules import next_step, unfit_people
from supervision.appraisals.services import EARLIEST
from supervision.choices import AppraisalMark, BallotMethod, Grade, RoundState

LONGEST = 4000


def years(today: date) -> list[tuple[int, str]]:
    return [(year, str(year)) for year in range(today.year, EARLIEST - 1, -1)]


def text_field(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}), **more)


def meeting_field(label: Any, **more: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=label, queryset=Meeting.objects.none(), **more)


class OpenForm(forms.Form):
    """A new round."""

    key = key_field()
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["year"]).choices = years(today)


class StepForm(forms.Form):
    """What the next step needs. `state`: the step that the page showed."""

    state = forms.ChoiceField(choices=RoundState.choices, widget=forms.HiddenInput)
    method = choice_field(
        BallotMethod, label=_("How the ballot is held"),
        help_text=_("One way for everybody. On paper it is counted by two people."),
    )  # fmt: skip
    meeting = meeting_field(_("Meeting"))

    def __init__(self, *args: Any, round: AppraisalRound, meetings: QuerySet[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"state": round.state}, **kwargs})
        after = next_step(round.state)
        if after != RoundState.BALLOT:
            del self.fields["method"]
        if after not in (RoundState.BALLOT, RoundState.CLOSED):
            del self.fields["meeting"]
            return
        field = cast(forms.ModelChoiceField, self.fields["meeting"])
        field.queryset, field.required = meetings, after == RoundState.CLOSED
        field.label = _("Meeting that gave the opinions") if field.required else _("Meeting at which it is held")


class TextForm(forms.Form):
    """A self-appraisal, or what one sees in somebody else."""

    text = text_field(_("Text"), help_text=_("Stored encrypted."))


class SaidForm(TextForm):
    """What somebody without an account says of another, as an officer writes it down."""

    author = PersonField(label=_("Who says it"), queryset=Member.objects.none())
    field_order = ("author", "text")

    def __init__(self, *args: Any, people: MemberQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["author"]).queryset = people


class OpinionForm(forms.Form):
    """Grade and words of the committee."""

    grade = choice_field(Grade, label=_("Grade"))
    opinion = text_field(_("Opinion of the committee"), required=False, help_text=_("The member reads this."))

    def __init__(self, *args: Any, appraisee: Appraisee, **kwargs: Any) -> None:
        stored = {"grade": appraisee.grade, "opinion": opened(appraisee.opinion)}
        super().__init__(*args, **{"initial": stored, **kwargs})
        if not appraisee.is_graded:
            del self.fields["grade"]

    def opinion_given(self) -> dict[str, Any]:
        return {"grade": self.cleaned_data.get("grade", ""), "opinion": self.cleaned_data["opinion"]}


class FollowUpForm(forms.Form):
    """How a member is helped after a lower grade."""

    follow_up = forms.CharField(label=_("What is done to help"), max_length=300)
    follow_up_due_on = day_field(label=_("To be done by"))
    followed_up_on = day_field(label=_("Done on"), required=False, help_text=_("Leave empty until it is done."))

    def __init__(self, *args: Any, appraisee: Appraisee, due_on: date, **kwargs: Any) -> None:
        stored = {name: getattr(appraisee, name) for name in self.base_fields}
        stored["follow_up_due_on"] = stored["follow_up_due_on"] or due_on
        super().__init__(*args, **{"initial": stored, **kwargs})


class RoundFilterForm(FilterForm):
    """What an officer looks for. The days are those on which rounds were closed, so that a figure leads to them."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    state = choice_field(RoundState, label=_("State"), required=False)
    first = day_field(label=_("Closed from"), required=False)
    last = day_field(label=_("Closed to"), required=False)
    org = LookedUpField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: QuerySet[Organization], today: date) -> None:
        super().__init__(data)
        self.offer("year", years(today))
        self.offer("org", places.values_list("code", "name"))
        self.is_valid()

    def narrow(self, rounds: AppraisalRoundQuerySet) -> AppraisalRoundQuerySet:
        typed = self.cleaned_data
        for name in ("year", "state"):
            if typed.get(name):
                rounds = rounds.filter(**{name: typed[name]})
        if typed.get("first"):
            rounds = rounds.filter(closed_on__gte=typed["first"])
        return rounds.filter(closed_on__lte=typed["last"]) if typed.get("last") else rounds


class YearForm(forms.Form):
    """Which year a committee looks at."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    org = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["year"]).choices = years(today)
        self.is_valid()


UNFIT = gettext_noop("The marks add up to the number of papers, or one less where the member left themself out.")


class BallotForm(forms.Form):
    """One mark for each. Nothing is chosen beforehand."""

    def __init__(self, *args: Any, people: Sequence[Appraisee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in people:
            self.fields[str(one.pk)] = forms.ChoiceField(
                label=one.member.name, choices=AppraisalMark.choices, widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Choose a mark, or “abstained”.")},
            )  # fmt: skip

    def marks(self) -> dict[str, str]:
        return dict(self.cleaned_data)


class PaperForm(forms.Form):
    """What one person counted off the papers, for everybody on them."""

    ballots = forms.IntegerField(label=gettext_lazy("Papers that came back and count"), min_value=1, max_value=MOST)

    def __init__(self, *args: Any, people: Sequence[Appraisee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        for one in people:
            for mark in AppraisalMark:
                self.fields[_name(one, mark)] = forms.IntegerField(
                    label=mark.label, min_value=0, max_value=MOST, initial=0,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"}),
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors:
            for key in unfit_people(typed["ballots"], self.figures()):
                sentence = gettext(
                    "The marks add up to the number of papers, or one less where the member left themself out."
                )
                self.add_error(f"{key}-{AppraisalMark.EXCELLENT}", sentence)
        return typed

    def lines(self) -> Iterator[tuple[Appraisee, list[forms.BoundField]]]:
        for one in self.people:
            yield one, [self[_name(one, mark)] for mark in AppraisalMark]

    def figures(self) -> dict[str, dict[str, int]]:
        typed = self.cleaned_data
        return {str(one.pk): {mark.value: typed[_name(one, mark)] for mark in AppraisalMark} for one in self.people}


def _name(one: Appraisee, mark: AppraisalMark) -> str:
    return f"{one.pk}-{mark}"
