"""The agenda, tasks, material, observers and the photographed sheet of a meeting."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.files import send_file
from meetings.meeting import services
from meetings.meeting.crumbs import trail
from meetings.meeting.forms import (
    ItemForm,
    MaterialForm,
    MoveForm,
    NewItemForm,
    ObserverForm,
    ReopenForm,
    SheetForm,
    SpeechForm,
    TaskEndForm,
    TaskFilterForm,
    TaskForm,
)
from meetings.meeting.models import AgendaItem, Material, Meeting, Task
from meetings.meeting.queries import may_end, places_with_tasks, speakers_of, tasks_shown
from meetings.meeting.services import (
    End,
    add_material,
    add_observer,
    attach_sheet,
    end_task,
    remove_material,
    remove_observer,
    reopen_task,
)
from meetings.templatetags.meetings import task_badges
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.pages.listing import Listing, Nothing, badges, day, linked, text
from members.pages.requests import PageRequest, try_on_form, try_with_message
from members.pages.steps import Step, form_page

MEETINGS = Meeting.objects.select_related("organization")
ITEMS = AgendaItem.objects.select_related("meeting__organization")


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Put an item at the end of the agenda."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = NewItemForm(request.POST)
    if form.is_valid():
        try_with_message(request, lambda: services.add_item(meeting=meeting, by=request.user, **form.cleaned_data))
    else:
        messages.error(request, _("Type what the item is about, in at most 160 characters."))
    return _to_agenda(meeting)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: PageRequest, key: UUID) -> HttpResponse:
    """Record what was reported and decided; speeches and tasks have their own forms beside it."""
    one = get_in_scope(request, ITEMS.all(), pk=key)
    form = ItemForm(request.POST or None, item=one)
    if form.is_valid() and _edit(request, one, form):
        return _to_agenda(one.meeting)
    return _page(request, one, form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_move(request: PageRequest, key: UUID) -> HttpResponse:
    one = get_in_scope(request, ITEMS.all(), pk=key)
    form = MoveForm(request.POST)
    if form.is_valid():
        try_with_message(request, lambda: services.move_item(item=one, to=form.cleaned_data["to"], by=request.user))
    return _to_agenda(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_remove(request: PageRequest, key: UUID) -> HttpResponse:
    one = get_in_scope(request, ITEMS.all(), pk=key)
    try_with_message(request, lambda: services.remove_item(item=one, by=request.user))
    return _to_agenda(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def speech_add(request: PageRequest, key: UUID) -> HttpResponse:
    """What somebody said, in points."""
    one = get_in_scope(request, ITEMS.all(), pk=key)
    form = SpeechForm(request.POST)
    if form.is_valid() and try_with_message(
        request, lambda: services.add_speech(item=one, by=request.user, **form.cleaned_data)
    ):
        return redirect("meetings:item", key=one.pk)
    return _page(request, one, speech_form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def speech_remove(request: PageRequest, key: UUID, speech: UUID) -> HttpResponse:
    one = get_in_scope(request, ITEMS.all(), pk=key)
    found = get_object_or_404(one.speeches, pk=speech)
    try_with_message(request, lambda: services.remove_speech(speech=found, by=request.user))
    return redirect("meetings:item", key=one.pk)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_add(request: PageRequest, key: UUID) -> HttpResponse:
    """What somebody is to do after the meeting."""
    one = get_in_scope(request, ITEMS.all(), pk=key)
    form = TaskForm(request.POST, meeting=one.meeting)
    if form.is_valid() and try_on_form(form, lambda: services.add_task(item=one, by=request.user, **form.cleaned_data)):
        return redirect("meetings:item", key=one.pk)
    return _page(request, one, task_form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_remove(request: PageRequest, key: UUID, task: UUID) -> HttpResponse:
    one = get_in_scope(request, ITEMS.all(), pk=key)
    found = get_object_or_404(one.tasks, pk=task)
    try_with_message(request, lambda: services.remove_task(task=found, by=request.user))
    return redirect("meetings:item", key=one.pk)


def _page(request: PageRequest, one: AgendaItem, **forms: object) -> HttpResponse:
    context = {
        "item": one,
        "meeting": one.meeting,
        "form": ItemForm(item=one),
        "speech_form": SpeechForm(),
        "task_form": TaskForm(meeting=one.meeting),
        "speeches": list(one.speeches.all()),
        "speakers": speakers_of(one.meeting),
        "today": request.today,
        "tasks": list(one.tasks.in_order()),
        **forms,
    }
    return render(request, "meetings/meeting/item.html", context)


def _edit(request: PageRequest, one: AgendaItem, form: ItemForm) -> bool:
    return try_with_message(request, lambda: services.edit_item(item=one, changes=form.changes(), by=request.user))


def _to_agenda(meeting: Meeting) -> HttpResponse:
    return redirect(reverse("meetings:meeting-detail", args=[meeting.pk]) + "#agenda")


MATERIALS = Material.objects.select_related("meeting__organization")


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def material_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A text or a file to read for the meeting."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = MaterialForm(request.POST or None, request.FILES or None)
    step, lead = Step(_("Add material"), _("Add it")), _("PDF, Word or a picture.")
    act = partial(add_material, meeting=meeting, by=request.user)
    return form_page(
        request, form, lambda typed: act(key=typed["key"], handout=form.handout()), step, meeting,
        crumbs=trail(request, meeting), lead=lead,
    )  # fmt: skip


@signed_in
@require_safe
def material(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The text, or the file itself."""
    one = get_in_scope(request, MATERIALS.all(), pk=key)
    if one.text and "file" not in request.GET:
        return render(request, "meetings/meeting/material.html", {"material": one, "meeting": one.meeting})
    return send_file(one.file, one.title)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def material_remove(request: PageRequest, key: UUID) -> HttpResponse:
    one = get_in_scope(request, MATERIALS.all(), pk=key)
    remove_material(material=one, by=request.user)
    messages.success(request, _("The material is removed."))
    return redirect(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_attach(request: PageRequest, key: UUID) -> HttpResponse:
    """Keep a photograph of the sheet that people signed."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = SheetForm(request.POST or None, request.FILES or None)
    lead = _("A photograph as JPEG or PNG, at most 10 MB. Where and when it was taken is removed from it.")
    step = Step(_("Attach the signed sheet"), _("Attach it"))
    act = partial(attach_sheet, meeting=meeting, by=request.user)
    return form_page(
        request, form, lambda _typed: act(content=form.content()), step, meeting,
        crumbs=trail(request, meeting), lead=lead,
    )  # fmt: skip


@requires(Capability.VIEW_MEETINGS)
@require_safe
def sheet(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The photographed sheet."""
    meeting = get_in_scope(request, MEETINGS.exclude(sheet=""), pk=key)
    return send_file(meeting.sheet, str(meeting))


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def observer_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A guest, or a leader from above."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = ObserverForm(request.POST or None, meeting=meeting)
    lead = _("Whoever is a member has this counted in the branch they belong to.")
    act = partial(add_observer, meeting=meeting, by=request.user)
    step = Step(_("Add an observer"), _("Add"))
    return form_page(
        request, form, lambda typed: act(**typed), step, meeting, crumbs=trail(request, meeting), lead=lead
    )


@requires(Capability.RECORD_MEETINGS)
@require_POST
def observer_remove(request: PageRequest, key: UUID, observer: UUID) -> HttpResponse:
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    found = get_object_or_404(meeting.observers, pk=observer)
    try_with_message(request, lambda: remove_observer(observer=found, by=request.user))
    return redirect(meeting)


TASKS = Task.objects.with_place()
TASK_LIST = Listing(
    columns=[
        linked("what", _("Task")),
        text("who", _("Responsible")),
        day("due_on", _("To be done by")),
        badges("state", _("State"), task_badges),
        text(
            "meeting",
            _("Given by"),
            lambda task: str(task.item.meeting),
            below=lambda task: str(task.item.meeting.organization),
        ),
    ],
    phone=["what", "state", "who", "due_on", "meeting"],
    nothing=Nothing(_("No task here. Tasks are given under an item of a meeting's agenda."), "list-check"),
)


@requires(Capability.VIEW_MEETINGS)
@require_safe
def task_list(request: PageRequest) -> HttpResponse:
    """The tasks of one's branches: open, overdue, or ended."""
    form = TaskFilterForm(request.GET or None, places=places_with_tasks(request.user))
    given = form.cleaned_data if form.is_valid() else {}
    return TASK_LIST.shown(request, tasks_shown(request.user, given, on=request.today), form=form).answer(
        title=_("Tasks of decisions"), crumbs=[(_("Meetings"), reverse("meetings:meeting-list"))], prints=False
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: PageRequest, key: UUID) -> HttpResponse:
    """One task; its owner and who records the meetings close it by its record."""
    one = get_in_scope(request, TASKS.all(), pk=key)
    may_close = may_end(one, request.user)
    form = TaskEndForm(request.POST or None, task=one, user=request.user, initial={"done_on": request.today})
    if request.method == "POST" and not may_close:
        raise PermissionDenied(_("Its owner or the branch's officers close this task."))
    may_read = request.user.access.may(Capability.VIEW_MEETINGS, one.scope_path)
    tasks = (_("Tasks of decisions"), reverse("meetings:task-list"))
    act = partial(end_task, task=one, today=request.today, by=request.user)
    return form_page(
        request, form, lambda typed: act(end=End(**typed)),
        Step(one.what, _("Close the task"), _("The task is closed.")), one,
        crumbs=[tasks if may_read else (_("My meetings"), reverse("meetings:mine"))],
        template="meetings/meeting/task.html",
        more={
            "task": one, "reopen_form": ReopenForm(), "today": request.today, "may_close": may_close,
            "may_record": request.user.access.may(Capability.RECORD_MEETINGS, one.scope_path), "may_read": may_read,
        },
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_reopen(request: PageRequest, key: UUID) -> HttpResponse:
    """Open a task again that was closed by mistake."""
    one = get_in_scope(request, TASKS.all(), pk=key)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the task is opened again."))
    else:
        try_with_message(
            request, lambda: reopen_task(task=one, by=request.user, **form.cleaned_data), _("The task is open again.")
        )
    return redirect(one)
