"""The rows of a dashboard's charts. Pages show them as tables, and the charts are drawn from those."""

from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessment.queries.dashboard import Medians, Months
from assessment.queries.dashboard_children import Spread
from assessment.rules.dashboard_periods import trend_months
from assessment.rules.measures import Measure
from assessment.rules.shares import NOT_THERE, OTHER_WORDS, state_of, step_words, written

TrendRow = tuple[date, int | None, int | None, int]
"""A month, the share in per mille, the level's median, and why there is no share (`rules.shares.state_of`)."""


def trend_values(measure: Measure, months: Months, medians: Medians, *, on: date) -> list[TrendRow]:
    """The months before this one that are kept."""
    found: list[TrendRow] = []
    for month in trend_months(on):
        figures = months.of(month)
        state = state_of(measure, figures)
        share = measure.per_mille(figures) if figures and not state else None
        found.append((month, share, medians.of(f"{month:%Y-%m}", measure.code), state))
    return found


def trend_rows(measure: Measure, months: Months, medians: Medians, *, on: date) -> SafeString:
    """Rows of the table of the trend, ready: a template would take longer over them than the database."""
    values = trend_values(measure, months, medians, on=on)
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th>{}{}</tr>',
        ((date_format(month, "Y-m"), _cell(share, state), _cell(median)) for month, share, median, state in values),
    )  # fmt: skip


def spread_rows(measure: Measure, spread: Spread) -> SafeString:
    """Rows of the table of the spread, from what is asked down; what is no share comes last."""
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th><td class="number" data-value="{}" data-step="{}">{}</td></tr>',
        (
            (words, spread.counts.get(code, 0), code, f"{spread.counts.get(code, 0):,}")
            for code, words in step_words(measure).items()
            if code != NOT_THERE
        ),
    )  # fmt: skip


def _cell(share: int | None, state: int = 0) -> SafeString:
    value = "" if share is None else share
    return format_html(
        '<td class="number" data-value="{}">{}</td>', value, OTHER_WORDS[state] if state else written(share)
    )
