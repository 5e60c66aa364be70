"""Contacts, requests for help, and those who are hard to reach."""

from datetime import date
from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.contacts.forms import (
    AnswerForm,
    ContactCorrectForm,
    ContactPersonForm,
    HelpCorrectForm,
    HelpFilterForm,
    NewContactForm,
    NewContactPersonForm,
    NewHelpForm,
    ReachFilterForm,
)
from members.contacts.lists import HELP, REACH, ReachLine, answer_state
from members.contacts.queries import (
    Waiting,
    help_requests,
    possible_contact_persons,
    said_to_be_lost,
    waiting_members,
    with_people,
)
from members.contacts.rules import ContactUrgency, answer_due
from members.contacts.services import (
    AT_ONCE,
    Numbers,
    answer_help,
    ask_for_help,
    correct_contact,
    correct_contact_person,
    correct_help,
    name_contact_person,
    open_call_list,
    record_contact,
    remove_contact,
    remove_contact_person,
    remove_help,
)
from members.exports.services import record_export
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Member
from members.pages.about_member import member_crumbs, remove_page
from members.pages.forms import CallListForm
from members.pages.listing import excel
from members.pages.requests import FORM_METHODS, PageRequest, address, try_on_form
from members.pages.steps import Button, Crumb, Step, form_page
from members.regulations.queries import in_force_at

CONTACT_PERSONS = ContactPerson.objects.select_related("member", "person")
CONTACTS = Contact.objects.select_related("member")
HELP_REQUESTS = HelpRequest.objects.select_related("member")
STORED, REMOVED = _("The changes are stored."), _("The entry is removed.")


# --- Contact persons --------------------------------------------------------------------------------------------------
@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_person_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Name who looks after a member."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    choices = possible_contact_persons(member, request.user)
    form = NewContactPersonForm(request.POST or None, choices=choices, today=request.today)
    title = _("Who looks after %(name)s") % {"name": member.name}
    act = partial(name_contact_person, member=member, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.facts()),
        Step(title, _("Name as contact person"), _("The contact person is on record.")),
        _origin(request, member),
        crumbs=member_crumbs(member),
        lead=_(
            "Reminders for the member go to this person, and this person is called when the member can't be reached."
        ),
    )


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_person_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """See the phone, correct, end or let it go on."""
    contact_person = get_in_scope(request, CONTACT_PERSONS.all(), pk=key)
    member = contact_person.member
    choices = possible_contact_persons(member, request.user, contact_person.person_id)
    form = ContactPersonForm(request.POST or None, choices=choices, stored=contact_person)
    act = partial(correct_contact_person, contact_person=contact_person, by=request.user)
    return form_page(
        request,
        form,
        lambda _typed: act(values=form.facts()),
        Step(_("Who looks after %(name)s") % {"name": member.name}, _("Store the changes"), STORED),
        member,
        crumbs=member_crumbs(member),
        ways=[_never_true("members:contact-person-remove", key)],
    )


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_person_remove(request: PageRequest, key: UUID) -> HttpResponse:
    entry = get_in_scope(request, CONTACT_PERSONS.all(), pk=key)
    act = partial(remove_contact_person, entry=entry, by=request.user)
    return remove_page(request, entry, lambda reason: act(reason=reason), REMOVED)


