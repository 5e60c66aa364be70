from datetime import date

import pytest
from django.utils.translation import override

from dues.templatetags.dues import month, yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (4000, "40.00"),
        (123450, "1,234.50"),
        (100000000, "1,000,000.00"),
        (-4000, "-40.00"),
        (None, ""),
    ],
)
def test_fen_are_shown_in_yuan(fen, text):
    assert yuan(fen) == text


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "2026年3月"), ("en", "March 2026")])
def test_a_month_is_written_as_the_language_writes_it(language, text):
    with override(language):
        assert (month(date(2026, 3, 1)), month(None)) == (text, "")
