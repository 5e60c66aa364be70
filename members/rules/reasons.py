"""Whether a reason says something, or only fills the field."""

LEAST = 4
"""Letters and digits: 「通知开会」 is a reason."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", "0123456789")
NOTHING = frozenset({"test", "none", "reason", "private", "export", "测试一下", "没有原因", "工作需要", "其他原因"})
"""What is typed to get past the field."""


def says_something(reason: str) -> bool:
    """Four letters or more of which three differ; not only digits, nor a part said again and again, nor a run."""
    said = "".join(letter for letter in reason.casefold() if letter.isalnum())
    if len(said) < LEAST or len(set(said)) < 3 or said.isdecimal() or said in NOTHING:
        return False
    return not (is_run(said) or _is_repeated(said))


def is_run(text: str) -> bool:
    """Whether it is a row of keys or of the alphabet, forwards or backwards."""
    return any(text in row or text[::-1] in row for row in ROWS)


def _is_repeated(text: str) -> bool:
    return text in (text + text)[1:-1]
