"""What the database refuses about supervision reports."""

from datetime import date
from typing import Any

from django.db import models

from supervision.models import Report, ReportStep

DAY = date(2026, 10, 9)
KEPT: dict[str, Any] = {"figures": {"sections": []}, "adopted_on": DAY}


def _report(cast: Any) -> Report:
    return Report.objects.create(organization=cast.branch, period_kind="quarter", period="2026-Q2", begun_on=DAY)


LAWFUL: dict[type[models.Model], Any] = {
    Report: lambda cast: {
        "organization": cast.branch, "period_kind": "quarter", "period": "2026-Q3", "begun_on": DAY,
    },
    ReportStep: lambda cast: {"report": _report(cast), "state": "submitted", "on": DAY, "by": cast.secretary},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Report, "report_state_known", {**KEPT, "state": "burnt", "submitted_on": DAY}),
    (Report, "report_period_known", {"period_kind": "month"}),
    (Report, "report_adopted_keeps_figures", {"state": "adopted"}),
    (Report, "report_adopted_keeps_figures", {**KEPT}),
    (Report, "report_adopted_keeps_figures", {**KEPT, "state": "adopted", "adopted_on": None}),
    (Report, "report_read_was_submitted", {**KEPT, "state": "read"}),
    (Report, "report_read_was_submitted", {**KEPT, "state": "submitted"}),
    (ReportStep, "report_step_state_known", {"state": "burnt"}),
    (ReportStep, "report_step_return_asks_something", {"state": "returned"}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (Report, "report_once_a_period", {}, {"begun_on": date(2026, 10, 10)}),
]
