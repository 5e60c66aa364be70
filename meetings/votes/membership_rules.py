"""When a vote on somebody's membership may be taken, and from which day what it decided holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from meetings.choices import VoteSubject
from members.dates import PartialDate, years_between
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.rule import Rule

AGE, PROBATION, APPROVAL = "recruit.min_age", "recruit.probation.months", "recruit.approval.max_months"
SHORTEST, LONGEST = "recruit.probation.min_extension_months", "recruit.probation.max_extension_months"


@dataclass(frozen=True, slots=True)
class PersonVotedOn:
    """Whom a vote is about, as far as it is on record. `extended_by`: months, of each longer probation until then."""

    born: PartialDate | None = None
    joined: PartialDate | None = None
    extended_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TooEarly:
    """Why the vote can't be taken that day. Not `is_certain`: the record leaves it open, and people may know better."""

    sentence: str
    is_certain: bool = True


def too_early(subject: VoteSubject, person: PersonVotedOn, *, day: date) -> TooEarly | None:
    """None when nothing on record stands against the vote on that day."""
    checks = {
        VoteSubject.ADMISSION: _too_young,
        VoteSubject.CONFIRMATION: _still_on_probation,
        VoteSubject.EXTENSION: _extended_before,
    }
    return checks[subject](person, day) if subject in checks else None


def _too_young(person: PersonVotedOn, day: date) -> TooEarly | None:
    held = rule_if_held(AGE, day)
    if held is None or person.born is None:
        return None
    facts = {"years": held.whole, "born": person.born, "article": _article(held)}
    if years_between(person.born.first_day, day) < held.whole:
        return TooEarly(
            _("An applicant must be %(years)s; by the date of birth (%(born)s) that day hasn't come. %(article)s")
            % facts,
            not held.generally,
        )
    if years_between(person.born.last_day, day) < held.whole:
        return TooEarly(
            _("An applicant must be %(years)s. The date of birth (%(born)s) leaves that open. %(article)s") % facts,
            False,
        )
    return None


def _still_on_probation(person: PersonVotedOn, day: date) -> TooEarly | None:
    held = rule_if_held(PROBATION, day)
    if held is None:
        return None
    ends = probation_ends(person, day)
    if ends is None:
        return TooEarly(
            _("Nobody has recorded when the probation began. %(article)s") % {"article": _article(held)}, False
        )
    facts = {"day": ends, "article": _article(held)}
    if day < ends.first_day:
        return TooEarly(
            _("The probation lasts until %(day)s. Choose that day or a later one for the meeting. %(article)s") % facts,
            not held.generally,
        )
    if day < ends.last_day:
        return TooEarly(_("The probation ends in %(day)s; on which day isn't recorded. %(article)s") % facts, False)
    return None


def _extended_before(person: PersonVotedOn, day: date) -> TooEarly | None:
    held = rule_if_held(SHORTEST, day)
    if held is None or not person.extended_by:
        return None
    return TooEarly(
        _("The probation was made longer before, and that is possible once. %(article)s") % {"article": _article(held)},
        not held.generally,
    )


def probation_ends(person: PersonVotedOn, on: date) -> PartialDate | None:
    """The first day on which the probation is over, as precise as its beginning is known; None: not known.

    It counts from the general meeting's vote (admission rules, article 32).
    """
    held = rule_if_held(PROBATION, on)
    if held is None or person.joined is None:
        return None
    months = held.whole + sum(person.extended_by)
    return PartialDate(add_months(person.joined.first_day, months), person.joined.precision)


def holds_from(subject: VoteSubject, person: PersonVotedOn, *, day: date) -> PartialDate | None:
    """From when what the meeting of that day decided holds; None: from the day of the approval.

    An admission holds from the vote, a confirmation from the end of the probation and not from the vote.
    """
    if subject == VoteSubject.ADMISSION:
        return PartialDate(day)
    if subject == VoteSubject.CONFIRMATION:
        ends = probation_ends(person, day)
        return ends if ends and ends.first_day <= day else PartialDate(day)
    return None


def extensions(on: date) -> Iterable[int]:
    """By how many months a probation can become longer; none where no rule says so."""
    least, most = rule_if_held(SHORTEST, on), rule_if_held(LONGEST, on)
    return range(least.whole, most.whole + 1) if least and most else ()


def approval_by(day: date) -> tuple[date, Rule] | None:
    """By when the committee above answers about a vote of that day; None: nothing asks for its approval."""
    held = rule_if_held(APPROVAL, day)
    return (add_months(day, held.whole), held) if held else None


def _article(held: Rule) -> str:
    citation = held.citations[-1]
    return f"《{citation.document}》 {citation.article_text if citation.article[0].isdigit() else ''}".strip()
