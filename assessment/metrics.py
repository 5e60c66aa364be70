"""Facts for schemes from this app: cadres, posts, class hours and joint goals, with what is due and what is unknown."""

from collections.abc import Callable, Iterator
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from assessment.cadres.models import CadrePost
from assessment.cadres.queries import CadreCounts, cadre_lines
from assessment.cadres.rules import OFFICER_KEY
from assessment.choices import GoalState
from assessment.goals.models import Goal
from members.models import Organization
from members.paths import subtree
from rulebook.metric import Fact, Metric

OfPlace = Callable[[CadreCounts, date], Fact | None]


def goal_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Goals of the years that have come to a result, or whose year is over; a dropped one isn't counted. Of one whose
    year is over without a result nobody knows. None: no goal was set. One query."""
    years = range(first.year, last.year + 1)
    rows = Goal.objects.filter(subtree("organization__path", [path]), year__in=years, planned_on__lte=on)
    goals = list(rows.order_by("year", "planned_on", "key"))
    if not goals:
        return None
    return [fact for goal in goals if (fact := _of_goal(goal, on)) and first <= fact.on <= last]


def training_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each organization, at the end of the year: cadres with the class hours of the rule. Where no course of theirs
    is on record at all nobody knows. None: no post of party work is on record. Four queries a year, and one."""
    if not _posts(path).exists():
        return None
    ends = [date(year, 12, 31) for year in range(first.year, last.year + 1)]
    due = [day for day in ends if first <= day <= min(last, on)]
    return [fact for day in due for fact in _of_places(path, day, _trained)]


def full_time_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each organization on the last day: who does nothing but party work, of all who do some. None: nobody is on
    record. Five queries."""
    if not _posts(path).exists():
        return None
    return list(_of_places(path, min(last, on), _full_time))


def posts_filled_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each organization on the last day: posts held of those planned for the year. None: nobody has said how many
    are planned. Four queries."""
    return list(_of_places(path, min(last, on), _filled)) or None


def _of_goal(goal: Goal, on: date) -> Fact | None:
    year_end = date(goal.year, 12, 31)
    url = reverse("assessment:goal-detail", args=[goal.pk])
    ended = goal.ended_on is not None and goal.ended_on <= on
    if goal.ended_on and ended:
        done = int(goal.state == GoalState.REACHED)
        fact = Fact(f"goal:{goal.pk}", goal.title, min(goal.ended_on, year_end), done, 1, 0, url)
        return None if goal.state == GoalState.DROPPED else fact
    return Fact(f"goal:{goal.pk}", goal.title, year_end, 0, 1, 1, url) if on > year_end else None


def _of_places(path: str, day: date, of_place: OfPlace) -> Iterator[Fact]:
    places = Organization.objects.below(path).standing_on(day).in_tree_order()
    facts = (of_place(line, day) for line in cadre_lines(path, day.year, places, on=day))
    return (fact for fact in facts if fact)


def _trained(line: CadreCounts, day: date) -> Fact | None:
    people, kept = len(line.counts.people), len(line.counts.kept)
    unknown = 0 if line.counts.trained else people
    label = gettext("Cadres with the hours of the year: %(done)s of %(of)s") % {"done": kept, "of": people}
    return _fact("training", label, line, day, kept, people, unknown)


def _full_time(line: CadreCounts, day: date) -> Fact | None:
    people, full_time = len(line.counts.people), len(line.counts.full_time)
    label = ngettext("%(count)s cadre, %(full)s full-time", "%(count)s cadres, %(full)s full-time", people)
    return _fact("full_time", label % {"count": people, "full": full_time}, line, day, full_time, people)


def _filled(line: CadreCounts, day: date) -> Fact | None:
    planned = line.counts.planned or 0
    held = min(line.counts.posts, planned)
    label = gettext("Posts of party work filled: %(done)s of %(of)s") % {"done": held, "of": planned}
    return _fact("posts", label, line, day, held, planned)


def _fact(what: str, label: str, line: CadreCounts, day: date, done: int, of: int, unknown: int = 0) -> Fact | None:
    """None where nothing is due of the place."""
    url = f"{reverse('assessment:cadre-list')}?{urlencode({'org': line.place.code, 'year': day.year})}"
    return Fact(f"{what}:{line.place.code}:{day.year}", label, day, done, of, unknown, url) if of else None


def _posts(path: str) -> QuerySet[CadrePost]:
    return CadrePost.objects.filter(subtree("organization__path", [path]))


CADRES = _("The page of cadres and conditions")
METRICS: tuple[Metric, ...] = (
    Metric(
        name="assessment.goals",
        title=_("Joint goals reached"),
        definition=_("Joint goals of the year that were reached, of those that ended and were not dropped"),
        numerator=_("goals reached"),
        denominator=_("goals with a result, and those whose year is over"),
        unit=_("goals"),
        source=_("The page of joint goals"),
        not_recorded=_("when the branch set no goal, and for a goal without a result when its year is over"),
        facts=goal_facts,
    ),
    Metric(
        name="assessment.training",
        title=_("Cadres trained as asked"),
        definition=_("At the end of the year: holders of posts of party work with the class hours of the rule"),
        numerator=_("cadres with the class hours of the year"),
        denominator=_("cadres at the end of the year"),
        unit=_("people"),
        source=CADRES,
        not_recorded=_("when no post is on record, or no course of the year"),
        facts=training_facts,
        rule_key=OFFICER_KEY,
    ),
    Metric(
        name="assessment.full_time",
        title=_("Full-time cadres"),
        definition=_("Holders of posts of party work who do nothing else, of all holders, on the last day"),
        numerator=_("full-time cadres"),
        denominator=_("cadres on the last day"),
        unit=_("people"),
        source=CADRES,
        not_recorded=_("when no post is on record"),
        facts=full_time_facts,
    ),
    Metric(
        name="assessment.posts_filled",
        title=_("Posts of party work filled"),
        definition=_("Posts of party work held on the last day, of those planned for the year"),
        numerator=_("posts held"),
        denominator=_("posts planned"),
        unit=_("posts"),
        source=CADRES,
        not_recorded=_("when nobody has said how many posts are planned"),
        facts=posts_filled_facts,
    ),
)
