"""Members who are away, hard to reach or out of contact: when the relation moves, when somebody has to call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rulebook.book import rule
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.values import Verdict

CONTACT_KEYS = {
    "retired": "retired.contact.months",
    "relocated": "relocated.contact.months",
    "mobile": "mobile.contact.months",
    "frail": "frail.contact.months",
    "bedridden": "frail.contact.months",
    "abroad_sent": "abroad.contact.months",
    "abroad_private": "abroad.contact.months",
}


@dataclass(frozen=True, slots=True)
class ContactDue:
    """By when somebody should have spoken with the member, and the rule whose interval is the shortest."""

    due_on: date
    rule: Rule


def should_move_relation(away_from: date, on: date) -> Verdict:
    """Whether the relation ought to move: six months and more away (education regulations, article 25)."""
    months = rule("transfer.months_away", on)
    return away_verdict(months, away_from, on)


def is_mobile(away_from: date, on: date) -> Verdict:
    """Whether somebody whose relation has not moved counts as a mobile member."""
    return away_verdict(rule("mobile.months", on), away_from, on)


def away_verdict(months: Rule, since: date, on: date) -> Verdict:
    reached_on = add_months(since, months.whole)
    facts = {"since": since.isoformat(), "day": reached_on.isoformat(), "months": months.whole}
    sentence = _("Since %(since)s; %(months)s months are complete on %(day)s.") % facts
    return Verdict(on >= reached_on, sentence, months.citations)


def lost_contact(last_contact_on: date, on: date) -> Verdict:
    """Whether the silence is long enough for people to consider suspension; the program only flags (article 24)."""
    return away_verdict(rule("lost.suspend.months", on), last_contact_on, on)


def contact_due(
    situations: Iterable[str], *, last_contact_on: date, on: date, local: Iterable[LocalRule] = ()
) -> ContactDue | None:
    """The next contact that a member's situations ask for; None when none of them asks for one.

    Without any contact yet pass the day on which the situation began.
    """
    local = tuple(local)
    rules = [
        rule(key, on, local) for key in sorted({CONTACT_KEYS[name] for name in situations if name in CONTACT_KEYS})
    ]
    if not rules:
        return None
    shortest = min(rules, key=lambda one: one.number)
    return ContactDue(add_months(last_contact_on, shortest.whole), shortest)