# --- The contact log --------------------------------------------------------------------------------------------------
@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_add(request: PageRequest, key: UUID) -> HttpResponse:
    """One step: how, when, who, what was heard, when again, and what is needed."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = NewContactForm(
        request.POST or None,
        today=request.today,
        made_by=request.user.get_full_name(),
        due_on=_answer_due(request, member),
        last=member.contacts.order_by("-happened_on").values_list("kind", flat=True).first(),
    )
    act, name = partial(record_contact, member=member, on=request.today, by=request.user), {"name": member}
    done = _("The contact with %(name)s is on record.") % name
    answer = form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.facts(), help_wanted=form.help_wanted()),
        Step(_("A contact with %(name)s") % name, _("Record the contact"), done),
        _origin(request, member),
        crumbs=member_crumbs(member),
        cancel=_origin(request, member),
    )
    if answer.status_code == HTTPStatus.FOUND:
        _mind_the_lost(request, member)
    return answer


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Read one entry of the log in full, and correct it."""
    contact = get_in_scope(request, CONTACTS.all(), pk=key)
    form = ContactCorrectForm(request.POST or None, contact=contact)
    words = {"name": contact.member.name, "kind": contact.get_kind_display(), "day": contact.happened_on}
    act = partial(correct_contact, contact=contact, on=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda _typed: act(values=form.facts()),
        Step(_("%(name)s: %(kind)s, %(day)s") % words, _("Store the changes"), STORED),
        contact.member,
        crumbs=member_crumbs(contact.member),
        ways=[_never_true("members:contact-remove", key)],
    )


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def contact_remove(request: PageRequest, key: UUID) -> HttpResponse:
    entry = get_in_scope(request, CONTACTS.all(), pk=key)
    act = partial(remove_contact, entry=entry, by=request.user)
    return remove_page(request, entry, lambda reason: act(reason=reason), REMOVED)


# --- Requests for help ------------------------------------------------------------------------------------------------
@requires(Capability.VIEW_CONTACTS)
@require_safe
def help_list(request: PageRequest) -> HttpResponse:
    """Requests for help, those that wait first, the longest waiting at the top."""
    form = HelpFilterForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    found = HELP.shown(request, help_requests(request.user, state=state), form=form)
    return found.answer(title=_("Requests for help"), prints=False)


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def help_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what a member needs; the clock runs."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = NewHelpForm(request.POST or None, today=request.today, due_on=_answer_due(request, member))
    act = partial(ask_for_help, member=member, on=request.today, by=request.user)
    title = _("What %(name)s needs") % {"name": member.name}
    return form_page(
        request,
        form,
        lambda typed: act(key=typed.pop("key"), values=typed),
        Step(title, _("Record the request"), _("The request is on record.")),
        _origin(request, member),
        crumbs=member_crumbs(member),
    )


