"""Local kinds of meetings: listed, added and retired by a committee."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.local_kinds import LocalKindForm
from meetings.queries.local_kinds import managed_by
from meetings.services.local_kinds import add_local_kind, retire_local_kind
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.policy import requires
from members.requests import PageRequest
from members.services.refused import Refused

ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def local_kind_list(request: PageRequest) -> HttpResponse:
    """The kinds of one's committees, and one more."""
    places = Organization.objects.visible_to(request.user, Capability.MANAGE_LOCAL_RULES).filter(kind__in=ABOVE)
    form = LocalKindForm(request.POST or None, places=places.standing_on(request.today).in_tree_order())
    if form.is_valid() and _added(request, form):
        return redirect("meetings:local-kind-list")
    return render(request, "meetings/local_kinds.html", {"form": form, "kinds": managed_by(request.user)})


@requires(Capability.MANAGE_LOCAL_RULES)
@require_POST
def local_kind_retire(request: PageRequest, key: UUID) -> HttpResponse:
    """Plan no new meetings of this kind."""
    retire_local_kind(kind=get_object_or_404(managed_by(request.user), pk=key), by=request.user)
    messages.success(request, _("No new meetings of this kind are planned."))
    return redirect("meetings:local-kind-list")


def _added(request: PageRequest, form: LocalKindForm) -> bool:
    try:
        add_local_kind(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    messages.success(request, _("The kind can be planned from now on."))
    return True
