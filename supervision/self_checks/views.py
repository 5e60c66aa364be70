"""Lists for self-checks, and members' own checks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member, Organization
from members.pages.requests import PageRequest, try_on_form
from supervision.choices import CheckMark
from supervision.places import place_asked_for
from supervision.self_checks.forms import (
    ChecklistEndForm,
    ChecklistFilterForm,
    ChecklistForm,
    SelfCheckForm,
    SharedFilterForm,
)
from supervision.self_checks.models import Checklist, ChecklistItem, ChecklistQuerySet, SelfCheck, SelfCheckAnswer
from supervision.self_checks.services import (
    change_self_check,
    end_checklist,
    keep_checklist,
    make_self_check,
    remove_self_check,
    replace_checklist,
    share_self_check,
    take_back_self_check,
)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line with how the member sees it; `before` is the mark of the earlier check, for the member only."""

    item: ChecklistItem
    mark: str
    words: str
    note: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A check in the list of one's own: how often each mark was given, in the order of the marks."""

    check: SelfCheck
    marks: list[tuple[str, str, int]]


def earlier_of(check: SelfCheck) -> SelfCheck | None:
    """The member's check before this one against the same list, or against one of the same name that it replaced."""
    same = {"checklist__organization": check.checklist.organization_id, "checklist__title": check.checklist.title}
    before = SelfCheck.objects.filter(member=check.member_id, made_on__lte=check.made_on, **same).exclude(pk=check.pk)
    return before.order_by("-made_on", "-key").first()


def lines_of(check: SelfCheck, *, beside: SelfCheck | None = None) -> list[AnswerLine]:
    """The answers in the order of the list; lines of the earlier check are found by their text."""
    before = {line.item.text: line.words for line in lines_of(beside)} if beside else {}
    answers = check.answers.select_related("item").order_by("item__position")
    return [_line(answer, before.get(answer.item.text, "")) for answer in answers]


def sums_of(checks: Iterable[SelfCheck]) -> list[Sum]:
    """What the marks of each check come to. One query."""
    rows = list(checks)
    marks: dict[UUID, Counter[str]] = {check.pk: Counter() for check in rows}
    for answer in SelfCheckAnswer.objects.filter(check_made__in=rows).only("check_made", "mark"):
        marks[answer.check_made_id][opened(answer.mark)] += 1
    return [
        Sum(check, [(mark.value, str(mark.label), marks[check.pk][mark.value]) for mark in CheckMark]) for check in rows
    ]


def _line(answer: SelfCheckAnswer, before: str) -> AnswerLine:
    mark = opened(answer.mark)
    return AnswerLine(answer.item, mark, str(CheckMark(mark).label), opened(answer.note), before)


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
    return render(
        request, "supervision/self_checks/checklist_list.html", {"form": form, "page": page, "today": request.today}
    )


@signed_in
@require_safe
def checklist_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """A list with where each line comes from: for who keeps it and for the members below."""
    found = get_in_scope(request, LISTS.all(), pk=key)
    holds = found.valid_from <= request.today and (found.valid_until is None or request.today < found.valid_until)
    context = {
        "checklist": found,
        "items": found.items.all(),
        "today": request.today,
        "holds": holds,
        "is_over": found.valid_until is not None and found.valid_until <= request.today,
        "may_keep": request.user.access.may(Capability.KEEP_CHECKLISTS, found.organization.path),
        "may_answer": holds and _is_for(found, request),
    }
    return render(request, "supervision/self_checks/checklist_detail.html", context)


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_new(request: PageRequest) -> HttpResponse:
    """A new list, empty or copied from another (`?copy=`)."""
    place = place_asked_for(request, Capability.KEEP_CHECKLISTS)
    form = ChecklistForm(request.POST or None, today=request.today, copied=_to_copy(request))
    if form.is_valid():
        facts = {"organization": place, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: keep_checklist(**facts)):
            messages.success(request, _("The list is kept."))
            return redirect("supervision:checklist-detail", form.cleaned_data["key"])
    context = {"form": form, "place": place, "last": _last_of(place)}
    return render(request, "supervision/self_checks/checklist_new.html", context)


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One that hasn't begun is changed, one in force is replaced."""
    found = get_in_scope(request, LISTS.all(), pk=key)
    begun = found.valid_from <= request.today
    days = {} if begun else {"valid_from": found.valid_from, "valid_until": found.valid_until}
    form = ChecklistForm(request.POST or None, today=request.today, copied=found, initial=days)
    if form.is_valid():
        facts = {"checklist": found, "on": request.today, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: replace_checklist(**facts)):
            messages.success(request, _("The new list takes its place.") if begun else _("Changed."))
            return redirect("supervision:checklist-detail", form.cleaned_data["key"] if begun else found.pk)
    return render(
        request, "supervision/self_checks/checklist_edit.html", {"form": form, "checklist": found, "begun": begun}
    )


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_end(request: PageRequest, key: UUID) -> HttpResponse:
    """From a day on nobody checks themself against it; checks that were made stay with their members."""
    found = get_in_scope(request, LISTS.all(), pk=key)
    form = ChecklistEndForm(request.POST or None, initial={"valid_until": request.today})
    if form.is_valid():
        facts = {"checklist": found, "on": request.today, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: end_checklist(**facts)):
            messages.success(request, _("The list ends."))
            return redirect(found)
    return render(request, "supervision/self_checks/checklist_end.html", {"form": form, "checklist": found})


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
    member = request.user.access.member_id
    return member is not None and Checklist.objects.above(member).filter(pk=checklist.pk).exists()


