"""Members who are away, hard to reach or out of contact: when the relation moves, when somebody has to call."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from rulebook.book import rule, rule_if_held
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


def away_verdict(months: Rule, since: date, on: date) -> Verdict:
    reached_on = add_months(since, months.whole)
    facts = {"since": since.isoformat(), "day": reached_on.isoformat(), "months": months.whole}
    sentence = _("Since %(since)s; %(months)s months are complete on %(day)s.") % facts
    return Verdict(on >= reached_on, sentence, months.citations)


def lost_contact(last_contact_on: date, on: date) -> Verdict:
    """Whether the silence is long enough for people to consider suspension; the program only flags (article 24)."""
    return away_verdict(rule("lost.suspend.months", on), last_contact_on, on)


def contact_rule(situations: Iterable[str], on: date, local: Iterable[LocalRule] = ()) -> Rule | None:
    """The rule with the shortest interval in months that the situations ask for; None when none of them asks."""
    local = tuple(local)
    keys = sorted({CONTACT_KEYS[name] for name in situations if name in CONTACT_KEYS})
    held = [rule_if_held(key, on, local) for key in keys]
    return min((one for one in held if one), key=lambda one: one.number, default=None)
