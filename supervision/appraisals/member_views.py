"""An appraisal for who is appraised, and about each of them."""

from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import User
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form, try_with_message
from members.pages.steps import Step, Words, form_page
from members.refused import Refused
from members.regulations.queries import in_force_at
from supervision.appraisals.ballot_services import AlreadyVoted, cast_ballot
from supervision.appraisals.forms import BallotForm, FollowUpForm, OpinionForm, SaidForm, TextForm
from supervision.appraisals.lists import marks_in_words
from supervision.appraisals.models import Appraisee, MutualAppraisal
from supervision.appraisals.queries import appraised_by, own_appraisals, own_words, sums_of, writers_without_account
from supervision.appraisals.rules import help_due, shown_result
from supervision.appraisals.services import (
    follow_up,
    give_opinion,
    has_account,
    tell_result,
    write_mutual_appraisal,
    write_self_appraisal,
)
from supervision.appraisals.views import crumbs_of
from supervision.choices import LOWER_GRADES, RoundState


@signed_in
@require_safe
def appraisal_mine(request: PageRequest) -> HttpResponse:
    """One's own appraisals by year, with what waits."""
    lines = [(one, own_words(one)) for one in own_appraisals(request.user)]
    return render(request, "supervision/appraisals/mine.html", {"lines": lines})


@signed_in
@never_cache
@require_safe
def appraisal_own(request: PageRequest, key: UUID) -> HttpResponse:
    """One appraisal of one's own: what is to be done in this step, and the result once it was opened."""
    own = _own(request, key)
    is_told = own.round.state == RoundState.CLOSED and own.told_on is not None
    context: dict[str, Any] = {
        "own": own,
        "round": own.round,
        "steps": RoundState.choices,
        "text": opened(own.self_appraisal),
        "opinion": opened(own.opinion) if is_told else "",
        "is_told": is_told,
        "is_lower": own.grade in LOWER_GRADES,
        "others": _others(own) if own.round.state == RoundState.MUTUAL else [],
        "said": _said_of(own) if own.round.state not in (RoundState.SELF, RoundState.MUTUAL) else [],
    }
    return render(request, "supervision/appraisals/own.html", context)


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def appraisal_text(request: PageRequest, key: UUID) -> HttpResponse:
    """Write one's own self-appraisal."""
    own = _own(request, key)
    form = TextForm(request.POST or None, initial={"text": opened(own.self_appraisal)})
    act = partial(write_self_appraisal, appraisee=own, on=request.today, by=request.user)
    return form_page(request, form, lambda typed: act(text=typed["text"]), _saved(_("Self-appraisal")), **_to_own(own))


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def appraisal_of(request: PageRequest, key: UUID, about: UUID) -> HttpResponse:
    """Say by name what one sees in somebody else."""
    own = _own(request, key)
    other = get_object_or_404(_beside(own), pk=about)
    written = MutualAppraisal.objects.filter(about=other, author=own.member).first()
    form = TextForm(request.POST or None, initial={"text": opened(written.text) if written else ""})
    act = partial(write_mutual_appraisal, about=other, author=own.member, by=request.user)
    step = _saved(_("What I see in %(name)s") % {"name": other.member.name})
    return form_page(request, form, lambda typed: act(text=typed["text"]), step, **_to_own(own))


@signed_in
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(FORM_METHODS)
def appraisal_ballot(request: PageRequest, key: UUID) -> HttpResponse:
    """The ballot: everybody on one page, sent once. Sent again, it says on the own page that it has been counted."""
    own = _own(request, key)
    if own.round.state != RoundState.BALLOT or not own.may_vote_online:
        return redirect("supervision:appraisal-own", key)
    people = list(appraised_by(own.round, own.member_id))
    rest = "rest" in request.POST
    form = BallotForm(None if rest else request.POST or None, people=people, initial=_with_rest(request, people))
    if form.is_valid() and try_on_form(form, lambda: _cast(own, form)):
        return redirect("supervision:appraisal-own", key)
    context = {"own": own, "round": own.round, "form": form, "rest": rest}
    return render(request, "supervision/appraisals/ballot.html", context)


def _with_rest(request: PageRequest, people: list[Appraisee]) -> dict[str, str]:
    """What was marked so far, and for everybody else what the press of a button says; nothing is handed in by that."""
    rest = request.POST.get("rest", "")
    return {str(one.pk): request.POST.get(str(one.pk), rest) for one in people}


@signed_in
@require_POST
def appraisal_result(request: PageRequest, key: UUID) -> HttpResponse:
    """Open one's result; from then on one has been told."""
    with suppress(Refused):  # the own page says where the appraisal stands
        tell_result(appraisee=_own(request, key), on=request.today, by=request.user)
    return redirect("supervision:appraisal-own", key)


@sensitive_variables()
def _cast(own: Appraisee, form: BallotForm) -> None:
    with suppress(AlreadyVoted):  # a double click: it was counted once, and the own page says so
        cast_ballot(round=own.round, member_id=own.member_id, marks=form.marks())


def _own(request: PageRequest, key: UUID) -> Appraisee:
    """The viewer's own row in a round. Raises Http404."""
    own = own_appraisals(request.user).filter(round=key).first()
    if own is None:
        raise Http404
    return own


