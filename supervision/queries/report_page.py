"""All that a report's page shows."""

from collections import Counter
from datetime import date
from typing import Any

from members.choices import Capability
from members.models import User
from rulebook.book import rule
from supervision.choices import ReportState
from supervision.models import Report
from supervision.queries.report_access import side_of
from supervision.queries.report_figures import ABOVE, composed, period_of
from supervision.queries.report_states import Stands
from supervision.rules.report_periods import REPORTS_KEY
from supervision.rules.report_steps import Act, acts


def report_page(report: Report, user: User, *, on: date) -> dict[str, Any]:
    """Figures are links for who may look at the records behind them; everybody else reads the numbers."""
    steps = list(report.steps.select_related("by__member"))
    side = side_of(user, report.organization)
    returned = any(step.state == ReportState.RETURNED for step in steps)
    told = composed(report, on=on)
    is_summary = report.organization.kind in ABOVE
    return {
        "report": report,
        "period": period_of(report),
        "told": told,
        "is_summary": is_summary,
        "stand": _counts(told.branches),
        "branches": sorted(told.branches, key=lambda one: ORDER[one["stands"]]),
        "links": user.standing.may(Capability.VIEW_SUPERVISION, report.scope_path) or is_summary,
        "steps": steps,
        "acts": acts(report.state, side, returned_before=returned) if side else [],
        "may_word": side == "writer" and report.state == ReportState.DRAFT,
        "rule": rule(REPORTS_KEY, period_of(report).last),
        "adopt": Act.ADOPT,
    }


ORDER = {Stands.MISSING: 0, Stands.LATE: 1, Stands.OPEN: 2, Stands.SUBMITTED: 3}


def _counts(branches: list[dict[str, Any]]) -> dict[str, int]:
    found = Counter(one["stands"] for one in branches)
    return {stands.value: found[stands.value] for stands in Stands}