CHECKS = SelfCheck.objects.select_related("checklist__organization", "member")


@signed_in
@never_cache
@require_safe
def self_check_mine(request: PageRequest) -> HttpResponse:
    """The lists in force above one's branch, and one's own earlier checks beside each other."""
    me = _me(request)
    lists = Checklist.objects.above(me.pk).holding(request.today).select_related("organization")
    mine = CHECKS.of(request.user).order_by("-made_on", "-key")
    page = Paginator(mine, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"lists": lists.order_by("organization__path", "title", "key"), "page": page, "sums": sums_of(page)}
    return render(request, "supervision/self_checks/mine.html", context)


@requires(Capability.VIEW_SUPERVISION)
@never_cache
@require_safe
def self_check_shared(request: PageRequest) -> HttpResponse:
    """What members of the branch chose to share; of the others nothing is known here."""
    form = SharedFilterForm(request.GET)
    form.is_valid()
    rows = CHECKS.visible_to(request.user).shared().order_by("-shared_on", "key")
    if text := (form.cleaned_data.get("q") or "").strip():
        people = Member.objects.filter(pk__in=rows.order_by().values("member")).search(text)
        rows = rows.filter(member__in=list(people.values_list("pk", flat=True)))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/self_checks/shared.html", {"form": form, "page": page})


@signed_in
@never_cache
@require_safe
def self_check_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own beside the one before it; a shared one for the branch's offices, alone."""
    check = get_in_scope(request, CHECKS.all(), pk=key)
    is_mine = check.member_id == request.user.access.member_id
    earlier = earlier_of(check) if is_mine else None
    context = {
        "check": check,
        "is_mine": is_mine,
        "earlier": earlier,
        "lines": lines_of(check, beside=earlier),
        "plan": opened(check.plan),
    }
    return render(request, "supervision/self_checks/detail.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_check_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Check oneself against a list that is in force above one's branch."""
    me = _me(request)
    found = get_object_or_404(Checklist.objects.above(me.pk).holding(request.today), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(found.items.all()))
    if form.is_valid():
        facts = {"key": form.cleaned_data["key"], "answers": form.answers(), "plan": form.cleaned_data["plan"]}
        if try_on_form(form, lambda: make_self_check(checklist=found, member=me, on=request.today, **facts)):
            messages.success(request, _("Kept, for you alone. You can share it with your branch."))
            return redirect("supervision:self-check-detail", form.cleaned_data["key"])
    return render(request, "supervision/self_checks/form.html", {"form": form, "checklist": found})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_check_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own only."""
    check = get_in_scope(request, CHECKS.of(request.user), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(check.checklist.items.all()), stored=check)
    if form.is_valid():
        facts = {"answers": form.answers(), "plan": form.cleaned_data["plan"]}
        if try_on_form(form, lambda: change_self_check(check=check, **facts)):
            messages.success(request, _("Changed."))
            return redirect(check)
    return render(
        request, "supervision/self_checks/form.html", {"form": form, "checklist": check.checklist, "check": check}
    )


@signed_in
@require_POST
def self_check_share(request: PageRequest, key: UUID) -> HttpResponse:
    """Let the branch's offices read it."""
    check = get_in_scope(request, CHECKS.of(request.user), pk=key)
    share_self_check(check=check, on=request.today, by=request.user)
    messages.success(request, _("Shared with the offices of your branch. You can take that back."))
    return redirect(check)


@signed_in
@require_POST
def self_check_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Nobody else reads it from now on."""
    check = get_in_scope(request, CHECKS.of(request.user), pk=key)
    take_back_self_check(check=check, by=request.user)
    messages.success(request, _("It is yours alone again."))
    return redirect(check)


@signed_in
@require_POST
def self_check_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw one's own away."""
    check = get_in_scope(request, CHECKS.of(request.user), pk=key)
    remove_self_check(check=check, by=request.user)
    messages.success(request, _("Thrown away."))
    return redirect("supervision:self-check-mine")


def _me(request: PageRequest) -> Member:
    """404 for who is no member."""
    if request.user.access.member_id is None:
        raise Http404
    return get_object_or_404(Member, pk=request.user.access.member_id)
