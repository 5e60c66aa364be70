"""Rosters headed in every way we could think of: each column of ours is read or asked about, and none read wrongly."""

from collections import Counter
from dataclasses import replace

import pytest

from members.roster.headings import ROSTER
from members.workbooks.catalogue import Column
from members.workbooks.headings import find_layout
from tests.members.workbooks.dialects import Dialect, dialects, head_of

DIALECTS = dialects()
AMOUNTS = {"dues_base"}
MISREAD, ASKED_WRONGLY, MISSED, READ, ASKED, LEFT = "misread", "asked wrongly", "missed", "read", "asked", "left"


def columns(dialect: Dialect, seed: int) -> dict[int, Column]:
    found = find_layout([head_of(dialect, seed)], ROSTER)
    return {column.index: column for column in found.columns} if found else {}


def outcome(column: Column | None, field: str) -> str:
    """What became of a column that is this field; "" for one of none."""
    if column is None or not (column.field or column.proposal):
        return MISSED if field else LEFT
    if column.field:
        return READ if column.field == field else MISREAD
    return ASKED if column.proposal == field else ASKED_WRONGLY


def outcomes(dialect: Dialect, seed: int) -> list[tuple[str, str]]:
    """Field and outcome of each column."""
    found = columns(dialect, seed)
    return [(field, outcome(found.get(index), field)) for index, field in enumerate(dialect.fields)]


@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_column_of_ours_is_read_or_asked_about_and_none_wrongly(dialect: Dialect, seed: int) -> None:
    ours = {what for field, what in outcomes(dialect, seed) if field}
    others = {what for field, what in outcomes(dialect, seed) if not field}
    assert ours <= {READ, ASKED}
    assert others <= {LEFT, ASKED_WRONGLY}


def test_nine_of_ten_are_read_without_a_question() -> None:
    counts = Counter(
        what for dialect in DIALECTS for field, what in outcomes(dialect, 1) if field and field not in AMOUNTS
    )
    assert counts[READ] >= 0.95 * counts.total()


def test_few_questions_are_about_what_belongs_to_no_field() -> None:
    counts = Counter(what for dialect in DIALECTS for field, what in outcomes(dialect, 1) if not field)
    assert counts[ASKED_WRONGLY] <= 0.05 * counts.total()


@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
def test_none_is_read_wrongly_where_the_right_one_is_missing(dialect: Dialect) -> None:
    """What looks like it is taken away column by column: nothing else may take its place."""
    for gone in range(len(dialect.columns)):
        rest = replace(dialect, columns=dialect.columns[:gone] + dialect.columns[gone + 1 :])
        assert MISREAD not in {what for _field, what in outcomes(rest, 3)}, dialect.columns[gone]


def test_an_amount_whose_heading_isnt_that_of_a_base_is_always_asked_about() -> None:
    asked = [
        column for dialect in DIALECTS for column in columns(dialect, 1).values() if column.proposal == "dues_base"
    ]
    assert {column.reason for column in asked} == {"amount_is_asked"}
    assert {column.heading for column in asked} == {"列15", "月养老金", "月工资收入（元）"}
