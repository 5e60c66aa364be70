"""One member's pages."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, require_at, requires, signed_in
from members.choices import Capability
from members.dates import to_the_minute
from members.fields import opened
from members.models.contact import Merge
from members.models.member import Affiliation, Member
from members.pages.about_member import member_crumbs
from members.pages.forms import ReasonForm
from members.pages.links import Link, member_links
from members.pages.listing import Listing, Nothing, text
from members.pages.requests import FORM_METHODS, PageRequest
from members.pages.steps import Step, form_page
from members.people import ENDINGS
from members.roster.forms import (
    LeaveForm,
    MemberEditForm,
    MoveForm,
    NewMemberForm,
    PhotoForm,
    reason_of_leaving,
    rosters_of,
    rule_of,
)
from members.roster.member_queries import (
    Look,
    last_steps,
    looks_at,
    member_page,
    movers_above,
    places_of,
    shown_to,
    whereabouts,
)
from members.roster.move_services import leave_roster, move_member, take_back_step
from members.roster.photos import photo_kind, remove_photo, store_photo
from members.roster.services import PRIVATE, Outdated, create_member, edit_member
from members.roster.timeline import lines


def _agreed(look: Look) -> str:
    return _("agreed to by %(name)s") % {"name": look.agreed} if look.agreed else ""


LOOKS_SHOWN, LOOKS_ON_A_PAGE = 5, 50
LOOKS = Listing(
    columns=[
        text("who", _("Who")),
        text("moment", _("Moment"), lambda look: to_the_minute(look.at)),
        text("what", _("Did what"), lambda look: f"{look.what}: {'、'.join(look.fields)}"),
        text("reason", _("Reason"), lambda look: look.reason or None, below=_agreed),
    ],
    phone=["who", "moment", "what", "reason"],
    nothing=Nothing(_("Nobody has looked at them."), "shield-lock"),
    size=LOOKS_ON_A_PAGE,
)
MOVERS = (Capability.EDIT_ROSTER, Capability.IMPORT_ROSTER)
"""Who keeps a roster, and a committee's staff, which may import all of those below it."""


@requires(Capability.VIEW_ROSTER)
@require_safe
def member_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One member's page. Private values are masked; revealing one is a page of its own. Who has left is only shown."""
    member = shown_to(request.user, key)
    require_at(request, whereabouts(member))
    merges = Merge.objects.visible_to(request.user).of(member)
    page = _page(request, member)
    branch = next(iter(page["page"].places), None)
    reads_branch = branch is not None and request.user.access.may(Capability.VIEW_ROSTER, branch.path)
    context = {**page, **_powers(request, member), "merges": merges, "reads_branch": reads_branch}
    return render(request, "members/roster/member.html", context)


@signed_in
@never_cache
@require_safe
def member_me(request: PageRequest) -> HttpResponse:
    """What is on record about oneself, private values included."""
    member = Member.objects.filter(user=request.user.pk).first()
    if member is None:
        return _no_page(request)
    looks = looks_at(member, start=0, size=LOOKS_SHOWN)
    more = {
        "own": True,
        "private": _opened(member),
        "looks": LOOKS.shown(request, looks[:LOOKS_SHOWN]),
        "has_looks": len(looks) > LOOKS_SHOWN,
    }
    return render(request, "members/roster/member.html", {**_page(request, member), **more})


def _no_page(request: PageRequest) -> HttpResponse:
    sentences = [
        _("This log-in doesn't belong to a member on a roster, so there is no page about you."),
        _(
            "That is in order for staff and administrators. If you are a member, ask the administrator of your "
            "committee to connect your log-in with your name on the roster."
        ),
    ]
    nothing = Nothing(" ".join(map(str, sentences)), "person-vcard", _("To the start page"), reverse("reminders:desk"))
    return render(request, "members/pages/page.html", {"title": _("My page"), "nothing": nothing})


