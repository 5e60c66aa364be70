from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from members.workbooks import cells
from members.workbooks.cells import UnreadableCell
from members.workbooks.reading import CellError, Formula, Value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  张三\t", "张三"),
        (12.0, "12"),
        (7871.69, "7871.69"),
        (1e17, "1e+17"),
        (True, "是"),
        ("一\u200b二\x00", "一二"),
        (date(2026, 1, 14), "2026-01-14"),
        (datetime(2026, 1, 14, 9), "2026-01-14 09:00:00"),
        (Formula("=1+1", 2), "=1+1"),
        (CellError("#REF!"), "#REF!"),
    ],
)
def test_a_cell_as_a_person_reads_it(value: Value, text: str) -> None:
    assert cells.text(value) == text


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("张三", "张三"),
        ("吕  国", "吕国"),
        ("何\u3000亮", "何亮"),
        (" 段 兰 ", "段兰"),
        ("买买提·艾力", "买买提·艾力"),
        ("John  Smith", "John Smith"),
        ("Ａ", "A"),
        (None, ""),
        ("  ", ""),
        ("张\n三", "张三"),
    ],
)
def test_names_lose_the_spaces_that_only_widen_them(value: Value, name: str) -> None:
    assert cells.name(value) == name


@pytest.mark.parametrize("value", [None, "", " ", "无", "—", "-", "/", "没有", "\u3000", "N/A"])
def test_ways_to_say_nothing(value: Value) -> None:
    assert cells.says_nothing(value)


@pytest.mark.parametrize("value", ["0", 0, "张三", "否", False, "无锡", "不", "一", "龥"])
def test_what_says_something(value: Value) -> None:
    assert not cells.says_nothing(value)


@given(st.text(st.sampled_from("无没有暂空不详未知张一龥。 -\u3000\x00\uf90a") | st.characters(), max_size=4))
def test_the_shortcut_for_ideographs_decides_as_the_list_of_words_does(value: str) -> None:
    assert cells.says_nothing(value) is (cells.word(value) in cells.NOTHING)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("是", True),
        ("√", True),
        ("有", True),
        ("Y", True),
        (True, True),
        (1, True),
        ("否", False),
        ("×", False),
        ("无", False),
        ("—", False),
        (0, False),
        (False, False),
        ("", None),
        (None, None),
        ("  ", None),
    ],
)
def test_yes_and_no(value: Value, meant: bool | None) -> None:
    assert cells.yes_or_no(value) is meant


def test_neither_yes_nor_no_is_unreadable() -> None:
    with pytest.raises(UnreadableCell):
        cells.yes_or_no("也许")


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        ("13800000000", "13800000000"),
        (13800000000.0, "13800000000"),
        ("139-1442 4261", "13914424261"),
        ("+86 13800000000", "13800000000"),
        ("１３８０００００００0", "13800000000"),
        ("0531-88888888", "0531-88888888"),
        ("(0531)88888888", "0531-88888888"),
        ("88888888", "88888888"),
        ("0531-88888888转123", "0531-88888888-123"),
        ("13800000000/13900000000", "13800000000"),
        ("13800000000(儿子)", "13800000000"),
        ("张三13800000000", "13800000000"),
        ("无", None),
        ("", None),
        (None, None),
        (Formula("=A1", 13800000000), "13800000000"),
    ],
)
def test_phones(value: Value, phone: str | None) -> None:
    assert cells.phone(value) == phone


@pytest.mark.parametrize("value", ["139", "abc", "23800000000123", 1.5])
def test_phones_that_cannot_be_read(value: Value) -> None:
    with pytest.raises(UnreadableCell):
        cells.phone(value)


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("7871.69", 787169),
        (7871.69, 787169),
        ("¥92.39", 9239),
        ("￥1,234.5元", 123450),
        ("3667.465", 366747),
        (0.285, 29),
        (0, 0),
        ("－5", -500),
        ("—", None),
        ("", None),
        (None, None),
        (Formula("=A1*2", 12.5), 1250),
    ],
)
def test_amounts(value: Value, fen: int | None) -> None:
    assert cells.fen(value) == fen


@pytest.mark.parametrize("value", ["很多", float("1e300"), True, CellError("#N/A"), "1e400", "inf", Formula("=A1")])
def test_amounts_that_cannot_be_read(value: Value) -> None:
    with pytest.raises(UnreadableCell):
        cells.fen(value)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_fen_survives_as_a_number_and_as_text(fen: int) -> None:
    assert cells.fen(fen / 100) == fen
    assert cells.fen(f"{fen / 100:.2f}") == fen


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()))
def test_no_cell_breaks_a_reader(value: Value) -> None:
    cells.text(value), cells.name(value), cells.says_nothing(value)
    for reader in (cells.yes_or_no, cells.phone, cells.fen):
        with suppress(UnreadableCell):
            reader(value)
