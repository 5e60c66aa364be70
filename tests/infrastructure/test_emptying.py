import pytest
from django.db import connection
from django.test import TransactionTestCase

from audit.services import record
from tests.cast import make_cast
from tests.emptying import WRITTEN_BY_DJANGO, empty_append_only_tables_too

LEFT = {*WRITTEN_BY_DJANGO, "django_migrations"}


def tables_with_rows() -> set[str]:
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if "search_" not in name]
        cursor.execute(" UNION ALL ".join(f"SELECT * FROM (SELECT '{name}' FROM {name} LIMIT 1) one" for name in names))
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_but_what_django_writes_of_models():
    cast = make_cast()
    record(action="edit_member", by=cast.secretary, subject=cast.zhang, changes=[("phone", "1", "2")])
    assert {"members_member", "audit_entry", "audit_tablesum"} <= tables_with_rows()

    empty_append_only_tables_too(TransactionTestCase())

    assert tables_with_rows() == LEFT
