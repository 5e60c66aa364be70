"""Suggestions as pages show them: the branch's list, a member's own page, and what the organization page says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.choices import Capability, OrganizationKind
from members.links import Link
from members.models import HelpRequest, Member, Organization, User
from members.models.member import MemberQuerySet
from supervision.models import Suggestion
from supervision.models.suggestion import SuggestionQuerySet
from supervision.queries.suggestion_figures import suggestion_figures
from supervision.rules.suggestions import share

PEOPLE = ("organization", "member", "answered_by__member", "recorded_by__member")


def suggestions_at(place: Organization, user: User) -> SuggestionQuerySet:
    """What the offices there read: the place's suggestions and those below it, the most pressing first."""
    rows = Suggestion.objects.visible_to(user).below(place.path)
    return rows.select_related(*PEOPLE).most_pressing_first()


def shared_suggestions(user: User) -> SuggestionQuerySet:
    """What was asked in one's own branch, and what came of it: the newest first."""
    rows = Suggestion.objects.shared_with(user).select_related(*PEOPLE)
    return rows.order_by("-asked_on", "pk")


def own_suggestions(user: User) -> SuggestionQuerySet:
    return Suggestion.objects.own_of(user).select_related(*PEOPLE).order_by("-asked_on", "pk")


def own_help(user: User) -> QuerySet[HelpRequest]:
    """What a member asked for, or was asked for them, with the answers."""
    rows = HelpRequest.objects.filter(member=user.standing.member_id or 0)
    return rows.select_related("answered_by__member").order_by("-asked_on", "pk")


def people_of(branch: Organization) -> MemberQuerySet:
    """For whom an officer of the branch may write something down."""
    return Member.objects.below(branch.path).in_roster_order()


@dataclass(frozen=True, slots=True)
class Year:
    """A branch's year in counts."""

    asked: int
    answered: int
    solved: int
    overdue: int

    @property
    def solved_share(self) -> int | None:
        return share(self.solved, self.answered)


def year_of(path: str, *, on: date) -> Year:
    """From January to that day. Two queries."""
    counts = suggestion_figures(path, date(on.year, 1, 1), on)
    return Year(counts["asked"], counts["answered"], counts["solved"], counts["overdue"])


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member asked that has an answer to look at, or waits for one. One query."""
    if user.standing.member_id is None:
        return
    rows = Suggestion.objects.own_of(user).filter(is_settled__isnull=True).values_list("answered_on", flat=True)
    answers = list(rows)
    address = reverse("supervision:suggestion-mine")
    yield Link("lightbulb", _("Suggestions and help"), _own_words(answers), address)


def organization_figures(organization: Organization, user: User, *, on: date) -> Iterator[Link]:
    """The count and the share solved on an organization's page, for who may see counts there. Two queries."""
    counted = user.standing.may(Capability.COUNT_SUPERVISION, organization.path)
    if not counted or organization.kind == OrganizationKind.GROUP:
        return
    year = year_of(organization.path, on=on)
    address = f"{reverse('supervision:suggestion-list')}?{urlencode({'org': organization.code})}"
    yield Link("lightbulb", _("Suggestions this year"), in_words(year), address)


def in_words(year: Year) -> str:
    """The year's counts as a sentence."""
    if not year.asked:
        return _("Nobody has suggested anything this year.")
    sentence = _("%(asked)s asked, %(answered)s answered, %(solved)s solved (%(share)s %% of the answers)")
    words = {"asked": year.asked, "answered": year.answered, "solved": year.solved, "share": year.solved_share or 0}
    late = ngettext("%(count)s overdue", "%(count)s overdue", year.overdue) % {"count": year.overdue}
    return " · ".join([sentence % words, *([late] if year.overdue else [])])


def _own_words(answers: list[date | None]) -> str:
    new = sum(day is not None for day in answers)
    if new:
        sentence = ngettext("%(count)s answer: is it settled?", "%(count)s answers: are they settled?", new)
        return sentence % {"count": new}
    if answers:
        return ngettext("%(count)s waits for an answer.", "%(count)s wait for an answer.", len(answers)) % {
            "count": len(answers)
        }
    return _("Suggest something to your branch, or say what you need.")
