"""When to be in touch with whom, and the duties of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from members.choices import SituationKind
from rulebook.book import rule, rule_if_held, rule_version
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.rules.mobility import contact_rule, lost_contact
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, Verdict, duty_state

SOON = timedelta(days=14)
"""How long ahead a contact is shown as coming up. Ours, not a rule's."""


class ContactUrgency(StrEnum):
    """How pressing the next contact is, the most pressing first."""

    OVERDUE = "overdue"
    NEVER = "never"
    SOON = "soon"
    LATER = "later"
    OPEN = "open"


RANK = {due: rank for rank, due in enumerate(ContactUrgency)}


@dataclass(frozen=True, slots=True)
class NextContact:
    """By which day, and why: a day that was agreed on, or the interval of a rule.

    `due_on` is None where no contact was ever recorded (NEVER): whether there was one nobody knows, so nothing is
    overdue; or where no rule asks for one (OPEN). `rule` is None unless a rule's interval decides.
    """

    state: ContactUrgency
    due_on: date | None
    agreed: bool = False
    rule: Rule | None = None

    @property
    def citation(self) -> Citation | None:
        return self.rule.citations[-1] if self.rule else None

    @property
    def order(self) -> tuple[int, date]:
        """Sorts the most pressing first."""
        return RANK[self.state], self.due_on or date.max


@dataclass(frozen=True, slots=True)
class LastContact:
    """The latest contact on record, and the day that was agreed on for the next."""

    on: date
    next_on: date | None = None


def next_contact(
    situations: Mapping[str, date | None], *, last: LastContact | None, on: date, local: Iterable[LocalRule] = ()
) -> NextContact:
    """`situations` are those that hold, each with the day it began, None where that isn't known.

    Whichever comes first counts: the day that was agreed on, or the shortest interval that a situation asks for,
    counted from the last contact, or else from the beginning of a situation that is still fresh.
    """
    return next_contact_by(contact_rule(situations, on, local), situations, last=last, on=on)


def next_contact_by(
    asked: Rule | None, situations: Mapping[str, date | None], *, last: LastContact | None, on: date
) -> NextContact:
    """The same where the rule with the shortest interval is known: for who looks at very many members."""
    since = last.on if last else min((day for day in situations.values() if day), default=None)
    due_on = add_months(since or on, asked.whole) if asked else None
    agreed_on = last.next_on if last else None
    if agreed_on and (due_on is None or agreed_on <= due_on):
        return NextContact(_state(agreed_on, on), agreed_on, agreed=True)
    if due_on is None:
        return NextContact(ContactUrgency.OPEN, None)
    if since is None or (last is None and due_on < on):
        return NextContact(ContactUrgency.NEVER, None, rule=asked)
    return NextContact(_state(due_on, on), due_on, rule=asked)


def silence(situations: Iterable[str], *, last: LastContact | None, on: date) -> Verdict | None:
    """For a lost member: whether the time after which the branch may consider suspension is complete.

    None for members who aren't lost, and where no contact was ever recorded: unknown isn't half a year.
    """
    if SituationKind.LOST_CONTACT not in set(situations) or last is None:
        return None
    return lost_contact(last.on, on)


def answer_due(asked_on: date, *, local: Iterable[LocalRule] = ()) -> date:
    """By when a request for help is answered."""
    return asked_on + timedelta(days=rule("help.answer.days", asked_on, local).whole)


def _state(due_on: date, on: date) -> ContactUrgency:
    if due_on < on:
        return ContactUrgency.OVERDUE
    return ContactUrgency.SOON if due_on <= on + SOON else ContactUrgency.LATER


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
class HelpDates:
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
    if due.state in (ContactUrgency.LATER, ContactUrgency.OPEN):
        return None
    due_on = due.due_on or _last_day(on)
    opened_on = due_on - SOON if due.due_on else on
    state = duty_state(due_on=due_on, done=False, on=on)
    citation = asked.citation if asked and not due.agreed else _own_words(_("agreed at the last contact"))
    return Duty(CONTACT, facts.branch, str(facts.pk), f"{opened_on:%Y-%m}", due_on, state, citation, stays=True)


def help_duty(asked: HelpDates, *, on: date, local: Iterable[LocalRule] = ()) -> Duty | None:
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
