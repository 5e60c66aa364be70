"""The facts that a scheme may count by name, from every app."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from rulebook.metric import Metric


@cache
def all_metrics() -> Mapping[str, Metric]:
    """By name, in the order of the apps: `settings.METRICS` names their tuples."""
    return {metric.name: metric for name in settings.METRICS for metric in import_string(name)}
