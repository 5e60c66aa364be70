"""The facts that a scheme may count by name, from every app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from rulebook.book import rule_if_held
from rulebook.metric import Metric
from rulebook.rule import Rule

PARTS: Mapping[str, Promise] = {
    "members": _("Members and offices"),
    "meetings": _("Organizational life"),
    "dues": _("Dues"),
    "supervision": _("Supervision"),
    "assessment": _("Joint goals and cadres"),
}


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """A fact with the rule that asks for it today, if one does."""

    metric: Metric
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class MetricGroup:
    title: Promise
    entries: list[MetricEntry]


@cache
def all_metrics() -> Mapping[str, Metric]:
    """By name, in the order of the apps: `settings.METRICS` names their tuples."""
    return {metric.name: metric for name in settings.METRICS for metric in import_string(name)}


def metric_groups(on: date) -> list[MetricGroup]:
    """By the part of the record in which they stand."""
    found = []
    for part, title in PARTS.items():
        here = [metric for name, metric in all_metrics().items() if name.partition(".")[0] == part]
        entries = [MetricEntry(one, rule_if_held(one.rule_key, on) if one.rule_key else None) for one in here]
        found.append(MetricGroup(title, entries))
    return [group for group in found if group.entries]
