"""What an officer's overview says."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from meetings.planning.rules import Workdays
from reminders.planning.rules import MOST, due_this_week, falling_due, lines, next_workday
from rulebook.values import Citation, Duty, duty_state

MONDAY = date(2026, 11, 23)
ARTICLE = Citation("支部工作条例", "", "16", "N", "V2")


def duty(kind: str, due_on: str, *, at: str = "branch", member: str | None = None, on: date = MONDAY) -> Duty:
    day = date.fromisoformat(due_on)
    return Duty(kind, at, member, "2026-11", day, duty_state(due_on=day, done=False, on=on), ARTICLE)


def days(duties) -> list[str]:
    return [f"{one.due_on:%m-%d}" for one in duties]


def test_the_week_asks_for_what_is_overdue_and_what_falls_due_until_sunday():
    duties = [duty("theme_day", f"2026-11-{day}") for day in (20, 23, 27, 29, 30)]
    assert days(due_this_week(duties, on=MONDAY)) == ["11-20", "11-23", "11-27", "11-29"]


@pytest.mark.parametrize(
    ("on", "called_to_mind"),
    [
        ("2026-11-26", ["11-27"]),
        ("2026-11-27", ["11-28", "11-29", "11-30"]),
        ("2026-11-28", []),
        ("2026-11-29", []),
        ("2026-11-30", ["12-01"]),
    ],
)
def test_what_falls_due_up_to_the_next_workday_is_called_to_mind_on_the_workday_before(on, called_to_mind):
    day = date.fromisoformat(on)
    duties = [duty("theme_day", f"2026-11-{number}", on=day) for number in range(26, 31)]
    duties.append(duty("theme_day", "2026-12-01", on=day))
    assert days(falling_due(duties, on=day, workdays=Workdays())) == called_to_mind


def test_every_duty_of_a_year_is_called_to_mind_exactly_once():
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    duties = [duty("theme_day", day.isoformat(), on=date(2025, 12, 31)) for day in year]
    told = [
        one.due_on for day in [date(2025, 12, 31), *year] for one in falling_due(duties, on=day, workdays=Workdays())
    ]
    assert sorted(told) == year


def test_the_national_day_is_no_workday():
    assert next_workday(date(2026, 9, 30), Workdays()) == date(2026, 10, 8)


def said(duties, language: str = "en", **places: str) -> list[str]:
    with translation.override(language):
        return lines(duties, title=lambda kind: kind.replace("_", " "), places=places).splitlines()


def test_each_kind_is_one_line_and_what_is_overdue_comes_first():
    duties = [
        duty("theme_day", "2026-11-30"),
        duty("dues_arrears", "2026-11-27", member="1"),
        duty("dues_arrears", "2026-11-25", member="2"),
        duty("theme_day", "2026-10-31"),
        duty("theme_day", "2026-09-30"),
        duty("general_meeting", "2026-11-20"),
    ]
    assert said(duties) == [
        "· theme day: 2 overdue, the first since September 30",
        "· general meeting: was due on November 20",
        "· dues arrears: 2, the first by November 25",
        "· theme day: by November 30",
    ]


def test_it_reads_in_chinese_too():
    assert said([duty("主题党日", "2026-10-31"), duty("支部党员大会", "2026-11-27")], "zh-hans") == [
        "· 主题党日：应于10月31日前办，已逾期",
        "· 支部党员大会：11月27日前",
    ]


def test_where_there_are_several_places_each_line_says_which():
    duties = [duty("theme_day", "2026-11-27", at="a"), duty("theme_day", "2026-11-28", at="b")]
    assert said(duties, a="第一党支部", b="第二党支部") == [
        "· 第一党支部 theme day: by November 27",
        "· 第二党支部 theme day: by November 28",
    ]


def test_a_long_list_is_cut_and_says_so():
    duties = [duty(f"kind_{number:02}", "2026-11-27") for number in range(MOST + 3)]
    assert len(said(duties)) == MOST + 1
    assert said(duties)[-1] == "· 3 more"


def test_nothing_is_no_line():
    assert said([]) == []
