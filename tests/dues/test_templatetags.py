from datetime import date
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from dues.templatetags.dues import kept_under, month, months, yuan


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


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ([], ""),
        (["2026-03"], "2026年3月"),
        (["2026-03", "2026-04", "2026-05"], "2026年3月–5月"),
        (["2025-12", "2026-01", "2026-03"], "2025年12月–2026年1月、2026年3月"),
    ],
)
def test_months_that_follow_each_other_stand_together(held, text):
    rows = [SimpleNamespace(month=date.fromisoformat(f"{one}-01")) for one in held]

    with override("zh-hans"):
        assert months(rows) == text


def test_somebody_without_a_user_stands_as_he_was_recorded():
    assert [kept_under({"officer": "李芳"}, name) for name in ("officer", "system")] == ["李芳", "system"]
