"""Periods, days and steps of reports, as tables."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule
from supervision.choices import ReportState
from supervision.reports.figures import Block, Figure, FigureRow
from supervision.reports.rules import (
    MOVES,
    SECTIONS,
    Act,
    Reporting,
    Side,
    acts,
    due_on,
    is_asked,
    is_late,
    keys,
    latest,
    name_of,
    period_named,
    reading_duty,
    report_duties_of,
    reportable,
    side_that,
    taken_back,
)

LONGER = LocalRule(
    key="supervision.report.days", value=Decimal(30), document="通知", number="1", approved_by="县委",
    approved_on=date(2026, 1, 1), organization="county", starts=date(2026, 1, 1), until=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2026-Q3", (date(2026, 7, 1), date(2026, 9, 30))),
        ("2024-Q1", (date(2024, 1, 1), date(2024, 3, 31))),
        ("2026", (date(2026, 1, 1), date(2026, 12, 31))),
        ("2026-Q5", None),
        ("2026-07", None),
        ("", None),
        ("0026", None),
    ],
)
def test_a_period_by_its_name(name, days):
    found = period_named(name)

    assert (found and (found.first, found.last)) == days


@pytest.mark.parametrize(
    ("on", "quarter", "year"),
    [
        (date(2026, 11, 24), "2026-Q3", "2025"),
        (date(2026, 1, 1), "2025-Q4", "2025"),
        (date(2026, 3, 31), "2025-Q4", "2025"),
        (date(2026, 4, 1), "2026-Q1", "2025"),
    ],
)
def test_the_last_period_that_is_over(on, quarter, year):
    assert (latest(on).name, latest(on, "year").name) == (quarter, year)


def test_what_can_be_reported_on():
    assert [one.name for one in reportable(date(2026, 2, 1))] == [
        "2025-Q4", "2025-Q3", "2025-Q2", "2025-Q1", "2024-Q4", "2024-Q3", "2024-Q2", "2024-Q1", "2025", "2024", "2023",
    ]  # fmt: skip


def test_the_day_is_fifteen_days_after_the_end_unless_a_committee_says_another():
    quarter = period_named("2026-Q3")

    assert due_on(quarter) == date(2026, 10, 15)
    assert due_on(quarter, [LONGER]) == date(2026, 10, 30)


@pytest.mark.parametrize(
    ("submitted_on", "on", "late"),
    [
        (date(2026, 10, 15), date(2026, 11, 1), False),
        (date(2026, 10, 16), date(2026, 11, 1), True),
        (None, date(2026, 10, 15), False),
        (None, date(2026, 10, 16), True),
    ],
)
def test_late(submitted_on, on, late):
    assert is_late(period_named("2026-Q3"), submitted_on, on=on) is late


@pytest.mark.parametrize(("first_day", "asked"), [(None, True), (date(2026, 7, 1), True), (date(2026, 7, 2), False)])
def test_a_branch_is_not_asked_for_the_quarter_of_its_founding(first_day, asked):
    assert is_asked(first_day, period_named("2026-Q3")) is asked


def told(duties):
    return [(one.period, one.due_on.isoformat(), one.state.value) for one in duties]


@pytest.mark.parametrize(
    ("branch", "on", "expected"),
    [
        (
            Reporting("b", submitted=frozenset({"2025-Q4", "2026-Q1"})),
            date(2026, 7, 5),
            [
                ("2025-Q4", "2026-01-15", "done"),
                ("2026-Q1", "2026-04-15", "done"),
                ("2026-Q2", "2026-07-15", "open"),
            ],
        ),
        (Reporting("b", first_day=date(2026, 1, 2)), date(2026, 7, 5), [("2026-Q2", "2026-07-15", "open")]),
        (Reporting("b"), date(2026, 1, 1), [("2025-Q4", "2026-01-15", "open")]),
        (Reporting("b"), date(2026, 1, 16), [("2025-Q4", "2026-01-15", "overdue")]),
        (Reporting("b"), date(2025, 12, 31), [
            ("2024-Q4", "2025-01-15", "overdue"), ("2025-Q1", "2025-04-15", "overdue"),
            ("2025-Q2", "2025-07-15", "overdue"), ("2025-Q3", "2025-10-15", "overdue"),
        ]),
    ],
)  # fmt: skip
def test_the_duties_of_a_branch(branch, on, expected):
    found = list(report_duties_of(branch, on=on))

    assert told(found) == expected
    assert {(one.kind, one.organization, one.citation.article) for one in found} == {("supervision_report", "b", "35")}


@pytest.mark.parametrize(("on", "state"), [(date(2026, 10, 24), "open"), (date(2026, 10, 25), "overdue")])
def test_a_report_waits_fifteen_days_to_be_read(on, state):
    duty = reading_duty("district", "2026-Q3", date(2026, 10, 9), on=on)

    assert told([duty]) == [("2026-Q3", "2026-10-24", state)]
    assert duty.citation.level == "L"


@pytest.mark.parametrize(
    ("state", "writer", "reader"),
    [
        ("draft", "adopt", ""),
        ("adopted", "submit take-back", ""),
        ("submitted", "take-back", "read return"),
        ("read", "", "return close"),
        ("returned", "answer", ""),
        ("closed", "", ""),
    ],
)
def test_who_may_do_what_in_which_state(state, writer, reader):
    assert " ".join(acts(state, Side.WRITER)) == writer
    assert " ".join(acts(state, Side.READER)) == reader


@pytest.mark.parametrize(
    ("state", "returned_before", "to"),
    [
        ("draft", False, None),
        ("adopted", False, "draft"),
        ("submitted", False, "adopted"),
        ("submitted", True, "returned"),
        ("read", False, None),
        ("returned", True, None),
        ("closed", False, None),
    ],
)
def test_where_a_step_back_leads(state, returned_before, to):
    assert taken_back(state, returned_before=returned_before) == to


def test_every_step_has_its_side():
    assert {side_that(act) for act in Act} == set(Side)
    assert {move.to for move in MOVES.values()} == set(ReportState) - {ReportState.DRAFT}


def test_no_figure_is_named_twice_and_each_can_be_called_by_its_name():
    found = list(keys())

    assert len(found) == len(set(found))
    assert all(name_of(key) for key in found)
    assert len(SECTIONS) == 10
    with pytest.raises(KeyError):
        name_of("nothing")


def test_rows_of_zeros_are_put_apart_when_there_are_several() -> None:
    def row(*values: int, now: int | None = None) -> FigureRow:
        return FigureRow("", tuple(Figure("", value, "", is_money=False, now=now) for value in values))

    said, none, changed = row(0, 2), row(0, 0), row(0, now=1)
    assert Block("", [], [said, none, changed, none]).parts == [[said, changed], [none, none]]
    assert Block("", [], [said, none]).parts == [[said, none], []]
    assert Block("", [], [none]).parts == [[], [none]]