@requires(Capability.RECORD_CONTACTS)
@require_safe
def help_next(request: PageRequest, key: UUID) -> HttpResponse:
    """On to the member's request that has waited longest, or to all requests where none waits."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    waiting = member.help_requests.unanswered().order_by("due_on", "pk").first()
    return redirect("members:help-answer", waiting.pk) if waiting else redirect("members:help-list")


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def help_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer a request, or correct the answer."""
    one = get_in_scope(request, HELP_REQUESTS.all(), pk=key)
    act = partial(answer_help, help_request=one, on=request.today, by=request.user)
    label = _("Correct the answer") if one.answered_on else _("Answer")
    return form_page(
        request,
        AnswerForm(request.POST or None, help_request=one, today=request.today),
        lambda typed: act(**typed),
        Step(_("%(name)s's request for help") % {"name": one.member.name}, label, _("The answer is on record.")),
        "members:help-list",
        crumbs=member_crumbs(one.member),
        cancel=reverse("members:help-list"),
        facts=[
            (_("What is needed"), one.request.open()),
            (_("Asked on"), one.asked_on),
            (_("Answer by"), one.due_on),
            (_("State"), answer_state(one, request.today)),
        ],
        ways=[(_("Correct"), reverse("members:help-edit", args=[key]))],
    )


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def help_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct a request, or move its day."""
    one = get_in_scope(request, HELP_REQUESTS.all(), pk=key)
    act = partial(correct_help, help_request=one, on=request.today, by=request.user)
    back = reverse("members:help-answer", args=[key])
    return form_page(
        request,
        HelpCorrectForm(request.POST or None, help_request=one),
        lambda typed: act(values=typed),
        Step(_("What %(name)s needs") % {"name": one.member.name}, _("Store the changes"), STORED),
        back,
        crumbs=member_crumbs(one.member),
        cancel=back,
        ways=[_never_true("members:help-remove", key)],
    )


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(FORM_METHODS)
def help_remove(request: PageRequest, key: UUID) -> HttpResponse:
    entry = get_in_scope(request, HELP_REQUESTS.all(), pk=key)
    act = partial(remove_help, entry=entry, by=request.user)
    return remove_page(request, entry, lambda reason: act(reason=reason), REMOVED)


def _never_true(name: str, key: UUID) -> Crumb:
    return _("It was never true: remove it"), reverse(name, args=[key])


def _answer_due(request: PageRequest, member: Member) -> date:
    return answer_due(request.today, local=in_force_at(member.roster_path, on=request.today))


def _origin(request: PageRequest, member: Member) -> str:
    """Where one came from, the list or the desk, else the member."""
    origin = {"reach": reverse("members:reach-list"), "desk": settings.LOGIN_REDIRECT_URL}
    return origin.get(request.GET.get("back", ""), member.get_absolute_url())


def _mind_the_lost(request: PageRequest, member: Member) -> None:
    """Somebody who was lost was reached: that the situation ends is for people to say."""
    if said_to_be_lost(member, on=request.today):
        messages.warning(
            request, _("“Contact lost” is still on record. If the member has been found, end that situation.")
        )


# --- Who is hard to reach ---------------------------------------------------------------------------------------------
@requires(Capability.VIEW_CONTACTS)
@require_safe
def reach_list(request: PageRequest) -> HttpResponse:
    """Retired, away, frail and lost members: the most pressing first."""
    form = ReachFilterForm(request.GET)
    waiting, query = _asked(request, form), request.GET.dict()
    may_record = Capability.RECORD_CONTACTS in request.user.access.capabilities
    found = REACH.shown(
        request,
        waiting,
        form=form,
        lines=lambda rows: [ReachLine(row, may_record) for row in with_people(rows, on=request.today)],
    )
    return found.answer(
        title=_("Hard to reach"),
        lead=_(
            "Retired, living elsewhere, mobile, frail, abroad or lost: those who would otherwise drop out. The most "
            "pressing come first."
        ),
        buttons=waiting
        and [
            Button(_("List to call from"), address("members:reach-print", **query), "telephone"),
            excel(request, reverse("members:reach-export")),
        ],
        prints=False,
        template="members/contacts/reach_list.html",
        more={
            "overdue": sum(one.next.state == ContactUrgency.OVERDUE for one in waiting),
            "never": sum(one.next.state == ContactUrgency.NEVER for one in waiting),
        },
    )


@requires(Capability.VIEW_CONTACTS)
@never_cache
@require_http_methods(FORM_METHODS)
def reach_print(request: PageRequest) -> HttpResponse:
    """The same people in large type with room to write. Phone numbers only after a reason was given, on record."""
    rows = with_people(_asked(request, ReachFilterForm(request.GET))[:AT_ONCE], on=request.today)
    form = CallListForm(request.POST or None)
    numbers: dict[int, Numbers] = {}
    if form.is_valid():
        people = [(row.member, row.contact_persons) for row in rows]
        given = {"people": people, "now": timezone.now(), "by": request.user, **form.cleaned_data}
        try_on_form(form, lambda: numbers.update(open_call_list(**given)))
    context = {
        "form": form,
        "lines": [ReachLine(row, numbers=numbers.get(row.member.pk)) for row in rows],
        "opened": bool(numbers),
        "may_reveal": Capability.REVEAL_PRIVATE in request.user.access.capabilities,
        "query": request.GET.urlencode(),
    }
    return render(request, "members/contacts/reach_print.html", context)


@requires(Capability.VIEW_CONTACTS)
@require_safe
def reach_export(request: PageRequest) -> FileResponse:
    """The list as a workbook: no phone number, no note. That it was taken is on record."""
    rows = with_people(_asked(request, ReachFilterForm(request.GET)), on=request.today)
    record_export(action="export_reach", rows=len(rows), by=request.user)
    name = _("Hard to reach %(day)s.xlsx") % {"day": request.today.isoformat()}
    return REACH.exported(request, map(ReachLine, rows), file=name, sheet=_("Hard to reach"))


def _asked(request: PageRequest, form: ReachFilterForm) -> list[Waiting]:
    """What the address asks for; a filter that can't be read asks for nothing."""
    form.is_valid()
    given = form.cleaned_data
    return waiting_members(
        request.user,
        on=request.today,
        text=given.get("q", ""),
        situation=given.get("situation", ""),
        due=given.get("due", ""),
    )
