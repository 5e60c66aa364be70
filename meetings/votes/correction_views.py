"""Corrections of attendance: proposing, confirming, and looking at a vote in doubt."""

from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.attendance.queries import on_the_sheet
from meetings.attendance.rules import GIVERS, made_up_wrong
from meetings.choices import LATER, AttendanceState, LeaveKind
from meetings.meeting.crumbs import trail
from meetings.meeting.models import Meeting
from meetings.templatetags.meetings import state_badges
from meetings.votes.correction_queries import (
    before,
    corrected_to,
    doubted_by,
    doubts_of,
    guests_left_out,
    is_second,
    recorded_as,
)
from meetings.votes.correction_services import (
    Truth,
    confirm_correction,
    decline_correction,
    look_at_vote,
    may_confirm,
    propose_correction,
)
from meetings.votes.models import AttendanceCorrection, Vote
from meetings.votes.rules import TRUTHS
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member
from members.pages.forms import choice_field, day_field, key_field
from members.pages.listing import Listing, Nothing, linked, text
from members.pages.queries import called
from members.pages.requests import FORM_METHODS, PageRequest, try_with_message
from members.pages.steps import Step, form_page

LATEST = 30
PROPOSE = Step(
    _("Correct attendance"),
    _("Propose the correction"),
    _("It is proposed. It counts when a second person has confirmed it."),
)
BESIDE = _(
    "The minutes are signed and stay as they are. A correction stands beside them and counts when a second person has "
    "confirmed it: another officer of the branch, or one of the two who signed."
)
LOOK = Step(
    _("Vote in doubt"), _("The outcome stands"), _("It is put down beside the minutes that the outcome stands.")
)
COMPARE = _(
    "Compare the list, the count and the outcome. If the outcome doesn't stand, let the meeting vote again. If it "
    "stands, say why: the sentence is kept with your name, and the vote is no longer shown as in doubt."
)
CORRECTIONS = AttendanceCorrection.objects.with_people().select_related("member")
MEETINGS = Meeting.objects.select_related("organization")
VOTES = Vote.objects.with_place()


def _decided(one: AttendanceCorrection) -> str:
    return f"{called(one.decided_by)} · {timezone.localdate(one.decided_at)}" if one.decided_by else ""


LISTING = Listing(
    columns=[
        linked("name", _("Name")),
        text("meeting", _("Meeting"), lambda one: f"{one.meeting} · {one.meeting.organization.name}"),
        text("recorded_as", _("Recorded as"), recorded_as),
        text("corrected_to", _("Was in truth"), corrected_to),
        text("proposed_by", _("Proposed by"), lambda one: called(one.proposed_by)),
        text("state", _("State"), lambda one: "", badges=lambda one, _on: state_badges(one), below=_decided),
    ],
    phone=["name", "state", "meeting", "recorded_as", "corrected_to"],
    nothing=Nothing(_("Nothing waits for a second person."), "person-check"),
    size=200,
)


@signed_in
@never_cache
@require_safe
def correction_list(request: PageRequest) -> HttpResponse:
    """Those that wait for a second person, and below what became of the latest others."""
    rows = CORRECTIONS.visible_to(request.user)
    decided = list(rows.exclude(pk__in=rows.waiting().values("pk")).order_by("-decided_at", "key")[:LATEST])
    return LISTING.shown(request, list(rows.waiting())).answer(
        title=_("Corrections of attendance"),
        lead=_(
            "After the minutes are locked, attendance is put right by two: one proposes, another compares and "
            "confirms. The record of that evening stands beside it."
        ),
        prints=False,
        template="meetings/votes/correction_list.html",
        more={"decided": LISTING.shown(request, decided) if decided else None},
    )


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(FORM_METHODS)
def correction_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Propose how somebody attended in truth."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    form = AttendanceCorrectionForm(
        request.POST or None, meeting=meeting, on=request.today, initial={"member": request.GET.get("member")}
    )
    act = partial(propose_correction, meeting=meeting, by=request.user)
    return form_page(
        request, form, lambda typed: act(key=typed["key"], truth=form.truth()), PROPOSE,
        lambda _stored: reverse("meetings:correction-detail", args=[form.cleaned_data["key"]]),
        crumbs=trail(request, meeting), lead=BESIDE,
    )  # fmt: skip


