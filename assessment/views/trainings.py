"""Class hours: courses of a place, one with several people at once, and one's own year."""

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

from assessment.forms.cadres import TrainingFilterForm, TrainingForm, TrainingRemoveForm
from assessment.models import CadrePost, Training
from assessment.models.cadre import TrainingQuerySet
from assessment.queries.cadres import asked_of, own_key, people_of_course
from assessment.rules.training import is_kept
from assessment.services.cadres import put_cadres_export_on_record, record_training, remove_training
from assessment.views.cadres import KEEP, MOST_ROWS, ON_A_PAGE
from members.downloads import workbook
from members.models import Organization
from members.paths import subtree
from members.places import place_asked_for
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.workbooks.writing import Sheet

TRAININGS = Training.objects.select_related("organization", "member")


@requires(KEEP)
@never_cache
@require_safe
def training_list(request: PageRequest) -> HttpResponse:
    """Who took part in what, newest first; committees read it of the cadres."""
    place, form, rows = _asked(request)
    context = {
        "place": place,
        "form": form,
        "year": form.of_year,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/training_list.html", context)


@requires(KEEP)
@require_safe
def training_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, found = _asked(request)
    rows = list(found[:MOST_ROWS])
    put_cadres_export_on_record(place=place, rows=len(rows), by=request.user)
    headings = [
        _("Organization"), _("Name"), _("Date of the course"), _("Subject of the course"), _("Class hours"),
        _("Certificate"),
    ]  # fmt: skip
    name = _("Class hours %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Class hours"), headings, _cells(rows)))


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_new(request: PageRequest) -> HttpResponse:
    """A course once, with everybody who took part."""
    place = place_asked_for(request, KEEP)
    people = people_of_course(place, on=request.today)
    chosen = {"people": request.GET.getlist("member")}
    form = TrainingForm(request.POST or None, people=people, today=request.today, initial=chosen)
    given: dict[str, Any] = {"place": place, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: record_training(**form.facts(), **given)):
        count = len(form.cleaned_data["people"])
        sentence = ngettext(
            "The course of %(count)s person is on record.", "The course of %(count)s people is on record.", count
        )
        messages.success(request, sentence % {"count": count})
        return redirect(f"{reverse('assessment:training-list')}?org={place.code}")
    context = {"form": form, "place": place, "has_people": people.exists()}
    return render(request, "assessment/training_new.html", context)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake."""
    training = fetch(request, TRAININGS.all(), pk=key)
    form = TrainingRemoveForm(request.POST or None)
    given: dict[str, Any] = {"training": training, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: remove_training(**form.cleaned_data, **given)):
        messages.success(request, _("Taken out."))
        return redirect(f"{reverse('assessment:training-list')}?org={training.organization.code}")
    return render(request, "assessment/training_remove.html", {"form": form, "training": training})


@signed_in
@never_cache
@require_safe
def training_mine(request: PageRequest) -> HttpResponse:
    """One's own class hours of the year against the rule, and the posts that one holds."""
    member_id = request.user.standing.member_id
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
    return render(request, "assessment/training_mine.html", context | {"kept": is_kept(hours, asked.rule)})


def _home(request: PageRequest) -> Organization:
    """Where the member stands on the roster; whoever is on none is asked by the national rule alone."""
    path = request.user.member.roster_path if request.user.member else ""
    return Organization.objects.filter(path=path).first() or Organization()


def _asked(request: PageRequest) -> tuple[Organization, TrainingFilterForm, TrainingQuerySet]:
    place = place_asked_for(request, KEEP)
    form = TrainingFilterForm(request.GET, today=request.today)
    rows = Training.objects.visible_to(request.user).filter(subtree("organization__path", [place.path]))
    return place, form, form.narrow(rows.select_related("organization", "member"))


def _cells(rows: Iterable[Training]) -> Iterator[list[object]]:
    for one in rows:
        yield [one.organization.name, one.member.name, one.held_on, one.subject, one.hours, one.certificate]
