from datetime import date
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from dues.arrears.queries import MonthLine, Paid
from dues.choices import MonthState
from dues.templatetags.dues import month, months, yuan
from dues.templatetags.dues_rows import month_lines, paid_line
from members.templatetags.look import kept_under


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
    rows = [SimpleNamespace(month=date.fromisoformat(f"{one}-01"), carried_over=False) for one in held]

    with override("zh-hans"):
        assert months(rows) == text


def test_somebody_without_a_user_stands_as_he_was_recorded():
    assert [kept_under({"officer": "李芳"}, name) for name in ("officer", "system")] == ["李芳", "system"]


# --- A member's months ------------------------------------------------------------------------------------------------
def paid(**given):
    facts = {"key": 1, "paid_on": date(2026, 3, 9), "day_known": True, "amount_fen": 4000, "voluntary_fen": 0}
    facts |= {"way": "现金", "payer": "", "recorded_by": "", "receipt": "", "receipt_token": "", "taken_back": False}
    return Paid(**facts | given)


def month_line(**given):
    facts = {"month": date(2026, 3, 1), "state": MonthState.OPEN, "charged_fen": 4000, "waived_fen": 0}
    return MonthLine(**facts | {"settled_fen": 0, "branch": "", "basis": None, "paid": ()} | given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "2026-03-09 现金"),
        ({"payer": "王芳（亲属）"}, "2026-03-09 现金 · 王芳（亲属）"),
        ({"day_known": False}, "2026年3月 现金"),
    ],
)
def test_a_payment_says_when_how_and_by_whom(given, text):
    with override("zh-hans"):
        assert paid_line(paid(**given)) == text


@pytest.mark.parametrize(
    ("given", "shown", "missing"),
    [
        ({}, ["2026年3月", ">40.00<"], ["paid-lines", "quiet"]),
        ({"charged_fen": 0}, [], ["40.00"]),
        ({"waived_fen": 1000}, ['class="quiet nowrap"', "10.00", ">30.00<"], []),
        ({"settled_fen": 4000, "paid": (paid(payer="<b>"),)}, ["<li>2026-03-09 现金 · &lt;b&gt;</li>"], ["<b>"]),
    ],
)
def test_a_month_says_how_it_stands(given, shown, missing):
    with override("zh-hans"):
        row = month_lines([month_line(**given)])
    assert all(text in row for text in shown)
    assert not any(text in row for text in missing)
    assert row.count("<td data-label=") == 5


@pytest.mark.parametrize(("waived", "said"), [(4000, "免40.00"), (1000, "减10.00")])
def test_a_month_for_which_something_is_still_asked_is_reduced_and_not_waived(waived, said):
    with override("zh-hans"):
        assert f">{said}<" in month_lines([month_line(waived_fen=waived)])
