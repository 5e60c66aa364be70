"""What gives somebody away in a text that everybody reads."""

import pytest

from assessment.practices.services import NameFound, Private, private_in
from tests.cast import make_national_id

NUMBER = make_national_id("19750109", 349)


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("请张英同志带头", Private.NAME, "张英"),
        ("请张 英同志带头", Private.NAME, "张英"),
        ("由阿依古丽·买买提负责", Private.NAME, "阿依古丽·买买提"),
        ("由阿依古丽买买提负责", Private.NAME, "阿依古丽·买买提"),
        (f"证件号{NUMBER}。", Private.IDENTITY, ""),
        ("证件号10022619750109349x", Private.IDENTITY, ""),
        (f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", Private.IDENTITY, ""),
        ("电话13800138000", Private.PHONE, ""),
        ("电话１３８００１３８０００", Private.PHONE, ""),
        ("电话138-0013-8000，", Private.PHONE, ""),
    ],
)
def test_names_and_numbers_are_found_however_they_are_written(text, what, name):
    assert private_in({"title": "好", "solution": text}, ["张英", "阿依古丽·买买提"]) == NameFound(
        "solution", what, name
    )


@pytest.mark.parametrize(
    "text",
    ["张同志带头", "英语角", "2026-11-24 和 2026-11-25", "编号1380013800", "预算13800138000123元", "12345678901", ""],
)
def test_other_words_and_numbers_are_not(text):
    assert private_in({"solution": text}, ["张英", "李", ""]) is None


def test_the_first_field_is_named_first():
    assert private_in({"title": "张英", "problem": "13800138000"}, ["张英"]) == NameFound("title", Private.NAME, "张英")
