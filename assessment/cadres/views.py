"""Cadres, trainings and conditions."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db.models import Sum
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext_lazy
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
from assessment.cadres.lists import COURSES, LISTING, OWN, PLACES
from assessment.cadres.models import CadrePost, CadrePostQuerySet, Conditions, Training, TrainingQuerySet
from assessment.cadres.queries import (
    CadreCounts,
    YearRule,
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
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Nothing, excel
from members.pages.requests import FORM_METHODS, PageRequest, address, place_asked_for
from members.pages.steps import Button, Crumb, Step, form_page
from members.paths import subtree

MOST_ROWS = 20_000
KEEP = Capability.KEEP_CADRES
POSTS = CadrePost.objects.select_related("organization", "member")
NO_POSTS = _(
    "Nobody is on record here who does party work. Begin with the secretary: since when, and how much of the working "
    "time it takes."
)


@requires(KEEP)
@never_cache
@require_safe
def cadre_list(request: PageRequest) -> HttpResponse:
    """Everybody who does party work at the place and below it, and what the place has for it."""
    place, form, asked, rows = _asked(request)
    new = address("assessment:cadre-new", org=place.code)
    add, is_filtered = _("Add a post"), set(form.changed_data) - {"org", "year"}
    return LISTING.shown(
        request,
        rows,
        form=form,
        lines=lambda posts: [show(post, asked.rule) for post in posts],
        nothing=None if is_filtered else Nothing(NO_POSTS, "person-badge", add, new),
    ).answer(
        title=_("Cadres and conditions"),
        lead=f"{place.name} · {form.of_year}",
        buttons=[
            Button(add, new, "person-plus", primary=True),
            Button(_("Record a course"), address("assessment:training-new", org=place.code), "mortarboard"),
            Button(_("Courses"), address("assessment:training-list", org=place.code, year=form.of_year), "list"),
            place.kind == OrganizationKind.COMMITTEE
            and Button(_("Counts by organization"), address("assessment:cadre-counts", org=place.code), "table"),
            excel(request, reverse("assessment:cadre-export")),
        ],
        template="assessment/cadres/list.html",
        more={
            "place": place,
            "year": form.of_year,
            "asked": asked,
            "staffing": staffing(place, form.of_year, on=request.today),
        },
    )


@requires(KEEP)
@require_safe
def cadre_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, asked, found = _asked(request)
    rows = [show(post, asked.rule) for post in found[:MOST_ROWS]]
    record_export(action="export_cadres", place=place, rows=len(rows), by=request.user)
    name = _("Cadres %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return LISTING.exported(request, rows, file=name, sheet=_("Posts of party work"))


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_new(request: PageRequest) -> HttpResponse:
    """Somebody takes up a post. A committee looks for the person first."""
    place, text = place_asked_for(request, KEEP), request.GET.get("q", "").replace("\0", "").strip()[:60]
    people, found = people_found(place, text)
    form = PostForm(request.POST or None, people=people, found=found, today=request.today)
    return form_page(
        request,
        form,
        lambda _typed: add_cadre_post(CadrePost(organization=place, **form.facts()), on=request.today, by=request.user),
        Step(_("Add a post of party work"), _("Record"), _("The post is on record.")),
        lambda post: post,
        crumbs=[_cadres(list_url(place, request.today.year))],
        lead=place.name,
        template="assessment/cadres/new.html",
        more={"place": place, "text": text, "found": found, "is_searched": not found or bool(text)},
    )


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct a post; who holds it stays."""
    post = get_in_scope(request, POSTS.all(), pk=key)
    form = PostEditForm(request.POST or None, post=post)
    act = partial(edit_cadre_post, post=post, on=request.today, by=request.user)
    step, lead = (
        Step(_("Correct the post"), _("Save"), _("Corrected.")),
        f"{post.member.name} · {post.organization.name}",
    )
    where = [_cadres(post.get_absolute_url())]
    return form_page(request, form, lambda typed: act(values=typed), step, post, crumbs=where, lead=lead)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def cadre_end(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody gives up a post; it stays on record."""
    post = get_in_scope(request, POSTS.all(), pk=key)
    form = PostEndForm(request.POST or None, initial={"valid_until": post.valid_until or request.today})
    act = partial(end_cadre_post, post=post, on=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(until=typed["valid_until"]),
        Step(_("End the post"), _("End the post"), _("The post has ended.")),
        post,
        crumbs=[_cadres(post.get_absolute_url())],
        lead=f"{post.member.name} · {post.post} · {post.organization.name}",
        notes=[_("The post stays on record with its days; somebody else can take it up.")],
    )


def _cadres(url: str) -> Crumb:
    return _("Cadres and conditions"), url


def list_url(place: Organization, year: int) -> str:
    return address("assessment:cadre-list", org=place.code, year=year)


def _asked(request: PageRequest) -> tuple[Organization, CadreFilterForm, YearRule, CadrePostQuerySet]:
    place = place_asked_for(request, KEEP)
    form = CadreFilterForm(request.GET, today=request.today)
    asked = asked_of(OFFICER_KEY, place, form.of_year, on=request.today)
    rows = posts_of_year(place.path, form.of_year).select_related("organization", "member")
    return place, form, asked, form.narrow(rows, asked.rule.number)


COUNT = (KEEP, Capability.VIEW_DASHBOARD)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def conditions_edit(request: PageRequest) -> HttpResponse:
    """Posts, rooms and funds of a year; what is left empty isn't known."""
    place, year = place_asked_for(request, KEEP), _year(request)
    kept = Conditions.objects.filter(organization=place, year=year).first()
    form = ConditionsForm(request.POST or None, kept=kept)
    act = partial(put_down_conditions, place=place, year=year, on=request.today, by=request.user)
    step = Step(_("Conditions of party work in %(year)s") % {"year": year}, _("Save"), _("Put down."))
    url, lead = list_url(place, year), f"{place.name} · {_('What nobody knows stays empty: that is no zero.')}"
    return form_page(request, form, lambda typed: act(values=typed), step, url, crumbs=[_cadres(url)], lead=lead)


@requires(*COUNT)
@require_safe
def cadre_counts(request: PageRequest) -> HttpResponse:
    """A line for each organization below the place; sums of what is known."""
    place, form, lines = _conditions_asked_for(request)
    year, total, may_list = form.of_year, total_of(lines), request.user.access.may(KEEP, place.path)
    return PLACES.shown(
        request,
        lines,
        form=form,
        lines=lambda rows: [replace(one, url=list_url(one.place, year) if may_list else "") for one in rows],
    ).answer(
        title=_("Cadres and conditions by organization"),
        crumbs=[_cadres(list_url(place, year))] if may_list else [],
        lead=f"{place.name} · {year}",
        buttons=[excel(request, reverse("assessment:cadre-counts-export"))],
        template="assessment/cadres/counts.html",
        more={
            "total": total,
            "spent_percent": percent_of(total["spent"], total["budget"]),
            "asked": asked_of(OFFICER_KEY, place, year, on=request.today),
        },
    )


@requires(*COUNT)
@require_safe
def cadre_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, lines = _conditions_asked_for(request)
    record_export(action="export_cadres", place=place, rows=len(lines), by=request.user)
    name = _("Cadres and conditions counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return PLACES.exported(request, lines, file=name, sheet=_("Cadres and conditions"))


def _conditions_asked_for(request: PageRequest) -> tuple[Organization, CadreCountForm, list[CadreCounts]]:
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


TRAININGS = Training.objects.select_related("organization", "member")
NO_COURSES = _("No course of this year is on record. Record one with everybody who took part at once.")


@requires(KEEP)
@never_cache
@require_safe
def training_list(request: PageRequest) -> HttpResponse:
    """Who took part in what, newest first; committees read it of the cadres."""
    place, form, rows = _trainings_asked_for(request)
    new, record = address("assessment:training-new", org=place.code), _("Record a course")
    is_filtered = set(form.changed_data) - {"org"}
    nothing = None if is_filtered else Nothing(NO_COURSES, "mortarboard", record, new)
    return COURSES.shown(request, rows, form=form, nothing=nothing).answer(
        title=_("Courses"),
        crumbs=[_cadres(list_url(place, form.of_year))],
        lead=f"{place.name} · {form.of_year}",
        buttons=[
            Button(record, new, "mortarboard", primary=True),
            excel(request, reverse("assessment:training-export")),
        ],
    )


@requires(KEEP)
@require_safe
def training_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, found = _trainings_asked_for(request)
    rows = list(found[:MOST_ROWS])
    record_export(action="export_cadres", place=place, rows=len(rows), by=request.user)
    name = _("Class hours %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return COURSES.exported(request, rows, file=name, sheet=_("Class hours"))


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_new(request: PageRequest) -> HttpResponse:
    """A course once, with everybody who took part."""
    place = place_asked_for(request, KEEP)
    people = people_of_course(place, on=request.today)
    title, courses = _("Record a course"), _courses(place)
    crumbs = [_cadres(list_url(place, request.today.year)), courses]
    if not people.exists():
        nothing = Nothing(NO_PEOPLE, "person-badge", _("Add a post"), address("assessment:cadre-new", org=place.code))
        return render(request, "members/pages/page.html", {"title": title, "crumbs": crumbs, "nothing": nothing})
    chosen = {"people": request.GET.getlist("member")}
    form = TrainingForm(request.POST or None, people=people, today=request.today, initial=chosen)
    act = partial(record_training, place=place, on=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda _typed: act(**form.facts()),
        Step(title, _("Record"), lambda _new: RECORDED % {"count": len(form.cleaned_data["people"])}),
        courses[1],
        crumbs=crumbs,
        lead=f"{place.name} · {_('Once for everybody who took part: tick them below.')}",
    )


NO_PEOPLE = _("Nobody is on record here yet whose courses could be recorded. Add the posts of party work first.")
RECORDED = ngettext_lazy(
    "The course of %(count)s person is on record.", "The course of %(count)s people is on record.", "count"
)


def _courses(place: Organization) -> Crumb:
    return _("Courses"), address("assessment:training-list", org=place.code)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def training_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what was recorded by mistake."""
    training = get_in_scope(request, TRAININGS.all(), pk=key)
    act, courses = partial(remove_training, training=training, by=request.user), _courses(training.organization)
    question = _("Take these class hours out of the record?")
    step = Step(_("Take a course out"), _("Take out"), _("Taken out."), question, danger=True)
    form, lead = TrainingRemoveForm(request.POST or None), f"{training.member.name} · {training}"
    return form_page(request, form, lambda typed: act(**typed), step, courses[1], crumbs=[courses], lead=lead)


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
    kept = is_kept(hours, asked.rule)
    more = {"posts": posts, "hours": hours, "asked": asked, "year": form.of_year, "kept": kept}
    shown = OWN.shown(request, rows, form=form)
    return shown.answer(
        title=_("My training"), prints=False, template="assessment/cadres/training_mine.html", more=more
    )


def _home(request: PageRequest) -> Organization:
    """Where the member stands on the roster; whoever is on none is asked by the national rule alone."""
    path = request.user.member.roster_path if request.user.member else ""
    return Organization.objects.filter(path=path).first() or Organization()


def _trainings_asked_for(request: PageRequest) -> tuple[Organization, TrainingFilterForm, TrainingQuerySet]:
    place = place_asked_for(request, KEEP)
    form = TrainingFilterForm(request.GET, today=request.today)
    rows = Training.objects.visible_to(request.user).filter(subtree("organization__path", [place.path]))
    return place, form, form.narrow(rows.select_related("organization", "member"))
