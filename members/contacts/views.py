"""Contacts, requests for help, and those who are hard to reach."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, requires
from members.choices import Capability, ContactKind, SituationKind
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
from members.contacts.queries import (
    ReachRow,
    Waiting,
    help_requests,
    possible_contact_persons,
    said_to_be_lost,
    waiting_members,
    with_people,
)
from members.contacts.rules import Due, NextContact, answer_due
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
    put_export_on_record,
    record_contact,
    remove_contact,
    remove_contact_person,
    remove_help,
)
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Member
from members.pages.forms import CallListForm, ReasonForm
from members.pages.requests import PageRequest, try_on_form, workbook
from members.regulations.queries import in_force_at
from members.workbooks.writing import Sheet

CONTACT_PERSONS = ContactPerson.objects.select_related("member", "person")
CONTACTS = Contact.objects.select_related("member")
HELP_REQUESTS = HelpRequest.objects.select_related("member")
ON_A_PAGE = 30


# --- Contact persons --------------------------------------------------------------------------------------------------
@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_person_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Name who looks after a member."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    form = NewContactPersonForm(
        request.POST or None, choices=possible_contact_persons(member, request.user), today=request.today
    )  # fmt: skip
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "values": form.facts()}
        if try_on_form(form, lambda: name_contact_person(member=member, by=request.user, **given)):
            messages.success(request, _("The contact person is on record."))
            return _back(request, member)
    return render(request, "members/contacts/contact_person_add.html", {"form": form, "member": member})


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_person_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """See the phone, correct, end or let it go on."""
    contact_person = get_in_scope(request, CONTACT_PERSONS.all(), pk=key)
    member = contact_person.member
    choices = possible_contact_persons(member, request.user, contact_person.person_id)
    form = ContactPersonForm(request.POST or None, choices=choices, stored=contact_person)
    if form.is_valid():
        facts = form.facts()
        if try_on_form(
            form, lambda: correct_contact_person(contact_person=contact_person, values=facts, by=request.user)
        ):
            messages.success(request, _("The changes are stored."))
            return redirect(member)
    context = {"form": form, "member": member, "contact_person": contact_person}
    return render(request, "members/contacts/contact_person_edit.html", context)


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_person_remove(request: PageRequest, key: UUID) -> HttpResponse:
    return _remove(request, get_in_scope(request, CONTACT_PERSONS.all(), pk=key), remove_contact_person)


# --- The contact log --------------------------------------------------------------------------------------------------
@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_add(request: PageRequest, key: UUID) -> HttpResponse:
    """One step: how, when, who, what was heard, when again, and what is needed."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    due_on = answer_due(request.today, local=in_force_at(member.roster_path, on=request.today))
    form = NewContactForm(
        request.POST or None, today=request.today, made_by=request.user.get_full_name(), due_on=due_on
    )  # fmt: skip
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "values": form.facts(), "help_wanted": form.help_wanted()}
        if try_on_form(form, lambda: record_contact(member=member, on=request.today, by=request.user, **given)):
            messages.success(request, _("The contact with %(name)s is on record.") % {"name": member})
            _mind_the_lost(request, member)
            return _back(request, member)
    return render(request, "members/contacts/contact_add.html", {"form": form, "member": member})


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Read one entry of the log in full, and correct it."""
    contact = get_in_scope(request, CONTACTS.all(), pk=key)
    form = ContactCorrectForm(request.POST or None, contact=contact)
    if form.is_valid():
        facts = form.facts()
        if try_on_form(
            form, lambda: correct_contact(contact=contact, values=facts, on=request.today, by=request.user)
        ):  # fmt: skip
            messages.success(request, _("The changes are stored."))
            return redirect(contact.member)
    context = {"form": form, "member": contact.member, "contact": contact}
    return render(request, "members/contacts/contact_edit.html", context)


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_remove(request: PageRequest, key: UUID) -> HttpResponse:
    return _remove(request, get_in_scope(request, CONTACTS.all(), pk=key), remove_contact)


# --- Requests for help ------------------------------------------------------------------------------------------------
@requires(Capability.VIEW_CONTACTS)
@require_safe
def help_list(request: PageRequest) -> HttpResponse:
    """Requests for help, those that wait first, the longest waiting at the top."""
    form = HelpFilterForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = Paginator(help_requests(request.user, state=state), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/contacts/help_list.html", {"form": form, "page": page, "today": request.today})


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def help_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what a member needs; the clock runs."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    due_on = answer_due(request.today, local=in_force_at(member.roster_path, on=request.today))
    form = NewHelpForm(request.POST or None, today=request.today, due_on=due_on)
    if form.is_valid():
        values = dict(form.cleaned_data)
        given = values.pop("key")
        if try_on_form(
            form, lambda: ask_for_help(key=given, member=member, values=values, on=request.today, by=request.user)
        ):
            messages.success(request, _("The request is on record."))
            return _back(request, member)
    return render(request, "members/contacts/help_add.html", {"form": form, "member": member})


@requires(Capability.RECORD_CONTACTS)
@require_safe
def help_next(request: PageRequest, key: UUID) -> HttpResponse:
    """On to the member's request that has waited longest, or to all requests where none waits."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    waiting = member.help_requests.unanswered().order_by("due_on", "pk").first()
    return redirect("members:help-answer", waiting.pk) if waiting else redirect("members:help-list")


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def help_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer a request, or correct the answer."""
    help_request = get_in_scope(request, HELP_REQUESTS.all(), pk=key)
    form = AnswerForm(request.POST or None, help_request=help_request, today=request.today)
    if form.is_valid():
        given = {**form.cleaned_data, "on": request.today, "by": request.user}
        if try_on_form(form, lambda: answer_help(help_request=help_request, **given)):
            messages.success(request, _("The answer is on record."))
            return redirect("members:help-list")
    context = {"form": form, "member": help_request.member, "help_request": help_request, "today": request.today}
    return render(request, "members/contacts/help_answer.html", context)


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def help_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct a request, or move its day."""
    help_request = get_in_scope(request, HELP_REQUESTS.all(), pk=key)
    form = HelpCorrectForm(request.POST or None, help_request=help_request)
    if form.is_valid():
        given: dict[str, Any] = {"values": form.cleaned_data, "on": request.today, "by": request.user}
        if try_on_form(form, lambda: correct_help(help_request=help_request, **given)):
            messages.success(request, _("The changes are stored."))
            return redirect("members:help-answer", help_request.key)
    context = {"form": form, "member": help_request.member, "help_request": help_request}
    return render(request, "members/contacts/help_edit.html", context)


