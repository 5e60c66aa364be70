"""Correcting attendance after the minutes were locked: what can be corrected, and which votes it puts in doubt."""

from datetime import date

from django.utils.translation import gettext as _

from meetings.choices import PRESENT, AttendanceState, VoteSubject
from meetings.rules.votes import Figures, Heads, ballots_hold, decide, quorum
from rulebook.rule import NoRule

SHORTEST, FEWEST = 8, 4
"""A reason that somebody can check has so many signs, and so many different ones."""
TRUTHS = (
    AttendanceState.ON_SITE,
    AttendanceState.ONLINE,
    AttendanceState.VISITED,
    AttendanceState.MADE_UP,
    AttendanceState.LEAVE,
    AttendanceState.ABSENT,
)
"""What somebody can have been in truth, or was visited or made up since."""
OF_GUESTS = PRESENT
"""A guest who was forgotten was there."""


def says_something(reason: str) -> bool:
    """A sentence of substance: “error”, dots and “111111111” are none."""
    words = [sign for sign in reason if sign.isalnum()]
    return len(words) >= SHORTEST and len(set(words)) >= FEWEST


def change_of_heads(was: str, becomes: str) -> int:
    """By how many heads those present change."""
    return (becomes in PRESENT) - (was in PRESENT)


def doubt(subject: VoteSubject, figures: Figures, heads: Heads, outcome: tuple[bool, bool], on: date) -> str:
    """Why a decided vote has to be looked at, with the heads as they were corrected; empty where it stands.

    `outcome`: valid and passed, as they were decided. Nothing is decided anew: people look at it.
    """
    if figures.voted > heads.present:
        facts = {"voted": figures.voted, "present": heads.present}
        return _("%(voted)s votes were counted, and %(present)s members with a vote were there.") % facts
    try:
        return _by_the_rules(subject, figures, heads, outcome, on)
    except NoRule:
        return ""


def _by_the_rules(subject: VoteSubject, figures: Figures, heads: Heads, outcome: tuple[bool, bool], on: date) -> str:
    held, is_valid = quorum(subject, heads, on), outcome[0]
    if is_valid and not held.is_there:
        return held.sentence
    if is_valid and figures.issued is not None and figures.returned is not None:
        papers = ballots_hold(voters=heads.present, issued=figures.issued, returned=figures.returned)
        if not papers:
            return papers.reason
    if subject == VoteSubject.ELECTION:
        return ""
    decision = decide(subject, figures, heads, on)
    return decision.sentence if (decision.valid, decision.passed) != outcome else ""
