"""The agenda: items, what was said under them, what was decided, and what is to be done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.agenda import ItemForm, MoveForm, NewItemForm, SpeechForm, TaskForm
from meetings.models import AgendaItem, Meeting
from meetings.services import agenda
from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out, told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization")
ITEMS = AgendaItem.objects.select_related("meeting__organization")


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Put an item at the end of the agenda."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = NewItemForm(request.POST)
    if form.is_valid():
        told(request, lambda: agenda.add_item(meeting=meeting, by=request.user, **form.cleaned_data))
    else:
        messages.error(request, _("Type what the item is about, in at most 160 characters."))
    return _to_agenda(meeting)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: PageRequest, key: UUID) -> HttpResponse:
    """Record what was reported and decided; speeches and tasks have their own forms beside it."""
    one = fetch(request, ITEMS.all(), pk=key)
    form = ItemForm(request.POST or None, item=one)
    if form.is_valid() and _edit(request, one, form):
        return _to_agenda(one.meeting)
    return _page(request, one, form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_move(request: PageRequest, key: UUID) -> HttpResponse:
    one = fetch(request, ITEMS.all(), pk=key)
    form = MoveForm(request.POST)
    if form.is_valid():
        told(request, lambda: agenda.move_item(item=one, to=form.cleaned_data["to"], by=request.user))
    return _to_agenda(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def item_remove(request: PageRequest, key: UUID) -> HttpResponse:
    one = fetch(request, ITEMS.all(), pk=key)
    told(request, lambda: agenda.remove_item(item=one, by=request.user))
    return _to_agenda(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def speech_add(request: PageRequest, key: UUID) -> HttpResponse:
    """What somebody said, in points."""
    one = fetch(request, ITEMS.all(), pk=key)
    form = SpeechForm(request.POST)
    if form.is_valid() and told(request, lambda: agenda.add_speech(item=one, by=request.user, **form.cleaned_data)):
        return redirect("meetings:item", key=one.pk)
    return _page(request, one, speech_form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def speech_remove(request: PageRequest, key: UUID, speech: UUID) -> HttpResponse:
    one = fetch(request, ITEMS.all(), pk=key)
    found = get_object_or_404(one.speeches, pk=speech)
    told(request, lambda: agenda.remove_speech(speech=found, by=request.user))
    return redirect("meetings:item", key=one.pk)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_add(request: PageRequest, key: UUID) -> HttpResponse:
    """What somebody is to do after the meeting."""
    one = fetch(request, ITEMS.all(), pk=key)
    form = TaskForm(request.POST, meeting=one.meeting)
    if form.is_valid() and carried_out(form, lambda: agenda.add_task(item=one, by=request.user, **form.cleaned_data)):
        return redirect("meetings:item", key=one.pk)
    return _page(request, one, task_form=form)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_remove(request: PageRequest, key: UUID, task: UUID) -> HttpResponse:
    one = fetch(request, ITEMS.all(), pk=key)
    found = get_object_or_404(one.tasks, pk=task)
    told(request, lambda: agenda.remove_task(task=found, by=request.user))
    return redirect("meetings:item", key=one.pk)


def _page(request: PageRequest, one: AgendaItem, **forms: object) -> HttpResponse:
    context = {
        "item": one,
        "meeting": one.meeting,
        "form": ItemForm(item=one),
        "speech_form": SpeechForm(),
        "task_form": TaskForm(meeting=one.meeting),
        "speeches": list(one.speeches.all()),
        "today": request.today,
        "tasks": list(one.tasks.in_order()),
        **forms,
    }
    return render(request, "meetings/item.html", context)


def _edit(request: PageRequest, one: AgendaItem, form: ItemForm) -> bool:
    return told(request, lambda: agenda.edit_item(item=one, changes=form.changes(), by=request.user))


def _to_agenda(meeting: Meeting) -> HttpResponse:
    return redirect(reverse("meetings:meeting-detail", args=[meeting.pk]) + "#agenda")
