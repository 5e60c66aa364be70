"""The lists that a committee keeps for members' self-checks."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.checklists import ChecklistEndForm, ChecklistFilterForm, ChecklistForm
from supervision.models import Checklist
from supervision.models.self_check import ChecklistQuerySet
from supervision.services.checklists import end_checklist, keep_checklist, replace_checklist
from supervision.views.talk_places import place_asked_for

ON_A_PAGE = 30
LISTS = Checklist.objects.select_related("organization")


@requires(Capability.KEEP_CHECKLISTS)
@require_safe
def checklist_list(request: PageRequest) -> HttpResponse:
    """Those of one's committee and of the committees below it, newest first."""
    form = ChecklistFilterForm(request.GET)
    form.is_valid()
    rows = _narrowed(LISTS.visible_to(request.user), form, request.today)
    page = Paginator(rows.order_by("-valid_from", "key"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/checklist_list.html", {"form": form, "page": page, "today": request.today})


@signed_in
@require_safe
def checklist_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A list with where each line comes from: for who keeps it and for the members below."""
    found = fetch(request, LISTS.all(), pk=key)
    holds = found.valid_from <= request.today and (found.valid_until is None or request.today < found.valid_until)
    context = {
        "checklist": found,
        "items": found.items.all(),
        "today": request.today,
        "holds": holds,
        "is_over": found.valid_until is not None and found.valid_until <= request.today,
        "may_keep": request.user.standing.may(Capability.KEEP_CHECKLISTS, found.organization.path),
        "may_answer": holds and _is_for(found, request),
    }
    return render(request, "supervision/checklist_detail.html", context)


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_new(request: PageRequest) -> HttpResponse:
    """A new list, empty or copied from another (`?copy=`)."""
    place = place_asked_for(request, Capability.KEEP_CHECKLISTS)
    form = ChecklistForm(request.POST or None, today=request.today, copied=_to_copy(request))
    if form.is_valid():
        facts = {"organization": place, "by": request.user, **form.cleaned_data}
        if carried_out(form, lambda: keep_checklist(**facts)):
            messages.success(request, _("The list is kept."))
            return redirect("supervision:checklist-detail", form.cleaned_data["key"])
    context = {"form": form, "place": place, "last": _last_of(place)}
    return render(request, "supervision/checklist_new.html", context)


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One that hasn't begun is changed, one in force is replaced."""
    found = fetch(request, LISTS.all(), pk=key)
    begun = found.valid_from <= request.today
    days = {} if begun else {"valid_from": found.valid_from, "valid_until": found.valid_until}
    form = ChecklistForm(request.POST or None, today=request.today, copied=found, initial=days)
    if form.is_valid():
        facts = {"checklist": found, "on": request.today, "by": request.user, **form.cleaned_data}
        if carried_out(form, lambda: replace_checklist(**facts)):
            messages.success(request, _("The new list takes its place.") if begun else _("Changed."))
            return redirect("supervision:checklist-detail", form.cleaned_data["key"] if begun else found.pk)
    return render(request, "supervision/checklist_edit.html", {"form": form, "checklist": found, "begun": begun})


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_end(request: PageRequest, key: UUID) -> HttpResponse:
    """From a day on nobody checks themself against it; checks that were made stay with their members."""
    found = fetch(request, LISTS.all(), pk=key)
    form = ChecklistEndForm(request.POST or None, initial={"valid_until": request.today})
    if form.is_valid():
        facts = {"checklist": found, "on": request.today, "by": request.user, **form.cleaned_data}
        if carried_out(form, lambda: end_checklist(**facts)):
            messages.success(request, _("The list ends."))
            return redirect(found)
    return render(request, "supervision/checklist_end.html", {"form": form, "checklist": found})


def _narrowed(rows: ChecklistQuerySet, form: ChecklistFilterForm, on: date) -> ChecklistQuerySet:
    state, text = form.cleaned_data.get("state"), (form.cleaned_data.get("q") or "").strip()
    if text:
        rows = rows.filter(title__icontains=text)
    if state == "holding":
        return rows.holding(on)
    if state == "coming":
        return rows.filter(valid_from__gt=on)
    return rows.filter(valid_until__lte=on) if state == "ended" else rows


def _to_copy(request: PageRequest) -> Checklist | None:
    """The list of the address, if the viewer sees it; what can't be one copies nothing."""
    try:
        key = UUID(request.GET.get("copy", ""))
    except ValueError:
        return None
    return Checklist.objects.visible_to(request.user).filter(pk=key).first()


def _last_of(place: Organization) -> Checklist | None:
    return Checklist.objects.filter(organization=place).order_by("-valid_from", "key").first()


def _is_for(checklist: Checklist, request: PageRequest) -> bool:
    member = request.user.standing.member_id
    return member is not None and Checklist.objects.above(member).filter(pk=checklist.pk).exists()
