"""What assessment says is due, for a whole subtree, and how a desk speaks of it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from assessment.assessments.models import Assessment, BranchView
from assessment.assessments.rules import view_duty
from assessment.choices import AssessmentState, ViewSource
from assessment.goals.models import Goal
from assessment.goals.rules import KEYS, Branch, GoalDates, goal_duties
from members.choices import Capability
from members.pages.links import DutyDisplay, DutyLink
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty

VIEW, RECORD = Capability.VIEW_ASSESSMENT, Capability.RECORD_ASSESSMENT


def _new_goal(place: DutyLink) -> str:
    return f"{reverse('assessment:goal-new')}?{urlencode({'org': place.organization.code})}"


def _unchecked(place: DutyLink) -> str:
    return _goals(place, "planned")


def _open(place: DutyLink) -> str:
    return _goals(place, "open")


def _goals(place: DutyLink, state: str) -> str:
    """The branch's goals of that year in a state."""
    wanted = urlencode({"org": place.organization.code, "year": place.duty.period, "state": state})
    return f"{reverse('assessment:goal-list')}?{wanted}"


def _own_view(_place: DutyLink) -> str:
    return reverse("assessment:view-list")


DISPLAY: dict[str, DutyDisplay] = {
    "joint_goal_plan": DutyDisplay(_("Plan a joint goal"), _("Plan one"), _new_goal, "flag", VIEW, RECORD),
    "joint_goal_check": DutyDisplay(
        _("Mid-year check of the joint goals"), _("Check them"), _unchecked, "eye", VIEW, RECORD
    ),
    "joint_goal_result": DutyDisplay(
        _("Results of the joint goals"), _("Put them down"), _open, "flag-fill", VIEW, RECORD
    ),
    "self_view": DutyDisplay(
        _("The branch's own view of its year"), _("Give it"), _own_view, "clipboard-check", VIEW, RECORD
    ),
}


def assessment_duties(places: PlacesBelow) -> list[Duty]:
    """The branches' duties in tree order. Two queries beside those of the places; one where no committee asks for
    goals."""
    is_asked = any(rule.key in KEYS.values() for _above, rule in places.rules)
    goals = [duty for branch in _branches(places) for duty in goal_duties(branch, on=places.on)] if is_asked else []
    return [*goals, *_views(places.path, places.on)]


def _branches(places: PlacesBelow) -> Iterator[Branch]:
    """Those that a committee asks for something, with their goals of this year and the last. One query."""
    goals: dict[int, list[GoalDates]] = defaultdict(list)
    near = Goal.objects.filter(
        subtree("organization__path", [places.path]), year__in=[places.on.year - 1, places.on.year]
    )
    facts = near.order_by("pk").values_list("organization", "year", "planned_on", "checked_on", "ended_on")
    for branch, year, planned_on, checked_on, ended_on in facts:
        goals[branch].append(GoalDates(year, planned_on, checked_on is not None, ended_on is not None))
    for path, place in places.branches.items():
        if local := tuple(one for one in places.local(path) if one.key in KEYS.values()):
            yield Branch(place.code, place.first_day, tuple(goals[place.pk]), local)


def _views(path: str, on: date) -> Iterator[Duty]:
    """Views of themselves that branches are asked for while they are being assessed, one a branch and year."""
    given = BranchView.objects.filter(
        assessment=OuterRef("pk"), organization=OuterRef("organization"), source=ViewSource.SELF
    )
    rows = Assessment.objects.filter(
        subtree("organization__path", [path]), state=AssessmentState.COLLECTING, scheme__weight_self__gt=0
    )
    rows = rows.annotate(is_given=Exists(given)).order_by("organization__path", "scheme__year", "scheme__code")
    found: dict[tuple[str, int], tuple[str, bool]] = {}
    names = ("organization__code", "scheme__year", "scheme__document", "scheme__title", "is_given")
    for code, year, document, title, is_given in rows.values_list(*names):
        known = found.get((code, year), (document or title, True))
        found[code, year] = known[0], known[1] and is_given
    for (code, year), (document, is_given) in found.items():
        if duty := view_duty(code, year, document, is_given=is_given, on=on):
            yield duty
