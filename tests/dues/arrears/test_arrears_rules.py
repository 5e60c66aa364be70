"""The ladder of article 13 as a table: months open, what was agreed, what is on record, and the stage."""

from datetime import date

import pytest

from dues.ledger.rules import OpenMonth, Span, arrears, due_on
from dues.units import months_between
from tests.dues.making import month


def span(text: str) -> Span:
    """`2026-03/2026-06` is March to May, `2026-03/` from March on."""
    first, _, until = text.partition("/")
    return Span(month(first), month(until) if until else None)


def open_from(first: str, last: str) -> list[OpenMonth]:
    return [OpenMonth(one, 4000) for one in months_between(month(first), month(last))] if first else []


def standing(first, last, on, reasons=(), quarterly=()):
    return arrears(
        open_from(first, last), on=date.fromisoformat(on), reasons=map(span, reasons), quarterly=map(span, quarterly)
    )


@pytest.mark.parametrize(
    ("first", "last", "on", "behind", "step"),
    [
        ("", "", "2026-11-24", 0, 0),
        ("2026-11", "2026-11", "2026-11-24", 0, 0),
        ("2026-11", "2026-11", "2026-11-30", 0, 0),
        ("2026-11", "2026-11", "2026-12-01", 1, 1),
        ("2026-10", "2026-11", "2026-11-24", 1, 1),
        ("2026-09", "2026-11", "2026-11-24", 2, 1),
        ("2026-08", "2026-11", "2026-11-24", 3, 3),
        ("2026-07", "2026-11", "2026-11-24", 4, 3),
        ("2026-06", "2026-11", "2026-11-24", 5, 5),
        ("2026-05", "2026-11", "2026-11-24", 6, 6),
        ("2026-05", "2026-10", "2026-10-31", 5, 5),
        ("2026-05", "2026-10", "2026-11-01", 6, 6),
        ("2025-09", "2026-02", "2026-03-01", 6, 6),
        ("2024-01", "2026-10", "2026-11-24", 34, 6),
        ("2024-02", "2024-02", "2024-02-29", 0, 0),
        ("2024-02", "2024-02", "2024-03-01", 1, 1),
    ],
)
def test_a_month_counts_from_the_day_after_it_was_due(first, last, on, behind, step):
    found = standing(first, last, on)

    assert (len(found.months), len(found.counted), found.step) == (behind, behind, step)
    assert found.to_review is (behind >= 6)


@pytest.mark.parametrize(
    ("text", "quarterly", "due"),
    [
        ("2026-07", [], "2026-07-31"),
        ("2026-02", [], "2026-02-28"),
        ("2024-02", [], "2024-02-29"),
        ("2026-07", ["2026-07/"], "2026-09-30"),
        ("2026-08", ["2026-07/"], "2026-09-30"),
        ("2026-09", ["2026-07/"], "2026-09-30"),
        ("2026-12", ["2026-07/"], "2026-12-31"),
        ("2026-10", ["2026-07/"], "2026-12-31"),
        ("2026-06", ["2026-07/"], "2026-06-30"),
        ("2026-10", ["2026-07/2026-10"], "2026-10-31"),
        ("2026-01", ["2025-01/2026-01", "2026-01/"], "2026-03-31"),
    ],
)
def test_with_the_branchs_consent_a_quarter_is_due_at_its_end(text, quarterly, due):
    assert due_on(month(text), [span(one) for one in quarterly]) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("first", "on", "quarterly", "behind"),
    [
        ("2026-07", "2026-09-30", ["2026-01/"], 0),
        ("2026-07", "2026-10-01", ["2026-01/"], 3),
        ("2026-07", "2026-11-24", ["2026-01/"], 3),
        ("2026-07", "2027-01-01", ["2026-01/"], 6),
        ("2026-07", "2026-11-24", ["2026-01/2026-07"], 4),
        ("2026-07", "2026-11-24", ["2026-10/"], 3),
        ("2026-10", "2026-11-24", ["2026-10/"], 0),
    ],
)
def test_the_months_of_a_quarter_count_once_the_quarter_is_over(first, on, quarterly, behind):
    assert len(standing(first, "2026-12", on, quarterly=quarterly).months) == behind


@pytest.mark.parametrize(
    ("reasons", "counted", "step", "since"),
    [
        ([], 8, 6, "2026-03"),
        (["2026-03/"], 0, 0, None),
        (["2026-01/2026-12"], 0, 0, None),
        (["2026-03/2026-05"], 6, 6, "2026-05"),
        (["2026-03/2026-06"], 5, 5, "2026-06"),
        (["2026-06/"], 3, 3, "2026-03"),
        (["2026-04/2026-10"], 2, 1, "2026-03"),
        (["2026-03/2026-05", "2026-09/"], 4, 3, "2026-05"),
        (["2025-01/2026-03"], 8, 6, "2026-03"),
        (["2026-11/"], 8, 6, "2026-03"),
    ],
)
def test_a_reason_on_record_stops_the_ladder_for_the_months_it_covers(reasons, counted, step, since):
    found = standing("2026-03", "2026-10", "2026-11-24", reasons=reasons)

    assert (len(found.months), len(found.counted), found.step) == (8, counted, step)
    assert found.since == (month(since) if since else None)
    assert found.fen == 8 * 4000


def test_months_that_asked_for_nothing_neither_count_nor_break_the_row():
    months = [*open_from("2026-01", "2026-03"), *open_from("2026-06", "2026-08")]
    found = arrears(months, on=date(2026, 11, 24))

    assert (len(found.counted), found.to_review, found.reached_with) == (6, True, date(2026, 8, 1))


def test_before_the_provisions_nothing_is_flagged():
    found = standing("2007-01", "2007-12", "2008-02-01")

    assert (found.flag, found.step, found.to_review) == (None, 5, False)


def test_the_article_stands_beside_the_flag():
    found = standing("2026-01", "2026-10", "2026-11-24")

    assert found.rule.citation.article == "13"
    assert found.rule.citation.number == "中组发〔2008〕3号"
