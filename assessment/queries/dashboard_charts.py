"""The rows of a dashboard's charts. Pages show them as tables, and the charts are drawn from those."""

from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessment.queries.dashboard import Medians, Months
from assessment.queries.dashboard_children import Spread
from assessment.rules.dashboard_periods import trend_months
from assessment.rules.measures import Measure
from assessment.rules.shares import NOT_THERE, OTHER_WORDS, Words, share_of, step_words, written

TrendRow = tuple[date, int, int | None]
"""A month, its share (`rules.shares.share_of`) and the level's median."""


def trend_values(measure: Measure, months: Months, medians: Medians, *, on: date) -> list[TrendRow]:
    """The months before this one that are kept."""
    return [
        (month, share_of(measure, months.of(month)), medians.of(f"{month:%Y-%m}", measure.code))
        for month in trend_months(on)
    ]


def trend_rows(measure: Measure, months: Months, medians: Medians, *, on: date) -> SafeString:
    """Rows of the table of the trend, ready: a template would take longer over them than the database."""
    values = trend_values(measure, months, medians, on=on)
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th>{}{}</tr>',
        ((date_format(month, "Y-m"), _cell(share), _cell(median)) for month, share, median in values),
    )  # fmt: skip


def spread_rows(measure: Measure, spread: Spread, records: str) -> SafeString:
    """Rows of the table of the spread, from what is asked down; what is no share comes last. Each leads from `records`
    to who stands there."""
    counts = ((code, words, spread.counts.get(code, 0)) for code, words in step_words(measure).items())
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th><td class="number" data-value="{}" data-step="{}">{}</td></tr>',
        (
            (_leading(words, f"{records}&step={code}") if count else words, count, code, f"{count:,}")
            for code, words, count in counts
            if code != NOT_THERE
        ),
    )  # fmt: skip


def _leading(words: Words, address: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


def _cell(share: int | None) -> SafeString:
    """Empty, and in words, where there is no share; a dash where there is no median."""
    shown = "—" if share is None else OTHER_WORDS[share] if share < 0 else written(share)
    value = "" if share is None or share < 0 else share
    return format_html('<td class="number" data-value="{}">{}</td>', value, shown)
