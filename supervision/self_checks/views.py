"""Lists for self-checks, and members' own checks."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Member, Organization
from members.pages.listing import Badge, Listing, Nothing, badges, day, linked, number, text
from members.pages.requests import FORM_METHODS, PageRequest, address, place_asked_for
from members.pages.steps import Button, Crumb, Step, form_page
from supervision.choices import CheckMark
from supervision.self_checks.forms import (
    ChecklistEndForm,
    ChecklistFilterForm,
    ChecklistForm,
    SelfCheckForm,
    SharedFilterForm,
)
from supervision.self_checks.models import Checklist, ChecklistQuerySet, SelfCheck
from supervision.self_checks.queries import earlier_of, lines_of, sums_of
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

LISTS = Checklist.objects.select_related("organization")


def _holds(one: Checklist, on: date) -> Iterator[Badge]:
    if one.valid_until and one.valid_until <= on:
        yield _("Ended"), "quiet"
    else:
        yield (_("Not begun yet"), "info") if one.valid_from > on else (_("In force"), "good")


CHECKLISTS = Listing(
    columns=[
        linked("title", _("Title")),
        text("organization", _("Kept by"), "organization.name"),
        day("valid_from", _("From")),
        badges("state", _("State"), _holds),
    ],
    phone=["title", "state", "organization", "valid_from"],
    orders={"newest": (_("Newest first"), ("-valid_from", "key"))},
    nothing=Nothing(_("No list fits. Take away a filter, or write the first one."), "ui-checks"),
)


@requires(Capability.KEEP_CHECKLISTS)
@require_safe
def checklist_list(request: PageRequest) -> HttpResponse:
    """Those of one's committee and of the committees below it, newest first."""
    form = ChecklistFilterForm(request.GET)
    form.is_valid()
    rows = CHECKLISTS.ordered(request, _narrowed(LISTS.visible_to(request.user), form, request.today))
    new, words = reverse("supervision:checklist-new"), CHECKLISTS.nothing
    nothing = Nothing(words.sentence, words.icon, _("New list"), new)
    return CHECKLISTS.shown(request, rows, form=form, nothing=nothing).answer(
        title=_("Lists for self-checks"),
        lead=_(
            "Members check themselves against these lists. What they answer is theirs: nobody here sees it, nor how "
            "many did."
        ),
        buttons=[Button(_("New list"), new, "plus-lg", primary=True)],
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
@require_http_methods(FORM_METHODS)
def checklist_new(request: PageRequest) -> HttpResponse:
    """A new list, empty or copied from another (`?copy=`)."""
    place = place_asked_for(request, Capability.KEEP_CHECKLISTS)
    form = ChecklistForm(request.POST or None, today=request.today, copied=_to_copy(request))
    last = _last_of(place)
    copy = last and address("supervision:checklist-new", org=place.code, copy=str(last.pk))
    words = _("Short lines that somebody can answer about themself, each with the text that asks for it.")
    return form_page(
        request,
        form,
        lambda typed: keep_checklist(organization=place, by=request.user, **typed),
        Step(_("New list"), _("Keep the list"), _("The list is kept.")),
        lambda kept: kept,
        crumbs=[_all()],
        buttons=[copy and Button(_("Copy the last list"), copy, "copy")],
        lead=f"{place.name} · {words}",
    )


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(FORM_METHODS)
def checklist_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One that hasn't begun is changed, one in force is replaced."""
    found = get_in_scope(request, LISTS.all(), pk=key)
    begun = found.valid_from <= request.today
    days = {} if begun else {"valid_from": found.valid_from, "valid_until": found.valid_until}
    words = _(
        "This list is in members' hands. It ends on the day on which the new one begins; checks against it stay as "
        "they were answered."
    )
    replace = Step(_("Replace a list"), _("Replace it"), _("The new list takes its place."))
    change = Step(_("Change a list"), _("Change it"), _("Changed."))
    return form_page(
        request,
        ChecklistForm(request.POST or None, today=request.today, copied=found, initial=days),
        lambda typed: replace_checklist(checklist=found, on=request.today, by=request.user, **typed),
        replace if begun else change,
        lambda kept: kept,
        crumbs=_crumbs(found),
        lead=words if begun else "",
    )


@requires(Capability.KEEP_CHECKLISTS)
@require_http_methods(FORM_METHODS)
def checklist_end(request: PageRequest, key: UUID) -> HttpResponse:
    """From a day on nobody checks themself against it; checks that were made stay with their members."""
    found = get_in_scope(request, LISTS.all(), pk=key)
    return form_page(
        request,
        ChecklistEndForm(request.POST or None, initial={"valid_until": request.today}),
        lambda typed: end_checklist(checklist=found, on=request.today, by=request.user, **typed),
        Step(_("End a list"), _("End it"), _("The list ends.")),
        found,
        crumbs=_crumbs(found),
        lead=_("From that day on nobody starts a check against it. Checks that were made stay with their members."),
    )


def _all() -> Crumb:
    return _("Lists for self-checks"), reverse("supervision:checklist-list")


def _crumbs(checklist: Checklist) -> list[Crumb]:
    return [_all(), (checklist.title, checklist.get_absolute_url())]


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
OWN = Listing(
    columns=[
        linked("title", _("List"), "check.checklist.title", url="check.get_absolute_url"),
        day("made_on", _("Made on"), "check.made_on"),
        *(number(mark.value, mark.label, lambda sum, mark=mark: sum.marks[mark]) for mark in CheckMark),
        badges("readers", _("Who reads it"), lambda sum, _on: [_readers(sum.check)]),
    ],
    phone=["title", "readers", "made_on"],
    orders={"newest": (_("Newest first"), ("-made_on", "-key"))},
    nothing=Nothing(_("You haven't checked yourself yet."), "ui-checks"),
)
SHARED = Listing(
    columns=[
        linked("member", _("Name"), "member.name"),
        text("list", _("List"), "checklist.title"),
        day("made_on", _("Made on")),
        day("shared_on", _("Shared on")),
    ],
    phone=["member", "shared_on", "list"],
    orders={"newest": (_("Newest first"), ("-shared_on", "key"))},
    nothing=Nothing(_("Nobody shared a self-check, or nobody of that name."), "ui-checks"),
)


def _readers(check: SelfCheck) -> Badge:
    return (_("Shared with the branch"), "info") if check.shared_on else (_("Only me"), "quiet")


@signed_in
@never_cache
@require_safe
def self_check_mine(request: PageRequest) -> HttpResponse:
    """The lists in force above one's branch, and one's own earlier checks beside each other."""
    me = _me(request)
    lists = Checklist.objects.above(me.pk).holding(request.today).select_related("organization")
    shown = OWN.shown(request, OWN.ordered(request, CHECKS.of(request.user)), lines=sums_of)
    context = {"lists": lists.order_by("organization__path", "title", "key"), "checks": shown}
    return render(request, "supervision/self_checks/mine.html", context)


@requires(Capability.VIEW_SUPERVISION)
@never_cache
@require_safe
def self_check_shared(request: PageRequest) -> HttpResponse:
    """What members of the branch chose to share; of the others nothing is known here."""
    form = SharedFilterForm(request.GET)
    form.is_valid()
    rows = CHECKS.visible_to(request.user).shared()
    if name := (form.cleaned_data.get("q") or "").strip():
        people = Member.objects.filter(pk__in=rows.order_by().values("member")).search(name)
        rows = rows.filter(member__in=list(people.values_list("pk", flat=True)))
    return SHARED.shown(request, SHARED.ordered(request, rows), form=form).answer(
        title=_("Shared self-checks"),
        crumbs=[(_("Talks"), reverse("supervision:talk-list"))],
        lead=_("What members chose to share. Of the others nothing is known here, and nobody is asked to share."),
        prints=False,
    )


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
@require_http_methods(FORM_METHODS)
def self_check_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Check oneself against a list that is in force above one's branch."""
    me = _me(request)
    found = get_object_or_404(Checklist.objects.above(me.pk).holding(request.today), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(found.items.all()))
    act = partial(make_self_check, checklist=found, member=me, on=request.today)
    step = Step(_("Check myself"), _("Store"), _("Kept, for you alone. You can share it with your branch."))
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], answers=form.answers(), plan=typed["plan"]),
        step,
        lambda check: check,
        **_about(found, None),
    )


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def self_check_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own only."""
    check = get_in_scope(request, CHECKS.of(request.user), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(check.checklist.items.all()), stored=check)
    act = partial(change_self_check, check=check)
    step = Step(_("Check myself"), _("Store"), _("Changed."))
    return form_page(
        request,
        form,
        lambda typed: act(answers=form.answers(), plan=typed["plan"]),
        step,
        check,
        **_about(check.checklist, check.shared_on),
    )


def _about(checklist: Checklist, shared_on: date | None) -> dict[str, Any]:
    """What stands above one's answers."""
    shared = _("This check is shared: your branch reads what you change.")
    own = _("For you alone, and stored encrypted. You decide later whether to share it.")
    return {
        "crumbs": [(_("My self-checks"), reverse("supervision:self-check-mine"))],
        "lead": f"{checklist.title} · {checklist.organization.name}",
        "notes": [checklist.lead],
        "notice": shared if shared_on else own,
    }


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
