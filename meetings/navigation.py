"""The entries of meetings in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.navigation import Group, Item

LIFE = (
    Item(
        "meetings:election-list",
        _("Results to approve"),
        "check-circle",
        Capability.APPROVE_ELECTIONS,
        ("meetings:election-approve",),
    ),
)
GROUPS: tuple[Group, ...] = ((_("Organizational life"), LIFE),)
