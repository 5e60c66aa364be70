from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.choices import Capability
from members.models import User
from members.policy import signed_in
from members.queries import start


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: what this person can do next, and how their part of the tree stands."""
    user, on = cast(User, request.user), request.today  # type: ignore[attr-defined]
    held = user.standing.capabilities
    context: dict[str, Any] = {
        "member_id": user.standing.member_id,
        "offices": [(office.kind.label, office.organization) for office in user.standing.held],
        "may_import": Capability.IMPORT_ROSTER in held,
        "may_manage_users": Capability.MANAGE_USERS in held,
        "sees_roster": Capability.VIEW_ROSTER in held,
        "keeps_contacts": Capability.VIEW_CONTACTS in held,
        "members": start.roster_size(user),
    }
    if Capability.VIEW_CONTACTS in held:
        context["situations"] = _labelled(start.situation_counts(user, on=on))
    elif Capability.VIEW_ORGANIZATIONS in held:
        context["organizations"] = _labelled(start.organization_counts(user, on=on))
    return render(request, "members/home.html", context)


def _labelled(counts: Mapping[Any, int]) -> list[tuple[str, str, int]]:
    return [(kind.value, kind.label, count) for kind, count in counts.items()]
