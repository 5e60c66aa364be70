"""The cast that is stored again is the cast that is made."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from members.models import Member, Office, Organization, User
from tests import made_again as again
from tests.cast import Cast, make_cast, make_organization

pytestmark = pytest.mark.django_db
BY_CHANCE = {"key", "password", "public_key"}


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch):
    monkeypatch.setattr(again, "_noted", {})


def stored() -> dict[str, list[dict[str, object]]]:
    """All rows of the tables that the cast is in, less what is drawn anew each time."""
    return {table: rows_of(table) for table in again.TABLES}


def rows_of(table: str) -> list[dict[str, object]]:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return list(model.objects.order_by("pk").values())


def without_chance(rows: dict[str, list[dict[str, object]]]) -> object:
    def kept(row: dict[str, object]) -> dict[str, str]:
        return {name: str(type(value)) if drawn(name, value) else str(value) for name, value in row.items()}

    return {table: [kept(row) for row in lines] for table, lines in rows.items()}


def drawn(name: str, value: object) -> bool:
    return name in BY_CHANCE or hasattr(value, "utcoffset") or type(value).__module__ == "members.fields"


def undone(make) -> tuple[Cast, dict[str, list[dict[str, object]]]]:
    with transaction.atomic():
        made, rows = make(), stored()
        transaction.set_rollback(True)
    return made, rows


def test_what_is_stored_again_is_what_was_made():
    _made, plain = undone(lambda: again.made_again(make_cast))
    _again, same = undone(lambda: again.made_again(make_cast))

    assert len(again._noted) == 1
    assert without_chance(same) == without_chance(plain)
    assert {table: len(rows) for table, rows in same.items()} == {
        "members_organization": 7, "members_user": 12, "members_member": 4, "members_office": 10,
        "members_affiliation": 4,
    }  # fmt: skip
    assert [row["key"] for row in same["members_member"]] == [row["key"] for row in plain["members_member"]]


def test_objects_are_those_of_the_rows_and_nobody_elses():
    first, _rows = undone(lambda: again.made_again(make_cast))
    first.branch.name = "another"
    made = again.made_again(make_cast)

    assert {name: user.pk for name, user in made.users().items()} == {
        user.username: user.pk for user in User.objects.all()
    }
    assert made.branch.name == Organization.objects.get(pk=made.branch.pk).name
    assert Member.objects.get(pk=made.zhang.pk).phone.open() == made.zhang.phone
    assert Office.objects.filter(user=made.secretary, organization=made.branch).exists()


def test_later_rows_get_numbers_of_their_own():
    undone(lambda: again.made_again(make_cast))
    made = again.made_again(make_cast)
    later = make_organization("later", "后建支部", "branch", made.district)

    assert later.pk > max(place.pk for place in (made.county, made.other_branch))


def test_beside_other_rows_it_is_made_anew():
    undone(lambda: again.made_again(make_cast))
    make_organization("first", "先建党委", "committee")
    made = again.made_again(make_cast)

    assert made.county.pk != Organization.objects.get(code="first").pk
    assert Organization.objects.count() == 8


def test_on_another_day_it_is_made_anew(monkeypatch):
    undone(lambda: again.made_again(make_cast))
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2020, 2, 29))
    made = again.made_again(make_cast)

    assert Organization.objects.get(pk=made.branch.pk).entered_on == made.branch.entered_on
    assert len(again._noted) == 2


def test_rows_that_are_stored_again_are_in_the_sums_too():
    """The triggers of watched tables fire, so what is in no sum later isn't for this."""
    undone(lambda: again.made_again(make_cast))
    connection.written()
    again.made_again(make_cast)

    assert "members_office" in connection.written()
