"""Asking the database to refuse a row, and knowing which constraint did."""

import pytest
from django.apps import apps as registry
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


def declared(model: type[models.Model]) -> set[tuple[str, str]]:
    """Every constraint and every unique field of a model."""
    named = {constraint.name for constraint in model._meta.constraints}
    unique = {field.name for field in model._meta.local_fields if field.unique and not field.primary_key}
    return {(model.__name__, name) for name in named | unique}


def models_of(*apps: str) -> list[type[models.Model]]:
    return [model for app in apps for model in registry.get_app_config(app).get_models()]
