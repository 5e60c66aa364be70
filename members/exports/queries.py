"""Exports as jobs, and those that need a second person."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from members.choices import Capability, ExportState
from members.exports.kinds import covered, kinds
from members.models.files import OPEN, Export
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.offices import CAPABILITIES
from members.pages.links import MOST, Job, JobState, Link
from members.pages.queries import called
from members.paths import STEP

WANTED = {Capability.EXPORT_ROSTER, Capability.REVEAL_PRIVATE}
AGREEING = [kind for kind, held in CAPABILITIES.items() if held >= WANTED]
"""The offices that may see private values and take them along."""
MOST_NAMED = 6


def second_persons(covers: Iterable[str], *, asking: User, on: date) -> list[str]:
    """Names of those who may agree, the nearest first: each may see everybody that is asked for. Two queries."""
    paths = list(Organization.objects.filter(code__in=covers).values_list("path", flat=True))
    shared = [path for path in _above(min(paths, default="")) if all(one.startswith(path) for one in paths)]
    offices = Office.objects.holding(on).filter(organization__path__in=shared, kind__in=AGREEING)
    able = Q(user__is_active=True) | Q(member__user__is_active=True)
    found = offices.filter(able).exclude(Q(user=asking) | Q(member__user=asking))
    rows = found.select_related("user__member", "member__user").order_by("-organization__path", "pk")
    return list(dict.fromkeys(_name(office) for office in rows))[:MOST_NAMED]


def waiting_for(user: User) -> list[Export]:
    """What others ask for and the user may agree to, the oldest first."""
    if Capability.REVEAL_PRIVATE not in user.access.capabilities:
        return []
    rows = Export.objects.put_to(user).filter(state=ExportState.PROPOSED).select_related("organization")
    return [one for one in rows.order_by("asked_at")[:20] if may_agree(one, user)]


def may_agree(export: Export, user: User) -> bool:
    """Whether the user's offices, as above, cover everybody who is asked for."""
    return all(covered(export, user.access.paths(capability)) for capability in WANTED)


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user's yes, and what the user may fetch today."""
    if waiting := waiting_for(user):
        count = len(waiting)
        text = ngettext("%(count)s workbook waits for your yes.", "%(count)s workbooks wait for your yes.", count)
        url = reverse("members:export-agree", args=[waiting[0].key])
        yield Link("shield-lock", _("Private values to be taken along"), text % {"count": count}, url)


def _above(path: str) -> list[str]:
    """The path and those above it."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def _name(office: Office) -> str:
    if office.member:
        return office.member.name
    return (office.user.member.name if office.user.member else office.user.get_full_name()) if office.user else ""


EXPORT_STATES = {state: JobState(state.value) for state in ExportState}


def export_jobs(user: User, *, on: date) -> list[Job]:
    """One's own exports, as long as they are kept."""
    rows = Export.objects.visible_to(user).select_related("organization", "asked_by__member")
    return [_export_job(row, user) for row in rows[:MOST]]


def _export_job(row: Export, user: User) -> Job:
    state, kind = ExportState(row.state), kinds()[row.kind]
    is_ready = state == ExportState.DONE and not row.fetched_at
    return Job(
        queue="exports",
        key=str(row.key),
        title=_("Workbook: %(what)s") % {"what": kind.title},
        place=row.organization.name,
        state=EXPORT_STATES[state],
        asked_at=row.asked_at,
        asked_by=called(row.asked_by),
        done=row.done,
        total=row.total,
        problem=row.get_problem_display() if row.problem else "",
        note=_note(row),
        url=kind.address(row),
        file_url=reverse("members:export-file", args=[row.key]) if is_ready else "",
        cancel_url=reverse("members:export-cancel", args=[row.key]) if state in OPEN else "",
        retry_url=reverse("members:export-retry", args=[row.key]) if state == ExportState.FAILED else "",
    )


def _note(row: Export) -> str:
    """What becomes of the file."""
    if row.fetched_at:
        return _("Fetched on %(day)s") % {"day": timezone.localtime(row.fetched_at).date().isoformat()}
    if row.state != ExportState.DONE or not row.expires_at:
        return ""
    if row.needs_agreement:
        until = timezone.localtime(row.expires_at)
        return _("Can be fetched once, until %(moment)s") % {"moment": f"{until:%Y-%m-%d %H:%M}"}
    return _kept_until(row.expires_at)


def _kept_until(moment: datetime) -> str:
    return _("Kept until %(day)s") % {"day": timezone.localtime(moment).date().isoformat()}
