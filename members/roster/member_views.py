"""One member's pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, require_at, requires, signed_in
from members.choices import (
    AffiliationKind,
    Capability,
    ContactKind,
    LeavingReason,
    OfficeKind,
    RowVerdict,
    SituationKind,
)
from members.dates import PartialDate
from members.fields import opened
from members.models.contact import Merge
from members.models.member import Affiliation, Member
from members.pages.forms import ReasonForm
from members.pages.links import member_links
from members.pages.requests import PageRequest, try_on_form
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
    Event,
    Happening,
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


@dataclass(frozen=True)
class Line:
    """As templates/includes/timeline.html shows it."""

    when: str
    icon: str
    title: str
    text: str = ""
    url: str = ""


ICONS = {
    Happening.JOINED: "flag",
    Happening.CONFIRMED: "patch-check",
    Happening.PLACED: "box-arrow-in-right",
    Happening.LEFT: "box-arrow-right",
    Happening.OFFICE_BEGUN: "person-badge",
    Happening.OFFICE_ENDED: "person-badge",
    Happening.SITUATION_BEGUN: "bookmark",
    Happening.SITUATION_ENDED: "check",
    Happening.PERSON_BEGUN: "person-heart",
    Happening.PERSON_ENDED: "person-x",
    Happening.CONTACT: "chat-dots",
    Happening.HELP_ASKED: "life-preserver",
    Happening.HELP_ANSWERED: "check-circle",
    Happening.IMPORTED: "file-earmark-spreadsheet",
}
CONTACT_ICONS = {"visit": "house-heart", "phone": "telephone", "online": "chat-dots", "letter": "envelope"}
PAGES = {
    Happening.CONTACT: "members:contact-edit",
    Happening.HELP_ASKED: "members:help-answer",
    Happening.HELP_ANSWERED: "members:help-answer",
}
"""Where an entry of the contact log is read in full and corrected."""


def lines(events: list[Event], *, may_record: bool) -> list[Line]:
    """The events as a person reads them; with links for those who keep the contact log."""
    return [_line(event, _url(event) if may_record else "") for event in events]


def _line(event: Event, url: str) -> Line:
    title, text = TELL[event.happening](event)
    icon = CONTACT_ICONS.get(event.code, "") if event.happening == Happening.CONTACT else ""
    return Line(_when(event), icon or ICONS[event.happening], title, text, url)


def _when(event: Event) -> str:
    dated = event.happening in (Happening.JOINED, Happening.CONFIRMED)
    return str(PartialDate(event.day, event.code)) if dated else event.day.isoformat()


def _url(event: Event) -> str:
    return reverse(PAGES[event.happening], args=[event.ref]) if event.happening in PAGES else ""


def _placed(event: Event) -> tuple[str, str]:
    if event.code == AffiliationKind.PARTICIPATION:
        return _("Takes part in %(place)s") % {"place": event.text}, ""
    return _("On the roster of %(place)s") % {"place": event.text}, ""


def _left(event: Event) -> tuple[str, str]:
    return _("Left %(place)s") % {"place": event.text}, _label(LeavingReason, event.code)


def _office_begun(event: Event) -> tuple[str, str]:
    return _("Became %(office)s") % {"office": _label(OfficeKind, event.code)}, event.text


def _office_ended(event: Event) -> tuple[str, str]:
    return _("No longer %(office)s") % {"office": _label(OfficeKind, event.code)}, event.text


def _situation_begun(event: Event) -> tuple[str, str]:
    return _("Begins: %(situation)s") % {"situation": _label(SituationKind, event.code)}, event.text


def _situation_ended(event: Event) -> tuple[str, str]:
    return _("Ends: %(situation)s") % {"situation": _label(SituationKind, event.code)}, event.text


def _person_begun(event: Event) -> tuple[str, str]:
    return _("%(name)s looks after the member") % {"name": event.text}, event.code


def _person_ended(event: Event) -> tuple[str, str]:
    return _("%(name)s no longer looks after the member") % {"name": event.text}, event.code


def _contact(event: Event) -> tuple[str, str]:
    return f"{_label(ContactKind, event.code)} · {event.text}", event.words.open()


def _help_asked(event: Event) -> tuple[str, str]:
    return _("Asked for help"), event.words.open()


def _help_answered(event: Event) -> tuple[str, str]:
    return _("Request for help answered"), event.words.open()


def _imported(event: Event) -> tuple[str, str]:
    if event.code == RowVerdict.NEW:
        return _("Taken over from a workbook"), event.text
    return _("Brought up to date from a workbook"), event.text


TELL: dict[Happening, Callable[[Event], tuple[str, str]]] = {
    Happening.JOINED: lambda event: (_("Admitted to the party"), ""),
    Happening.CONFIRMED: lambda event: (_("Became a formal member"), ""),
    Happening.PLACED: _placed,
    Happening.LEFT: _left,
    Happening.OFFICE_BEGUN: _office_begun,
    Happening.OFFICE_ENDED: _office_ended,
    Happening.SITUATION_BEGUN: _situation_begun,
    Happening.SITUATION_ENDED: _situation_ended,
    Happening.PERSON_BEGUN: _person_begun,
    Happening.PERSON_ENDED: _person_ended,
    Happening.CONTACT: _contact,
    Happening.HELP_ASKED: _help_asked,
    Happening.HELP_ANSWERED: _help_answered,
    Happening.IMPORTED: _imported,
}


def _label(choices: type[Enum], code: str) -> str:
    labels: dict[str, Any] = dict(choices.choices)  # type: ignore[attr-defined]
    return str(labels.get(code, code))


LOOKS_SHOWN, LOOKS_ON_A_PAGE = 5, 50
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
        return render(request, "members/roster/member_none.html")
    looks = looks_at(member, start=0, size=LOOKS_SHOWN)
    more = {
        "own": True,
        "private": _opened(member),
        "looks": looks[:LOOKS_SHOWN],
        "has_looks": len(looks) > LOOKS_SHOWN,
    }
    return render(request, "members/roster/member.html", {**_page(request, member), **more})


@signed_in
@never_cache
@require_safe
def member_looks(request: PageRequest) -> HttpResponse:
    """Who looked at one's own private values, when, at which, and why; with the workbooks in which they stand."""
    member = Member.objects.filter(user=request.user.pk).first()
    if member is None:
        return render(request, "members/roster/member_none.html")
    start = _whole(request.GET.get("from", ""))
    looks = looks_at(member, start=start, size=LOOKS_ON_A_PAGE)
    older = start + LOOKS_ON_A_PAGE if len(looks) > LOOKS_ON_A_PAGE else None
    context = {"member": member, "looks": looks[:LOOKS_ON_A_PAGE], "start": start, "older": older}
    return render(request, "members/roster/looks.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def member_create(request: PageRequest) -> HttpResponse:
    """Record a new member of a branch or group."""
    form = NewMemberForm(request.POST or None, user=request.user, on=request.today)
    if form.is_valid():
        stored: list[Member] = []
        if try_on_form(form, lambda: stored.append(_create(request, form))):
            messages.success(request, _("%(name)s is on the roster.") % {"name": stored[0].name})
            return redirect(stored[0])
    empty = not rosters_of(request.user, on=request.today).exists()
    return render(request, "members/roster/member_form.html", {"form": form, "member": None, "no_roster": empty})


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def member_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change a member's facts; an old page doesn't overwrite what somebody else stored since."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = MemberEditForm(request.POST or None, member=member, on=request.today)
    if form.is_valid() and try_on_form(form, lambda: _edit(request, member, form)):
        messages.success(request, _("The changes are stored."))
        return redirect(member)
    return render(request, "members/roster/member_form.html", {"form": form, "member": member})


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
@require_http_methods(["GET", "HEAD", "POST"])
def member_photo_change(request: PageRequest, key: UUID) -> HttpResponse:
    """Upload another picture."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        content = form.cleaned_data["photo"].read()
        if try_on_form(form, lambda: store_photo(member=member, content=content, by=request.user)):
            return redirect(member)
    return render(request, "members/roster/member_photo.html", {"form": form, "member": member})


@requires(Capability.EDIT_ROSTER)
@require_POST
def member_photo_remove(request: PageRequest, key: UUID) -> HttpResponse:
    member = get_in_scope(request, Member.objects.all(), key=key)
    remove_photo(member=member, by=request.user)
    messages.success(request, _("The photo is removed."))
    return redirect(member)


@requires(*MOVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_move(request: PageRequest, key: UUID) -> HttpResponse:
    """To another branch or group whose roster the viewer keeps too; for a committee's staff, to any below it."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = MoveForm(request.POST or None, user=request.user, today=request.today)
    if form.is_valid():
        given = {**form.cleaned_data, "today": request.today, "by": request.user}
        if try_on_form(form, lambda: move_member(member=member, **given)):
            place = form.cleaned_data["organization"]
            messages.success(request, _("%(name)s now belongs to %(place)s.") % {"name": member, "place": place})
            return redirect(member)
    others = movers_above(member, request.user, on=request.today)
    context = {"form": form, "member": member, "others": others, "places": places_of(member)}
    context |= last_steps(member, request.user)
    return render(request, "members/roster/member_move.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def member_leave(request: PageRequest, key: UUID) -> HttpResponse:
    """Off the roster. Addressed by the relation that ends, so that a second click ends nothing else."""
    affiliation = get_in_scope(request, Affiliation.objects.formal().select_related("member", "organization"), key=key)
    because = reason_of_leaving(request.POST.get("because") or request.GET.get("because", ""))
    if because is None:
        return render(
            request, "members/roster/member_leave_why.html", {"member": affiliation.member, "endings": ENDINGS}
        )
    form = LeaveForm(request.POST or None, because=because, today=request.today)
    if form.is_valid():
        given = {**form.facts(), "today": request.today, "by": request.user}
        if try_on_form(form, lambda: leave_roster(affiliation=affiliation, **given)):
            messages.success(request, _("%(name)s is off the roster.") % {"name": affiliation.member})
            return redirect(affiliation.member)
    context = {"form": form, "member": affiliation.member, "because": because}
    return render(request, "members/roster/member_leave.html", {**context, "rule": rule_of(because, request.today)})


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def member_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Undo a wrong move or departure: the relation that ended goes on."""
    affiliation = get_in_scope(request, Affiliation.objects.formal().select_related("member", "organization"), key=key)
    if affiliation.member.roster_path:
        require_at(request, affiliation.member.roster_path)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if try_on_form(form, lambda: take_back_step(affiliation=affiliation, reason=reason, by=request.user)):
            messages.success(
                request, _("Taken back: %(name)s is where they were before.") % {"name": affiliation.member}
            )
            return redirect(affiliation.member)
    return render(
        request,
        "members/roster/member_take_back.html",
        {"form": form, "affiliation": affiliation, "member": affiliation.member},
    )


def _create(request: PageRequest, form: NewMemberForm) -> Member:
    given = form.cleaned_data
    require_at(request, given["organization"].path)
    return create_member(
        key=given["key"],
        organization=given["organization"],
        since=given["since"],
        values=form.values(),
        on=request.today,
        by=request.user,
    )


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
        "links": member_links(member, request.user),
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
