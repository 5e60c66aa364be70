"""What a number in a sheet means under its format: a day, a month, a time or just a number."""

import re
from datetime import date, datetime, timedelta

DAY, MONTH, YEAR, TIME = "day", "month", "year", "time"

DAY_FORMATS = {14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58}
MONTH_FORMATS = {17, 27, 36, 50, 52, 57}
"""Numbers that stand for formats without a code in the file; 27 to 58 are what they mean in Chinese Excel."""
TIME_FORMATS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}

QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
LAST_SERIAL = 2_958_465
"""31 December 9999."""

Value = str | int | float | bool | dict[str, object] | None


def built_in_kind(written: str) -> str | None:
    """What a format without a code means, by its number."""
    number = int(written) if written.isdecimal() else 0
    if number in DAY_FORMATS:
        return DAY
    if number in MONTH_FORMATS:
        return MONTH
    return TIME if number in TIME_FORMATS else None


def format_kind(code: str) -> str | None:
    """What a format code means: by the letters outside quotes and brackets."""
    letters = set(QUOTED.sub("", code.split(";")[0]).lower())
    if "general" in code.lower():
        return None
    if "d" in letters or ("m" in letters and not letters & {"y", "e", "h", "s"}):
        return DAY
    if letters & {"y", "e"} and not letters & {"0", "#"}:
        return MONTH if "m" in letters else YEAR
    return TIME if letters & {"h", "s"} else None


def plain_number(text: str) -> int | float | str:
    """The number as exactly as the file has it; text that isn't one stays text."""
    try:
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 40 else _finite(text)
    except ValueError:
        return text


def _finite(text: str) -> float | str:
    number = float(text)
    return number if number - number == 0 else text


def under_format(text: str, kind: str | None, *, from_1904: bool = False) -> Value:
    """The value of a number cell. A month format on a first day means that only the month is known."""
    number = plain_number(text)
    if kind is None or isinstance(number, str) or not 0 <= number <= LAST_SERIAL:
        return number
    if kind == DAY and type(number) is int:
        return {"d": date.fromordinal((EPOCH_1904 if from_1904 else EPOCH).toordinal() + number).isoformat()}
    moment = (EPOCH_1904 if from_1904 else EPOCH) + timedelta(days=number)
    if kind == TIME:
        return f"{moment:%H:%M:%S}".removesuffix(":00") if number < 1 else whole(moment)
    if kind == MONTH and moment.day == 1:
        return {"m": f"{moment:%Y-%m}"}
    return whole(moment)


def whole(moment: date | datetime) -> Value:
    """A day, or a day with a time, for the pipe."""
    if isinstance(moment, datetime) and not (moment.hour or moment.minute or moment.second):
        moment = moment.date()
    return {"d": moment.isoformat()}
