"""Whoever steals the database gets names, and none of the private values: not from rows, indexes or what is logged."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from audit.keyring import unseal
from members.models import Member
from tests.security.canaries import Canaries, make_canaries
from tests.world import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)

SURRENDERED = {"name", "payer", "payer on a bill", "note on a bill", "profile", "what a message says"}
"""Names, and what a bill or the profile beside large dues says, lie open: they are searched and matched. What fills a
message is a name, a meeting or an amount; what was answered is sealed."""


@pytest.fixture
def canaries() -> Canaries:
    """Committed rows, after the secretary has revealed, searched and edited."""
    canaries = make_canaries()
    secretary, zhang = Client(), canaries.full.rows[Member]["zhang"]
    secretary.force_login(canaries.full.cast.secretary, backend=BACKEND)
    phone = next(canary.texts[0] for canary in canaries.all if canary.kind == "phone" and canary.whose == "zhang")
    answer = secretary.post(f"/members/{zhang.key}/reveal/", {"field": "phone", "reason": "通知开会"})
    assert phone in answer.content.decode()
    secretary.get("/roster/", {"q": phone})
    secretary.post("/roster/filters/", {"name": "电话", "query": "situation=retired"})
    return canaries


def rows() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [str(row) for row in cursor.fetchall()]
    return "\\n".join(texts)


def files() -> str:
    """The bytes of the database's files, where it has any that we can read."""
    if connection.vendor != "sqlite":
        return ""
    connection.close()  # so that everything is written
    name = Path(connection.settings_dict["NAME"])
    return "".join(path.read_bytes().decode(errors="replace") for path in name.parent.glob(f"{name.name}*"))


@pytest.mark.parametrize("dump", [rows, files])
def test_no_private_value_can_be_read_in_the_database(canaries, dump):
    text = dump()

    assert [str(canary) for canary in canaries.all if canary.kind not in SURRENDERED and canary.sings(text)] == []


def test_names_can_be_read_so_the_dump_is_one(canaries):
    """The negative control of the search: what is not sealed is found, in rows and in files."""
    names = [canary for canary in canaries.all if canary.kind == "name"]

    assert all(canary.sings(rows()) for canary in names)
    if connection.vendor == "sqlite":
        assert all(canary.sings(files()) for canary in names)


def test_a_value_in_a_field_that_is_not_sealed_is_found(canaries):
    """The negative control of the fields."""
    phone = next(canary for canary in canaries.all if canary.kind == "phone")
    Member.objects.filter(name__isnull=False).update(remark=phone.texts[0])

    assert phone.sings(rows())


def test_with_the_keys_everything_opens(canaries):
    member = Member.objects.get(pk=canaries.full.rows[Member]["zhang"].pk)
    phone = next(canary for canary in canaries.all if canary.kind == "phone" and canary.whose == "zhang")

    assert unseal(str.__str__(member.phone)) in phone.texts


def test_the_keys_are_not_in_the_database(canaries):
    text = rows() + files()

    assert not any(key in text for key in [settings.SECRET_KEY, *settings.FIELD_KEYS])
