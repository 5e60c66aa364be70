"""A ballot with everybody who is marked, and the figures counted off papers."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from supervision.choices import Mark
from supervision.models import Appraisee
from supervision.rules.appraisals import unfit_people
from supervision.services.ballots import MOST

UNFIT = gettext_noop("The marks add up to the number of papers, or one less where the member left themself out.")


class BallotForm(forms.Form):
    """One mark for each. Nothing is chosen beforehand."""

    def __init__(self, *args: Any, people: Sequence[Appraisee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in people:
            self.fields[str(one.pk)] = forms.ChoiceField(
                label=one.member.name, choices=Mark.choices, widget=forms.RadioSelect,
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
            for mark in Mark:
                self.fields[_name(one, mark)] = forms.IntegerField(
                    label=mark.label, min_value=0, max_value=MOST, initial=0,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"}),
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors:
            for key in unfit_people(typed["ballots"], self.figures()):
                sentence = _(
                    "The marks add up to the number of papers, or one less where the member left themself out."
                )
                self.add_error(f"{key}-{Mark.EXCELLENT}", sentence)
        return typed

    def lines(self) -> Iterator[tuple[Appraisee, list[forms.BoundField]]]:
        for one in self.people:
            yield one, [self[_name(one, mark)] for mark in Mark]

    def figures(self) -> dict[str, dict[str, int]]:
        typed = self.cleaned_data
        return {str(one.pk): {mark.value: typed[_name(one, mark)] for mark in Mark} for one in self.people}


def _name(one: Appraisee, mark: Mark) -> str:
    return f"{one.pk}-{mark}"
