"""How a desk speaks of what this app asks for; see `members.duty_words`."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.duty_words import DutyWords, Place

VIEW, RECORD = Capability.VIEW_ASSESSMENT, Capability.RECORD_ASSESSMENT


def _new_goal(place: Place) -> str:
    return f"{reverse('assessment:goal-new')}?{urlencode({'org': place.organization.code})}"


def _unchecked(place: Place) -> str:
    return _goals(place, "planned")


def _open(place: Place) -> str:
    return _goals(place, "open")


def _goals(place: Place, state: str) -> str:
    """The branch's goals of that year in a state."""
    wanted = urlencode({"org": place.organization.code, "year": place.duty.period, "state": state})
    return f"{reverse('assessment:goal-list')}?{wanted}"


def _own_view(_place: Place) -> str:
    return reverse("assessment:view-list")


WORDS: dict[str, DutyWords] = {
    "joint_goal_plan": DutyWords(_("Plan a joint goal"), _("Plan one"), _new_goal, "flag", VIEW, RECORD),
    "joint_goal_check": DutyWords(
        _("Mid-year check of the joint goals"), _("Check them"), _unchecked, "eye", VIEW, RECORD
    ),
    "joint_goal_result": DutyWords(
        _("Results of the joint goals"), _("Put them down"), _open, "flag-fill", VIEW, RECORD
    ),
    "self_view": DutyWords(
        _("The branch's own view of its year"), _("Give it"), _own_view, "clipboard-check", VIEW, RECORD
    ),
}
