"""Two entries of one person: choosing what stays, the second person's yes, and parting them again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.choices import MergeState
from members.forms.merging import MergeActForm, MergeForm, OtherForm
from members.models import Member, Merge
from members.policy import fetch, requires
from members.queries.merging import (
    CAPABILITIES,
    better_the_other_way,
    candidates,
    counted,
    mergeable,
    obstacles,
    places,
    sentences,
)
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.merging import confirm_merge, propose_merge, refuse_merge, undo_merge


@requires(*CAPABILITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Choose the other entry of the person, then which facts stay; a second person confirms it."""
    kept = fetch(request, Member.objects.all(), key=key)
    other = OtherForm(request.GET)
    if not other.is_valid():
        context = {"member": kept, "candidates": candidates(kept, request.user)}
        return render(request, "members/merge_choose.html", context)
    merged = get_object_or_404(mergeable(request.user).exclude(pk=kept.pk), key=other.cleaned_data["other"])
    form = MergeForm(request.POST or None, kept=kept, merged=merged)
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "reason": form.cleaned_data["reason"], "takes": form.takes()}
        made: list[Merge] = []
        if carried_out(form, lambda: made.append(propose_merge(kept=kept, merged=merged, by=request.user, **given))):
            return redirect(made[0])
    context = {"form": form, "member": kept, "merged": merged, "counted": counted(kept, merged)}
    context |= {
        "sentences": sentences(kept, merged),
        "obstacles": obstacles(kept, merged),
        "turn": better_the_other_way(kept, merged),
        "places": places(kept, merged),
    }
    return render(request, "members/merge_new.html", context)


@requires(*CAPABILITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was proposed or done: the second person confirms or refuses it, and for thirty days it can be undone."""
    merge = fetch(request, Merge.objects.select_related("kept", "merged", "proposed_by", "settled_by"), key=key)
    form = MergeActForm(request.POST or None)
    if form.is_valid() and carried_out(form, lambda: _act(request, merge, form)):
        messages.success(request, _("Stored."))
        return redirect(merge)
    context = {
        "merge": merge,
        "form": form,
        "member": merge.kept,
        "counted": counted(merge.kept, merge.merged),
        "places": places(merge.kept, merge.merged),
        "may_confirm": merge.state == MergeState.PROPOSED and merge.proposed_by != request.user,
        "taken": MergeForm.labels(merge.takes),
        "sentences": sentences(merge.kept, merge.merged) if merge.state == MergeState.PROPOSED else [],
    }
    return render(request, "members/merge.html", context)


def _act(request: PageRequest, merge: Merge, form: MergeActForm) -> None:
    match form.cleaned_data["act"]:
        case "confirm":
            confirm_merge(merge=merge, on=request.today, by=request.user)
        case "refuse":
            refuse_merge(merge=merge, on=request.today, by=request.user)
        case _:
            undo_merge(merge=merge, reason=form.cleaned_data["reason"], on=request.today, by=request.user)
