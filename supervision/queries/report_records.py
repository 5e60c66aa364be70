"""The records behind each figure of a report: the same conditions as the figure's, as rows to look at."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from dues.models import Charge, Disclosure, Payment
from meetings.choices import MeetingKind
from meetings.models import Expected, Meeting
from meetings.queries.records import lectures_held
from members.choices import Capability
from members.models import Organization
from rulebook.values import Duty, DutyState
from supervision.queries.record_figures import (
    ATTENDANCE,
    LECTURES_HELD,
    STATES,
    attendances,
    charges,
    disclosures,
    meetings_due,
    payments,
)
from supervision.queries.report_part_rows import PART_SOURCES
from supervision.queries.report_rows import Record, Rows, Source
from supervision.rules.report_figures import MEETING_KINDS

NET = F("amount_fen") - F("waived_fen")


def records(
    key: str, organization: Organization, first: date, last: date, *, on: date
) -> QuerySet[Any] | Sequence[Any]:
    """The rows themselves, in order: to be counted and paged, then `shown`."""
    return SOURCES[key].rows(organization.path, first, last, on)


def own_records(
    key: str, organization: Organization, first: date, last: date, *, on: date
) -> QuerySet[Any] | Sequence[Any]:
    """Those of the organization itself, without what lies below it."""
    rows = records(key, organization, first, last, on=on)
    if isinstance(rows, QuerySet):
        place = SOURCES[key].place
        return rows.filter(**{f"{place}__path": organization.path}) if place else rows.none()
    return [row for row in rows if row.organization == organization.code]


def shown(key: str, rows: Iterable[Any]) -> list[Record]:
    return [SOURCES[key].show(row) for row in rows]


def by_place(key: str, organization: Organization, first: date, last: date, *, on: date) -> list[tuple[str, int]]:
    """For who only counts: each organization with how many of the records are its own, in tree order. Never a text."""
    source, rows = SOURCES[key], records(key, organization, first, last, on=on)
    if not isinstance(rows, QuerySet):
        return _counted(organization, rows)
    if not source.place:
        return [(organization.name, rows.count())]
    how = Count("pk", distinct=True) if source.fen is None else Sum(source.fen)
    name, path = f"{source.place}__name", f"{source.place}__path"
    counted = rows.order_by().values_list(path, name).annotate(sum=how).order_by(path)
    return [(name, count or 0) for _path, name, count in counted]


def _counted(organization: Organization, rows: Sequence[Any]) -> list[tuple[str, int]]:
    found = Counter(row.organization for row in rows)
    places = Organization.objects.below(organization.path).filter(code__in=found).in_tree_order()
    return [(place.name, found[place.code]) for place in places]


def _duties(kind: str, column: str) -> Rows:
    return lambda path, first, last, on: meetings_due(path, first, last, on=on, kind=kind, column=column)


def _attended(condition: Q) -> Rows:
    def rows(path: str, first: date, last: date, on: date) -> QuerySet[Expected]:
        found = attendances(path, first, last).filter(condition).select_related("meeting__organization")
        return found.order_by("meeting__day", "meeting", "pk")

    return rows


def _charges(path: str, first: date, last: date, on: date) -> QuerySet[Charge]:
    return charges(path, first, last).select_related("organization", "member").order_by("month", "pk")


def _payments(path: str, first: date, last: date, on: date) -> QuerySet[Payment]:
    return payments(path, first, last).select_related("organization", "member").in_order()


def _disclosures(path: str, first: date, last: date, on: date) -> QuerySet[Disclosure]:
    return disclosures(path, first, last).select_related("organization").order_by("disclosed_on", "key")


def _show_duty(duty: Duty) -> Record:
    words = {DutyState.DONE: _("Done"), DutyState.OPEN: _("Still open"), DutyState.OVERDUE: _("Overdue")}
    title = f"{MeetingKind(duty.kind).label} {duty.period}"
    url = f"{reverse('meetings:duty-list')}?org={duty.organization}&year={duty.due_on.year}&kind={duty.kind}"
    return Record(title, str(duty.citation), duty.due_on, words[duty.state], url)


def _show_lecture(one: Meeting) -> Record:
    return Record(one.name, one.organization.name, one.day, str(one.get_kind_display()), one.get_absolute_url())


def _show_attendance(one: Expected) -> Record:
    meeting = one.meeting
    title = f"{one.name} · {meeting.name}"
    return Record(title, meeting.organization.name, meeting.day, one.get_state_display(), meeting.get_absolute_url())


def _show_charge(line: Charge) -> Record:
    url = reverse("dues:member-detail", args=[line.member.key])
    fen = line.amount_fen - line.waived_fen
    return Record(line.member.name, line.organization.name, line.month, line.get_kind_display(), url, fen)


def _show_payment(one: Payment) -> Record:
    day, place = one.paid_on, one.organization.name
    return Record(one.member.name, place, day, one.get_kind_display(), one.get_absolute_url(), one.amount_fen)


def _show_disclosure(one: Disclosure) -> Record:
    url = reverse("dues:disclosure-detail", args=[one.pk])
    return Record(str(one.year), one.organization.name, one.disclosed_on, one.get_way_display(), url)


SOURCES: dict[str, Source] = {
    **{
        f"meetings.{kind}_{column}": Source(Capability.COUNT_MEETINGS, _duties(kind, column), _show_duty)
        for kind in MEETING_KINDS
        for column in STATES
    },
    f"meetings.{LECTURES_HELD}": Source(
        Capability.VIEW_MEETINGS, lambda path, first, last, _on: lectures_held(path, first, last), _show_lecture
    ),
    **{
        f"attendance.{name}": Source(
            Capability.VIEW_MEETINGS, _attended(condition), _show_attendance, "meeting__organization"
        )
        for name, condition in {"expected": Q(), **ATTENDANCE}.items()
    },
    "dues.charged": Source(Capability.VIEW_DUES, _charges, _show_charge, fen=NET),
    "dues.paid": Source(Capability.VIEW_DUES, _payments, _show_payment, fen=F("amount_fen")),
    "dues.disclosures": Source(Capability.VIEW_SUPERVISION, _disclosures, _show_disclosure),
    **PART_SOURCES,
}
