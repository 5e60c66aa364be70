"""Talks: putting one on record, correcting it, the note of the two, and which talks are listed."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.pages.forms import FilterForm, LookedUpField, PersonField, choice_field, day_field, key_field
from supervision.choices import TalkOccasion
from supervision.talks.models import TalkQuerySet
from supervision.talks.queries import BranchTalks

NOTE_LENGTH = 4000


class TalkForm(forms.Form):
    """A talk of two people of the branch, as an officer puts it on record."""

    key = key_field()
    first = PersonField(label=_("Who talked"), queryset=Member.objects.none(), to_field_name="key")
    second = PersonField(label=_("With whom"), queryset=Member.objects.none(), to_field_name="key")
    held_on = day_field(label=_("When"))
    occasion = choice_field(TalkOccasion, label=_("Why"))

    def __init__(self, *args: Any, people: MemberQuerySet, today: date, **kwargs: Any) -> None:
        usual = {"held_on": today, "occasion": TalkOccasion.YEARLY}
        super().__init__(*args, **{**kwargs, "initial": usual | kwargs.get("initial", {})})
        for name in ("first", "second"):
            if name in self.fields:
                cast(forms.ModelChoiceField, self.fields[name]).queryset = people


class OwnTalkForm(TalkForm):
    """The same by one of the two, who needn't say who they are."""

    def __init__(self, *args: Any, people: MemberQuerySet, today: date, me: Member, **kwargs: Any) -> None:
        super().__init__(*args, people=people.exclude(pk=me.pk), today=today, **kwargs)
        del self.fields["first"]
        self.me = me

    def clean(self) -> dict[str, Any]:
        return {**(super().clean() or {}), "first": self.me}


class TalkCorrectForm(forms.Form):
    held_on = day_field(label=_("When"))
    occasion = choice_field(TalkOccasion, label=_("Why"))
    reason = forms.CharField(label=_("Why it is corrected"), max_length=200)


class TalkRemoveForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class TalkNoteForm(forms.Form):
    text = forms.CharField(
        label=_("My note"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Stored encrypted. Only the two of you can read it. Empty it to take it away."),
    )  # fmt: skip


class TalkFilterForm(FilterForm):
    q = forms.CharField(label=_("Name of one of the two"), max_length=60, required=False)
    org = LookedUpField(label=_("Branch"), required=False)
    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("To"), required=False)
    occasion = choice_field(TalkOccasion, label=_("Why"), required=False)

    def __init__(self, data: Any, *, branches: QuerySet[Organization]) -> None:
        super().__init__(data)
        self.offer_several(branches)

    def narrow(self, talks: TalkQuerySet) -> TalkQuerySet:
        self.is_valid()
        typed = self.cleaned_data
        talks = talks.between(typed.get("first"), typed.get("last"))
        if text := typed.get("q"):
            talks = talks.filter(_found_by(text, talks))
        if occasion := typed.get("occasion"):
            talks = talks.filter(occasion=occasion)
        return talks


class YearForm(FilterForm):
    """Which branches of which year. The year is read by the view, which keeps it within what is held."""

    q = forms.CharField(label=_("Branch"), max_length=60, required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)
    org = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, years: range) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["year"]).choices = [(year, year) for year in years]

    def named(self, lines: list[BranchTalks]) -> list[BranchTalks]:
        self.is_valid()
        return [line for line in lines if (self.cleaned_data.get("q") or "") in line.branch.name]


def _found_by(text: str, talks: TalkQuerySet) -> Q:
    """The search of names is written for its own table, so the people are read first."""
    rows = talks.order_by()
    involved = Member.objects.filter(Q(pk__in=rows.values("first")) | Q(pk__in=rows.values("second")))
    people = list(involved.search(text).values_list("pk", flat=True))
    return Q(first__in=people) | Q(second__in=people)
