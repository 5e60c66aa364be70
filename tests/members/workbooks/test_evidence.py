"""What stands in a cell, and of a column the share of each kind."""

from datetime import date

import pytest

from members.dates import MONTH, PartialDate
from members.workbooks.evidence import evidence_of, kinds_of, samples
from tests.members.workbooks.workbook_files import identity

GOOD = identity("19581126", 7)
WRONG = GOOD[:-1] + ("1" if GOOD[-1] != "1" else "2")


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (GOOD, {"identity", "number_of_identity"}),
        (WRONG, {"number_of_identity"}),
        (1.002291945092592e17, {"number_of_identity"}),
        ("138 0000 0001", {"mobile"}), (13800000001, {"mobile"}), ("0513-8888888", {"landline"}),
        ("男", {"sex"}), ("维吾尔族", {"people"}), ("回", {"people"}), ("大学本科", {"education"}),
        ("预备党员", {"membership"}), ("离退休人员", {"category"}), ("是", {"answer"}), ("否", {"answer"}),
        ("江苏南通", {"place"}), ("绍兴市柯桥区", {"place"}), ("红旗路114号", {"address"}),
        ("红旗街道党工委/长河社区总支/第一党支部", {"path", "branch"}), ("长河社区第一党支部", {"branch"}),
        ("东风街道党工委", {"committee"}), ("长河社区党总支", {"general_branch"}), ("第二党小组", {"group"}),
        ("纪检委员", {"party_post"}), ("党支部副书记", {"party_post"}), ("市商业局", {"unit"}),
        ("红旗街道办事处 科员", {"unit_and_post"}), ("车间主任", {"post"}), ("a@b.example", {"email"}),
        ("张三", {"name"}), ("欧阳建国", {"name"}), ("阿依古丽·买买提", {"name"}), (3000.5, {"amount", "money"}),
        ("1958.11", {"date"}), ("19581126", {"date"}), (date(1958, 11, 26), {"date"}),
        (PartialDate(date(1958, 11, 1), MONTH), {"date"}), (29403, {"loose_date", "whole"}),
        ("2026-10-29 21:30:37", {"moment", "date"}),
    ],
)  # fmt: skip
def test_the_kinds_of_a_cell(value: object, kinds: set[str]) -> None:
    assert kinds <= kinds_of(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (29403, "date"),  # Excel's count of days can as well be an amount
        ("3000.50", "date"), ("2026", "date"), ("高中", "name"), ("江苏", "name"), ("白族", "name"), ("汉", "name"),
        ("主治医师", "category"), ("教师", "category"), ("20260714", "landline"), ("195811", "amount"),
        (WRONG, "identity"), ("党支部书记", "branch"), ("长河社区党总支", "branch"), ("300", "address"),
    ],
)  # fmt: skip
def test_what_a_cell_is_not(value: object, kind: str) -> None:
    assert kind not in kinds_of(value)  # type: ignore[arg-type]


def test_shares_are_of_the_cells_that_say_something() -> None:
    evidence = evidence_of(["男", "女", None, "无", "不祥"])
    assert (evidence.rows, evidence.written, evidence.distinct) == (5, 3, 3)
    assert evidence.share("sex") == pytest.approx(2 / 3)
    assert evidence.fills == pytest.approx(3 / 5)


def test_members_of_the_party_everywhere_say_nothing_about_the_kind_of_membership() -> None:
    assert evidence_of(["中共党员"] * 5).share("membership") == 0
    assert evidence_of(["中共党员"] * 4 + ["中共预备党员"]).share("membership") == 1


@pytest.mark.parametrize(
    ("values", "counts"),
    [([1, 2, 3, 5, 6], True), (["1", "2", "3", "4"], True), ([68, 71, 44, 90], False), ([1, 2], False)],
)
def test_a_column_that_counts_up_numbers_the_rows(values: list[object], counts: bool) -> None:
    assert bool(evidence_of(values).share("serial")) is counts  # type: ignore[arg-type]


def test_samples_differ_and_keep_only_the_ends_of_long_numbers() -> None:
    assert samples(["一", None, "一", "无", 13800000001, GOOD, "四"]) == [
        "一",
        "138••••••01",
        f"100{'•' * 13}{GOOD[-2:]}",
    ]
