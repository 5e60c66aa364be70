"""How a list is read as it is typed, and what can't be kept."""

import pytest

from supervision.self_checks.rules import Line, Objection, Unfit, objection, read_lines, write_lines

TYPED = {
    "按月交纳党费": [Line("按月交纳党费")],
    "按月交纳党费 | 党费规定第11条": [Line("按月交纳党费", "党费规定第11条")],
    "按月交纳党费\t党费规定第11条": [Line("按月交纳党费", "党费规定第11条")],
    "按月交纳党费｜党费规定 | 第11条": [Line("按月交纳党费", "党费规定 | 第11条")],
    "一\r\n\r\n  \n二\n| 只有出处": [Line("一"), Line("二")],
    "": [],
}


@pytest.mark.parametrize(("typed", "lines"), TYPED.items())
def test_what_is_read(typed, lines):
    assert read_lines(typed) == lines


def test_what_is_written_is_read_the_same():
    lines = [Line("一", "第1条"), Line("二")]
    assert read_lines(write_lines(lines)) == lines


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([Line("一")], None),
        ([], Objection(Unfit.EMPTY)),
        ([Line(str(number)) for number in range(40)], None),
        ([Line(str(number)) for number in range(41)], Objection(Unfit.TOO_MANY)),
        ([Line("长" * 300, "源" * 200)], None),
        ([Line("一"), Line("长" * 301)], Objection(Unfit.TOO_LONG, 2)),
        ([Line("一", "源" * 201)], Objection(Unfit.TOO_LONG, 1)),
        ([Line("一"), Line("一", "第2条")], Objection(Unfit.TWICE, 2)),
    ],
)
def test_what_cannot_be_kept(lines, found):
    assert objection(lines) == found
