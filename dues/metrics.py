"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from rulebook.metric import Metric

METRICS: tuple[Metric, ...] = ()
