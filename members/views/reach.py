"""Who is hard to reach: the list, the list to call from, and the workbook."""

from collections.abc import Iterable, Iterator

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability, ContactKind, SituationKind
from members.downloads import workbook
from members.forms.contact import CallListForm, ReachFilterForm
from members.policy import requires
from members.queries.reach import ReachRow, Waiting, waiting_members, with_people
from members.refusals import carried_out
from members.requests import PageRequest
from members.rules.reach import Due, NextContact
from members.services.calls import AT_ONCE, Numbers, open_call_list, put_export_on_record
from members.workbooks.writing import Sheet

ON_A_PAGE = 30


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
        "may_record": Capability.RECORD_CONTACTS in request.user.standing.capabilities,
    }
    return render(request, "members/reach_list.html", context)


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
        carried_out(form, lambda: numbers.update(open_call_list(**given)))
    context = {
        "form": form,
        "lines": [{**_line(row), "numbers": numbers.get(row.member.pk)} for row in rows],
        "opened": bool(numbers),
        "may_reveal": Capability.REVEAL_PRIVATE in request.user.standing.capabilities,
        "query": request.GET.urlencode(),
    }
    return render(request, "members/reach_print.html", context)


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
