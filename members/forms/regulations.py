"""Looking rules up, and a committee's own rules."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from rulebook.book import subjects
from rulebook.finding import Search
from rulebook.rule import Rule
from rulebook.wording import LEVELS, MARKS, room

ANY = ("", _("All"))


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def subject_choices() -> list[tuple[str, Any]]:
    return [ANY, *((subject.key, subject.title) for subject in subjects())]


def level_choices() -> list[tuple[str, Any]]:
    return [ANY, *((level.value, name) for level, name in LEVELS.items())]


def mark_choices() -> list[tuple[str, Any]]:
    return [ANY, *((mark.value, f"{mark.value} · {name}") for mark, name in MARKS.items())]


class RegulationFilter(forms.Form):
    """Empty fields ask for nothing; without a day the rules of today are shown."""

    q = forms.CharField(label=_("Words, document or number"), required=False, max_length=100)
    subject = forms.ChoiceField(label=_("Subject"), choices=subject_choices, required=False)
    mark = forms.ChoiceField(label=_("Mark"), choices=mark_choices, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=level_choices, required=False)
    on = forms.DateField(label=_("In force on"), required=False, widget=day_input())
    every = forms.BooleanField(label=_("Past versions too"), required=False)

    def search(self, today: Any) -> Search:
        """What to look for; fields that could not be read are left out."""
        self.is_valid()
        asked = self.cleaned_data
        return Search(
            words=asked.get("q", ""),
            subject=asked.get("subject", ""),
            level=asked.get("level", ""),
            mark=asked.get("mark", ""),
            on=None if asked.get("every") else asked.get("on") or today,
        )


class LocalRuleForm(forms.Form):
    """A committee's own figure for one rule, with what it stands on."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    organization = forms.ModelChoiceField(label=_("Committee"), queryset=Organization.objects.none())
    value = forms.CharField(label=_("What it sets"), max_length=40)
    document = forms.CharField(label=_("Document"), max_length=200)
    number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    approved_by = forms.CharField(label=_("Approved by"), max_length=80)
    approved_on = forms.DateField(label=_("Approved on"), widget=day_input())
    valid_from = forms.DateField(label=_("Holds from"), widget=day_input())

    def __init__(self, *args: Any, user: User, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        committees = Organization.objects.visible_to(user, Capability.MANAGE_LOCAL_RULES)
        choice = cast(forms.ModelChoiceField, self.fields["organization"])
        choice.queryset = committees.filter(kind=OrganizationKind.COMMITTEE)
        choice.initial = choice.queryset.filter(path__in=[office.path for office in user.standing.held]).first()
        if rule.policy.options:
            choices = list(rule.policy.options.items())
            self.fields["value"] = forms.ChoiceField(label=_("What it sets"), choices=choices)
        self.fields["value"].help_text = room(rule)


class LocalRuleEndForm(forms.Form):
    on = forms.DateField(label=_("First day without it"), widget=day_input())
    reason = forms.CharField(label=_("Reason, or the document that ends it"), max_length=200)
