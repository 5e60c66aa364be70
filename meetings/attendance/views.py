"""Signing in by the code on the wall, and sheets of attendance from elsewhere."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.attendance.importing import confirm_preview, keep_preview, on_record, read_sheet, undo_sheet
from meetings.attendance.models import Attendance, AttendanceImport
from meetings.attendance.queries import tally_of
from meetings.attendance.rules import slot_of, token
from meetings.attendance.services import (
    CAN_SIGN_IN,
    close_sign_in,
    open_sign_in,
    shows_code,
    sign_in_by_name,
    sign_in_member,
)
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from meetings.meeting.services import WrongState
from members.access.policy import get_in_scope, public, require_at, requires
from members.choices import Capability, ImportState, OrganizationKind
from members.fields import opened
from members.imports.kinds import led
from members.models import Organization, User
from members.pages.forms import LookedUpRow, key_field
from members.pages.listing import Listing, Nothing, linked, number, text
from members.pages.requests import FORM_METHODS, PageRequest, try_with_message
from members.pages.steps import Button, Crumb, Step, form_page
from members.refused import Refused
from members.workbooks.reading import UnusableWorkbook

MEETINGS = Meeting.objects.select_related("organization")
COOKIE = "sign_in"
MINUTES_TO_ANSWER = 5
"""So long somebody who showed the code may take for the log-in or for typing."""


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_safe
def code(request: PageRequest, key: UUID) -> HttpResponse:
    """The code in large, to be shown on a screen; it follows the half-minutes by itself."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    context = {"meeting": meeting, "slot": slot_of(timezone.now()), "tally": tally_of(meeting)}
    return render(request, "meetings/attendance/code.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def code_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Let people sign in by the code."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    if try_with_message(request, lambda: open_sign_in(meeting=meeting, by=request.user)):
        return redirect("meetings:code", key=meeting.pk)
    return redirect(meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def code_close(request: PageRequest, key: UUID) -> HttpResponse:
    """No code of the evening works any more."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    close_sign_in(meeting=meeting, by=request.user)
    messages.success(request, _("Nobody can sign in with the code any more."))
    return redirect("meetings:attendance", key=meeting.pk)


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_safe
def code_image(request: PageRequest, key: UUID) -> HttpResponse:
    """The QR code of this half-minute, as an image of its own: the page may hold no drawing of ours."""
    meeting = get_in_scope(request, MEETINGS.exclude(sign_in_secret=""), pk=key)
    offered = token(opened(meeting.sign_in_secret), meeting.pk, slot_of(timezone.now()))
    address = request.build_absolute_uri(reverse("meetings:sign-in", args=[meeting.pk])) + f"?code={offered}"
    response = HttpResponse(content_type="image/svg+xml")
    drawn = segno.make(address, error="m", micro=False)
    drawn.save(cast(Any, response), kind="svg", border=2, omitsize=True, xmldecl=False)
    return response


@public
@never_cache
@require_http_methods(FORM_METHODS)
def sign_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the code leads: one tap for who is logged in, name and last digits for who has no account."""
    meeting = MEETINGS.filter(pk=key).first()
    if meeting is None:  # answered like a code of yesterday: nobody learns which meetings there are
        return render(request, "meetings/attendance/sign_in_old.html", status=403)
    if offered := request.GET.get("code"):
        return _arrive(request, meeting, offered)
    if not _has_shown_code(request, meeting):
        return render(request, "meetings/attendance/sign_in_old.html", status=403)
    member_id = request.user.member_id if isinstance(request.user, User) else None
    if member_id:
        return _sign_in_as_member(request, meeting, member_id)
    return _sign_in_by_name(request, meeting)


def _arrive(request: HttpRequest, meeting: Meeting, offered: str) -> HttpResponse:
    """The code is exchanged for a few minutes to answer; the cookie stays with this browser, a link doesn't."""
    if not shows_code(meeting, offered, now=timezone.now()):
        return render(request, "meetings/attendance/sign_in_old.html", status=403)
    response = redirect("meetings:sign-in", key=meeting.pk)
    response.set_signed_cookie(
        COOKIE, str(meeting.pk), salt=COOKIE, max_age=timedelta(minutes=MINUTES_TO_ANSWER), httponly=True,
        samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip
    return response


def _has_shown_code(request: HttpRequest, meeting: Meeting) -> bool:
    shown = request.get_signed_cookie(COOKIE, default=None, salt=COOKIE, max_age=timedelta(minutes=MINUTES_TO_ANSWER))
    return shown == str(meeting.pk)


def _sign_in_as_member(request: HttpRequest, meeting: Meeting, member_id: int) -> HttpResponse:
    own = Attendance.objects.filter(meeting=meeting, member=member_id).first()
    if own is None:
        raise Http404
    if request.method == "POST":
        try_with_message(request, lambda: sign_in_member(meeting=meeting, member_id=member_id, by=str(request.user)))
        return redirect("meetings:meeting-detail", key=meeting.pk)
    context = {"meeting": meeting, "own": own, "is_recorded": own.state not in CAN_SIGN_IN}
    return render(request, "meetings/attendance/sign_in.html", context)


def _sign_in_by_name(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if form.is_valid():
        address = request.META.get("REMOTE_ADDR", "")
        try:
            if sign_in_by_name(meeting=meeting, address=address, now=timezone.now(), **form.cleaned_data):
                return render(request, "meetings/attendance/sign_in_done.html", {"meeting": meeting})
            form.add_error(
                None, _("Name and digits don't fit anybody who is expected. Try again, or tell the officer.")
            )
        except WrongState as refusal:
            form.add_error(None, str(refusal))
    return render(request, "meetings/attendance/sign_in.html", {"meeting": meeting, "form": form})


class AttendanceUploadForm(forms.Form):
    key = key_field()
    organization = LookedUpRow(
        label=_("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    year = forms.IntegerField(
        label=_("Year"), min_value=1921, max_value=2100, help_text=_("Of days that the sheet writes without a year.")
    )
    file = forms.FileField(
        label=_("Sign-in sheet"), help_text=_("Excel, WPS or CSV: a column 姓名 and a column for each meeting.")
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places


IMPORTS = AttendanceImport.objects.select_related("organization", "uploaded_by")
UPLOAD = Button(_("Upload a sheet"), reverse_lazy("meetings:import-new"), "upload", primary=True)
SHEETS: Crumb = (_("Sign-in sheets"), reverse_lazy("meetings:import-list"))
LISTING = Listing(
    columns=[
        linked("file", _("File"), "file_name", url=lambda one: reverse("meetings:import-detail", args=[one.pk])),
        text("branch", _("Branch"), lambda one: str(one.organization)),
        text("year", _("Year")),
        text("state", _("State"), "get_state_display"),
        text("uploaded", _("Uploaded"), lambda one: f"{timezone.localtime(one.uploaded_at):%Y-%m-%d %H:%M}"),
    ],
    phone=["file", "state", "branch", "year", "uploaded"],
    nothing=Nothing(
        _(
            "No sign-in sheet has been imported yet. Upload the one your branch has always kept, and look at what was "
            "understood before it is stored."
        ),
        "file-earmark-arrow-up",
        UPLOAD.label,
        UPLOAD.url,
    ),
)
FOUND = Listing(
    columns=[
        text(
            "meeting",
            _("Meeting"),
            lambda one: f"{one['date']} {MeetingKind(one['kind']).label}",
            badges=lambda one, _on: [(_("on record already, not stored again"), "quiet")] if one["is_known"] else [],
        ),
        number("present", _("Present")),
        number("leave", _("On leave")),
        number("absent", _("Absent")),
    ],
    nothing=Nothing(_("Nothing found"), "calendar-event"),
    size=1_000,
)


@requires(Capability.RECORD_MEETINGS)
@require_safe
def import_list(request: PageRequest) -> HttpResponse:
    """Earlier sign-in sheets of one's branches."""
    return LISTING.shown(request, IMPORTS.visible_to(request.user)).answer(
        title=SHEETS[0], crumbs=[(_("Meetings"), reverse("meetings:meeting-list"))], buttons=[UPLOAD], prints=False
    )


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(FORM_METHODS)
def import_new(request: PageRequest) -> HttpResponse:
    """Upload a sheet; nothing is stored before somebody has looked through it."""
    places = Organization.objects.visible_to(request.user, Capability.RECORD_MEETINGS)
    places = places.standing_on(request.today).filter(kind=OrganizationKind.BRANCH).in_tree_order()
    form = AttendanceUploadForm(
        request.POST or None, request.FILES or None, places=places, initial={"year": request.today.year}
    )
    return form_page(
        request, form, partial(_read, request), Step(_("Upload a sign-in sheet"), _("Upload and look")),
        lambda kept: reverse("meetings:import-detail", args=[kept.pk]), crumbs=[SHEETS],
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_safe
def import_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was understood: each meeting with its counts, and what couldn't be used."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    known = on_record(kept) if kept.state == ImportState.PREVIEW else set()
    meetings = [{**one, "is_known": (one["date"], one["kind"]) in known} for one in kept.found["meetings"]]
    notes = [(_("Rows that can't be used"), kept.found["refused"]), (_("To look at"), kept.found["warnings"])]
    return FOUND.shown(request, meetings).answer(
        title=kept.file_name,
        crumbs=[SHEETS],
        prints=False,
        notes=[f"{kept.organization} · {kept.year} · {kept.get_state_display()}"],
        template="meetings/attendance/import_detail.html",
        more={"import": kept, "noted": notes},
    )


@requires(Capability.RECORD_MEETINGS)
@require_POST
def import_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Store what was looked through."""
    kept = confirm_preview(attendance_import=get_in_scope(request, IMPORTS.all(), pk=key), by=request.user)
    messages.success(request, _("The meetings are on record."))
    return redirect("meetings:import-detail", key=kept.pk)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def import_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the meetings of the sheet off the record again."""
    kept = get_in_scope(request, IMPORTS.all(), pk=key)
    try_with_message(request, lambda: undo_sheet(attendance_import=kept, by=request.user), _("The import was undone."))
    return redirect("meetings:import-detail", key=key)


def _read(request: PageRequest, typed: dict[str, Any]) -> AttendanceImport:
    about = {"organization": typed["organization"], "year": typed["year"]}
    require_at(request, about["organization"].path)
    try:
        found = read_sheet(Path(typed["file"].temporary_file_path()), **about)
    except UnusableWorkbook as refusal:
        raise Refused(led(refusal), "file") from refusal
    return keep_preview(key=typed["key"], found=found, file_name=typed["file"].name, by=request.user, **about)


class SignInForm(forms.Form):
    """Somebody without an account says who they are."""

    name = forms.CharField(label=_("Name"), max_length=60)
    tail = forms.RegexField(
        r"^[0-9]{4}$", label=_("Last four digits of the phone number"), max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
