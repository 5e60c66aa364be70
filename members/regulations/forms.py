"""What is asked about regulations: filters, local rules, trying a rule out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _, ngettext

from members.choices import Capability, DuesCategory, OrganizationKind
from members.models.organization import Organization
from members.models.user import User
from members.pages.forms import LookedUpRow, day_field, key_field
from rulebook.book import subjects
from rulebook.finding import Search
from rulebook.local import LocalRule, Loosening
from rulebook.rule import NoRule, Rule
from rulebook.rules import dues, elections, votes
from rulebook.values import Citation
from rulebook.wording import LEVELS, MARKS, room

ANY = ("", _("All"))


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
    on = day_field(label=_("In force on"), required=False)
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

    key = key_field()
    organization = LookedUpRow(label=_("Committee"), queryset=Organization.objects.none())
    value = forms.CharField(label=_("What it sets"), max_length=40)
    document = forms.CharField(label=_("Document"), max_length=200)
    number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    approved_by = forms.CharField(label=_("Approved by"), max_length=80)
    approved_on = day_field(label=_("Approved on"))
    valid_from = day_field(label=_("Holds from"))

    def __init__(self, *args: Any, user: User, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        committees = Organization.objects.visible_to(user, Capability.MANAGE_LOCAL_RULES)
        choice = cast(forms.ModelChoiceField, self.fields["organization"])
        choice.queryset = committees.filter(kind=OrganizationKind.COMMITTEE)
        choice.initial = choice.queryset.filter(path__in=[office.path for office in user.access.held]).first()
        if rule.policy.options:
            choices = list(rule.policy.options.items())
            self.fields["value"] = forms.ChoiceField(label=_("What it sets"), choices=choices)
        self.fields["value"].help_text = room(rule)


class LocalRuleEndForm(forms.Form):
    on = day_field(label=_("First day without it"))
    reason = forms.CharField(label=_("Reason, or the document that ends it"), max_length=200)


@dataclass(frozen=True)
class Outcome:
    """The answer as a person reads it; `kind` is how it is shown: good, info, warn or bad."""

    kind: str
    headline: str
    reason: str = ""
    citations: tuple[Citation, ...] = ()
    facts: list[tuple[str, Any]] = field(default_factory=list)


class TrialForm(forms.Form):
    """A form that knows its own answer. Days without a rule are answered in words, never with today's rule."""

    on = day_field(label=gettext_lazy("On which day"))

    def outcome(self, local: Iterable[LocalRule]) -> Outcome | None:
        """None when something typed contradicts itself: the form then shows where."""
        try:
            return self.answer(self.cleaned_data, tuple(local))
        except NoRule as error:
            return Outcome("warn", gettext("No answer"), str(error))

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome | None:
        raise NotImplementedError


class DuesForm(TrialForm):
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=DuesCategory.choices)
    base = forms.DecimalField(
        label=gettext_lazy("Base, yuan a month"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    local_amount = forms.DecimalField(
        label=gettext_lazy("Farmers: amount set by the committee, yuan"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
    )
    field_order = ("category", "base", "local_amount", "on")

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome | None:
        try:
            due = dues.monthly_dues(asked["category"], asked["base"], asked["on"], (*local, *self.typed_amount(asked)))
        except dues.BaseMissing as error:
            self.add_error("base", str(error))
            return None
        except Loosening as error:
            self.add_error("local_amount", str(error))
            return None
        amount = Decimal(due.amount_fen) / dues.FEN_PER_YUAN
        headline = gettext("%(amount)s yuan a month") % {"amount": f"{amount:.2f}"}
        return Outcome("info" if due.capped else "good", headline, due.reason, due.citations)

    @staticmethod
    def typed_amount(asked: dict[str, Any]) -> tuple[LocalRule, ...]:
        if asked["category"] != DuesCategory.FARMER or asked["local_amount"] is None:
            return ()
        return (dues.farmer_choice(asked["local_amount"], asked["on"]),)


class VoteForm(TrialForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of vote"),
        choices=[
            (votes.VoteKind.GENERAL.value, gettext_lazy("General meeting, ordinary vote")),
            (votes.VoteKind.COMMITTEE.value, gettext_lazy("Committee meeting")),
            (votes.VoteKind.ADMISSION.value, gettext_lazy("Admission or confirmation of a member")),
            (votes.VoteKind.ELECTION.value, gettext_lazy("Election")),
        ],
    )
    entitled = forms.IntegerField(label=gettext_lazy("Entitled to vote, who should attend"), min_value=1)
    present = forms.IntegerField(label=gettext_lazy("Of those, present"), min_value=0)
    votes_for = forms.IntegerField(label=gettext_lazy("Of those, in favour"), min_value=0)
    written_for = forms.IntegerField(label=gettext_lazy("In favour in writing beforehand"), min_value=0, required=False)
    field_order = ("kind", "entitled", "present", "votes_for", "written_for", "on")

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome | None:
        count = votes.Count(asked["entitled"], asked["present"], asked["votes_for"], asked["written_for"] or 0)
        try:
            result = votes.vote(votes.VoteKind(asked["kind"]), count, asked["on"])
        except votes.BadCount as error:
            self.add_error(error.field, str(error))
            return None
        facts = [
            (gettext("Needed to be present"), result.needed_present),
            (gettext("Needed in favour"), result.needed_for),
        ]
        return Outcome(vote_kind_shown(result), vote_headline(result), result.reason, result.citations, facts)


class CandidatesForm(TrialForm):
    seats = forms.IntegerField(label=gettext_lazy("Seats to be filled"), min_value=1, max_value=1000)
    field_order = ("seats", "on")

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome:
        found = elections.minimum_candidates(asked["seats"], asked["on"], local)
        headline = ngettext("At least %(n)s candidate", "At least %(n)s candidates", found.minimum)
        return Outcome("good", headline % {"n": found.minimum}, citations=found.citations)


class TermForm(TrialForm):
    org_kind = forms.ChoiceField(
        label=gettext_lazy("Organization"),
        choices=[(kind.value, kind.label) for kind in OrganizationKind if kind != OrganizationKind.GROUP],
    )
    village = forms.BooleanField(label=gettext_lazy("Village or community"), required=False)
    on = day_field(label=gettext_lazy("Elected on"))
    field_order = ("org_kind", "village", "on")

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome:
        found = elections.term(asked["org_kind"], village=asked["village"], elected_on=asked["on"], local=local)
        headline = gettext("The term ends on %(day)s") % {"day": found.ends_on}
        facts = [(gettext("The level above reminds from"), found.remind_from.isoformat())]
        return Outcome("good", headline, citations=found.citations, facts=facts)


def vote_headline(result: votes.VoteOutcome) -> str:
    if not result.valid:
        return gettext("Not valid")
    return gettext("Passed") if result.passed else gettext("Not passed")


def vote_kind_shown(result: votes.VoteOutcome) -> str:
    if not result.valid:
        return "bad"
    return "good" if result.passed else "warn"


TRIALS: dict[str, tuple[Any, type[TrialForm]]] = {
    "dues": (gettext_lazy("Dues"), DuesForm),
    "vote": (gettext_lazy("Vote"), VoteForm),
    "candidates": (gettext_lazy("Candidates"), CandidatesForm),
    "term": (gettext_lazy("Term of office"), TermForm),
}
