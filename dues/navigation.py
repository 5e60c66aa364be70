"""The entries of dues in the navigation; `settings.NAVIGATION` names them."""

from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.navigation import Group, Item

DUES = (
    Item(
        "dues:grid",
        _("Month at a glance"),
        "wallet2",
        Capability.VIEW_DUES,
        (
            "dues:member-",
            "dues:reason-",
            "dues:arrangement-",
        ),
    ),
    Item(
        "dues:payment-list",
        _("Payments"),
        "cash-coin",
        Capability.VIEW_DUES,
        ("dues:payment-", "dues:collect", "dues:proposal-", "dues:receipt-"),
    ),
    Item(
        "dues:basis-list",
        _("Bases and charging"),
        "list-check",
        Capability.FIX_BASES,
        ("dues:basis-", "dues:charging"),
    ),
    Item(
        "dues:relief-list",
        _("Reductions and waivers"),
        "life-preserver",
        (Capability.VIEW_DUES, Capability.APPROVE_DUES),
        ("dues:relief-",),
    ),
    Item("dues:arrears", _("Behind with dues"), "clock-history", Capability.COUNT_DUES, ("dues:review",)),
    Item("dues:ledger-year", _("Ledger of the year"), "table", Capability.VIEW_DUES, ("dues:ledger-",)),
    Item("dues:bill-list", _("Bills and statements"), "receipt", Capability.RECORD_DUES, ("dues:bill-",)),
    Item(
        "dues:remittance-list",
        _("Handing up and use"),
        "send",
        Capability.COUNT_DUES,
        ("dues:remittance-", "dues:use-", "dues:disclosure", "dues:large-", "dues:overview"),
    ),
    Item("dues:mine", _("My dues"), "cash-coin", None, ("dues:publication-",), for_members=True),
)
GROUPS: tuple[Group, ...] = ((_("Dues"), DUES),)
