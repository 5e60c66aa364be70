"""Members who are to be left out of those who should attend."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meetings.choices import MeetingState
from meetings.forms.exclusion import GROUNDS, ExclusionForm
from meetings.models import Exclusion, Meeting
from meetings.queries.votes import exclusions_of
from meetings.services.exclusions import GROUNDS_RULE, WrongExclusion, record_exclusion, remove_exclusion
from meetings.services.meeting import NotNow
from meetings.views.votes import MEETINGS
from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import told
from members.requests import PageRequest
from rulebook.book import rule_if_held


@requires(Capability.RECORD_MEETINGS)
@require_GET
def exclusion_list(request: PageRequest, key: str) -> HttpResponse:
    """Who is to be left out of this meeting, and whether that holds."""
    meeting = fetch(request, MEETINGS, pk=key)
    rows = [
        {"exclusion": one, "verdict": verdict, "ground": GROUNDS.get(one.ground, one.ground)}
        for one, verdict in exclusions_of(meeting)
    ]
    context = {
        "meeting": meeting,
        "rows": rows,
        "may_change": meeting.state == MeetingState.PLANNED,
        "rule": rule_if_held(GROUNDS_RULE, meeting.day),
    }
    return render(request, "meetings/exclusion_list.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def exclusion_add(request: PageRequest, key: str) -> HttpResponse:
    """Record why a member is to be left out."""
    meeting = fetch(request, MEETINGS, pk=key)
    return _edit(request, meeting, ExclusionForm(request.POST or None, meeting=meeting))


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def exclusion_edit(request: PageRequest, key: str, exclusion: str) -> HttpResponse:
    """Add an approval, or correct what was recorded."""
    meeting = fetch(request, MEETINGS, pk=key)
    row = get_object_or_404(meeting.exclusions.select_related("member"), pk=exclusion)
    return _edit(request, meeting, ExclusionForm(request.POST or None, meeting=meeting, exclusion=row), row)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def exclusion_remove(request: PageRequest, key: str, exclusion: str) -> HttpResponse:
    """Count the member again."""
    meeting = fetch(request, MEETINGS, pk=key)
    row = get_object_or_404(meeting.exclusions.select_related("meeting"), pk=exclusion)
    told(request, lambda: remove_exclusion(exclusion=row, by=request.user), _("The member is counted again."))
    return redirect("meetings:exclusion-list", key=meeting.pk)


def _edit(
    request: PageRequest, meeting: Meeting, form: ExclusionForm, exclusion: Exclusion | None = None
) -> HttpResponse:
    if form.is_valid() and _record(request, meeting, form, exclusion):
        return redirect("meetings:exclusion-list", key=meeting.pk)
    return render(request, "meetings/exclusion_edit.html", {"meeting": meeting, "form": form, "exclusion": exclusion})


def _record(request: PageRequest, meeting: Meeting, form: ExclusionForm, exclusion: Exclusion | None) -> bool:
    typed = form.cleaned_data
    try:
        record_exclusion(
            key=exclusion.pk if exclusion else typed["key"],
            meeting=meeting,
            member_id=typed["member"],
            ground=typed["ground"],
            approvals=form.approvals(),
            by=request.user,
        )
    except WrongExclusion as wrong:
        form.add_error(wrong.field, str(wrong))
    except NotNow as not_now:
        form.add_error(None, str(not_now))
    return form.is_valid()
