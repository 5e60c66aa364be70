"""A branch by its groups."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from members.choices import Capability, OrganizationKind
from members.forms.member import GroupForm
from members.models import Organization
from members.policy import fetch, requires
from members.queries.groups import groups_of, left_lately
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.moves import place_in_group

BRANCHES = Organization.objects.filter(kind=OrganizationKind.BRANCH)


@requires(Capability.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD"])
def member_groups(request: PageRequest, code: str) -> HttpResponse:
    """Who is in which group, and who left the branch lately."""
    branch = fetch(request, BRANCHES.all(), code=code)
    may_edit = request.user.standing.may(Capability.EDIT_ROSTER, branch.path)
    groups = groups_of(branch, on=request.today)
    context = {
        "branch": branch,
        "groups": groups,
        "may_edit": may_edit and len(groups) > 1,
        "form": GroupForm(branch=branch, today=request.today),
        "left": left_lately(branch, on=request.today) if may_edit else [],
    }
    return render(request, "members/member_groups.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["POST"])
def member_group_place(request: PageRequest, code: str) -> HttpResponse:
    """Put the chosen members into a group of the branch, or out of their group."""
    branch = fetch(request, BRANCHES.all(), code=code)
    form = GroupForm(request.POST, branch=branch, today=request.today)
    moved: list[int] = []
    if form.is_valid() and carried_out(
        form, lambda: moved.append(place_in_group(today=request.today, by=request.user, **form.cleaned_data))
    ):
        text = ngettext("%(count)s member changed place.", "%(count)s members changed place.", moved[0])
        messages.success(request, text % {"count": moved[0]})
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("members:member-groups", branch.code)
