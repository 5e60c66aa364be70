"""Talks on record: the branch's list, one's own, one of them, and the note that only the two read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability
from members.fields import opened
from members.models import Member, Organization
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.talks import (
    OwnTalkForm,
    TalkCorrectForm,
    TalkFilterForm,
    TalkForm,
    TalkNoteForm,
    TalkRemoveForm,
)
from supervision.models import Talk, TalkNote
from supervision.queries.talk_people import own_branch, people_of
from supervision.services.talk_notes import write_note
from supervision.services.talks import correct_talk, may_change, may_remove, record_talk, remove_talk
from supervision.views.talk_places import BELOW, branch_asked_for, branches_offered

ON_A_PAGE = 50
TALKS = Talk.objects.select_related("organization", "first", "second", "recorded_by__member")


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def talk_list(request: PageRequest) -> HttpResponse:
    """Who talked with whom, when and why; nothing of what was said."""
    branch = branch_asked_for(request, Capability.VIEW_SUPERVISION)
    form = TalkFilterForm(request.GET, branches=branches_offered(request, Capability.VIEW_SUPERVISION))
    talks = form.narrow(TALKS.filter(organization=branch))
    context = {
        "branch": branch,
        "form": form,
        "page": Paginator(talks, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "is_group": branch.kind != BELOW[0],
        "may_record": request.user.standing.may(Capability.RECORD_SUPERVISION, branch.path),
    }
    return render(request, "supervision/talk_list.html", context)


@signed_in
@require_safe
def talk_mine(request: PageRequest) -> HttpResponse:
    """The talks in which one was one of the two."""
    if request.user.standing.member_id is None:
        raise Http404
    talks = TALKS.of_either(request.user).order_by("-held_on", "key")
    page = Paginator(talks, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(talk, talk.second if talk.first_id == request.user.standing.member_id else talk.first) for talk in page]
    context = {"page": page, "rows": rows, "branch": own_branch(request.user)}
    return render(request, "supervision/talk_mine.html", context)


@signed_in
@never_cache
@require_safe
def talk_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A talk; its notes are read here by the two and by nobody else."""
    talk = fetch(request, TALKS.all(), pk=key)
    notes = TalkNote.objects.visible_to(request.user).filter(talk=talk).select_related("author")
    context = {
        "talk": talk,
        "is_mine": talk.is_of(request.user),
        "notes": [(note, note.text.open()) for note in notes.order_by("author__name_key", "key")],
        "may_change": may_change(talk, request.user),
        "may_remove": may_remove(talk, request.user),
        "may_list": request.user.standing.may(Capability.VIEW_SUPERVISION, talk.organization.path),
    }
    return render(request, "supervision/talk_detail.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_new(request: PageRequest) -> HttpResponse:
    """By an officer for the branch, or by a member about a talk of their own."""
    branch, me = _where(request)
    asked = {name: request.GET.get(name, "") for name in ("first", "second")}
    known: dict[str, Any] = {"people": people_of(branch, on=request.today), "today": request.today, "initial": asked}
    form = OwnTalkForm(request.POST or None, me=me, **known) if me else TalkForm(request.POST or None, **known)
    if form.is_valid():
        facts = {**form.cleaned_data, "branch": branch, "on": request.today, "by": request.user}
        if carried_out(form, lambda: record_talk(**facts)):
            messages.success(request, _("The talk is on record."))
            return redirect("supervision:talk-detail", form.cleaned_data["key"])
    return render(request, "supervision/talk_new.html", {"form": form, "branch": branch, "is_mine": me is not None})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_correct(request: PageRequest, key: UUID) -> HttpResponse:
    """Another day or reason; who talked stays."""
    talk = _to_change(request, key)
    form = TalkCorrectForm(request.POST or None, initial={"held_on": talk.held_on, "occasion": talk.occasion})
    if form.is_valid():
        values, reason = form.cleaned_data, form.cleaned_data["reason"]
        facts = {"talk": talk, "values": values, "reason": reason, "on": request.today, "by": request.user}
        if carried_out(form, lambda: correct_talk(**facts)):
            messages.success(request, _("Corrected."))
            return redirect(talk)
    return render(request, "supervision/talk_correct.html", {"form": form, "talk": talk})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out a talk that never was."""
    talk = _to_change(request, key)
    if not may_remove(talk, request.user):
        raise PermissionDenied(_("One of the two put this talk on record: only they take it out."))
    form = TalkRemoveForm(request.POST or None)
    if form.is_valid() and carried_out(form, lambda: remove_talk(talk=talk, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Taken out."))
        return redirect(_back_to(request, talk))
    return render(request, "supervision/talk_remove.html", {"form": form, "talk": talk})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk_note(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own note of a talk: for the two, and for nobody else whatever their office."""
    talk = fetch(request, TALKS.of_either(request.user), pk=key)
    mine = TalkNote.objects.visible_to(request.user).filter(talk=talk, author=request.user.standing.member_id).first()
    form = TalkNoteForm(request.POST or None, initial={"text": opened(mine.text) if mine else ""})
    if form.is_valid():
        facts = {"talk": talk, "text": form.cleaned_data["text"], "by": request.user}
        if carried_out(form, lambda: write_note(**facts)):
            messages.success(request, _("Kept, for the two of you."))
            return redirect(talk)
    return render(request, "supervision/talk_note.html", {"form": form, "talk": talk})


def _to_change(request: PageRequest, key: UUID) -> Talk:
    """404 out of scope, 403 for who may only read it."""
    talk = fetch(request, TALKS.all(), pk=key)
    if not may_change(talk, request.user):
        raise PermissionDenied(_("The two who talked change this, or an officer who keeps the branch's record."))
    return talk


def _where(request: PageRequest) -> tuple[Organization, Member | None]:
    """The branch, and oneself where one records a talk of one's own; None: as an officer of the branch."""
    code, mine, standing = request.GET.get("org"), own_branch(request.user), request.user.standing
    is_own = mine is not None and code in (mine.code, "", None)
    if mine and is_own and not standing.may(Capability.RECORD_SUPERVISION, mine.path):
        return mine, request.user.member
    place = branch_asked_for(request, Capability.RECORD_SUPERVISION)
    if place.kind != BELOW[0] or not standing.may(Capability.RECORD_SUPERVISION, place.path):
        raise PermissionDenied(_("An officer of the branch puts its talks on record."))
    return place, None


def _back_to(request: PageRequest, talk: Talk) -> str:
    may_list = request.user.standing.may(Capability.VIEW_SUPERVISION, talk.organization.path)
    return "supervision:talk-list" if may_list else "supervision:talk-mine"
