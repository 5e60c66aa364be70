"""What the start page shows beside the duties: the roster in figures, the own affairs, and where to go on."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.choices import Capability, office_words
from members.links import own_links, start_links
from members.models import User
from members.queries import start
from members.queries.organizations import roster_summary

FIGURES = {
    "members": (_("members"), "members:roster-list", ""),
    "voting": (_("with a vote"), "members:roster-list", "voting=yes"),
    "probationary": (_("on probation"), "members:roster-list", "membership=probationary_member"),
    "retired": (_("retired"), "members:roster-list", "situation=retired"),
    "mobile": (_("mobile"), "members:roster-list", "situation=mobile"),
    "frail": (_("old and frail"), "members:reach-list", ""),
    "abroad": (_("abroad"), "members:reach-list", ""),
    "lost_contact": (_("out of contact"), "members:roster-list", "situation=lost_contact"),
    "in_transfer": (_("in transfer"), "members:roster-list", "situation=in_transfer"),
}
"""Figure of RosterSummary → what it counts, and the list that shows them."""


def start_of(user: User, *, on: date) -> dict[str, Any]:
    """What this person can do next, and how their part of the tree stands."""
    held = user.standing.capabilities
    context: dict[str, Any] = {
        "member_id": user.standing.member_id,
        "offices": [(office_words(office.kind, office.place), office.organization) for office in user.standing.held],
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_manage_users": Capability.MANAGE_USERS in held,
        "sees_roster": Capability.VIEW_ROSTER in held,
        "keeps_contacts": Capability.VIEW_CONTACTS in held,
        "members": start.roster_size(user),
        "own": own_links(user, on=on),
        "links": start_links(user, on=on),
    }
    if Capability.VIEW_CONTACTS in held:
        context["figures"] = _figures(user, on)
    elif Capability.VIEW_ORGANIZATIONS in held:
        counts = start.organization_counts(user, on=on)
        context["organizations"] = [(kind.label, count) for kind, count in counts.items()]
    return context


def _figures(user: User, on: date) -> list[tuple[int, Any, str, str]]:
    """Count, label, and address of the list, of whatever there is one of in the branches the user works in."""
    summary = asdict(roster_summary(user.standing.paths(Capability.VIEW_CONTACTS), on=on))
    return [(summary[name], *shown) for name, shown in FIGURES.items() if summary[name]]