@signed_in
@never_cache
@require_safe
def correction_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The old beside the new, why, and which votes would have to be looked at."""
    correction = get_in_scope(request, CORRECTIONS, pk=key)
    return render(request, "meetings/votes/correction.html", _page(request, correction))


@signed_in
@require_POST
def correction_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """The second person has compared it with the signed sheet."""
    correction = get_in_scope(request, CORRECTIONS, pk=key)
    if not is_second(correction, request.user):
        raise PermissionDenied
    done = _("It is corrected. The figures are counted with it; the signed minutes stay as they are.")
    try_with_message(
        request, lambda: confirm_correction(correction=correction, by=request.user, on=request.today), done
    )
    return redirect(correction)


@signed_in
@require_POST
def correction_decline(request: PageRequest, key: UUID) -> HttpResponse:
    """The record stays as it is, with the reason."""
    correction = get_in_scope(request, CORRECTIONS, pk=key)
    if not _may_decline(request, correction):
        raise PermissionDenied
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return render(request, "meetings/votes/correction.html", _page(request, correction) | {"decline_form": form})
    given = {"correction": correction, "because": form.cleaned_data["because"]}
    try_with_message(request, lambda: decline_correction(**given, by=request.user), _("The record stays as it is."))
    return redirect(correction)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(FORM_METHODS)
def vote_look(request: PageRequest, key: UUID) -> HttpResponse:
    """An officer looks at a vote in doubt and says why its outcome stands."""
    vote = get_in_scope(request, VOTES, pk=key)
    act = partial(look_at_vote, vote=vote, by=request.user)
    return form_page(
        request, LookForm(request.POST or None), lambda typed: act(**typed), LOOK, vote,
        crumbs=[*trail(request, vote.item.meeting), (vote.about, vote.get_absolute_url())], lead=COMPARE,
        template="meetings/votes/vote_look.html", more={"doubted": doubts_of(vote)},
    )  # fmt: skip


def _may_decline(request: PageRequest, one: AttendanceCorrection) -> bool:
    may_record = request.user.access.may(Capability.RECORD_MEETINGS, one.scope_path)
    return may_record or is_second(one, request.user)


def _page(request: PageRequest, one: AttendanceCorrection) -> dict[str, Any]:
    return {
        "correction": one,
        "recorded_as": recorded_as(one),
        "corrected_to": corrected_to(one),
        "proposed_by": called(one.proposed_by),
        "decided_by": called(one.decided_by),
        "meeting": one.meeting,
        "may_open_meeting": request.user.access.may(Capability.VIEW_MEETINGS, one.scope_path),
        "may_confirm": one.is_waiting and is_second(one, request.user) and may_confirm(one, request.user),
        "is_mine": one.proposed_by_id == request.user.pk,
        "doubted": doubted_by(one) if one.is_waiting else [],
        "reasons": (before(one).get("reason", ""), opened(one.away_reason)) if one.away_reason else None,
        "decline_form": DeclineForm() if one.is_waiting and _may_decline(request, one) else None,
    }


CHOOSE = ("", "—")
TRUTH = ("becomes", "reason", "leave_kind", "made_up_on", "made_up_with", "away_reason", "away_source")


class AttendanceCorrectionForm(forms.Form):
    """Who, how it was in truth, and how that is known."""

    key = key_field()
    member = forms.ChoiceField(label=_("Whose attendance"))
    becomes = forms.ChoiceField(
        label=_("How it was in truth"),
        choices=[CHOOSE, *((state.value, AttendanceState(state).label) for state in TRUTHS)],
    )
    leave_kind = choice_field(LeaveKind, label=_("Kind of leave"), required=False)
    made_up_on = day_field(label=_("Made up on"), required=False)
    made_up_with = forms.CharField(
        label=_("With what"), max_length=200, required=False, help_text=_("The material or the recording.")
    )
    away_reason = forms.CharField(
        label=_("Reason of the absence, as it should be"), max_length=300, required=False,
        help_text=_("Only where the recorded one is wrong. Stored encrypted."),
    )  # fmt: skip
    away_source = forms.ChoiceField(label=_("Who gave the reason"), required=False, choices=[CHOOSE, *GIVERS])
    reason = forms.CharField(
        label=_("What was recorded wrongly, and how it is known"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. It stands beside the minutes, so write nothing private."),
    )  # fmt: skip

    def __init__(self, *args: Any, meeting: Meeting, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.on = meeting, on
        expected, there = on_the_sheet(meeting)
        on_the_list = [(str(one.member_id), f"{one.name} · {one.get_state_display()}") for one in [*expected, *there]]
        guests = [(str(one.pk), one.name) for one in guests_left_out(meeting)]
        groups = [(_("On the list"), on_the_list), (_("Guests who aren't on the list"), guests)]
        cast(forms.ChoiceField, self.fields["member"]).choices = [
            CHOOSE,
            *((name, rows) for name, rows in groups if rows),
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("becomes") in LATER and not self._keeps_the_state(typed):
            if not typed.get("made_up_on"):
                self.add_error("made_up_on", _("Say on which day it was made up."))
            for field, sentence in made_up_wrong(typed, held=self.meeting.day, on=self.on):
                self.add_error(field, sentence)
        return typed

    def _keeps_the_state(self, typed: dict[str, Any]) -> bool:
        """Something else of it is corrected: what isn't typed stays."""
        states = {str(one.member_id): one.state for group in on_the_sheet(self.meeting) for one in group}
        typed_study = typed.get("made_up_on") or typed.get("made_up_with")
        return not typed_study and states.get(typed.get("member", "")) == typed["becomes"]

    def truth(self) -> Truth:
        given = {name: self.cleaned_data[name] for name in TRUTH}
        return Truth(Member.objects.get(pk=self.cleaned_data["member"]), **given)


class LookForm(forms.Form):
    """Why the outcome of a vote in doubt stands."""

    key = key_field()
    reason = forms.CharField(
        label=_("What you compared, and why the outcome stands"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. It stands beside the minutes, so write nothing private."),
    )  # fmt: skip


class DeclineForm(forms.Form):
    because = forms.CharField(label=_("Why the record stays as it is"), max_length=300)
