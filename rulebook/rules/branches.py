"""Size of a branch and of its committee (branch regulations, article 4 and the chapter on committees)."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import ngettext

from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Verdict


def may_be_branch(formal: int, on: date) -> Verdict:
    """Whether there are enough formal members for a branch of their own."""
    least = rule("branch.min_formal", on)
    return Verdict(formal >= least.whole, formal_sentence(formal, least.whole), least.citations)


def within_size(members: int, on: date, local: Iterable[LocalRule] = ()) -> Verdict:
    """Whether the branch keeps to its general upper size; “generally”, so the program only warns."""
    most = rule("branch.max_members", on, local)
    sentence = ngettext(
        "%(members)s member; generally not more than %(most)s.",
        "%(members)s members; generally not more than %(most)s.",
        members,
    )
    return Verdict(members <= most.whole, sentence % {"members": members, "most": most.whole}, most.citations)


def needs_committee(formal: int, on: date) -> Verdict:
    """Whether the branch should have a committee; below that it has a secretary and at most one deputy."""
    least = rule("committee.min_formal", on)
    return Verdict(formal >= least.whole, formal_sentence(formal, least.whole), least.citations)


def formal_sentence(formal: int, least: int) -> str:
    sentence = ngettext(
        "%(formal)s formal member; %(least)s are needed.", "%(formal)s formal members; %(least)s are needed.", formal
    )
    return sentence % {"formal": formal, "least": least}
