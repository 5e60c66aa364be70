"""The guided beginning of a branch: four steps, computed from what is stored; gone once they are done or it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from django.contrib.messages import get_messages
from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dues.charging.queries import progress_of
from dues.ledger.payment_models import Payment
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from members.access.queries import named_offices, whom_to_ask
from members.choices import Capability, OrganizationKind
from members.models import Member, Organization, User
from members.pages.requests import address
from members.pages.steps import Words


class BeginningPart(StrEnum):
    ROSTER = "roster"
    PLAN = "plan"
    BASES = "bases"
    ACCOUNTS = "accounts"


class Standing(StrEnum):
    DONE = "done"
    NEXT = "next"
    LATER = "later"


WHY: Mapping[BeginningPart, tuple[Words, Words, Words]] = {
    BeginningPart.ROSTER: (
        _("Upload the roster"),
        _("meetings, dues and calls all go by who is on it"),
        _("Your secretary uploads it: hand over the workbook that the branch has always kept."),
    ),
    BeginningPart.PLAN: (
        _("Plan the year"),
        _("so that nobody has to think of the day of a meeting"),
        _("Your secretary plans it: say which day of the month the branch usually meets."),
    ),
    BeginningPart.BASES: (
        _("Fix the bases of dues"),
        _("without a base nobody can be charged"),
        _("The organization officer of the branch fixes them: say that the roster is there."),
    ),
    BeginningPart.ACCOUNTS: (
        _("Have log-ins made"),
        _("so that members see their own dues and meetings"),
        _("The administrator of your committee makes them: give the names, and who holds which office."),
    ),
}
"""What the step does, why, and for who may not do it whose it is and what to tell them."""


@dataclass(frozen=True, slots=True)
class BeginningStep:
    part: BeginningPart
    standing: Standing
    url: str
    """Where it is done; empty for who may not do it."""
    asked: Callable[[], str]
    """Who may, for those; empty where nobody does. A query, on the page that shows it."""

    @property
    def title(self) -> Words:
        return WHY[self.part][0]

    @property
    def why(self) -> Words:
        return WHY[self.part][1]

    @property
    def who(self) -> Words:
        return WHY[self.part][2]


AHEAD = timedelta(days=31)
"""A branch has a plan when a meeting stands further ahead than that: the next one alone is none."""
PAGES = {
    "members:import-detail": BeginningPart.ROSTER,
    "meetings:meeting-list": BeginningPart.PLAN,
    "dues:basis-list": BeginningPart.BASES,
    "members:user-detail": BeginningPart.ACCOUNTS,
}
"""Where a step ends."""


def leads_on(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `next_step` on the page that says another one was done; an import ends without a message."""
    part = PAGES.get(request.resolver_match.view_name) if request.resolver_match else None
    user = getattr(request, "user", None)
    if (
        part is None
        or not isinstance(user, User)
        or part is not BeginningPart.ROSTER
        and not len(get_messages(request))
    ):
        return {}
    lines = beginning_of(user, on=request.today)  # type: ignore[attr-defined]
    following = (line for line in lines if line.standing is Standing.NEXT and line.part is not part)
    return {"next_step": next(following, None)}


def standings(done: set[BeginningPart]) -> list[tuple[BeginningPart, Standing]]:
    """The first that isn't done is next; without a roster there is nothing else to begin with. Empty: all done."""
    left = [part for part in BeginningPart if part not in done]
    found = dict.fromkeys(left[1:], Standing.LATER) | dict.fromkeys(left[:1], Standing.NEXT)
    return [(part, found.get(part, Standing.DONE)) for part in BeginningPart] if left else []


def beginning_of(user: User, *, on: date) -> Sequence[BeginningStep]:
    """The steps of the one branch in which the user works; none for a branch that runs, at one query."""
    places = {one.path: one for one in user.access.held if _works_in(one.place, one.capabilities)}
    if len(places) != 1 or _runs(path := next(iter(places))):
        return []
    return _lines(user, Organization.objects.get(path=path), on)


def _works_in(place: str, held: frozenset[Capability]) -> bool:
    return place == OrganizationKind.BRANCH and Capability.SETTLE_DUTIES in held


def _runs(path: str) -> bool:
    """Dues were collected and minutes locked."""
    collected = Payment.objects.filter(organization__path=path)
    locked = Meeting.objects.filter(organization__path=path, state=MeetingState.LOCKED)
    return Organization.objects.filter(Exists(collected), Exists(locked), path=path).exists()


def _lines(user: User, branch: Organization, on: date) -> list[BeginningStep]:
    pages, path = _pages(branch, (on + AHEAD).year), branch.path
    return [
        BeginningStep(part, standing, url if user.access.may(may, path) else "", partial(_asked, may, path, on))
        for part, standing in standings(_done(user, branch, on))
        for may, url in [pages[part]]
    ]


def _asked(may: Capability, path: str, on: date) -> str:
    return whom_to_ask(named_offices([path], on=on), may, path)


def _done(user: User, branch: Organization, on: date) -> set[BeginningPart]:
    bases = progress_of(branch, on.year)
    others = User.objects.filter(is_active=True, member__in=Member.objects.below(branch.path)).exclude(pk=user.pk)
    facts = {
        BeginningPart.ROSTER: bases.total > 0,
        BeginningPart.PLAN: Meeting.objects.filter(organization=branch, day__gt=on + AHEAD).exists(),
        BeginningPart.BASES: 0 < bases.total == bases.done,
        BeginningPart.ACCOUNTS: others.exists(),
    }
    return {part for part, is_so in facts.items() if is_so}


def _pages(branch: Organization, year: int) -> dict[BeginningPart, tuple[Capability, str]]:
    """What each step asks for, and its page."""
    return {
        BeginningPart.ROSTER: (Capability.IMPORT_ROSTER, reverse("members:import-new")),
        BeginningPart.PLAN: (Capability.RECORD_MEETINGS, reverse("meetings:year-plan", args=[branch.code, year])),
        BeginningPart.BASES: (Capability.FIX_BASES, address("dues:basis-list", org=branch.code)),
        BeginningPart.ACCOUNTS: (Capability.MANAGE_USERS, address("members:user-create", org=branch.code)),
    }
