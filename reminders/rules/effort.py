"""What counts as a field that somebody filled in, and what a year of it looks like."""

from collections.abc import Iterable
from datetime import date
from statistics import median

from rulebook.dates import add_months

NOT_TYPED = frozenset({"csrfmiddlewaretoken", "key", "next", "page", "confirmed", "of_kind", "of_period", "of_member"})
"""What the program itself put into the form."""
BOOKKEEPING = ("-TOTAL_FORMS", "-INITIAL_FORMS", "-MIN_NUM_FORMS", "-MAX_NUM_FORMS")
QUARTERS = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}
MONTHS = 12


def filled_fields(typed: Iterable[tuple[str, list[str]]], files: Iterable[str] = ()) -> int:
    """Fields of a form with something in them, uploaded files included. A field counts once, however much it holds."""
    filled = [name for name, values in typed if _is_typed(name) and any(value.strip() for value in values)]
    return len(filled) + len(list(files))


def _is_typed(name: str) -> bool:
    return name not in NOT_TYPED and not name.endswith(BOOKKEEPING)


def last_months(on: date) -> list[date]:
    """The first days of the twelve months up to that of a day, the latest first."""
    this = on.replace(day=1)
    return [add_months(this, -back) for back in range(MONTHS)]


def begins(period: str) -> date | None:
    """The first day of `2026`, `2026-Q3`, `2026-07` or `2026-07-15`; None for what isn't a period."""
    year, _dash, rest = period.partition("-")
    if rest in QUARTERS:
        rest = QUARTERS[rest]
    try:
        return date.fromisoformat("-".join([year, *rest.split("-"), "01"][:3]) if rest else f"{year}-01-01")
    except ValueError:
        return None


def middle(numbers: Iterable[int]) -> int:
    """The median, rounded; half of them are asked for more, half for less. 0 of none."""
    found = list(numbers)
    return round(median(found)) if found else 0
