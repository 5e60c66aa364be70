"""The rules from the shell: the same functions as the page “Regulations”."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from rulebook.console import JsonCommand, WrongUse, add_json_option, count, day, yuan
from rulebook.local import LocalRule, Loosening
from rulebook.rule import LocalChoiceRequired, NoRule
from rulebook.rules import dues, elections, votes
from rulebook.values import Citation

Answer = dict[str, Any]


class Command(JsonCommand):
    help = "Computes dues, votes, candidates and terms by the rule of the day, with its citation."
    requires_system_checks: list[str] = []

    def add_options(self, parser: CommandParser) -> None:
        subjects = parser.add_subparsers(dest="subject", required=True)
        for name, (options, _answer) in SUBJECTS.items():
            subject = subjects.add_parser(name)
            add_json_option(subject)
            options(subject)
            subject.add_argument("--elected-on" if name == "term" else "--on", dest="on", type=day, required=True)

    def work(self, *, subject: str, **options: Any) -> Answer:
        return SUBJECTS[subject][1](**options)

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield answer["reason"]
        for cited in answer["citations"]:
            yield str(Citation(**cited))

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return not answer["citations"] or answer.get("amount_fen", 0) is None


def add_dues_options(parser: CommandParser) -> None:
    parser.add_argument("--category", choices=dues.CATEGORIES, required=True)
    parser.add_argument("--base", type=yuan, help="the base in yuan; flat categories need none")
    parser.add_argument("--local-amount", type=yuan, help="what the committee has set for farmers, in yuan")


def answer_dues(
    *, category: str, base: Decimal | None, local_amount: Decimal | None, on: date, **options: Any
) -> Answer:
    """The month's dues; an amount of null, and exit code 1, when no rule or no local amount is held."""
    empty = {"amount_fen": None, "capped": False, "rate": None}
    try:
        due = dues.monthly_dues(category, base, on, farmer_amount(category, local_amount, on))
    except LocalChoiceRequired as error:
        policy = error.rule.policy
        bounds = {"minimum_fen": policy.minimum, "maximum_fen": policy.maximum}
        limits = {name: dues.in_fen(limit) for name, limit in bounds.items() if limit is not None}
        return {**empty, "citations": as_dicts(error.rule.citations), "reason": f"{error} {error.rule.says}", **limits}
    except NoRule as error:
        return {**empty, "citations": [], "reason": str(error)}
    except dues.BaseMissing as error:
        raise WrongUse(f"--base: {error}") from error
    amounts = {"amount_fen": due.amount_fen, "capped": due.capped, "rate": due.rate}
    return {**amounts, "citations": as_dicts(due.citations), "reason": due.reason, "versions": due.versions}


def farmer_amount(category: str, amount: Decimal | None, on: date) -> tuple[LocalRule, ...]:
    """The amount given on the command line as the local rule that the article asks for."""
    if amount is None:
        return ()
    if category != "farmer":
        raise WrongUse(_("--local-amount: only farmers' dues are set locally."))
    try:
        return (dues.farmer_choice(amount, on),)
    except Loosening as error:
        raise WrongUse(f"--local-amount: {error}") from error


def add_vote_options(parser: CommandParser) -> None:
    parser.add_argument("--kind", type=str, choices=[kind.value for kind in votes.VoteKind], required=True)
    parser.add_argument("--entitled", type=count, required=True, help="with a vote, after approved exclusions")
    parser.add_argument("--present", type=count, required=True, help="of those, present")
    parser.add_argument("--votes-for", type=count, required=True, help="of those, in favour")
    parser.add_argument("--written-for", type=count, default=0, help="opinions in favour given before, in writing")


def answer_vote(
    *, kind: str, entitled: int, present: int, votes_for: int, written_for: int, on: date, **options: Any
) -> Answer:
    try:
        outcome = votes.vote(votes.VoteKind(kind), votes.Count(entitled, present, votes_for, written_for), on)
    except votes.BadCount as error:
        raise WrongUse(f"--{error.field.replace('_', '-')}: {error}") from error
    except NoRule as error:
        unknown = dict.fromkeys(("valid", "passed", "needed_present", "needed_for"))
        return {**unknown, "reason": str(error), "citations": []}
    return {
        "valid": outcome.valid,
        "passed": outcome.passed,
        "needed_present": outcome.needed_present,
        "needed_for": outcome.needed_for,
        "reason": outcome.reason,
        "citations": as_dicts(outcome.citations),
    }


def add_candidates_options(parser: CommandParser) -> None:
    parser.add_argument("--seats", type=count, required=True)


def answer_candidates(*, seats: int, on: date, **options: Any) -> Answer:
    if seats < 1:
        raise WrongUse(_("--seats: at least one seat is needed."))
    try:
        candidates = elections.minimum_candidates(seats, on)
    except NoRule as error:
        return {"minimum_candidates": None, "citations": [], "reason": str(error)}
    sentence = _("At least %(candidates)s candidates for %(seats)s seats.") % {
        "candidates": candidates.minimum,
        "seats": seats,
    }
    return {
        "minimum_candidates": candidates.minimum,
        "citations": as_dicts(candidates.citations),
        "reason": sentence,
    }


def add_term_options(parser: CommandParser) -> None:
    parser.add_argument("--org-kind", choices=elections.ORGANIZATION_KINDS, required=True)
    parser.add_argument("--village", action="store_true", help="a village or community organization")


def answer_term(*, org_kind: str, village: bool, on: date, **options: Any) -> Answer:
    try:
        term = elections.term(org_kind, village=village, elected_on=on)
    except NoRule as error:
        return {"ends_on": None, "remind_from": None, "citations": [], "reason": str(error)}
    sentence = _("The term ends on %(end)s; the reminder is due from %(reminder)s.") % {
        "end": term.ends_on,
        "reminder": term.remind_from,
    }
    days = {"ends_on": term.ends_on, "remind_from": term.remind_from}
    return {**days, "citations": as_dicts(term.citations), "reason": sentence}


def as_dicts(citations: Iterable[Citation]) -> list[dict[str, str]]:
    return [citation.as_dict() for citation in citations]


SUBJECTS: dict[str, tuple[Callable[[CommandParser], None], Callable[..., Answer]]] = {
    "dues": (add_dues_options, answer_dues),
    "vote": (add_vote_options, answer_vote),
    "candidates": (add_candidates_options, answer_candidates),
    "term": (add_term_options, answer_term),
}
