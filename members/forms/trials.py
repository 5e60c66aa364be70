"""Trying the rules out: the same functions as `manage.py rule`, as forms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.choices import DuesCategory, OrganizationKind
from members.forms.regulations import day_input
from rulebook.local import LocalRule, Loosening
from rulebook.rule import NoRule
from rulebook.rules import dues, elections, votes
from rulebook.values import Citation


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

    on = forms.DateField(label=gettext_lazy("On which day"), widget=day_input())

    def outcome(self, local: Iterable[LocalRule]) -> Outcome | None:
        """None when something typed contradicts itself: the form then shows where."""
        try:
            return self.answer(self.cleaned_data, tuple(local))
        except NoRule as error:
            return Outcome("warn", _("No answer"), str(error))

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
        headline = _("%(amount)s yuan a month") % {"amount": f"{amount:.2f}"}
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
        facts = [(_("Needed to be present"), result.needed_present), (_("Needed in favour"), result.needed_for)]
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
    on = forms.DateField(label=gettext_lazy("Elected on"), widget=day_input())
    field_order = ("org_kind", "village", "on")

    def answer(self, asked: dict[str, Any], local: tuple[LocalRule, ...]) -> Outcome:
        found = elections.term(asked["org_kind"], village=asked["village"], elected_on=asked["on"], local=local)
        headline = _("The term ends on %(day)s") % {"day": found.ends_on}
        facts = [(_("The level above reminds from"), found.remind_from.isoformat())]
        return Outcome("good", headline, citations=found.citations, facts=facts)


def vote_headline(result: votes.VoteOutcome) -> str:
    if not result.valid:
        return _("Not valid")
    return _("Passed") if result.passed else _("Not passed")


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
