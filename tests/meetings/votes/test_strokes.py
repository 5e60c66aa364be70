"""The order of a ballot, as one table: names in any order in, the paper's order out."""

from itertools import permutations

import pytest

from meetings.votes.election_rules import CHARACTERS, COMPOUND, PLACES, ballot_key, split, strokes, to_look_up

SURNAMES = {
    2: "丁卜", 3: "于万马卫习", 4: "王韦毛方文孔邓尹", 5: "龙石叶田史卢白冯兰", 6: "朱刘吕任江孙许汤安齐向邢",
    7: "李杨吴何宋张陈汪沈余苏杜肖严邱邹陆", 8: "林周罗郑金武易孟范郎欧庞季", 9: "赵胡钟姜段侯施洪柳俞贺姚郝骆",
    10: "郭徐高唐袁夏秦贾顾钱聂陶莫", 11: "黄曹梁萧崔康常龚章梅", 12: "韩彭蒋曾程董谢傅葛温童焦", 13: "赖詹雷靳窦蓝",
    14: "廖熊管翟谭裴蔡", 15: "潘樊黎滕颜", 16: "薛霍穆冀", 17: "戴魏鞠", 18: "瞿",
}  # fmt: skip
"""Counted by hand, stroke by stroke, apart from the table."""


@pytest.mark.parametrize(("number", "surname"), [(number, one) for number, row in SURNAMES.items() for one in row])
def test_a_surname_has_so_many_strokes(number, surname):
    assert strokes(f"{surname}某") == number


def test_a_character_stands_once():
    assert len(PLACES) == sum(len(row) for row in CHARACTERS.values())


def test_every_compound_surname_can_be_placed():
    assert {one for surname in COMPOUND for one in surname} <= set(PLACES)


ORDERED = [
    # fewer strokes of the surname first
    ("丁一", "王一", "李一", "赵一", "黄一"),
    # equal numbers: horizontal, vertical, left, dot, turn
    ("王一", "贝一", "毛一", "方一", "邓一"),
    ("李平", "吴平", "何平", "宋平", "张平"),
    ("杨军", "李军")[::-1],
    # one surname stays together, whatever the given names
    ("李耀", "吴一", "何一"),
    # two characters before three
    ("王毅", "王一平"),
    # then the given name, character by character
    ("王小明", "王文明", "王建明"),
    ("张建平", "张建民", "张建华", "张建国"),
    # blanks that print two-character names as wide as three
    ("王 勇", "王小平"),
    # a surname of two characters stands after the plain one with the same first character
    ("司平", "司马光", "司徒明"),
    ("欧阳春",),
    # the same name twice stands twice
    ("王平", "王平"),
    # an unknown surname comes last
    ("瞿明", "犇明"),
    ("阿依古丽", "买买提·吐尔逊")[::-1],
]


@pytest.mark.parametrize("paper", ORDERED, ids=" ".join)
def test_names_stand_on_the_paper_in_one_order_however_they_were_given(paper):
    for given in permutations(paper):
        assert sorted(given, key=ballot_key) == list(paper)


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        ("李国强", "李", "国强"),
        ("欧阳春", "欧阳", "春"),
        ("欧阳", "欧", "阳"),
        ("单于明", "单于", "明"),
        ("单明", "单", "明"),
        ("王 平", "王", "平"),
        ("李", "李", ""),
        ("", "", ""),
    ],
)
def test_a_name_has_two_parts(name, surname, given):
    assert (split(name).surname, split(name).given) == (surname, given)


@pytest.mark.parametrize(
    ("names", "unsure"),
    [
        (["王平", "李明"], []),
        (["犇明", "王平"], ["犇明"]),
        (["John", "王平"], ["John"]),
        (["", "王平"], [""]),
        # an unknown given name matters only where it decides
        (["王犇", "李明"], []),
        (["王犇", "王一平"], []),
        (["王犇", "王平"], ["王平", "王犇"]),
        (["王平犇", "王安民"], []),
        (["王平犇", "王平民"], ["王平民", "王平犇"]),
        (["王平犇", "王平犇"], []),
    ],
)
def test_whose_place_is_not_sure_is_said(names, unsure):
    assert to_look_up(names) == unsure
