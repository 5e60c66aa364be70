"""PostgreSQL keeps the statement of a prepared query for each connection; elsewhere it is sent each time."""

import pytest
from django.db import connection, transaction

from members.choices import OrganizationKind
from members.models import Member, Organization
from members.prepared import Prepared, kept_by_server

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = connection.vendor == "postgresql"
LIKE = '%"name" = $1 AND "members_member"."roster_path" = $2%'


@pytest.fixture
def asked():
    return Prepared(lambda name, path: Member.objects.filter(name=name, roster_path=path).values_list("key"))


def found(asked, person):
    return [key for (key,) in asked.rows(name=person.name, path=person.roster_path)]


def kept():
    """How many statements about a name and a place the server keeps for this connection."""
    if not ON_POSTGRESQL:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [LIKE])
        return cursor.fetchone()[0]


def test_the_server_is_told_once_and_asked_in_one_query_each_time(cast, asked, django_assert_num_queries):
    before = kept()
    for person in (cast.zhang, cast.li, cast.zhang):
        with django_assert_num_queries(1):
            assert found(asked, person) == [person.key]

    assert kept() - before == (1 if ON_POSTGRESQL else 0)


def test_a_choice_is_asked_for_like_its_word(cast):
    places = Prepared(
        lambda kind: Organization.objects.filter(kind=kind).order_by("path").values_list("code", flat=True)
    )

    assert [*places.rows(kind=OrganizationKind.GROUP)] == [*places.rows(kind="group")] != []


def test_what_is_rolled_back_takes_no_statement_with_it(cast, asked):
    with pytest.raises(RuntimeError), transaction.atomic():
        found(asked, cast.li)
        raise RuntimeError

    assert found(asked, cast.zhang) == [cast.zhang.key]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_told_anew(cast, asked):
    assert found(asked, cast.li) == [cast.li.key]
    connection.close()

    assert found(asked, cast.li) == [cast.li.key]
    assert kept() == (1 if ON_POSTGRESQL else 0)


def test_a_pooler_between_us_and_the_server_keeps_nothing(cast, asked, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    before = kept()

    assert not kept_by_server()
    assert found(asked, cast.li) == [cast.li.key]
    assert kept() == before
