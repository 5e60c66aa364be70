"""How a list is read as it is typed, and what can't be kept."""

import pytest

from supervision.self_checks.rules import ChecklistLine, ChecklistObjection, Unfit, objection, read_lines, write_lines

TYPED = {
    "按月交纳党费": [ChecklistLine("按月交纳党费")],
    "按月交纳党费 | 党费规定第11条": [ChecklistLine("按月交纳党费", "党费规定第11条")],
    "按月交纳党费\t党费规定第11条": [ChecklistLine("按月交纳党费", "党费规定第11条")],
    "按月交纳党费｜党费规定 | 第11条": [ChecklistLine("按月交纳党费", "党费规定 | 第11条")],
    "一\r\n\r\n  \n二\n| 只有出处": [ChecklistLine("一"), ChecklistLine("二")],
    "": [],
}


@pytest.mark.parametrize(("typed", "lines"), TYPED.items())
def test_what_is_read(typed, lines):
    assert read_lines(typed) == lines


def test_what_is_written_is_read_the_same():
    lines = [ChecklistLine("一", "第1条"), ChecklistLine("二")]
    assert read_lines(write_lines(lines)) == lines


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([ChecklistLine("一")], None),
        ([], ChecklistObjection(Unfit.EMPTY)),
        ([ChecklistLine(str(number)) for number in range(40)], None),
        ([ChecklistLine(str(number)) for number in range(41)], ChecklistObjection(Unfit.TOO_MANY)),
        ([ChecklistLine("长" * 300, "源" * 200)], None),
        ([ChecklistLine("一"), ChecklistLine("长" * 301)], ChecklistObjection(Unfit.TOO_LONG, 2)),
        ([ChecklistLine("一", "源" * 201)], ChecklistObjection(Unfit.TOO_LONG, 1)),
        ([ChecklistLine("一"), ChecklistLine("一", "第2条")], ChecklistObjection(Unfit.TWICE, 2)),
    ],
)
def test_what_cannot_be_kept(lines, found):
    assert objection(lines) == found
