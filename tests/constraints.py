"""Asking the database to refuse a row, and knowing which constraint did."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction


def refusal(row: models.Model) -> str:
    """What the database says when the row is stored."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save(force_insert=True)
    return str(error.value)


def names(model: type[models.Model], constraint: str, message: str) -> bool:
    """Whether the refusal is this constraint's. SQLite names the columns of a unique index, PostgreSQL the index."""
    found = [declared for declared in model._meta.constraints if declared.name == constraint]
    if any(isinstance(one, models.CheckConstraint) for one in found):
        return constraint in message
    fields = found[0].fields if found else [constraint]
    columns = [f"{model._meta.db_table}.{model._meta.get_field(name).column}" for name in fields]
    return constraint in message or (connection.vendor == "sqlite" and ", ".join(columns) in message)


def build(lawful: dict[type[models.Model], Any], model: type[models.Model], cast: Any, *changes: dict[str, Any]) -> Any:
    """A lawful row of the model with the changes; a value that is asked for gets the cast."""
    fields = lawful[model](cast)
    for change in changes:
        fields |= {name: value(cast) if callable(value) else value for name, value in change.items()}
    return model(**fields)