@requires(Capability.RECORD_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def help_remove(request: PageRequest, key: UUID) -> HttpResponse:
    return _remove(request, get_in_scope(request, HELP_REQUESTS.all(), pk=key), remove_help)


def _remove(request: PageRequest, entry: Any, remove: Callable[..., None]) -> HttpResponse:
    """Ask why, then delete what was written down by mistake."""
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        remove(entry=entry, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The entry is removed."))
        return redirect(entry.member)
    return render(
        request, "members/roster/member_remove.html", {"form": form, "member": entry.member, "what": str(entry)}
    )


def _back(request: PageRequest, member: Member) -> HttpResponse:
    """To where one came from, the list or the desk, else to the member."""
    origin = {"reach": reverse("members:reach-list"), "desk": settings.LOGIN_REDIRECT_URL}
    return redirect(origin.get(request.GET.get("back", ""), member.get_absolute_url()))


def _mind_the_lost(request: PageRequest, member: Member) -> None:
    """Somebody who was lost was reached: that the situation ends is for people to say."""
    if said_to_be_lost(member, on=request.today):
        messages.warning(
            request, _("“Contact lost” is still on record. If the member has been found, end that situation.")
        )


@requires(Capability.VIEW_CONTACTS)
@require_safe
def reach_list(request: PageRequest) -> HttpResponse:
    """Retired, away, frail and lost members: the most pressing first."""
    form = ReachFilterForm(request.GET)
    waiting = _asked(request, form)
    page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [_line(row) for row in with_people(list(page.object_list), on=request.today)],
        "overdue": sum(one.next.state == Due.OVERDUE for one in waiting),
        "never": sum(one.next.state == Due.NEVER for one in waiting),
        "narrowed": any(form.data.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
        "may_record": Capability.RECORD_CONTACTS in request.user.access.capabilities,
    }
    return render(request, "members/contacts/reach_list.html", context)


@requires(Capability.VIEW_CONTACTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
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
        "lines": [{**_line(row), "numbers": numbers.get(row.member.pk)} for row in rows],
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
    put_export_on_record(rows=len(rows), by=request.user)
    name = _("Hard to reach %(day)s.xlsx") % {"day": request.today.isoformat()}
    return workbook(name, Sheet(_("Hard to reach"), _headings(), _cells(rows)))


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


def _line(row: ReachRow) -> dict[str, object]:
    waiting = row.waiting
    return {
        "row": row,
        "member": row.member,
        "situations": [SituationKind(kind).label for kind in waiting.situations],
        "last_kind": ContactKind(waiting.last_kind).label if waiting.last_kind else "",
        "why": why(waiting.next),
        "lost_for_long": waiting.silence if waiting.silence else None,
    }


def why(due: NextContact) -> str:
    """Why the next contact is due then, in words."""
    if due.agreed:
        return _("agreed at the last contact")
    if due.rule is None:
        return ""
    every = ngettext("every %(count)s month", "every %(count)s months", due.rule.whole) % {"count": due.rule.whole}
    return f"{every} · {due.citation}"


def _headings() -> list[str]:
    return [
        _("Name"), _("Situation"), _("Place"), _("Contact person"), _("Last contact"), _("How"), _("Next contact by"),
        _("Why"), _("State"), _("Open requests for help"),
    ]  # fmt: skip


def _cells(rows: Iterable[ReachRow]) -> Iterator[list[object]]:
    states = {Due.OVERDUE: _("Overdue"), Due.NEVER: _("No contact on record"), Due.SOON: _("Within two weeks")}
    for row in rows:
        line, waiting = _line(row), row.waiting
        yield [
            row.member.name,
            "、".join(str(SituationKind(kind).label) for kind in waiting.situations),
            waiting.places,
            "、".join(str(person) for person in row.contact_persons),
            waiting.last.on if waiting.last else None,
            line["last_kind"],
            waiting.next.due_on,
            line["why"],
            states.get(waiting.next.state, ""),
            row.open_requests,
        ]
