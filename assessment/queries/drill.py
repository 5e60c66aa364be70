"""The ways from a dashboard on: to the records behind each figure, and to what is due at the place."""

from django.urls import reverse
from django.utils.http import urlencode

from members.choices import Capability, OrganizationKind
from members.models import Organization, User


def desk_page(place: Organization, user: User) -> str:
    """What is due there: a branch's desk, a committee's branches in counts; empty for who may not see it."""
    if not user.standing.may(Capability.VIEW_DUTIES, place.path):
        return ""
    if place.kind == OrganizationKind.BRANCH:
        return reverse("reminders:desk-at", args=[place.code])
    return f"{reverse('reminders:desk-branch-list')}?{urlencode({'org': place.code})}"
