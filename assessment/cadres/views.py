"""Cadres, trainings and conditions."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.cadres.forms import (
    CadreCountForm,
    CadreFilterForm,
    ConditionsForm,
    PostEditForm,
    PostEndForm,
    PostForm,
    TrainingFilterForm,
    TrainingForm,
    TrainingRemoveForm,
)
from assessment.cadres.models import CadrePost, CadrePostQuerySet, Conditions, Training, TrainingQuerySet
from assessment.cadres.queries import (
    Asked,
    Line,
    Shown,
    asked_of,
    cadre_lines,
    own_key,
    people_found,
    people_of_course,
    percent_of,
    posts_of_year,
    show,
    staffing,
    total_of,
)
from assessment.cadres.rules import OFFICER_KEY, is_kept
from assessment.cadres.services import (
    add_cadre_post,
    edit_cadre_post,
    end_cadre_post,
    put_down_conditions,
    record_training,
    remove_training,
)
from dues.units import yuan
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.exports.services import record_export
from members.models import Organization
from members.pages.requests import FORM_METHODS, PageRequest, place_asked_for, try_on_form, workbook
from members.paths import subtree
from members.workbooks.writing import Sheet

ON_A_PAGE, MOST_ROWS = 50, 20_000
KEEP = Capability.KEEP_CADRES
POSTS = CadrePost.objects.select_related("organization", "member")


@requires(KEEP)
@never_cache
@require_safe
def cadre_list(request: PageRequest) -> HttpResponse:
    """Everybody who does party work at the place and below it, and what the place has for it."""
    place, form, asked, rows = _asked(request)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": place,
        "form": form,
        "year": form.of_year,
        "asked": asked,
        "page": page,
        "rows": [show(post, asked.rule) for post in page],
        "staffing": staffing(place, form.of_year, on=request.today),
        "is_committee": place.kind == OrganizationKind.COMMITTEE,
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/cadres/list.html", context)


@requires(KEEP)
@require_safe
def cadre_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, asked, found = _asked(request)
    rows = [show(post, asked.rule) for post in found[:MOST_ROWS]]
    record_export(action="export_cadres", place=place, rows=len(rows), by=request.user)
    sheet = Sheet(_("Posts of party work"), _headings(form.of_year), _cells(rows, asked))
    return workbook(_("Cadres %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}, sheet)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_new(request: PageRequest) -> HttpResponse:
    """Somebody takes up a post. A committee looks for the person first."""
    place, text = place_asked_for(request, KEEP), request.GET.get("q", "").replace("\0", "").strip()[:60]
    people, found = people_found(place, text)
    form = PostForm(request.POST or None, people=people, found=found, today=request.today)
    if form.is_valid():
        post = CadrePost(organization=place, **form.facts())
        if try_on_form(form, lambda: add_cadre_post(post, on=request.today, by=request.user)):
            messages.success(request, _("The post is on record."))
            return redirect(post)
    context = {"form": form, "place": place, "text": text, "found": found, "is_searched": not found or bool(text)}
    return render(request, "assessment/cadres/new.html", context)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct a post; who holds it stays."""
    post = get_in_scope(request, POSTS.all(), pk=key)
    form = PostEditForm(request.POST or None, post=post)
    given: dict[str, Any] = {"post": post, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: edit_cadre_post(values=form.cleaned_data, **given)):
        messages.success(request, _("Corrected."))
        return redirect(post)
    return render(request, "assessment/cadres/edit.html", {"form": form, "post": post})


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_end(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody gives up a post; it stays on record."""
    post = get_in_scope(request, POSTS.all(), pk=key)
    form = PostEndForm(request.POST or None, initial={"valid_until": post.valid_until or request.today})
    given: dict[str, Any] = {"post": post, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: end_cadre_post(until=form.cleaned_data["valid_until"], **given)):
        messages.success(request, _("The post has ended."))
        return redirect(post)
    return render(request, "assessment/cadres/end.html", {"form": form, "post": post})


def list_url(place: Organization, year: int) -> str:
    return f"{reverse('assessment:cadre-list')}?org={place.code}&year={year}"


def _asked(request: PageRequest) -> tuple[Organization, CadreFilterForm, Asked, CadrePostQuerySet]:
    place = place_asked_for(request, KEEP)
    form = CadreFilterForm(request.GET, today=request.today)
    asked = asked_of(OFFICER_KEY, place, form.of_year, on=request.today)
    rows = posts_of_year(place.path, form.of_year).select_related("organization", "member")
    return place, form, asked, form.narrow(rows, asked.rule.number)


def _headings(year: int) -> list[str]:
    return [
        _("Organization"), _("Name"), _("Post"), _("Full-time or part-time"), _("Of the working time, per cent"),
        _("Since"), _("Not held any more since"), _("Class hours in %(year)s") % {"year": year}, _("Hours asked for"),
        _("Certificates"),
    ]  # fmt: skip


def _cells(rows: Iterable[Shown], asked: Asked) -> Iterator[list[object]]:
    for one in rows:
        it = one.post
        yield [
            it.organization.name, it.member.name, it.post, it.get_share_display(), it.percent, it.valid_from,
            it.valid_until, one.hours, asked.rule.number, one.certificates,
        ]  # fmt: skip


COUNT = (KEEP, Capability.VIEW_DASHBOARD)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def conditions_edit(request: PageRequest) -> HttpResponse:
    """Posts, rooms and funds of a year; what is left empty isn't known."""
    place, year = place_asked_for(request, KEEP), _year(request)
    kept = Conditions.objects.filter(organization=place, year=year).first()
    form = ConditionsForm(request.POST or None, kept=kept)
    if form.is_valid():
        given: dict[str, Any] = {"place": place, "year": year, "values": form.cleaned_data}
        if try_on_form(form, lambda: put_down_conditions(on=request.today, by=request.user, **given)):
            messages.success(request, _("Put down."))
            return redirect(list_url(place, year))
    context = {"form": form, "place": place, "year": year, "list_url": list_url(place, year)}
    return render(request, "assessment/cadres/conditions_edit.html", context)


@requires(*COUNT)
@require_safe
def cadre_counts(request: PageRequest) -> HttpResponse:
    """A line for each organization below the place; sums of what is known."""
    place, form, lines = _conditions_asked_for(request)
    year, total = form.of_year, total_of(lines)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "spent_percent": percent_of(total["spent"], total["budget"]),
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total,
        "asked": asked_of(OFFICER_KEY, place, year, on=request.today),
        "may_list": request.user.access.may(KEEP, place.path),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/cadres/counts.html", context)


@requires(*COUNT)
@require_safe
def cadre_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, lines = _conditions_asked_for(request)
    record_export(action="export_cadres", place=place, rows=len(lines), by=request.user)
    headings = [
        _("Organization"), _("Posts planned"), _("Posts held"), _("Posts unfilled"), _("Full-time"), _("Part-time"),
        _("Cadres"), _("With the hours of the year"), _("Rooms"), _("Funds planned, in yuan"),
        _("Funds spent, in yuan"), _("Spent of planned, per cent"),
    ]  # fmt: skip
    name = _("Cadres and conditions counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Cadres and conditions"), headings, _condition_cells(lines)))


