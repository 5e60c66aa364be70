"""The steps of a major matter, and the duties of its opinion and its review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from meetings.choices import MeetingKind
from members.choices import UnitKind
from rulebook.book import rule, rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.values import Citation, Duty, Verdict, duty_state
from supervision.choices import MatterDecision, MatterKind

KINDS_KEY, ENTERPRISE_KEY = "major_matters.kinds", "major_matters.enterprise_branch"
VILLAGE_KEY = "meet.general_meeting.village_matters"


class MatterState(StrEnum):
    """What a matter waits for next."""

    OPINION = "opinion"
    DECISION = "decision"
    EXECUTION = "execution"
    REVIEW = "review"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Course:
    """The days of a matter, as far as it has come; `decision` is a code of `MatterDecision`, or empty."""

    proposed_on: date
    opinion_on: date | None = None
    decided_on: date | None = None
    decision: str = ""
    executed_on: date | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two facts that can't both be true: the field that is likelier wrong, and why."""

    field: str
    sentence: str


def state_of(course: Course) -> MatterState:
    """A decision without an opinion goes on all the same: it is a fact, and `opinion_first` says so."""
    if course.decided_on is None:
        return MatterState.DECISION if course.opinion_on else MatterState.OPINION
    if course.reviewed_on or course.decision == MatterDecision.DECLINED:
        return MatterState.DONE
    return MatterState.REVIEW if course.executed_on else MatterState.EXECUTION


def contradiction(course: Course, on: date) -> Contradiction | None:
    """The first thing that can't be. That a decision came before the opinion, or without one, is no contradiction."""
    return next((found for found in (*_to_come(course, on), *_out_of_order(course)) if found), None)


def opinion_first(course: Course, unit_kind: str = "", *, on: date) -> Verdict | None:
    """Whether the party organization spoke before the decision; None before there is a decision."""
    if course.decided_on is None:
        return None
    citations = _why_first(unit_kind, course.decided_on, on)
    if course.opinion_on is None:
        return Verdict(False, _("Decided without the branch's opinion."), citations)
    if course.opinion_on > course.decided_on:
        sentence = _("Decided without the branch's opinion: it was given on %(opinion)s, after the decision.")
        return Verdict(False, sentence % {"opinion": course.opinion_on.isoformat()}, citations)
    return Verdict(True, _("The branch gave its opinion before the decision."), citations)


def concerns_village(kind: str, *, is_village: bool) -> bool:
    return is_village or kind == MatterKind.VILLAGE


def through_general_meeting(meeting_kinds: Iterable[str], on: date) -> Verdict:
    """Whether a village's or community's matter was discussed where article 11 wants it; `meeting_kinds` are all kinds
    of the one meeting, none where no meeting is on record."""
    citations, kinds = rule(VILLAGE_KEY, on).citations, set(meeting_kinds)
    if MeetingKind.GENERAL_MEETING in kinds:
        return Verdict(True, _("Discussed in the general meeting."), citations)
    if kinds:
        sentence = _(
            "Not by the article: matters of villages and communities must be discussed in the general meeting."
        )
        return Verdict(False, sentence, citations)
    return Verdict(False, _("Must be discussed in the general meeting; none is on record yet."), citations)


def _why_first(unit_kind: str, decided_on: date, on: date) -> tuple[Citation, ...]:
    """Enterprises have an article of their own; of others only the kinds are held."""
    key = ENTERPRISE_KEY if unit_kind == UnitKind.ENTERPRISE else KINDS_KEY
    held = rule_if_held(key, decided_on) or rule_if_held(key, on)
    return held.citations if held else ()


def _to_come(course: Course, on: date) -> Iterable[Contradiction | None]:
    for name in ("proposed_on", "opinion_on", "decided_on", "executed_on", "reviewed_on"):
        day = getattr(course, name)
        yield Contradiction(name, _("The day lies in the future.")) if day and day > on else None


def _out_of_order(course: Course) -> Iterable[Contradiction | None]:
    yield _before(
        "opinion_on", course.opinion_on, course.proposed_on, _("The matter was only proposed on %(day)s, after that.")
    )
    yield _before(
        "decided_on", course.decided_on, course.proposed_on, _("The matter was only proposed on %(day)s, after that.")
    )
    if course.executed_on and (course.decided_on is None or course.decision == MatterDecision.DECLINED):
        yield Contradiction("executed_on", _("Only what was decided and adopted can be carried out."))
    yield _before(
        "executed_on", course.executed_on, course.decided_on, _("It was only decided on %(day)s, after that.")
    )
    if course.reviewed_on and course.executed_on is None:
        yield Contradiction("reviewed_on", _("First it is carried out, then one looks back."))
    yield _before(
        "reviewed_on", course.reviewed_on, course.executed_on, _("It was only carried out on %(day)s, after that.")
    )


def _before(field: str, day: date | None, earliest: date | None, sentence: str) -> Contradiction | None:
    if day and earliest and day < earliest:
        return Contradiction(field, sentence % {"day": earliest.isoformat()})
    return None


OPINION, REVIEW = "major_matter_opinion", "major_matter_review"
OPINION_KEY, REVIEW_KEY = "supervision.matter.opinion.days", "supervision.matter.review.months"
LOCAL_KEYS = {OPINION_KEY, REVIEW_KEY}
SOON = timedelta(days=14)
"""How long ahead a look back is asked for. Ours, not a rule's."""


@dataclass(frozen=True, slots=True)
class Step:
    """The day from which a matter waited for a step, and the day on which it was taken."""

    since: date
    done_on: date | None = None

    def counts(self, on: date) -> bool:
        """What was done in another year is no news."""
        return self.done_on is None or self.done_on.year == on.year


def opinion_due(proposed_on: date, local: Iterable[LocalRule] = ()) -> date:
    return proposed_on + timedelta(days=rule(OPINION_KEY, proposed_on, local).whole)


def review_due(executed_on: date, local: Iterable[LocalRule] = ()) -> date:
    return add_months(executed_on, rule(REVIEW_KEY, executed_on, local).whole)


def opinion_duties(branch: str, steps: Iterable[Step], *, on: date, local: Iterable[LocalRule] = ()) -> list[Duty]:
    """One a month in which matters were proposed: the earliest that still waits decides."""
    local = tuple(local)
    due = [(f"{one.since:%Y-%m}", opinion_due(one.since, local), one.done_on) for one in steps if one.counts(on)]
    return _by_period(OPINION, OPINION_KEY, branch, due, on, local)


def review_duties(branch: str, steps: Iterable[Step], *, on: date, local: Iterable[LocalRule] = ()) -> list[Duty]:
    """One a month in which matters are to be looked back on, from two weeks before the day."""
    local, due = tuple(local), []
    for one in steps:
        day = review_due(one.since, local)
        opened_on = day - SOON
        if one.counts(on) and (one.done_on or opened_on <= on):
            due.append((f"{opened_on:%Y-%m}", day, one.done_on))
    return _by_period(REVIEW, REVIEW_KEY, branch, due, on, local)


def _by_period(
    kind: str, key: str, branch: str, due: list[tuple[str, date, date | None]], on: date, local: tuple[LocalRule, ...]
) -> list[Duty]:
    found = []
    for period in sorted({period for period, _day, _done in due}):
        here = [(day, done) for month, day, done in due if month == period]
        waiting = [day for day, done in here if done is None]
        day = min(waiting or [day for day, _done in here])
        state = duty_state(due_on=day, done=not waiting, on=on)
        found.append(Duty(kind, branch, None, period, day, state, rule(key, on, local).citations[-1], stays=True))
    return found
