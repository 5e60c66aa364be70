"""Which rows are watched: each app declares its tables in `verification.py`, and says why others are not.

`WATCHED` says for each model where a difference is looked for: in each row, or in all rows with the same values in a
few columns, where rows are very many. `LEFT_OUT` are columns that change without meaning, `UNWATCHED` are tables, each
with the reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule

EACH_ROW = ("pk",)
WHOLE_TABLE: tuple[str, ...] = ()
"""For tables whose rows lie in no order: one sum for each of them would be numbered as they came."""
Place = tuple[str, ...]


@dataclass(frozen=True)
class Watched:
    """A table, the columns that say where in it a row lies, and the columns of which nothing may differ."""

    model: type[models.Model]
    place: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@cache
def watched_tables() -> Mapping[str, Watched]:
    """Every watched table by its name in the database."""
    found = (_watched(label, place, left_out(label)) for label, place in _declared("WATCHED"))
    return {watched.table: watched for watched in sorted(found, key=lambda watched: watched.table)}


def left_out(label: str) -> Mapping[str, str]:
    """The columns of a model that are not watched, with the reason."""
    return dict(_declared("LEFT_OUT")).get(label, {})


def unwatched() -> Mapping[str, str]:
    """The models that are not watched, with the reason."""
    return dict(_declared("UNWATCHED"))


def exclusions() -> Mapping[str, str]:
    """The exclusion constraint of a model on PostgreSQL, as it writes it down: Django's models have none of them."""
    return dict(_declared("EXCLUSIONS"))


def search_tables() -> list[str]:
    """SQLite's tables for searches by words; each has others of its own."""
    return [table for _label, table in _declared("SEARCHES")]


def _watched(label: str, place: Place, without: Mapping[str, str]) -> Watched:
    model = apps.get_model(label)
    columns = [field.column for field in model._meta.local_concrete_fields]
    if unknown := {*place, *without} - {*columns, "pk"}:
        raise ValueError(f"{label} has no column {', '.join(sorted(unknown))}")
    key = model._meta.pk.column
    return Watched(
        model=model,
        place=tuple(key if column == "pk" else column for column in place),
        columns=tuple(column for column in columns if column not in without),
    )


def _declared(name: str) -> Iterator[tuple[str, Any]]:
    for module in _verifications():
        yield from getattr(module, name, {}).items()


def _verifications() -> Iterator[ModuleType]:
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "verification"):
            yield import_module(f"{app.name}.verification")
