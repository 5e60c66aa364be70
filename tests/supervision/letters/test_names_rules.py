"""More than 300 spellings of readers' names: none of their letters reaches whom it names."""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from members.choices import OfficeKind, OrganizationKind
from supervision.letters import calling_rules, name_rules
from supervision.letters.name_rules import named_in, plain
from supervision.letters.rules import MEMBER, Holding, NobodyMayRead, Reader, RecusalFacts, Subject, doubts, route

SPELLINGS = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text("utf-8"))
PEOPLE = SPELLINGS["person"]
INNOCENT = [line for line in (Path(__file__).parent / "innocent.txt").read_text("utf-8").splitlines() if line[0] != "#"]
READERS = [
    "程俊杰", "杜伟", "高峰", "张国强", "曾志强", "刘钟华", "方大同", "马建国", "金明", "欧阳建国", "王小华", "李强",
    "陈卫", "钱进", "白雪", "周文", "石磊", "黄海",
]  # fmt: skip
COUNTY, TOWN, BRANCH, NEXT = "0001", "00010001", "000100010001", "000100010002"
COMMITTEE = OrganizationKind.COMMITTEE
KINDS = {COUNTY: COMMITTEE, TOWN: COMMITTEE, BRANCH: OrganizationKind.BRANCH, NEXT: OrganizationKind.BRANCH}
SOMEBODY = Subject(BRANCH, MEMBER, ("孙九",))


def facts(*named: str, holdings: tuple[Holding, ...] = ()) -> RecusalFacts:
    """The named person and two others read at the town, and three at the county."""
    found = [Reader(f"t{n}", TOWN, name, n) for n, name in enumerate([*named, "茹甲甲", "茹乙乙"])]
    found += [Reader(f"c{n}", COUNTY, name, n) for n, name in enumerate(["茹丙丙", "茹丁丁", *named], 10)]
    return RecusalFacts(KINDS, list(holdings), found)


def letters() -> Iterator[tuple[str, Subject, str]]:
    """(name of the reader, whom it is about as typed, text): one for each spelling."""
    for person in PEOPLE:
        for typed in (*person["certain"], *person["asked"]):
            yield person["name"], Subject(BRANCH, MEMBER, (typed,)), "报销发票"
        for text in person["in_text"]:
            yield person["name"], SOMEBODY, text


def reached() -> list[tuple[str, Subject, str]]:
    """Letters that go to whom they name, though no question was answered."""
    return [one for one in letters() if one[0] in receivers(*one)]


def receivers(name: str, subject: Subject, text: str, **given: object) -> set[str]:
    try:
        return {one.name for one in route([subject], facts(name), text=text, **given).readers}
    except NobodyMayRead:
        return set()


def test_no_letter_reaches_whom_it_names_in_any_of_300_spellings():
    assert sum(1 for _one in letters()) >= 300
    assert reached() == []


def test_without_folding_many_do(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(name_rules, "folded", lambda text: text)

    assert len(reached()) > 10


def test_with_names_compared_as_a_whole_most_do(monkeypatch):
    """The negative control: how it was."""
    only_equal = name_rules.NamesInText(frozenset(), ())
    monkeypatch.setattr("supervision.letters.rules.named_in", lambda text, names, **given: only_equal)

    assert len(reached()) > 250


def asked_needlessly() -> list[str]:
    return [text for text in INNOCENT if named_in(text, READERS).all]


def test_everyday_sentences_ask_about_nobody():
    assert len(INNOCENT) >= 60
    assert asked_needlessly() == []


def test_without_everyday_words_many_would(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(calling_rules, "EVERYDAY", frozenset())

    assert len(asked_needlessly()) > 10


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("工程书记", False), ("职工程书记", True), ("高校老师", False), ("高老师", True), ("高处理完了", False),
        ("程处理完了", True), ("上周书记来过", False), ("晚上周书记来过", True),
    ],
)  # fmt: skip
def test_an_everyday_word_takes_a_sign_only_where_no_other_word_ends_before_it(text, is_asked):
    assert bool(named_in(text, ["程俊杰", "高峰", "周文"]).all) is is_asked


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one["name"])
def test_each_spelling_is_certain_or_asked_about_as_the_list_says(person):
    name = person["name"]

    for typed in person["certain"]:
        assert named_in(typed, [name], is_list=True).certain == {name}, typed
    for typed in person["asked"]:
        found = named_in(typed, [name], is_list=True)
        assert (found.certain, {one.name for one in found.doubtful}) == (frozenset(), {name}), typed
    for text in person["in_text"]:
        assert {one.name for one in doubts([SOMEBODY], facts(name), text=text)} == {name}, text


