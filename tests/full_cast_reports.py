"""Supervision reports: submitted ones of two branches and a committee, and drafts that nobody above reads."""

from typing import TYPE_CHECKING

from members.models import Organization
from supervision.models import Report
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

KEPT = {"on": "2026-10-09", "sections": [], "branches": []}


def reports(full: "FullCast") -> None:
    cast = full.cast
    for name, place, by in (
        ("branch", cast.branch, cast.secretary),
        ("other-branch", cast.other_branch, cast.other_secretary),
        ("district", cast.district, cast.district_staff),
    ):
        days = {"adopted_on": TODAY, "submitted_on": TODAY}
        row = _report(full, name, place, "2026-Q3", state="submitted", figures=KEPT, **days)
        row.steps.create(state="submitted", on=TODAY, by=by)
    for name, place in (("draft", cast.branch), ("next-branch", cast.next_branch)):
        _report(full, name, place, "2026-Q2")


def _report(full: "FullCast", name: str, place: Organization, period: str, **facts: object) -> Report:
    row = Report.objects.create(
        organization=place, period_kind="quarter", period=period, begun_on=TODAY, judgement="还要抓紧", **facts
    )
    full.keep(row, name)
    return row