def _conditions_asked_for(request: PageRequest) -> tuple[Organization, CadreCountForm, list[Line]]:
    place = place_asked_for(request, *COUNT)
    form = CadreCountForm(request.GET, today=request.today)
    below = Organization.objects.below(place.path).exclude(kind=OrganizationKind.GROUP)
    places = form.narrow(below.standing_on(request.today).in_tree_order())
    lines = cadre_lines(place.path, form.of_year, places, on=request.today)
    return place, form, form.kept(lines)


def _year(request: PageRequest) -> int:
    """This year, the next or one of the last five."""
    written, today = request.GET.get("year", ""), request.today.year
    year = int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else today
    return min(max(year, today - 5), today + 1)


def _condition_cells(lines: Iterable[Line]) -> Iterator[list[object]]:
    for line in lines:
        one = line.counts
        yield [
            line.place.name, one.planned, one.posts, one.unfilled, len(one.full_time), one.part_time, len(one.people),
            len(one.kept), one.rooms, None if one.budget is None else yuan(one.budget),
            None if one.spent is None else yuan(one.spent), one.spent_percent,
        ]  # fmt: skip


TRAININGS = Training.objects.select_related("organization", "member")


@requires(KEEP)
@never_cache
@require_safe
def training_list(request: PageRequest) -> HttpResponse:
    """Who took part in what, newest first; committees read it of the cadres."""
    place, form, rows = _trainings_asked_for(request)
    context = {
        "place": place,
        "form": form,
        "year": form.of_year,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/cadres/training_list.html", context)


@requires(KEEP)
@require_safe
def training_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, found = _trainings_asked_for(request)
    rows = list(found[:MOST_ROWS])
    record_export(action="export_cadres", place=place, rows=len(rows), by=request.user)
    headings = [
        _("Organization"), _("Name"), _("Date of the course"), _("Subject of the course"), _("Class hours"),
        _("Certificate"),
    ]  # fmt: skip
    name = _("Class hours %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Class hours"), headings, _training_cells(rows)))


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_new(request: PageRequest) -> HttpResponse:
    """A course once, with everybody who took part."""
    place = place_asked_for(request, KEEP)
    people = people_of_course(place, on=request.today)
    chosen = {"people": request.GET.getlist("member")}
    form = TrainingForm(request.POST or None, people=people, today=request.today, initial=chosen)
    given: dict[str, Any] = {"place": place, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: record_training(**form.facts(), **given)):
        count = len(form.cleaned_data["people"])
        sentence = ngettext(
            "The course of %(count)s person is on record.", "The course of %(count)s people is on record.", count
        )
        messages.success(request, sentence % {"count": count})
        return redirect(f"{reverse('assessment:training-list')}?org={place.code}")
    context = {"form": form, "place": place, "has_people": people.exists()}
    return render(request, "assessment/cadres/training_new.html", context)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake."""
    training = get_in_scope(request, TRAININGS.all(), pk=key)
    form = TrainingRemoveForm(request.POST or None)
    given: dict[str, Any] = {"training": training, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: remove_training(**form.cleaned_data, **given)):
        messages.success(request, _("Taken out."))
        return redirect(f"{reverse('assessment:training-list')}?org={training.organization.code}")
    return render(request, "assessment/cadres/training_remove.html", {"form": form, "training": training})


@signed_in
@never_cache
@require_safe
def training_mine(request: PageRequest) -> HttpResponse:
    """One's own class hours of the year against the rule, and the posts that one holds."""
    member_id = request.user.access.member_id
    if member_id is None or request.user.member is None:
        raise Http404
    form = TrainingFilterForm(request.GET, today=request.today, is_own=True)
    own = Training.objects.filter(member=member_id)
    posts = list(CadrePost.objects.holding(request.today).filter(member=member_id).select_related("organization"))
    rows = form.narrow(own.select_related("organization"))
    hours = own.in_year(form.of_year).aggregate(total=Sum("hours"))["total"] or Decimal(0)
    place = posts[0].organization if posts else _home(request)
    asked = asked_of(own_key(request.user, posts, on=request.today), place, form.of_year, on=request.today)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "posts": posts, "hours": hours, "asked": asked, "year": form.of_year}
    return render(request, "assessment/cadres/training_mine.html", context | {"kept": is_kept(hours, asked.rule)})


def _home(request: PageRequest) -> Organization:
    """Where the member stands on the roster; whoever is on none is asked by the national rule alone."""
    path = request.user.member.roster_path if request.user.member else ""
    return Organization.objects.filter(path=path).first() or Organization()


def _trainings_asked_for(request: PageRequest) -> tuple[Organization, TrainingFilterForm, TrainingQuerySet]:
    place = place_asked_for(request, KEEP)
    form = TrainingFilterForm(request.GET, today=request.today)
    rows = Training.objects.visible_to(request.user).filter(subtree("organization__path", [place.path]))
    return place, form, form.narrow(rows.select_related("organization", "member"))


def _training_cells(rows: Iterable[Training]) -> Iterator[list[object]]:
    for one in rows:
        yield [one.organization.name, one.member.name, one.held_on, one.subject, one.hours, one.certificate]
