"""Tasks of decisions: the list, one task with its end, and opening one again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.agenda import ReopenForm, TaskEndForm, TaskFilterForm
from meetings.models import Task
from meetings.queries.tasks import may_end, places_with_tasks, tasks_shown
from meetings.services.tasks import End, end_task, reopen_task
from members.choices import Capability
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out, told
from members.requests import PageRequest

PAGE_SIZE = 30
TASKS = Task.objects.with_place()


@requires(Capability.VIEW_MEETINGS)
@require_safe
def task_list(request: PageRequest) -> HttpResponse:
    """The tasks of one's branches: open, overdue, or ended."""
    form = TaskFilterForm(request.GET or None, places=places_with_tasks(request.user))
    given = form.cleaned_data if form.is_valid() else {}
    page = Paginator(tasks_shown(request.user, given, on=request.today), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "meetings/task_list.html", {"form": form, "page": page, "today": request.today})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: PageRequest, key: UUID) -> HttpResponse:
    """One task; its owner and who records the meetings close it by its record."""
    one = fetch(request, TASKS.all(), pk=key)
    may_close = may_end(one, request.user)
    form = TaskEndForm(request.POST or None, task=one, user=request.user, initial={"done_on": request.today})
    if request.method == "POST" and not may_close:
        raise PermissionDenied(_("Its owner or the branch's officers close this task."))
    if form.is_valid():
        end = End(**form.cleaned_data)
        if carried_out(form, lambda: end_task(task=one, end=end, today=request.today, by=request.user)):
            messages.success(request, _("The task is closed."))
            return redirect(one)
    may_record = request.user.standing.may(Capability.RECORD_MEETINGS, one.scope_path)
    may_read = request.user.standing.may(Capability.VIEW_MEETINGS, one.scope_path)
    context = {"task": one, "form": form, "reopen_form": ReopenForm(), "today": request.today}
    context |= {"may_close": may_close, "may_record": may_record, "may_read": may_read}
    return render(request, "meetings/task.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def task_reopen(request: PageRequest, key: UUID) -> HttpResponse:
    """Open a task again that was closed by mistake."""
    one = fetch(request, TASKS.all(), pk=key)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the task is opened again."))
    else:
        told(request, lambda: reopen_task(task=one, by=request.user, **form.cleaned_data), _("The task is open again."))
    return redirect(one)
