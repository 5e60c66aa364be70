"""Placeholders are filled, each of them, or nothing is sent."""

import pytest
from hypothesis import given, strategies as st

from reminders.choices import MessageKind
from reminders.messages.text_rules import (
    AUDIENCES,
    BRACES,
    KNOWN,
    PLACEHOLDERS,
    Unfilled,
    examples,
    fill,
    filled,
    lacking,
    unknown,
)

VALUES = {
    "name": "张英",
    "meeting": "支部党员大会",
    "day": "11月20日",
    "place": "",
    "material": "《党章》",
    "items": "一\n二",
}


class Wording:
    def __init__(self, subject: str, text: str) -> None:
        self.subject, self.text = subject, text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{姓名}同志", "张英同志"),
        ("Dear {name}", "Dear 张英"),
        ("{姓名} / {name}", "张英 / 张英"),
        ("｛姓名｝同志", "张英同志"),
        ("{ 姓名 }同志", "张英同志"),
        ("没有空格要填", "没有空格要填"),
        ("要办的事：\n{事项}\n完", "要办的事：\n一\n二\n完"),
        ("一\n地点：{地点}\n二", "一\n二"),
        ("地点：{地点}\n材料：{material}", "材料：《党章》"),
        ("{会议}（{地点}）\n请参加", "请参加"),
        ("一\n\n二", "一\n\n二"),
    ],
)
def test_placeholders_take_their_values_in_either_language(text, told):
    assert fill(text, VALUES) == told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{金额}", ("金额",)),
        ("{amount} {金额} {amount}", ("amount", "金额")),
        ("{姓 名}", ("姓 名",)),
        ("{name.secret}", ("name.secret",)),
        ("{0}", ("0",)),
        ("{}", ("{}",)),
        ("{姓名", ("{",)),
        ("姓名}", ("}",)),
        ("｛姓名", ("｛",)),
        ("{{姓名}}", ("{", "}")),
        ("{姓\n名}", ("{", "}")),
    ],
)
def test_what_has_no_value_is_not_sent_and_named(text, names):
    with pytest.raises(Unfilled) as unfilled:
        fill(text, VALUES)

    assert unfilled.value.names == names


@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_value_is_no_value(value):
    with pytest.raises(Unfilled, match="姓名"):
        fill("{姓名}同志", {"name": value})


def test_values_are_found_by_either_name_of_their_placeholder():
    assert fill("{name}在{地点}", {"姓名": "张英", "place": "三楼", "unknown": "x"}) == "张英在三楼"


def test_a_value_is_not_filled_again():
    assert fill("{会议}", {"meeting": "{姓名}的会", "name": "张英"}) == "{姓名}的会"


@pytest.mark.parametrize(
    ("subject", "text"), [("{会议}", "地点：{地点}"), ("{地点}", "{会议}"), ("{会议}", ""), ("", "{会议}")]
)
def test_a_message_of_which_nothing_is_left_is_not_sent(subject, text):
    with pytest.raises(Unfilled):
        filled(Wording(subject, text), VALUES)


def test_a_subject_stays_one_line():
    assert filled(Wording("要办：{事项}", "{事项}"), VALUES) == ("要办：一 二", "一\n二")


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        (MessageKind.DUES, "{姓名} {金额} {amount}", ()),
        (MessageKind.DUES, "{姓名} {会议}", ("会议",)),
        (MessageKind.ANNOUNCEMENT, "{会议} {姓名} {name}", ("姓名", "name")),
        (MessageKind.MISSED, "{性名}", ("性名",)),
        (MessageKind.MISSED, "{姓名", ("{",)),
    ],
)
def test_a_placeholder_that_the_kind_does_not_have_is_found_when_it_is_written(kind, text, names):
    assert unknown(text, kind) == names


def test_what_may_lack_a_value_is_known():
    assert lacking("{会议}在{地点}，{online_link} {性名}") == ("地点", "online_link")


def test_every_name_means_one_thing():
    pairs = {(one.name, one.zh) for placeholders in PLACEHOLDERS.values() for one in placeholders}

    assert len({name for name, _zh in pairs}) == len({zh for _name, zh in pairs}) == len(pairs)
    assert {*KNOWN} == {name for pair in pairs for name in pair}


def test_every_kind_has_placeholders_and_somebody_who_is_told():
    assert set(PLACEHOLDERS) == set(AUDIENCES) == set(MessageKind)


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_examples_fill_everything(kind, language):
    told = fill("\n".join(f"{{{one.zh}}}" for one in PLACEHOLDERS[kind]), examples(kind, language))

    assert len(told.splitlines()) == len(PLACEHOLDERS[kind])


PLAIN = st.text(st.characters(blacklist_characters=BRACES, blacklist_categories=["Cs"]), max_size=8)
TEXTS = st.lists(PLAIN | st.sampled_from([*KNOWN, *BRACES]).map(lambda name: f"{{{name}}}") | st.sampled_from(BRACES))


@given(parts=TEXTS, values=st.dictionaries(st.sampled_from([one.name for one in KNOWN.values()]), PLAIN))
def test_whatever_is_written_nothing_leaves_with_an_open_placeholder(parts, values):
    try:
        told = fill("".join(parts), values)
    except Unfilled as unfilled:
        assert unfilled.names
    else:
        assert not set(told) & set(BRACES)


@given(parts=TEXTS, kind=st.sampled_from(MessageKind))
def test_what_was_accepted_when_it_was_written_can_be_filled(parts, kind):
    text = "".join(parts)
    if not unknown(text, kind):
        assert not set(fill(text, examples(kind, "zh-hans"))) & set(BRACES)
