"""What may stand under what, which office belongs where, and what the regulations say of size and term."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _, ngettext

from members.choices import OfficeKind, OrganizationKind
from rulebook.book import rule
from rulebook.dates import add_months, add_years
from rulebook.local import LocalRule
from rulebook.rules import branches
from rulebook.values import Verdict

COMMITTEE, GENERAL_BRANCH = OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH
BRANCH, GROUP = OrganizationKind.BRANCH, OrganizationKind.GROUP

STANDS_UNDER: dict[OrganizationKind, tuple[OrganizationKind, ...]] = {
    COMMITTEE: (COMMITTEE,),
    GENERAL_BRANCH: (COMMITTEE,),
    BRANCH: (COMMITTEE, GENERAL_BRANCH),
    GROUP: (BRANCH,),
}
"""Kind → the kinds it may stand under. All but groups may also stand at the top of an installation."""

LEVEL_ABOVE = (
    OfficeKind.COMMITTEE_SECRETARY,
    OfficeKind.COMMITTEE_STAFF,
    OfficeKind.INSPECTOR,
    OfficeKind.ADMINISTRATOR,
)
OFFICES_IN: dict[OrganizationKind, tuple[OfficeKind, ...]] = {
    COMMITTEE: (*LEVEL_ABOVE, OfficeKind.COMMITTEE_MEMBER),
    GENERAL_BRANCH: LEVEL_ABOVE,
    BRANCH: (
        OfficeKind.SECRETARY,
        OfficeKind.DEPUTY_SECRETARY,
        OfficeKind.ORGANIZATION_OFFICER,
        OfficeKind.PUBLICITY_OFFICER,
        OfficeKind.DISCIPLINE_OFFICER,
        OfficeKind.COMMITTEE_MEMBER,
        OfficeKind.ADMINISTRATOR,
    ),
    GROUP: (OfficeKind.GROUP_LEADER,),
}
"""The offices of a branch open its contact log, so they can't be held where they would open those of many branches.
Who sits on a committee has a part in its own meetings, and reads nothing of the branches below."""


def may_stand_under(kind: OrganizationKind, above: OrganizationKind | None) -> Verdict:
    """Whether an organization of that kind may stand under one of the other kind; `None`: at the top."""
    if above is None:
        return Verdict(kind != GROUP, _("A party group is a part of a branch. Choose the branch."))
    allowed = STANDS_UNDER[kind]
    sentence = _("A “%(kind)s” can't stand under a “%(above)s”; what it can stand under: %(allowed)s.") % {
        "kind": kind.label,
        "above": above.label,
        "allowed": listed(allowed),
    }
    return Verdict(above in allowed, sentence)


def office_fits(office: OfficeKind, kind: OrganizationKind) -> Verdict:
    """Whether the office exists in an organization of that kind."""
    sentence = _("There is no “%(office)s” in a “%(kind)s”. Its offices: %(offices)s.") % {
        "office": office.label,
        "kind": kind.label,
        "offices": listed(OFFICES_IN[kind]),
    }
    return Verdict(office in OFFICES_IN[kind], sentence)


def listed(choices: Iterable[OrganizationKind | OfficeKind]) -> str:
    return _(", ").join(str(choice.label) for choice in choices)


def size_flags(
    *, kind: OrganizationKind, members: int, formal: int, has_committee: bool, on: date, local: Iterable[LocalRule] = ()
) -> tuple[Verdict, ...]:
    """What the regulations would have otherwise about a branch of that size: to look at, never a refusal."""
    if kind != BRANCH:
        return ()
    doubts = [branches.may_be_branch(formal, on), branches.within_size(members, on, local)]
    committee = branches.needs_committee(formal, on)
    if committee and not has_committee:
        doubts.append(Verdict(False, _committee_sentence(formal), committee.citations))
    return tuple(doubt for doubt in doubts if not doubt)


def _committee_sentence(formal: int) -> str:
    return ngettext(
        "%(formal)s formal member: the branch should have a committee, and none is recorded.",
        "%(formal)s formal members: the branch should have a committee, and none is recorded.",
        formal,
    ) % {"formal": formal}


class TermState(StrEnum):
    RUNNING = "running"
    ENDING = "ending"
    """The level above reminds of the election now."""
    OVER = "over"


def term_state(ends_on: date, *, on: date, local: Iterable[LocalRule] = ()) -> TermState:
    """How far a term has come; from the day of the reminder on it is ending (branch regulations, six months before)."""
    if on >= ends_on:
        return TermState.OVER
    months = rule("term.reminder_months", ends_on, local).whole
    return TermState.ENDING if on >= add_months(ends_on, -months) else TermState.RUNNING


def within_shift(rule_end: date, ends_on: date) -> Verdict:
    """Whether a term's end was moved no further than generally allowed (opinions on terms 2018, part two)."""
    most = rule("term.shift.max_years", rule_end)
    earliest, latest = add_years(rule_end, -most.whole), add_years(rule_end, most.whole)
    sentence = _("By the rule the term ends on %(day)s; it is generally moved by a year at most.") % {
        "day": rule_end.isoformat()
    }
    return Verdict(earliest <= ends_on <= latest, sentence, most.citations)