@signed_in
@never_cache
@require_safe
def member_looks(request: PageRequest) -> HttpResponse:
    """Who looked at one's own private values, when, at which, and why; with the workbooks in which they stand."""
    member = Member.objects.filter(user=request.user.pk).first()
    if member is None:
        return _no_page(request)
    start = _whole(request.GET.get("from", ""))
    looks = looks_at(member, start=start, size=LOOKS_ON_A_PAGE)
    older = start + LOOKS_ON_A_PAGE if len(looks) > LOOKS_ON_A_PAGE else None
    return LOOKS.shown(request, looks[:LOOKS_ON_A_PAGE]).answer(
        title=_("Who looked at my private values"),
        crumbs=[(member.name, reverse("members:member-me"))],
        lead=_(
            "Your identity number, phone, address and base for dues are shown as dots. Whoever opens them says why, "
            "and it stands here. If a reason surprises you, ask the person, or the branch secretary."
        ),
        prints=False,
        template="members/roster/looks.html",
        more={"start": start, "older": older},
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def member_create(request: PageRequest) -> HttpResponse:
    """Record a new member of a branch or group."""
    title, crumbs = _("Record a new member"), [(_("Roster"), reverse("members:roster-list"))]
    if not rosters_of(request.user, on=request.today).exists():
        sentence = _("There is no branch yet in which a member could be recorded. Ask the committee to set it up.")
        context = {"title": title, "crumbs": crumbs, "nothing": Nothing(sentence, "building-add")}
        return render(request, "members/pages/page.html", context)
    form = NewMemberForm(request.POST or None, user=request.user, on=request.today)
    done = _("%(name)s is on the roster.")
    return form_page(
        request,
        form,
        lambda _typed: _create(request, form),
        Step(title, _("Put on the roster"), lambda member: done % {"name": member.name}),
        lambda member: member,
        crumbs=crumbs,
        template="members/roster/member_form.html",
    )


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def member_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change a member's facts; an old page doesn't overwrite what somebody else stored since."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = MemberEditForm(request.POST or None, member=member, on=request.today)
    return form_page(
        request,
        form,
        lambda _typed: _edit(request, member, form),
        Step(_("Change %(name)s") % {"name": member.name}, _("Store the changes"), _("The changes are stored.")),
        member,
        crumbs=member_crumbs(member),
        template="members/roster/member_form.html",
    )


@signed_in
@require_safe
def member_photo(request: PageRequest, key: UUID) -> FileResponse:
    """The picture, to those who may see the member."""
    member = get_in_scope(request, Member.objects.exclude(photo=""), whereabouts, key=key)
    try:
        file = member.photo.open()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = photo_kind(file.read(16))
    file.seek(0)
    response = FileResponse(file, content_type=f"image/{kind.name.lower()}")
    response["Cache-Control"] = "private, max-age=600"
    return response


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def member_photo_change(request: PageRequest, key: UUID) -> HttpResponse:
    """Upload another picture."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    act = partial(store_photo, member=member, by=request.user)
    return form_page(
        request,
        PhotoForm(request.POST or None, request.FILES or None),
        lambda typed: act(content=typed["photo"].read()),
        Step(_("Photo of %(name)s") % {"name": member.name}, _("Store the photo")),
        member,
        crumbs=member_crumbs(member),
        template="members/roster/member_photo.html",
        more={"member": member},
    )


@requires(Capability.EDIT_ROSTER)
@require_POST
def member_photo_remove(request: PageRequest, key: UUID) -> HttpResponse:
    member = get_in_scope(request, Member.objects.all(), key=key)
    remove_photo(member=member, by=request.user)
    messages.success(request, _("The photo is removed."))
    return redirect(member)


@requires(*MOVERS)
@require_http_methods(FORM_METHODS)
def member_move(request: PageRequest, key: UUID) -> HttpResponse:
    """To another branch or group whose roster the viewer keeps too; for a committee's staff, to any below it."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = MoveForm(request.POST or None, user=request.user, today=request.today)
    places, name = places_of(member), {"name": member.name}
    moved = _("%(name)s now belongs to %(place)s.")
    question = _(
        "From that day on %(name)s stands on the roster of the branch or group you chose, and no more on that of "
        "%(place)s. If it is another branch, that one then takes the dues and calls to the meetings. A mistake can be "
        "taken back."
    )
    step = Step(
        _("Move %(name)s") % name,
        _("Move"),
        lambda _moved: moved % {**name, "place": form.cleaned_data["organization"]},
        question % {**name, "place": " · ".join(map(str, places))},
    )
    act = partial(move_member, member=member, today=request.today, by=request.user)
    others = movers_above(member, request.user, on=request.today)
    return form_page(
        request,
        form,
        lambda typed: act(**typed),
        step,
        member,
        crumbs=member_crumbs(member),
        template="members/roster/member_move.html",
        more={"others": others, "places": places, **last_steps(member, request.user)},
    )


FORMAL = Affiliation.objects.formal().select_related("member", "organization")


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def member_leave(request: PageRequest, key: UUID) -> HttpResponse:
    """Off the roster. Addressed by the relation that ends, so that a second click ends nothing else."""
    affiliation = get_in_scope(request, FORMAL.all(), key=key)
    member = affiliation.member
    title = _("Take %(name)s off the roster") % {"name": member.name}
    because = reason_of_leaving(request.POST.get("because") or request.GET.get("because", ""))
    if because is None:
        return _ask_why(request, member, title)
    form = LeaveForm(request.POST or None, because=because, today=request.today)
    note = _("The member stays on record with everything that was written down, and the step can be taken back.")
    rule = rule_of(because, request.today)
    act = partial(leave_roster, affiliation=affiliation, today=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda _typed: act(**form.facts()),
        Step(title, _("Take off the roster"), _("%(name)s is off the roster.") % {"name": member}),
        member,
        crumbs=member_crumbs(member),
        lead=because.label,
        notice=f"{note} {rule.says} {rule.citation}" if rule else note,
    )


def _ask_why(request: PageRequest, member: Member, title: str) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": member_crumbs(member),
        "lead": _("What happened? Each asks only for the paper that exists for it."),
        "choices": [Link("box-arrow-right", str(one.label), "", f"?because={one.value}") for one in ENDINGS],
        "behind": _("In transfer a member stays on the roster until the other organization has received them."),
        "cancel_url": member.get_absolute_url(),
    }
    return render(request, "members/pages/choose.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(FORM_METHODS)
def member_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Undo a wrong move or departure: the relation that ended goes on."""
    affiliation = get_in_scope(request, FORMAL.all(), key=key)
    member = affiliation.member
    if member.roster_path:
        require_at(request, member.roster_path)
    words = {"name": member.name, "place": affiliation.organization.name, "day": affiliation.valid_until}
    if affiliation.valid_until is None and request.method != "POST":
        sentence = _("The member is on the roster of %(place)s: there is nothing to take back.") % words
        nothing = Nothing(sentence, "check-circle", _("Back to the member"), member.get_absolute_url())
        context = {"title": member.name, "crumbs": member_crumbs(member), "nothing": nothing}
        return render(request, "members/pages/page.html", context)
    lead = _(
        "%(name)s left %(place)s on %(day)s (%(why)s). If that was a mistake, say why: the member is then on that "
        "roster as if it hadn't been."
    )
    act = partial(take_back_step, affiliation=affiliation, by=request.user)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda typed: act(reason=typed["reason"]),
        Step(
            _("Put %(name)s back") % words,
            _("Put back"),
            _("Taken back: %(name)s is where they were before.") % {"name": member},
        ),
        member,
        crumbs=member_crumbs(member),
        cancel=reverse("members:roster-list"),
        lead=lead % {**words, "why": affiliation.get_left_because_display()},
    )


def _create(request: PageRequest, form: NewMemberForm) -> Member:
    given = {name: form.cleaned_data[name] for name in ("key", "organization", "since")}
    require_at(request, given["organization"].path)
    return create_member(values=form.values(), on=request.today, by=request.user, **given)


def _edit(request: PageRequest, member: Member, form: MemberEditForm) -> list[str]:
    given = {name: form.cleaned_data[name] for name in ("version", "reason")}
    try:
        return edit_member(member=member, values=form.values(), on=request.today, by=request.user, **given)
    except Outdated:
        form.renew(Member.objects.get(pk=member.pk))
        raise


def _opened(member: Member) -> dict[str, str]:
    """One's own private values; the dues base, kept in fen, in yuan."""
    private = {field: opened(getattr(member, field)) for field in PRIVATE}
    fen = private["dues_base"]
    return {**private, "dues_base": _("%(yuan)s yuan") % {"yuan": Decimal(fen) / 100} if fen.isdecimal() else fen}


def _page(request: PageRequest, member: Member) -> dict[str, Any]:
    start = _whole(request.GET.get("from", ""))
    page = member_page(member, request.user, start=start, on=request.today)
    may_record = request.user.access.may(Capability.RECORD_CONTACTS, member.roster_path)
    return {
        "member": member,
        "page": page,
        "age": _span(page.age),
        "standing": _span(page.standing),
        "events": lines(page.events, may_record=may_record),
        "start": start,
        "links": member_links(member, request.user, on=request.today),
        "situations": [(one, _since(one.valid_from, request.today)) for one in page.situations],
        "reads_contacts": page.contact_persons or request.user.access.may(Capability.VIEW_CONTACTS, member.roster_path),
    }


def _powers(request: PageRequest, member: Member) -> dict[str, bool]:
    may = request.user.access.may
    return {
        "may_edit": may(Capability.EDIT_ROSTER, member.roster_path),
        "may_move": any(may(one, member.roster_path) for one in MOVERS),
        "may_record": may(Capability.RECORD_CONTACTS, member.roster_path),
        "may_reveal": may(Capability.REVEAL_PRIVATE, member.roster_path),
        "may_take_back": not member.roster_path and may(Capability.EDIT_ROSTER, whereabouts(member)),
    }


def _span(years: tuple[int, int] | None) -> str:
    """One number where the date is known well enough, otherwise both."""
    if years is None:
        return ""
    least, most = years
    return str(most) if least == most else f"{least}–{most}"


def _since(day: date | None, today: date) -> bool:
    """Whether the situation has begun."""
    return day is None or day <= today


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0
