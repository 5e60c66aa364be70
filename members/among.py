"""Conditions with thousands of keys, as one parameter: a list of placeholders costs more than what it finds."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, list[Any]]


class Among(Func):
    """Whether the field is one of these ids or keys, all of one type: `filter(Among("pk", keys))`.

    With none of them it is true of nothing.
    """

    output_field = BooleanField()

    def __init__(self, field: str | F, values: Iterable[int] | Iterable[UUID]) -> None:
        super().__init__(F(field) if isinstance(field, str) else field)
        self.values = [value.hex if isinstance(value, UUID) else value for value in values]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Sql:  # type: ignore[override]
        field, params = compiler.compile(self.source_expressions[0])
        return f"{field} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.values)]  # noqa: S608

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Sql:
        field, params = compiler.compile(self.source_expressions[0])
        array = "uuid[]" if isinstance(next(iter(self.values), None), str) else "bigint[]"
        if not self.values:
            return "FALSE", []
        return f"{field} = ANY(%s::{array})", [*params, f"{{{','.join(map(str, self.values))}}}"]
