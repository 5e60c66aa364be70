"""What is read, asked about or left alone."""

import pytest

from members.roster.headings import ROSTER
from members.workbooks.catalogue import Column
from members.workbooks.deciding import AMOUNT, CONTRADICTED, FITTING, TWO_COLUMNS, Seen, decide
from members.workbooks.evidence import evidence_of
from tests.members.workbooks.workbook_files import identity

NAMES = ["张三", "李四", "王五", "赵六", "钱七", "孙八"]
BORN = ["1958.11", "1966.03", "1975.08", "1981.01", "1990.05", "1999.12"]
JOINED = ["1980.07", "1990.01", "1999.06", "2005.07", "2014.10", "2021.06"]
FULL = ["1981.07", "1991.01", "2000.06", "2006.07", "2015.10", "2022.06"]
NUMBERS = [identity(f"{born.replace('.', '')}01", number) for number, born in enumerate(BORN, 1)]
MOBILES = [f"1380000000{number}" for number in range(6)]
YES = ["是", "否", "否", "是", "否", "否"]
AWAY = ["上海", None, None, "广东深圳", None, None]


def decided(columns: dict[str, list[object]], remembered: dict[str, str] | None = None) -> dict[str, Column]:
    seen = [
        Seen(index, heading, ROSTER.heading(heading), evidence_of(values))  # type: ignore[arg-type]
        for index, (heading, values) in enumerate(columns.items())
    ]
    return {column.heading: column for column in decide(seen, ROSTER, remembered or {})}


@pytest.mark.parametrize(
    ("heading", "values", "beside", "field"),
    [
        ("列1", NAMES, {}, "name"), ("同志", NAMES, {}, "name"), ("证", NUMBERS, {}, "national_id"),
        ("诞辰", BORN, {"身份证号": NUMBERS}, "birth"), ("列1", JOINED, {"列2": FULL}, "joined"),
        ("列2", FULL, {"列1": JOINED}, "full"), ("列2", BORN, {"入党时间": JOINED}, "birth"),
        ("列3", YES, {"列4": AWAY}, "mobile"), ("列4", AWAY, {"列3": YES}, "place"), ("列5", MOBILES, {}, "phone"),
    ],
)  # fmt: skip
def test_cells_are_a_proof(heading: str, values: list[object], beside: dict[str, list[object]], field: str) -> None:
    assert decided({heading: values, **beside})[heading].field == field


@pytest.mark.parametrize(
    ("heading", "values", "proposal", "reason"),
    [
        ("月养老金", [3000.5, 4100, 5200, 3900, 2800, 6100], "dues_base", AMOUNT),
        ("怎么找", MOBILES, "phone", FITTING), ("身份证号", MOBILES, "national_id", CONTRADICTED),
        ("培养层次", ["大专", "高中", "本科", "初中", "大专", "博士"], "education", FITTING),
    ],
)  # fmt: skip
def test_what_is_likely_is_asked(heading: str, values: list[object], proposal: str, reason: str) -> None:
    column = decided({heading: values})[heading]
    assert (column.field, column.proposal, column.reason) == ("", proposal, reason)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("家属电话", MOBILES), ("配偶姓名", NAMES), ("参加工作时间", JOINED), ("列为发展对象时间", JOINED),
        ("政治面貌", ["中共党员"] * 6), ("血型", ["A型", "B型"] * 3), ("是否退役军人", YES),
        ("党龄", [46, 36, 27, 21, 12, 5]),
    ],
)  # fmt: skip
def test_what_belongs_to_no_field_is_neither_read_nor_asked(heading: str, values: list[object]) -> None:
    column = decided({"姓名": NAMES, heading: values})[heading]
    assert (column.field, column.proposal) == ("", "")


def test_contracts_that_begin_together_are_no_joining() -> None:
    begin, end = ["2025.01"] * 6, ["2026.01"] * 6
    assert {column.field for column in decided({"列1": begin, "列2": end}).values()} == {""}


def test_of_two_columns_for_a_field_the_better_is_read() -> None:
    found = decided({"家庭电话": MOBILES, "本人手机号": MOBILES})
    assert [(one.field, one.doubt) for one in found.values()] == [("", TWO_COLUMNS), ("phone", "")]


def test_two_cells_contradict_nothing() -> None:
    assert decided({"身份证号": MOBILES[:2]})["身份证号"].field == "national_id"


def test_what_was_remembered_holds_unless_the_cells_contradict_it() -> None:
    remembered = {"列1": "phone", "列2": "name", "备注": ""}
    found = decided({"列1": MOBILES, "列2": BORN, "备注": ["一"] * 6}, remembered)
    assert [(one.field, one.proposal, one.reason) for one in found.values()] == [
        ("phone", "", ""), ("", "name", CONTRADICTED), ("", "", ""),
    ]  # fmt: skip
