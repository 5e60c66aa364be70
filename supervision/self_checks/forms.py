"""Lists for self-checks, and a member's answers to one."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from members.fields import opened
from members.pages.forms import choice_field, day_field, key_field
from supervision.choices import CheckMark
from supervision.self_checks.models import Checklist, ChecklistItem, SelfCheck
from supervision.self_checks.rules import ChecklistLine, read_lines, write_lines

STATES = [("", "—"), ("holding", _("In force")), ("coming", _("Not begun yet")), ("ended", _("Ended"))]


class ChecklistForm(forms.Form):
    """A list as it is typed: one line a row."""

    key = key_field()
    title = forms.CharField(label=_("Title"), max_length=120)
    lead = forms.CharField(
        label=_("What it is for"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    lines = forms.CharField(
        label=_("Lines"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("One line a row; after a bar (|) the document and article. Two columns of a sheet can be pasted."),
    )  # fmt: skip
    valid_from = day_field(label=_("From"))
    valid_until = day_field(
        label=_("First day on which it no longer holds"), required=False, help_text=_("Empty: until it is replaced.")
    )

    def __init__(self, *args: Any, today: date, copied: Checklist | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": today, **(_copy(copied) if copied else {})} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def clean_lines(self) -> list[ChecklistLine]:
        return read_lines(self.cleaned_data["lines"])


class ChecklistEndForm(forms.Form):
    valid_until = day_field(label=_("First day on which it no longer holds"))


class ChecklistFilterForm(forms.Form):
    q = forms.CharField(label=_("Title"), max_length=60, required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)


class SharedFilterForm(forms.Form):
    q = forms.CharField(label=_("Name"), max_length=60, required=False)


class SelfCheckForm(forms.Form):
    """A mark and a note for every line of a list."""

    key = key_field()
    plan = forms.CharField(
        label=_("What I will do"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, items: list[ChecklistItem], stored: SelfCheck | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _answers(stored) if stored else {}
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"mark_{item.position}"] = choice_field(
                CheckMark, label=item.text, help_text=item.source, widget=forms.RadioSelect
            )
            self.fields[f"note_{item.position}"] = forms.CharField(
                label=_("For myself"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 1})
            )
        self.fields["plan"] = self.fields.pop("plan")

    def answers(self) -> dict[UUID, tuple[str, str]]:
        """What the service takes."""
        typed = self.cleaned_data
        return {one.pk: (typed[f"mark_{one.position}"], typed[f"note_{one.position}"]) for one in self.items}


def _copy(checklist: Checklist) -> dict[str, Any]:
    lines = [ChecklistLine(item.text, item.source) for item in checklist.items.all()]
    return {"title": checklist.title, "lead": checklist.lead, "lines": write_lines(lines)}


def _answers(check: SelfCheck) -> dict[str, Any]:
    found: dict[str, Any] = {"plan": opened(check.plan)}
    for answer in check.answers.select_related("item"):
        found[f"mark_{answer.item.position}"] = opened(answer.mark)
        found[f"note_{answer.item.position}"] = opened(answer.note)
    return found
