"""What must hold of every cell of every list, wherever a test comes by one; and where the lists are."""

import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection

from members.pages.listing import Listing

APPS = ("members", "meetings", "dues", "supervision", "assessment", "reminders")
PLAIN = (str, int, float, Decimal, date, type(None))


def without_a_query(read: Callable[..., Any]) -> Callable[..., Any]:
    def watched(*given: Any) -> Any:
        with connection.execute_wrapper(_refuse):
            return read(*given)

    return watched


def _refuse(execute: object, sql: str, *rest: object) -> None:
    raise AssertionError(f"A cell asked the database: {sql}")


def plainly(read: Callable[..., Any]) -> Callable[..., Any]:
    def watched(column: Any, *given: Any) -> Any:
        value = read(column, *given)
        assert isinstance(value, PLAIN), f"{column.code} gives a workbook {type(value)}"
        return value

    return watched


def declared() -> Iterator[tuple[str, Listing]]:
    """Every list of the program with its name. The addresses import all views."""
    import_module(settings.ROOT_URLCONF)
    for module_name, module in sorted(sys.modules.items()):
        if module_name.partition(".")[0] in APPS:
            for name, value in vars(module).items():
                if isinstance(value, Listing):
                    yield f"{module_name}.{name}", value
