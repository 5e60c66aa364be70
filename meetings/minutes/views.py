"""Minutes: drafting, editing, signing, correcting, and as a Word document."""

from datetime import date
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from docxtpl import DocxTemplate

from meetings.meeting.crumbs import trail
from meetings.meeting.models import Meeting
from meetings.meeting.queries import meeting_links
from meetings.minutes.models import Minutes
from meetings.minutes.queries import ROLES, Filing, Signature, has_changed, minutes_page, role_of, signatures_of
from meetings.minutes.services import correct_minutes, draft_minutes, edit_minutes, file_paper_signature, sign_minutes
from meetings.planning.duty_queries import DutyLine, left_this_month
from meetings.votes.correction_queries import correction_sentences, doubted_in
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.pages.forms import day_field, key_field
from members.pages.requests import PageRequest, try_with_message
from members.pages.steps import Step, form_page


class MinutesForm(forms.Form):
    """The text, and the text as it was when the page was opened."""

    text = forms.CharField(label=gettext_lazy("Minutes"), widget=forms.Textarea(attrs={"rows": 24}), strip=False)
    before = forms.CharField(widget=forms.HiddenInput, strip=False)
    is_compared = forms.BooleanField(
        label=gettext_lazy("I have compared the text with the record as it is now: they agree."), required=False
    )

    def __init__(self, *args: Any, has_changed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_changed:
            del self.fields["is_compared"]


class SignForm(forms.Form):
    """The text that was read. As what somebody signs, the record says."""

    seen = forms.CharField(widget=forms.HiddenInput, strip=False)


class PaperForm(SignForm):
    """Whose signature on paper is filed, and when it was given."""

    role = forms.ChoiceField(choices=[(role, role) for role in ROLES], widget=forms.HiddenInput)
    signed_on = day_field(label=gettext_lazy("Signed on paper on"))


class CorrectionForm(forms.Form):
    key = key_field()
    text = forms.CharField(
        label=gettext_lazy("What is put right"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)


MEETINGS = Meeting.objects.select_related("organization", "chair", "recorder", "minutes")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@signed_in
@require_safe
def minutes_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The minutes as they stand, for reading, signing and printing."""
    meeting = _readable(request, key)
    may_record = request.user.access.may(Capability.RECORD_MEETINGS, meeting.scope_path)
    context: dict[str, Any] = {"meeting": meeting, "may_record": may_record, "correction_form": CorrectionForm()}
    context |= {"attendance_corrections": correction_sentences(meeting), "doubted": doubted_in(meeting)}
    if minutes := _minutes_or_none(meeting):
        context |= minutes_page(minutes, request.user, on=request.today)
        context["sign_form"] = SignForm(initial={"seen": minutes.text})
        context["papers"] = _papers(context["filing"], minutes, request.today) if may_record else []
        context["may_make_accounts"] = request.user.access.may(Capability.MANAGE_USERS, meeting.scope_path)
        if may_record:
            left = _left_this_month(request, meeting)
            context |= {"left": left, "links": meeting_links(meeting, request.user)}
    return render(request, "meetings/minutes/minutes.html", context)


def _left_this_month(request: PageRequest, meeting: Meeting) -> list[DutyLine]:
    """What the same branch, its groups included, has still to hold, as far as the viewer may."""
    place = meeting.organization
    of_branch = place.kind in (OrganizationKind.BRANCH, OrganizationKind.GROUP)
    lines = left_this_month(place.branch_path, on=request.today) if of_branch else []
    return [one for one in lines if request.user.access.may(Capability.RECORD_MEETINGS, one.place.path)]


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_draft(request: PageRequest, key: UUID) -> HttpResponse:
    """Compose the minutes from what was recorded."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    try_with_message(request, lambda: draft_minutes(meeting=meeting, by=request.user))
    return redirect("meetings:minutes", key=meeting.pk)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Edit the text until it is locked."""
    minutes = _minutes(request, key)
    initial = {"text": minutes.text, "before": minutes.text}
    form = MinutesForm(request.POST or None, initial=initial, has_changed=has_changed(minutes))
    label = _("Store the text and take the signatures back") if minutes.is_signed else _("Store the text")
    act = partial(edit_minutes, minutes=minutes, by=request.user)
    back = reverse("meetings:minutes", args=[key])
    return form_page(
        request, form, lambda typed: act(**typed), Step(_("Edit the minutes"), label), back,
        crumbs=[*trail(request, minutes.meeting), (_("Minutes"), back)],
    )  # fmt: skip


@signed_in
@require_POST
def minutes_sign(request: PageRequest, key: UUID) -> HttpResponse:
    """Sign what was read, as what the record names the signer."""
    minutes = _of(_readable(request, key))
    form = SignForm(request.POST)
    if form.is_valid():
        try_with_message(
            request, lambda: sign_minutes(minutes=minutes, by=request.user, **form.cleaned_data), _("Signed.")
        )
    return redirect("meetings:minutes", key=key)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_paper(request: PageRequest, key: UUID) -> HttpResponse:
    """File the signature on paper of somebody without an account."""
    minutes = _minutes(request, key)
    form = PaperForm(request.POST)
    given: dict[str, Any] = {"minutes": minutes, "on": request.today, "by": request.user}
    if not form.is_valid():
        messages.error(request, _("Say on which day the paper was signed."))
    else:
        try_with_message(
            request, lambda: file_paper_signature(**given, **form.cleaned_data), _("The signature on paper is filed.")
        )
    return redirect("meetings:minutes", key=key)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_correct(request: PageRequest, key: UUID) -> HttpResponse:
    """Add a correction with its reason to locked minutes."""
    minutes = _minutes(request, key)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what is put right, and why."))
    else:
        done = _("The correction is on record.")
        try_with_message(request, lambda: correct_minutes(minutes=minutes, by=request.user, **form.cleaned_data), done)
    return redirect("meetings:minutes", key=key)


@signed_in
@require_safe
def minutes_word(request: PageRequest, key: UUID) -> HttpResponse:
    """The minutes as a Word document."""
    minutes = _of(_readable(request, key))
    answer = HttpResponse(minutes_as_word(minutes), content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="minutes-{minutes.meeting.day.isoformat()}.docx"'
    return answer


def _readable(request: PageRequest, key: UUID) -> Meeting:
    """For the offices that read meetings there, and for the two who sign."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    reads = request.user.access.may(Capability.VIEW_MEETINGS, meeting.scope_path)
    if not reads and role_of(meeting, request.user) is None:
        raise PermissionDenied(_("Minutes are read by the officers of the branch and by those who sign them."))
    return meeting


def _minutes(request: PageRequest, key: UUID) -> Minutes:
    return _of(get_in_scope(request, MEETINGS.all(), pk=key))


def _of(meeting: Meeting) -> Minutes:
    minutes = _minutes_or_none(meeting)
    if minutes is None:
        raise Http404
    return minutes


def _papers(filing: Filing | None, minutes: Minutes, today: date) -> list[tuple[Signature, PaperForm]]:
    """A form for each signature on paper that the viewer may file."""
    return [
        (one, PaperForm(initial={"seen": minutes.text, "role": one.role, "signed_on": today}, auto_id=f"{one.role}_%s"))
        for one in (filing.missing if filing and filing.may else ())
    ]


def _minutes_or_none(meeting: Meeting) -> Minutes | None:
    return getattr(meeting, "minutes", None)


TEMPLATE = settings.BASE_DIR / "templates" / "meetings" / "documents" / "minutes.docx"


def minutes_as_word(minutes: Minutes) -> bytes:
    """The text as it stands, who signed it and when, and at its end what was corrected after the lock."""
    title, *lines = minutes.text.splitlines() or [""]
    document = DocxTemplate(TEMPLATE)
    facts = {"title": title, "lines": [*lines, *_signatures(minutes)], "corrections": _corrections(minutes)}
    document.render(facts, autoescape=True)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _signatures(minutes: Minutes) -> list[str]:
    """A line for the pen where nobody has signed yet."""
    line = pgettext("label: text", "%(label)s: %(text)s")
    return ["", *(line % {"label": _signer(one), "text": one.sentence} for one in signatures_of(minutes))]


def _signer(one: Signature) -> str:
    return _("%(role)s (signature)") % {"role": one.label} if not one.sentence else f"{one.label} {one.name}".strip()


def _corrections(minutes: Minutes) -> list[str]:
    sentence = _("Corrected on %(day)s: %(text)s (%(reason)s)")
    lines = [
        sentence % {"day": one.at.date().isoformat(), "text": one.text, "reason": one.reason}
        for one in minutes.corrections.all()
    ]
    return [*lines, *correction_sentences(minutes.meeting)]
