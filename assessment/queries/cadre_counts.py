"""Cadres and conditions of every organization below a place, in counts and sums."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from assessment.choices import PostShare
from assessment.models import CadrePost, Conditions
from assessment.queries.cadres import percent_of, with_hours
from assessment.rules.training import OFFICER_KEY, hours_rule, is_kept
from members.models import Organization
from members.models.organization import OrganizationQuerySet
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.rule import Rule


@dataclass(slots=True)
class Counts:
    """Of one organization on a day of a year. Without conditions `planned`, `budget` and `spent` are None."""

    posts: int = 0
    full_time: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    trained: set[int] = field(default_factory=set)
    """Whose training anything is recorded of."""
    planned: int | None = None
    rooms: int | None = None
    budget: int | None = None
    spent: int | None = None

    @property
    def unfilled(self) -> int | None:
        return None if self.planned is None else max(0, self.planned - self.posts)

    @property
    def part_time(self) -> int:
        return len(self.people - self.full_time)

    @property
    def spent_percent(self) -> int | None:
        return percent_of(self.spent, self.budget)

    @property
    def is_empty(self) -> bool:
        return not self.posts and self.planned is None and self.budget is None and self.rooms is None


@dataclass(frozen=True, slots=True)
class Line:
    place: Organization
    counts: Counts


def cadre_lines(path: str, year: int, places: OrganizationQuerySet, *, on: date) -> list[Line]:
    """A line for each of the places, in their order. Four queries, whatever the tree."""
    day = min(on, date(year, 12, 31))
    rows = list(places)
    rules = rules_of(path, rows, year)
    known: dict[int, Counts] = defaultdict(Counts)
    posts = CadrePost.objects.holding(day).filter(subtree("organization__path", [path])).order_by("pk")
    for post in with_hours(posts, year):
        if post.organization_id in rules:
            _add(known[post.organization_id], post, rules[post.organization_id])
    for one in Conditions.objects.filter(subtree("organization__path", [path]), year=year):
        counts = known[one.organization_id]
        counts.planned, counts.rooms = one.posts_planned, one.rooms
        counts.budget, counts.spent = one.budget_fen, one.spent_fen
    return [Line(place, known[place.pk]) for place in rows]


def rules_of(path: str, places: Iterable[Organization], year: int) -> dict[int, Rule]:
    """Organization → the rule for class hours there. One query."""
    local = binding_below(path, [OFFICER_KEY])
    return {
        place.pk: hours_rule(OFFICER_KEY, year, [one for above, one in local if contains(above, place.path)])
        for place in places
    }


def total_of(lines: Iterable[Line]) -> dict[str, int]:
    """What is known, added; who holds posts in two organizations counts in each. Funds: only of organizations that put
    down both what is planned and what was spent."""
    all_counts = [line.counts for line in lines]
    both = [one for one in all_counts if one.budget is not None and one.spent is not None]
    return {
        "posts": sum(one.posts for one in all_counts),
        "full_time": sum(len(one.full_time) for one in all_counts),
        "part_time": sum(one.part_time for one in all_counts),
        "people": sum(len(one.people) for one in all_counts),
        "kept": sum(len(one.kept) for one in all_counts),
        "unfilled": sum(one.unfilled or 0 for one in all_counts),
        "budget": sum(one.budget or 0 for one in both),
        "spent": sum(one.spent or 0 for one in both),
    }


def _add(counts: Counts, post: CadrePost, rule: Rule) -> None:
    counts.posts += 1
    counts.people.add(post.member_id)
    if post.share == PostShare.FULL_TIME:
        counts.full_time.add(post.member_id)
    if post.hours:  # type: ignore[attr-defined]
        counts.trained.add(post.member_id)
    if is_kept(post.hours, rule):  # type: ignore[attr-defined]
        counts.kept.add(post.member_id)