@pytest.mark.parametrize("other", SPELLINGS["other"], ids=lambda one: f"{one['name']} {one['words']}")
def test_names_inside_of_other_words_exclude_nobody_for_certain(other):
    found = named_in(other["words"], [other["name"]], is_list=other["is_list"])

    assert not found.certain
    assert ("asked" if found.doubtful else "none") == other["outcome"]


def test_one_is_asked_with_the_words_that_were_written():
    found = doubts([SOMEBODY], facts("高峰"), text="用电高峰期没有补贴")

    assert [one.words for one in found] == ["电高峰期"]


def test_each_way_in_which_somebody_is_named_is_asked_about_as_it_stands():
    text = "发票是程书记签的，收条上写着Cheng Junjie。程俊傑知道。"
    found = doubts([SOMEBODY], facts("程俊杰"), text=text)

    assert {one.words for one in found} == {"程书记", "Cheng Junjie", "程俊杰"}


def test_no_means_no_and_everything_else_keeps_the_letter_away():
    about = ("高峰", SOMEBODY, "用电高峰期没有补贴")

    assert receivers(*about) == {"茹甲甲", "茹乙乙"}
    assert receivers(*about, cleared=["高峰"]) == {"高峰", "茹甲甲", "茹乙乙"}
    assert receivers(*about, cleared=["别人"]) == {"茹甲甲", "茹乙乙"}


def test_whoever_was_typed_by_the_whole_name_is_never_cleared():
    about = ("程俊杰", Subject(BRANCH, MEMBER, ("程俊杰同志",)), "")

    assert "程俊杰" not in receivers(*about, cleared=["程俊杰"])


def test_nobody_is_asked_about_who_would_not_get_the_letter():
    far = RecusalFacts(KINDS, [], [*facts().readers, Reader("far", NEXT, "高峰", 30)])

    assert doubts([SOMEBODY], far, text="用电高峰期") == ()


@pytest.mark.parametrize(
    ("typed", "is_head"), [("程书记", True), ("程俊傑书记", True), ("程主任", False), ("李书记", False)]
)
def test_a_secretary_written_by_title_is_one_level_higher(typed, is_head):
    holdings = (Holding(BRANCH, OfficeKind.SECRETARY, "程俊杰", 50, 150, BRANCH),)
    found = route([Subject(BRANCH, MEMBER, (typed,))], facts("茹戊戊", holdings=holdings))

    assert found.path == (COUNTY if is_head else TOWN)


def test_relatives_are_found_in_any_spelling():
    read = [*facts().readers, Reader("r", TOWN, "茹己己", 40, relatives=("劉鐘華",))]
    found = route([Subject(BRANCH, MEMBER, ("刘钟华(村会计)",))], RecusalFacts(KINDS, [], read))

    assert {one.name for one in found.readers} == {"茹甲甲", "茹乙乙"}


@pytest.mark.parametrize(("stored", "typed"), [("Cheng Junjie", "程俊杰"), ("程俊傑", "程俊杰"), ("Li  Wei", "liwei")])
def test_readers_may_be_kept_in_another_spelling(stored, typed):
    assert named_in(typed, [stored], is_list=True).all == {stored}


@pytest.mark.parametrize("text", ["", " ", "，。", "\0", "((((", "[a-z]+*", "某某" * 100])
def test_what_is_no_name_names_nobody(text):
    assert not named_in(text, ["程俊杰", "高峰", "", "·", "检1", "a(b"], is_list=True).all


def test_three_hundred_names_in_a_long_letter_take_little_time():
    """A second on a slow machine; the limit only finds what grows without bound."""
    given = [a + b + c for a in "王李张刘陈杨赵黄周吴" for b in "建国志海文" for c in "强明华平军生"]
    text = "他收了三万元，帐上没有，村里人都知道这件事情。" * 870
    began = time.process_time()

    assert not named_in(text, given).certain
    assert len(given) == 300
    assert time.process_time() - began < 10


def test_plain_folds_traditional_signs_and_width():
    assert plain("程 俊傑") == plain("程·俊杰")
    assert plain("ＬＩ Wěi") == "liwei"
