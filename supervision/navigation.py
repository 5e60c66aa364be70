"""The entries of supervision in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.navigation import Group, Item

SUPERVISION: tuple[Item, ...] = (
    Item(
        "supervision:suggestion-list",
        _("Suggestions"),
        "lightbulb",
        Capability.COUNT_SUPERVISION,
        (
            "supervision:suggestion-below",
            "supervision:suggestion-record",
            "supervision:suggestion-detail",
            "supervision:suggestion-answer",
            "supervision:suggestion-remove",
        ),
    ),
    Item(
        "supervision:suggestion-mine",
        _("Suggestions and help"),
        "lightbulb",
        None,
        ("supervision:suggestion-new", "supervision:suggestion-help"),
        for_members=True,
    ),
    Item(
        "supervision:report-list",
        _("Supervision reports"),
        "file-earmark-text",
        (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS),
        ("supervision:report-",),
    ),
)
GROUPS: tuple[Group, ...] = ((_("Supervision"), SUPERVISION),)
