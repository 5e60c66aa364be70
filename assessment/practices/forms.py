"""Practices: looking for some, writing one, taking one over."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessment.choices import PracticeKind
from assessment.practices.models import Practice, PracticeQuerySet
from members.choices import UnitKind
from members.models import Organization
from members.pages.forms import LookedUpRow, choice_field, key_field

FACTS = ("kind", "title", "problem", "solution", "needs")
LONGEST = 4000


class PracticeFilterForm(forms.Form):
    """What can't be read is as if it weren't there."""

    q = forms.CharField(label=_("Words"), max_length=60, required=False)
    kind = choice_field(PracticeKind, label=_("Which kind of difficulty"), required=False)
    unit = choice_field(UnitKind, label=_("Branches of which kind of unit"), required=False)

    def narrow(self, rows: PracticeQuerySet) -> PracticeQuerySet:
        self.is_valid()
        typed = self.cleaned_data
        equal = {"kind": typed.get("kind"), "organization__unit_kind": typed.get("unit")}
        return rows.found_by(typed.get("q") or "").filter(**{name: value for name, value in equal.items() if value})


class PracticeForm(forms.Form):
    """A practice as it is written, and changed as long as it isn't published."""

    key = key_field()
    organization = LookedUpRow(
        label=_("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    kind = choice_field(PracticeKind, label=_("Which kind of difficulty"))
    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("As you would say it to a colleague: what is done, in one line.")
    )
    problem = forms.CharField(
        label=_("What the difficulty was"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    solution = forms.CharField(
        label=_("What we do now"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Step by step, so that somebody else can begin with it tomorrow."),
    )  # fmt: skip
    needs = forms.CharField(
        label=_("What it takes"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Hours, money, people, a room; empty if nothing."),
    )  # fmt: skip

    def __init__(self, *args: Any, branches: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, branches)

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}


class PracticeEditForm(PracticeForm):
    """The same for one that is there: it stays with its branch."""

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(practice, name) for name in FACTS}
        super().__init__(*args, branches=Organization.objects.none(), **kwargs)
        del self.fields["organization"], self.fields["key"]


class PublishForm(forms.Form):
    """What nobody should find in it."""

    looked = forms.BooleanField(
        label=_("I have looked: no names of members, nothing private, nothing that gives somebody away")
    )


class WordsForm(forms.Form):
    """How it goes in the branch that does it too."""

    words = forms.CharField(
        label=_("How it goes here"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One line helps the next branch: what works, what you do differently. You can add it later."),
    )  # fmt: skip


class AdoptForm(WordsForm):
    """Which branch takes it over."""

    key = key_field()
    organization = LookedUpRow(
        label=_("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    field_order = ("key", "organization", "words")

    def __init__(self, *args: Any, branches: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, branches)


def offer(form: forms.Form, branches: QuerySet[Organization]) -> None:
    """One's branches, by name."""
    cast(forms.ModelChoiceField, form.fields["organization"]).queryset = branches