def _beside(own: Appraisee) -> Any:
    others = Appraisee.objects.filter(round=own.round_id).exclude(pk=own.pk)
    return others.select_related("member", "round").order_by("member__name_key", "pk")


def _others(own: Appraisee) -> list[tuple[Appraisee, bool]]:
    """Everybody else, and whether one has written of them."""
    written = set(
        MutualAppraisal.objects.filter(author=own.member_id, about__round=own.round_id).values_list("about", flat=True)
    )
    return [(one, one.pk in written) for one in _beside(own)]


def _said_of(own: Appraisee) -> list[tuple[str, str]]:
    rows = MutualAppraisal.objects.filter(about=own).select_related("author").order_by("author__name_key", "pk")
    return [(row.author.name, opened(row.text)) for row in rows]


def _saved(heading: Words) -> Step:
    return Step(heading, _("Save it"))


def _to_own(own: Appraisee) -> dict[str, Any]:
    """From a step of one's own back to the own page."""
    here = reverse("supervision:appraisal-own", args=[own.round_id])
    return {"then": here, "crumbs": [(_("My appraisal %(year)s") % {"year": own.round.year}, here)]}


VIEW, RECORD = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION
PEOPLE = Appraisee.objects.select_related("member", "round__organization", "round__opinion_meeting")


@requires(VIEW)
@never_cache
@require_safe
def appraisee_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What the member wrote, what others said, the marks once they are counted, and the opinion."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    return render(request, "supervision/appraisals/person.html", _page_of(one, request.user))


@requires(VIEW)
@never_cache
@require_safe
def appraisee_sheet(request: PageRequest, key: UUID) -> HttpResponse:
    """The appraisal sheet for the file, to print and sign."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    context = _page_of(one, request.user) | {"crumbs": _to_person(one)["crumbs"]}
    return render(request, "supervision/appraisals/sheet.html", context)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_text(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down the self-appraisal of a member without an account."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    form = TextForm(request.POST or None, initial={"text": opened(one.self_appraisal)})
    act = partial(write_self_appraisal, appraisee=one, on=request.today, by=request.user)
    return form_page(
        request, form, lambda typed: act(text=typed["text"]), _saved(_("Self-appraisal")), **_to_person(one)
    )


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_said(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what a member without an account says of this one."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    form = SaidForm(request.POST or None, people=writers_without_account(one))
    act = partial(write_mutual_appraisal, about=one, by=request.user)
    return form_page(request, form, lambda typed: act(**typed), _saved(_("Mutual appraisal")), **_to_person(one))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_opinion(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee's grade and words, with what the ballot said beside them."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    form = OpinionForm(request.POST or None, appraisee=one)
    step = _saved(_("Opinion of the committee"))
    around = _to_person(one) | {"then": one.round}
    return form_page(
        request,
        form,
        lambda _typed: give_opinion(appraisee=one, by=request.user, **form.opinion_given()),
        step,
        **around,
    )


@requires(RECORD)
@require_POST
def appraisee_told(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody has told the member face to face."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    done = _("It is on record that the member was told.")
    try_with_message(request, lambda: tell_result(appraisee=one, on=request.today, by=request.user), str(done))
    return redirect("supervision:appraisee-detail", one.pk)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def appraisee_help(request: PageRequest, key: UUID) -> HttpResponse:
    """What is done to help after a lower grade, by when, and that it was done."""
    one = get_in_scope(request, PEOPLE.all(), pk=key)
    closed_on = one.round.closed_on or request.today
    due_on = help_due(closed_on, local=in_force_at(one.scope_path, on=closed_on))
    form = FollowUpForm(request.POST or None, appraisee=one, due_on=due_on)
    act = partial(follow_up, appraisee=one, on=request.today, by=request.user)
    step = _saved(_("Help after the appraisal"))
    return form_page(request, form, lambda typed: act(values=typed), step, **_to_person(one))


def _page_of(one: Appraisee, user: User) -> dict[str, Any]:
    said = MutualAppraisal.objects.filter(about=one).select_related("author").order_by("author__name_key", "pk")
    return {
        "one": one,
        "round": one.round,
        "self_appraisal": opened(one.self_appraisal),
        "opinion": opened(one.opinion),
        "said": [(row.author, opened(row.text)) for row in said],
        "ballot": _ballot(one) if one.is_graded else "—",
        "crumbs": crumbs_of(one.round),
        "has_account": has_account(one.member),
        "may_record": user.access.may(RECORD, one.scope_path),
    }


def _ballot(one: Appraisee) -> Words:
    return marks_in_words(shown_result(sums_of(one.round).get(one.pk, {})))


def _to_person(one: Appraisee) -> dict[str, Any]:
    """From a step about somebody back to their page; where the opinion is due with what the ballot said."""
    here = reverse("supervision:appraisee-detail", args=[one.pk])
    says = f"{_('Ballot')}: {_ballot(one) if one.is_graded else '—'}" if one.round.state == RoundState.OPINION else ""
    crumbs = [*crumbs_of(one.round), (one.member.name, here)]
    return {"then": here, "crumbs": crumbs, "lead": one.member.name, "notes": [says]}
