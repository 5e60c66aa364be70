"""What the care for members and the terms of office ask of an organization: facts in, duties out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from members.rules.reach import SOON, Due, LastContact, next_contact_by
from rulebook.book import rule_if_held, rule_version
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.rules.mobility import contact_rule
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, duty_state

CONTACT, HELP, TERM = "contact", "help_request", "term_election"
HELP_KEY, REMINDER_KEY = "help.answer.days", "term.reminder_months"


@dataclass(frozen=True, slots=True)
class HardToReach:
    """A member's primary key, the code of the branch, what holds and since when, and the latest contact on record."""

    pk: int
    branch: str
    situations: Mapping[str, date | None]
    last: LastContact | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """The rule that says how often somebody is in touch, and its citation: the same for all of the same situations."""

    rule: Rule
    citation: Citation


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for help: who asked, of which branch, when, and by when it is (or on what day it was) answered."""

    pk: int
    branch: str
    asked_on: date
    due_on: date
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class InOffice:
    """A term of office, and the day of the next election after it, as far as one is on record."""

    organization: str
    rule: str
    """Key and first day of the rule by which it ends."""
    ends_on: date
    followed_on: date | None = None


def interval(situations: Iterable[str], *, on: date, local: Iterable[LocalRule] = ()) -> Interval | None:
    """The shortest that the situations ask for; None when none of them asks for contact."""
    rule = contact_rule(situations, on, local)
    return Interval(rule, rule.citations[-1]) if rule else None


def contact_duty(facts: HardToReach, asked: Interval | None, *, on: date) -> Duty | None:
    """To be in touch: open from two weeks before, overdue after the day. None while nothing is due soon.

    Where no contact was ever recorded nobody knows whether there was one: it is looked for until the end of the month,
    and is never overdue. A day that people agreed on claims no rule.
    """
    due = next_contact_by(asked.rule if asked else None, facts.situations, last=facts.last, on=on)
    if due.state in (Due.LATER, Due.OPEN):
        return None
    due_on = due.due_on or _last_day(on)
    opened_on = due_on - SOON if due.due_on else on
    state = duty_state(due_on=due_on, done=False, on=on)
    citation = asked.citation if asked and not due.agreed else _own_words(_("agreed at the last contact"))
    return Duty(CONTACT, facts.branch, str(facts.pk), f"{opened_on:%Y-%m}", due_on, state, citation, stays=True)


def help_duty(asked: Asked, *, on: date, local: Iterable[LocalRule] = ()) -> Duty | None:
    """The answer to a request; one that was answered in another year is no news."""
    done = asked.answered_on is not None and asked.answered_on <= on
    if done and asked.answered_on and asked.answered_on.year != on.year:
        return None
    state = duty_state(due_on=asked.due_on, done=done, on=on)
    limit = rule_if_held(HELP_KEY, on, local)
    citation = limit.citations[-1] if limit else _own_words(_("the day that was set for the answer"))
    return Duty(HELP, asked.branch, str(asked.pk), f"{asked.asked_on:%Y-%m}", asked.due_on, state, citation, stays=True)


def term_duty(term: InOffice, *, on: date, local: Iterable[LocalRule] = ()) -> Duty | None:
    """The election at the end of a term: open from the day on which the level above reminds of it.

    Its period is the month of that day. Done with the next election on record; that of another year is no news.
    """
    before = rule_if_held(REMINDER_KEY, term.ends_on, local)
    opened_on = add_months(term.ends_on, -before.whole) if before else term.ends_on
    done = term.followed_on is not None and term.followed_on <= on
    if on < opened_on or (done and term.followed_on and term.followed_on.year != on.year):
        return None
    state = duty_state(due_on=term.ends_on, done=done, on=on)
    period = f"{opened_on:%Y-%m}"
    return Duty(TERM, term.organization, None, period, term.ends_on, state, _rule_of(term), stays=True)


def _rule_of(term: InOffice) -> Citation:
    """The rule of the election day; a later release may not hold it any more."""
    try:
        return rule_version(term.rule).citation
    except KeyError:
        return _own_words(_("the end of the term on record"))


def _own_words(words: str) -> Citation:
    """Where no rule stands behind a day."""
    return Citation(words, "", NO_ARTICLE, Level.LOCAL, Mark.UNVERIFIED)


def _last_day(on: date) -> date:
    return add_months(on.replace(day=1), 1) - timedelta(days=1)
