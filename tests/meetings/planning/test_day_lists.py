"""Lists of days off and workdays, as administrators have them before them."""

from datetime import date

import pytest
from django.utils import translation

from meetings.planning.rules import Defaults, read_days

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
七、国庆节、中秋节：9月30日至10月6日放假调休，共7天。10月9日（周六）上班。
"""
"""In the form of the State Council's notices; the days are invented."""


def found(text, year=2027, **defaults):
    days, faults = read_days(text, Defaults(year, **defaults))
    return [(f"{one.day:%m-%d}", str(one.kind), one.name) for one in days], faults


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2027-01-01 元旦", ("01-01", "off", "元旦")),
        ("2027/1/1 元旦", ("01-01", "off", "元旦")),
        ("2027.1.1\t元旦", ("01-01", "off", "元旦")),
        ("2027年1月1日 元旦", ("01-01", "off", "元旦")),
        ("1月1日 元旦", ("01-01", "off", "元旦")),
        ("1月1日（周五）元旦放假", ("01-01", "off", "元旦")),
        ("元旦 2027-01-01 放假", ("01-01", "off", "元旦")),
        ("２０２７－０１－０１ 元旦", ("01-01", "off", "元旦")),  # full-width, as input methods write it
        ("2027-02-20 上班 春节", ("02-20", "worked", "春节")),
        ("2027-02-20 春节补班", ("02-20", "worked", "春节")),
        ("2027-02-20,班,春节", ("02-20", "worked", "春节")),
        ("2027-02-20 Spring Festival workday", ("02-20", "worked", "Spring Festival")),
        ("2027-01-01 New Year off", ("01-01", "off", "New Year")),
        ("2027-03-08 公休日", ("03-08", "off", "公休日")),
    ],
)
def test_a_line_is_a_day_with_its_name(line, day):
    assert found(line) == ([day], [])


@pytest.mark.parametrize(
    "line",
    [
        "2027-02-27 至 2027-03-02 春节",
        "2027-02-27~2027-03-02 春节",
        "2027-02-27 - 2027-03-02 春节",
        "2027.2.27—3.2 春节",
        "2月27日（周六）至3月2日（周二）春节",
        "2027年2月27日到3月2日 春节放假4天",
    ],
)
def test_a_span_is_every_day_of_it(line):
    assert found(line) == ([(day, "off", "春节") for day in ("02-27", "02-28", "03-01", "03-02")], [])


def test_the_lines_of_the_notice_are_read_as_they_stand():
    days, faults = found(NOTICE)
    worked = [(day, name) for day, kind, name in days if kind == "worked"]
    off = [(day, name) for day, kind, name in days if kind == "off"]

    assert faults == []
    assert worked == [("01-31", "春节"), ("02-20", "春节"), ("10-09", "国庆节、中秋节")]
    assert (len(off), off[0], off[3], off[-1]) == (
        3 + 7 + 7, ("01-01", "元旦"), ("02-05", "春节"), ("10-06", "国庆节、中秋节"),
    )  # fmt: skip


def test_what_a_line_does_not_say_comes_from_the_form():
    assert found("1月31日", kind="worked", name="春节") == ([("01-31", "worked", "春节")], [])
    assert found("1月31日 放假", kind="worked", name="春节") == ([("01-31", "off", "春节")], [])


def test_a_year_that_is_written_goes_before_that_of_the_form():
    days, _faults = read_days("2028-01-01 元旦\n1月1日 元旦", Defaults(2027))

    assert [one.day for one in days] == [date(2027, 1, 1), date(2028, 1, 1)]


def test_empty_lines_and_the_same_day_twice_are_nothing_to_complain_about():
    assert found("\n2027-01-01 元旦\n\n  \n2027-01-01 元旦\n") == ([("01-01", "off", "元旦")], [])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("关于2027年部分节假日安排的通知", "No day"),
        ("元旦放假", "No day"),
        ("2027-13-01 元旦", "no day 2027-13-01"),
        ("2027-02-30 春节", "no day 2027-02-30"),
        ("2月27日至2月30日 春节", "no day 2027-2-30"),
        ("2027-03-02 至 2027-02-27 春节", "is no holiday"),
        ("2027-01-01 至 2027-12-31 年", "is no holiday"),
        ("2027-01-01", "no name"),
        ("2027-01-01 放假", "no name"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(line, fault):
    days, (sentence,) = found(f"2027-05-01 劳动节\n{line}")

    assert days[-1] == ("05-01", "off", "劳动节")
    assert sentence.startswith("Line 2: ")
    assert fault in sentence


def test_a_day_cannot_be_both():
    _days, (sentence,) = found("2027-01-01 元旦\n2027-01-01 元旦上班")

    assert "2027-01-01 is already in the list as the opposite." in sentence
