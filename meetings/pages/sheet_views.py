"""The sign-in page: one tap a person, everybody except a few, and the way back."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.attendance.models import Attendance, AttendanceChange
from meetings.attendance.queries import on_the_sheet, tally_of
from meetings.attendance.services import follow_up, mark, mark_rest_present, tap, undo_mark, undo_rest
from meetings.choices import MeetingState
from meetings.meeting.crumbs import trail
from meetings.meeting.models import Meeting
from meetings.meeting.services import WrongState
from meetings.pages.forms import AttendanceForm, RestForm, TapForm, UndoForm, undo_asked_for
from meetings.pages.queries import counts, sign_in_page
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.pages.requests import PageRequest, address, try_with_message
from members.pages.steps import Button, Step, form_page

LOCKED = gettext_lazy(
    "The minutes are locked. What is empty still is added here; what is recorded stays. Is it wrong, was this person "
    "visited, or have they made it up since?"
)
MEETINGS = Meeting.objects.select_related("organization")


@requires(Capability.RECORD_MEETINGS)
@require_safe
def attendance(request: PageRequest, key: UUID) -> HttpResponse:
    """Who is expected and how each attends."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    if meeting.opened_at is None:
        messages.info(request, _("Who is expected is fixed when the meeting opens. Open it first."))
        return redirect(meeting)
    page = sign_in_page(meeting, request.user, group=request.GET.get("group"))
    return render(request, "meetings/pages/attendance.html", page | {"rest": undo_asked_for(request)})


@requires(Capability.RECORD_MEETINGS)
@require_POST
def attendance_mark(request: PageRequest, key: UUID) -> HttpResponse:
    """One tap. htmx gets the row and the counts, a browser without JavaScript the page again."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = TapForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(_("This tap came from a page that is out of date. Load it again."))
    typed = form.cleaned_data
    try:
        one = tap(
            meeting=meeting, member_id=typed["member"], state=typed["state"], key=form.key_of_tap(), by=request.user
        )
    except Attendance.DoesNotExist as error:
        raise Http404 from error
    except WrongState as refusal:
        return _refused(request, meeting, refusal)
    return _row(request, meeting, one) if request.htmx else _back(request, meeting, f"#row-{one.pk}")


@requires(Capability.RECORD_MEETINGS)
@require_POST
def attendance_rest(request: PageRequest, key: UUID) -> HttpResponse:
    """Everybody who isn't recorded yet is here, except for the ticked ones."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = RestForm(request.POST, meeting=meeting)
    if not form.is_valid():
        return HttpResponseBadRequest(_("This tap came from a page that is out of date. Load it again."))
    typed = form.cleaned_data
    try:
        marked = mark_rest_present(meeting=meeting, except_for=form.except_for(), key=typed["key"], by=request.user)
    except WrongState as refusal:
        return _refused(request, meeting, refusal)
    messages.success(request, _marked(marked))
    if meeting.state == MeetingState.OPEN and not tally_of(meeting).is_unknown:
        return redirect(address("meetings:record", meeting.pk, rest=str(typed["key"])))
    return _back(request, meeting, "", rest=str(typed["key"]))


@requires(Capability.RECORD_MEETINGS)
@require_POST
def attendance_undo(request: PageRequest, key: UUID) -> HttpResponse:
    """Take the last tap back."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = UndoForm(request.POST)
    if not form.is_valid() or not (form.cleaned_data["mark"] or form.cleaned_data["rest"]):
        return HttpResponseBadRequest(_("This tap came from a page that is out of date. Load it again."))
    typed = form.cleaned_data
    if typed["rest"]:
        try_with_message(
            request, lambda: undo_rest(meeting=meeting, rest_key=typed["rest"], key=typed["key"], by=request.user)
        )
    elif not AttendanceChange.objects.filter(pk=typed["key"]).exists():
        tapped = get_object_or_404(AttendanceChange, pk=typed["mark"], attendance__meeting=meeting)
        try_with_message(
            request, lambda: undo_mark(meeting=meeting, mark_key=tapped.pk, key=typed["key"], by=request.user)
        )
    return _back(request, meeting)


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attendance_person(request: PageRequest, key: UUID, member: int) -> HttpResponse:
    """Everything that is known of one person's attendance: leave, reason, make-up."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    expected = get_object_or_404(Attendance.objects.select_related("meeting"), meeting=meeting, member=member)
    if meeting.state == MeetingState.LOCKED and expected.is_present:
        messages.info(request, _("The minutes are locked: who was there is put right by a correction."))
        return redirect(reverse("meetings:correction-add", args=[meeting.pk]) + f"?member={member}")
    form = AttendanceForm(request.POST or None, expected=expected, on=request.today)
    is_locked = meeting.state == MeetingState.LOCKED
    act = partial(follow_up if is_locked else mark, meeting=meeting, member_id=member, by=request.user)
    correct = Button(_("Propose it to a second person"), address("meetings:correction-add", meeting.pk, member=member))
    sheet = reverse("meetings:attendance", args=[meeting.pk])
    return form_page(
        request, form, lambda typed: act(attendance=form.attendance(), key=typed["key"]),
        Step(expected.name, _("Store")), f"{sheet}#row-{expected.pk}",
        crumbs=[*trail(request, meeting), (_("Who is here"), sheet)],
        buttons=[is_locked and correct], notes=[LOCKED if is_locked else ""],
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_safe
def sheet_blank(request: PageRequest, key: UUID) -> HttpResponse:
    """A sheet in large type to print and sign."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    people, guests = on_the_sheet(meeting)
    return render(request, "meetings/pages/sheet_blank.html", {"meeting": meeting, "people": people, "guests": guests})


def _row(request: PageRequest, meeting: Meeting, one: Attendance) -> HttpResponse:
    context = {"one": one, "is_patch": True, "group": request.POST.get("group"), **counts(meeting, request.user)}
    response = render(request, "meetings/pages/attendance.html#patch", context)
    response["HX-Trigger"] = "attendance-marked"
    return response


def _back(request: HttpRequest, meeting: Meeting, place: str = "", **more: str) -> HttpResponse:
    """To the list as it was filtered, near the person."""
    if "group" in request.POST:
        more["group"] = request.POST["group"]
    query = f"?{urlencode(more)}" if more else ""
    return redirect(reverse("meetings:attendance", args=[meeting.pk]) + query + place)


def _refused(request: PageRequest, meeting: Meeting, refusal: WrongState) -> HttpResponse:
    if request.htmx:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, str(refusal))
    return redirect(meeting)


def _marked(people: list[Attendance]) -> str:
    """How many, and how many of them are guests."""
    guests = sum(one.is_guest for one in people)
    if guests:
        said = _("Marked as here: %(number)s of the branch and %(guests)s taking part as guests.")
        return said % {"number": len(people) - guests, "guests": guests}
    return ngettext("%(number)s person is marked as here.", "%(number)s people are marked as here.", len(people)) % {
        "number": len(people)
    }
