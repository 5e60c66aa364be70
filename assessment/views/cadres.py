"""Posts of party work of a place: the list with class hours, taking one up, correcting and ending it."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.cadres import CadreFilterForm, PostEditForm, PostEndForm, PostForm
from assessment.models import CadrePost
from assessment.models.cadre import CadrePostQuerySet
from assessment.queries.cadres import Asked, Shown, asked_of, people_found, posts_of_year, show, staffing
from assessment.rules.training import OFFICER_KEY
from assessment.services.cadres import (
    add_cadre_post,
    edit_cadre_post,
    end_cadre_post,
    put_cadres_export_on_record,
)
from members.choices import Capability, OrganizationKind
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
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
    return render(request, "assessment/cadre_list.html", context)


@requires(KEEP)
@require_safe
def cadre_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, asked, found = _asked(request)
    rows = [show(post, asked.rule) for post in found[:MOST_ROWS]]
    put_cadres_export_on_record(place=place, rows=len(rows), by=request.user)
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
        if carried_out(form, lambda: add_cadre_post(post, on=request.today, by=request.user)):
            messages.success(request, _("The post is on record."))
            return redirect(post)
    context = {"form": form, "place": place, "text": text, "found": found, "is_searched": not found or bool(text)}
    return render(request, "assessment/cadre_new.html", context)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct a post; who holds it stays."""
    post = fetch(request, POSTS.all(), pk=key)
    form = PostEditForm(request.POST or None, post=post)
    given: dict[str, Any] = {"post": post, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: edit_cadre_post(values=form.cleaned_data, **given)):
        messages.success(request, _("Corrected."))
        return redirect(post)
    return render(request, "assessment/cadre_edit.html", {"form": form, "post": post})


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_end(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody gives up a post; it stays on record."""
    post = fetch(request, POSTS.all(), pk=key)
    form = PostEndForm(request.POST or None, initial={"valid_until": post.valid_until or request.today})
    given: dict[str, Any] = {"post": post, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: end_cadre_post(until=form.cleaned_data["valid_until"], **given)):
        messages.success(request, _("The post has ended."))
        return redirect(post)
    return render(request, "assessment/cadre_end.html", {"form": form, "post": post})


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
