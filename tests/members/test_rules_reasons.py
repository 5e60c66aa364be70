"""What is a reason, and what only fills the field."""

import pytest

from members.people import says_something


@pytest.mark.parametrize(
    "reason", ["通知开会", "上报年度统计", "to call about the visit", "核对2026年名册", "1月探望老党员"]
)
def test_a_reason(reason):
    assert says_something(reason)


@pytest.mark.parametrize(
    "reason",
    ["", "x", "   ", "上报", "aaaa", "aaaaaaaaaaaa", "哈哈哈哈哈", "。。。。。。", "----", "12345678", "987654321",
     "qwerty", "fdsa", "abcdef", "abcabcabc", "通知通知通知", "Test", "工作需要", "a a a a a", "x" * 200, "xyxyxy"],
)  # fmt: skip
def test_no_reason(reason):
    assert not says_something(reason)
