"""Members' suggestions: those one may read, counts of them, and what is due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext

from members.choices import Capability, OrganizationKind
from members.metrics import help_of
from members.models import HelpRequest, Member, Organization, User
from members.models.member import MemberQuerySet
from members.pages.links import Link
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty
from supervision.choices import SuggestionOutcome
from supervision.suggestions.models import Suggestion, SuggestionQuerySet
from supervision.suggestions.rules import SuggestionDates, share, suggestion_duties

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
    rows = HelpRequest.objects.filter(member=user.access.member_id or 0)
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
    if user.access.member_id is None:
        return
    rows = Suggestion.objects.own_of(user).filter(is_settled__isnull=True).values_list("answered_on", flat=True)
    answers = list(rows)
    address = reverse("supervision:suggestion-mine")
    yield Link("lightbulb", _("Suggestions and help"), _own_words(answers), address)


def organization_figures(organization: Organization, user: User, *, on: date) -> Iterator[Link]:
    """The count and the share solved on an organization's page, for who may see counts there. Two queries."""
    counted = user.access.may(Capability.COUNT_SUPERVISION, organization.path)
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


def suggestion_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What was asked from `first` to `last`, and what had come of it by `last`; `overdue` counts whatever was late
    then, whenever it was asked. Two queries."""
    suggestions = Suggestion.objects.filter(subtree("organization__path", [path]))
    help_asked = help_of(path, "asked_on").filter(asked_on__range=(first, last))
    return suggestions.aggregate(**_counts(first, last)) | help_asked.aggregate(
        help_asked=Count("pk"), help_answered=Count("pk", filter=Q(answered_on__lte=last))
    )


@dataclass(frozen=True, slots=True)
class BranchSuggestions:
    """One branch in counts: what a committee is told."""

    branch: Organization
    asked: int = 0
    answered: int = 0
    answered_on_time: int = 0
    solved: int = 0
    overdue: int = 0

    @property
    def solved_share(self) -> int | None:
        """Per cent of the answers."""
        return share(self.solved, self.answered)

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Who needs help first: late answers, answers that came late, then those whom nobody asks anything."""
        late = self.answered - self.answered_on_time
        return -self.overdue, -late, min(self.asked, 1), self.branch.path


def branch_lines(path: str, first: date, last: date) -> list[BranchSuggestions]:
    """The standing branches at the path and below it, who needs help first. Two queries, whatever the tree."""
    rows = Suggestion.objects.filter(subtree("organization__path", [path])).order_by().values("organization")
    counted = {row.pop("organization"): row for row in rows.annotate(**_counts(first, last))}
    branches = Organization.objects.below(path).branches().standing_on(last)
    lines = (BranchSuggestions(branch, **counted.get(branch.pk, {})) for branch in branches)
    return sorted(lines, key=lambda line: line.order)


def _counts(first: date, last: date) -> dict[str, Count]:
    asked, answered = Q(asked_on__range=(first, last)), Q(answered_on__lte=last)
    late = Q(asked_on__lte=last, due_on__lt=last) & (Q(answered_on__isnull=True) | Q(answered_on__gt=last))
    conditions = {
        "asked": asked,
        "answered": asked & answered,
        "answered_on_time": asked & answered & Q(answered_on__lte=F("due_on")),
        "solved": asked & answered & Q(outcome=SuggestionOutcome.SOLVED),
        "overdue": late,
    }
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}


def suggestions_due(places: PlacesBelow) -> list[Duty]:
    """The answers that every branch owes, in tree order. One query beside those of the places."""
    waiting = _asked(places.path, places.on)
    found: list[Duty] = []
    for path, branch in places.branches.items():
        if asked := waiting.get(path):
            found += suggestion_duties(branch.code, asked, on=places.on, local=places.local(path))
    return found


def _asked(path: str, on: date) -> Mapping[str, list[SuggestionDates]]:
    """Path of the branch → what waits, and what was answered this year."""
    this_year = Q(answered_on__isnull=True) | Q(answered_on__gte=date(on.year, 1, 1))
    rows = Suggestion.objects.filter(this_year, subtree("organization__path", [path]), asked_on__lte=on)
    found: dict[str, list[SuggestionDates]] = defaultdict(list)
    facts = rows.order_by("due_on", "pk").values_list("organization__path", "asked_on", "due_on", "answered_on")
    for place, asked_on, due_on, answered_on in facts:
        found[place].append(SuggestionDates(asked_on, due_on, answered_on))
    return found


def suggestions_to_answer(path: str, first: date, last: date, *, on: date) -> QuerySet[Suggestion]:
    """To be answered by a day of the period that is over."""
    rows = Suggestion.objects.below(path).filter(due_on__range=(first, last), due_on__lt=on)
    return rows.select_related("organization").order_by("due_on", "key")
