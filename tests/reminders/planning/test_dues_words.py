"""What a message says of dues."""

from datetime import date

import pytest
from django.utils import translation

from dues.ledger.rules import OpenMonth, Span, arrears
from members.choices import OfficeKind
from reminders.planning.rules import Taker, dues_values, months_text, ways_text

LI = Taker(OfficeKind.ORGANIZATION_OFFICER, "李梅")


def months(*texts: str) -> list[date]:
    return [date.fromisoformat(f"{text}-01") for text in texts]


@pytest.mark.parametrize(
    ("open_months", "zh", "en"),
    [
        (["2026-10"], "2026年10月", "October 2026"),
        (["2026-09", "2026-10"], "2026年9月至10月", "September to October 2026"),
        (["2025-12", "2026-01"], "2025年12月至2026年1月", "December 2025 to January 2026"),
        (["2026-03", "2026-05"], "2026年3月、2026年5月", "March 2026, May 2026"),
        (["2026-01", "2026-02", "2026-05"], "2026年1月至2月、2026年5月", "January to February 2026, May 2026"),
    ],
)
def test_months_in_a_row_are_told_by_the_first_and_the_last(open_months, zh, en):
    with translation.override("zh-hans"):
        assert months_text(months(*open_months)) == zh
    with translation.override("en"):
        assert months_text(months(*open_months)) == en


def test_the_amount_is_that_of_the_months_that_count():
    found = arrears(
        [OpenMonth(month, 4000) for month in months("2026-08", "2026-09", "2026-10")],
        on=date(2026, 11, 2), reasons=[Span(date(2026, 8, 1), date(2026, 9, 1))],
    )  # fmt: skip
    with translation.override("en"):
        values = dues_values(found, LI)
    assert (values["amount"], values["months"]) == ("80.00 yuan", "September to October 2026")


@pytest.mark.parametrize("taker", [LI, None])
def test_ways_to_pay_name_who_takes_them_and_never_withholding_or_an_advance(taker):
    with translation.override("zh-hans"):
        ways = ways_text(taker)
    assert ("李梅" in ways) is (taker is not None)
    assert not any(word in ways for word in ("代扣", "扣缴", "工资", "垫"))
