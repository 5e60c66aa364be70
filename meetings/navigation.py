"""The entries of meetings in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.pages.navigation import Group, Item

LIFE = (
    Item(
        "meetings:meeting-list",
        _("Meetings"),
        "calendar-event",
        Capability.VIEW_MEETINGS,
        (
            "meetings:meeting-",
            "meetings:attendance",
            "meetings:vote-",
            "meetings:minutes",
            "meetings:exclusion-",
            "meetings:correction-",
            "meetings:membership-ask",
            "meetings:task",
        ),
    ),
    Item(
        "meetings:duty-list",
        _("Meetings due"),
        "clipboard-check",
        Capability.COUNT_MEETINGS,
        ("meetings:duty-", "meetings:year-plan", "meetings:theme-day", "meetings:local-kind-", "meetings:figure-list"),
    ),
    Item(
        "meetings:mine",
        _("My meetings"),
        "calendar-check",
        None,
        ("meetings:feed", "meetings:figure-mine"),
        for_members=True,
    ),
    Item(
        "meetings:special-day-list",
        _("Days off and workdays"),
        "calendar-x",
        Capability.MANAGE_CALENDAR,
        ("meetings:special-day-",),
    ),
    Item(
        "meetings:election-list",
        _("Results to approve"),
        "check-circle",
        Capability.APPROVE_ELECTIONS,
        ("meetings:election-approve",),
    ),
    Item(
        "meetings:membership-list",
        _("Admissions and confirmations"),
        "person-check",
        Capability.APPROVE_MEMBERSHIP,
        ("meetings:membership-decide",),
    ),
)
GROUPS: tuple[Group, ...] = ((_("Organizational life"), LIFE),)
