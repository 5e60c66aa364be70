"""Periods that are kept, and shares as steps."""

from datetime import date

import pytest
from django.db import connection

from assessment.dashboard.rules import (
    BY_CODE,
    NOT_RECORDED,
    NOT_THERE,
    NOTHING_DUE,
    offered_periods,
    period_before,
    read_period,
    share_of,
    share_sql,
    step,
    step_words,
    trend_months,
    usual_period,
    written,
)

ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("code", "months"),
    [
        ("2026-10", ("2026-10-01", "2026-10-01")),
        ("2026-11", ("2026-11-01", "2026-11-01")),
        ("2026-Q3", ("2026-07-01", "2026-09-01")),
        ("2026-Q4", ("2026-10-01", "2026-12-01")),
        ("2025", ("2025-01-01", "2025-12-01")),
        ("2024-11", ("2024-11-01", "2024-11-01")),
        ("2024-10", None),  # not kept any more
        ("2024-Q4", None),  # only in part
        ("2024", None),
        ("2026-12", None),  # not begun
        ("2027", None),
        *(
            (wrong, None)
            for wrong in ("", "2026-13", "2026-Q5", "2026-1", "0000", "0000-01", "9999", "x", "2026-10-01")
        ),
    ],
)
def test_a_period_is_read_where_all_of_it_is_kept(code, months):
    found = read_period(code, ON)

    assert (found and (str(found.first), str(found.last))) == months


@pytest.mark.parametrize(
    ("code", "before"),
    [("2026-10", "2026-09"), ("2026-Q1", "2025-Q4"), ("2026", "2025"), ("2025", None), ("2024-11", None)],
)
def test_the_period_before_has_the_same_length(code, before):
    found = period_before(read_period(code, ON), ON)

    assert (found and found.code) == before


def test_the_last_full_month_is_usual_and_every_offered_period_is_read():
    assert usual_period(ON).code == "2026-10"
    months, quarters, years = offered_periods(date(2026, 11, 1))
    assert (len(months), [year.code for year in years]) == (25, ["2026", "2025"])
    assert (quarters[0].code, quarters[-1].code) == ("2026-Q4", "2025-Q1")
    assert all(read_period(one.code, ON) == one for one in (*months, *quarters, *years))


def test_only_what_is_not_over_is_running():
    assert read_period("2026-11", ON).is_running(ON)
    assert read_period("2026", ON).is_running(ON)
    assert not read_period("2026-10", ON).is_running(ON)
    assert str(read_period("2026-Q4", ON).last_begun(ON)) == "2026-11-01"


def test_the_trend_ends_before_this_month():
    months = trend_months(ON)

    assert (len(months), str(months[0]), str(months[-1])) == (24, "2024-11-01", "2026-10-01")


CASES = [
    ("meetings", 95, 100, 950, 5), ("meetings", 1999, 2000, 999, 5), ("meetings", 94_999, 100_000, 949, 4),
    ("meetings", 6, 7, 857, 4), ("meetings", 84, 100, 840, 3), ("meetings", 60, 100, 600, 2), ("meetings", 0, 9, 0, 1),
    ("meetings", 0, 0, -1, -1), ("unexplained", 0, 40, 0, 5), ("unexplained", 1, 4000, 1, 5),
    ("unexplained", 501, 10_000, 51, 4), ("unexplained", 41, 100, 410, 1), ("unexplained", 40, 100, 400, 2),
    ("online", 80, 100, 800, 5), ("online", 19, 100, 190, 1),
]  # fmt: skip


def of(measure, part, whole, **others):
    """Figures that come to that part of that whole."""
    figures = {"branches": 2, "incomplete": 1, **dict.fromkeys((*measure.part, *measure.whole), 0)}
    return figures | {measure.part[0]: part, measure.whole[0]: whole} | others


@pytest.mark.parametrize(("code", "part", "whole", "share", "shown"), CASES)
def test_a_share_is_never_nicer_than_it_is(code, part, whole, share, shown):
    measure = BY_CODE[code]

    assert share_of(measure, of(measure, part, whole)) == share
    assert step(measure, share) == shown
    assert shown in step_words(measure)


@pytest.mark.parametrize(("code", "part", "whole", "share", "shown"), CASES)
def test_the_database_counts_the_same(db, code, part, whole, share, shown):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {share_sql(BY_CODE[code], str(part), str(whole))}")
        assert cursor.fetchone()[0] == share


def test_what_is_no_share_is_told_apart():
    meetings = BY_CODE["meetings"]

    assert share_of(meetings, None) == NOT_THERE
    assert share_of(meetings, of(meetings, 1, 1, incomplete=2)) == NOT_RECORDED
    assert share_of(meetings, of(meetings, 0, 0)) == NOTHING_DUE


@pytest.mark.parametrize(("per_mille", "shown"), [(-1, "—"), (0, "0%"), (923, "92.3%"), (1000, "100%"), (5, "0.5%")])
def test_a_share_is_written_as_people_read_it(per_mille, shown):
    assert written(per_mille) == shown
