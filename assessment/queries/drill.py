"""The way from a figure to the record behind it: the first page that the user may open at the place."""

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from members.choices import Capability, OrganizationKind
from members.models import Organization, User

IN_PATH = {"members:organization-detail", "reminders:desk-at"}
"""Pages that have the place in their path, not behind it."""
PAGES: dict[str, tuple[tuple[str, Capability], ...]] = {
    "meetings": (("meetings:duty-list", Capability.COUNT_MEETINGS),),
    "attendance": (("meetings:figure-list", Capability.COUNT_MEETINGS),),
    "dues": (("dues:grid", Capability.VIEW_DUES), ("dues:overview", Capability.COUNT_DUES)),
    "contact": (
        ("members:reach-list", Capability.VIEW_CONTACTS),
        ("reminders:desk-branch-list", Capability.VIEW_DUTIES),
    ),
    "problems": (
        ("supervision:problem-list", Capability.VIEW_SUPERVISION),
        ("supervision:problem-counts", Capability.COUNT_SUPERVISION),
    ),
    "help": (
        ("supervision:suggestion-list", Capability.VIEW_SUPERVISION),
        ("supervision:suggestion-below", Capability.COUNT_SUPERVISION),
    ),
    "terms": (("members:organization-detail", Capability.VIEW_ORGANIZATIONS),),
    "bands": (("assessment:assessment-list", Capability.VIEW_ASSESSMENT),),
}  # fmt: skip
"""By the code of a measure: pages of rows for the branch's own offices, pages of counts for those above."""
OF_A_BRANCH = {"dues:grid", "members:reach-list", "supervision:problem-list", "supervision:suggestion-list"}


def record_pages(place: Organization, user: User) -> dict[str, str]:
    """The address for each figure that the user may follow. No query."""
    found = ((code, _page(pages, place, user)) for code, pages in PAGES.items())
    return {code: address for code, address in found if address}


def desk_page(place: Organization, user: User) -> str:
    """What is due there: a branch's desk, a committee's branches in counts; empty for who may not see it."""
    if not user.standing.may(Capability.VIEW_DUTIES, place.path):
        return ""
    return address_of(
        "reminders:desk-at" if place.kind == OrganizationKind.BRANCH else "reminders:desk-branch-list", place
    )


def _page(pages: tuple[tuple[str, Capability], ...], place: Organization, user: User) -> str:
    is_branch = place.kind == OrganizationKind.BRANCH
    for name, capability in pages:
        if (is_branch or name not in OF_A_BRANCH) and user.standing.may(capability, place.path):
            return address_of(name, place)
    return ""


def address_of(name: str, place: Organization) -> str:
    """Empty where the page isn't there."""
    try:
        return (
            reverse(name, args=[place.code]) if name in IN_PATH else f"{reverse(name)}?{urlencode({'org': place.code})}"
        )
    except NoReverseMatch:
        return ""
