"""The entries of assessment in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.navigation import Group, Item

ASSESSMENT: tuple[Item, ...] = (
    Item(
        "assessment:assessment-list",
        _("Assessments"),
        "patch-check",
        Capability.VIEW_ASSESSMENT,
        ("assessment:assessment-", "assessment:value-", "assessment:objection-", "assessment:view-"),
    ),
    Item(
        "assessment:dashboard",
        _("Dashboard"),
        "bar-chart",
        Capability.VIEW_DASHBOARD,
        ("assessment:heat", "assessment:need-"),
    ),
    Item(
        "assessment:scheme-list",
        _("Schemes of assessment"),
        "list-check",
        (Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES),
        ("assessment:scheme-", "assessment:metric-"),
    ),
    Item("assessment:goal-list", _("Joint goals"), "flag", Capability.VIEW_ASSESSMENT, ("assessment:goal-",)),
    Item(
        "assessment:cadre-list",
        _("Cadres"),
        "mortarboard",
        Capability.KEEP_CADRES,
        ("assessment:cadre-", "assessment:conditions-", "assessment:training-list", "assessment:training-new"),
    ),
    Item(
        "assessment:cadre-counts",
        _("Cadres counted"),
        "mortarboard",
        Capability.VIEW_DASHBOARD,
        unless=Capability.KEEP_CADRES,
    ),
    Item("assessment:training-mine", _("My training"), "mortarboard", None, for_members=True),
    Item(
        "assessment:practice-list",
        _("Practices worth sharing"),
        "bookmarks",
        Capability.VIEW_ORGANIZATIONS,
        ("assessment:practice-", "assessment:adoption-"),
    ),
)
GROUPS: tuple[Group, ...] = ((_("Assessment"), ASSESSMENT),)
