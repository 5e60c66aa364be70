"""Every scoped model × every member of the cast: exactly the rows of the reviewed table, no more and no fewer."""

import inspect
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models import Model

from audit.models import Entry
from members.access.queries import access_for
from members.models import Member, Organization
from members.trail import queries
from tests.cast import TODAY
from tests.full_cast import FullCast, make_full_cast
from tests.scope_table import REACHED_THROUGH, SCOPE
from tests.world import MODELS

pytestmark = pytest.mark.django_db


PARTS = (
    "secretary", "officer", "group_leader", "member", "next_secretary", "other_secretary", "county_staff",
    "district_staff", "county_secretary", "inspector", "administrator", "stranger", "former",
)  # fmt: skip


@pytest.fixture(scope="module")
def full_cast(django_db_setup, django_db_blocker) -> Iterator[FullCast]:
    """Made once: all that is done to it here is to look."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_full_cast()
        transaction.set_rollback(True)


def viewer(full_cast, part):
    user = full_cast.rows[MODELS["User"]][part]
    user.access = access_for(user, on=TODAY)
    return user


def visible(model, user):
    return queries.visible_entries(user) if model is Entry else model.objects.visible_to(user)


def seen(full_cast, name, part):
    model = MODELS[name]
    return {full_cast.name_of(row) for row in visible(model, viewer(full_cast, part)) if row.pk in of(full_cast, model)}


def of(full_cast, model):
    """Entries that came about while the cast was made are left out; of other models every row counts."""
    return {row.pk for row in full_cast.rows[model].values()} if model is Entry else Everything()


class Everything:
    def __contains__(self, item):
        return True


@pytest.mark.parametrize("name", SCOPE)
def test_everybody_sees_exactly_the_rows_of_the_table(full_cast, name):
    expected = {part: set(SCOPE[name].get(part, "").split()) for part in PARTS}

    assert {part: seen(full_cast, name, part) for part in PARTS} == expected


def test_the_table_names_only_rows_and_parts_that_exist(full_cast):
    for name, parts in SCOPE.items():
        assert set(parts) <= set(PARTS)
        assert {row for rows in parts.values() for row in rows.split()} <= set(full_cast.rows[MODELS[name]])


def test_no_row_of_the_full_cast_is_forgotten(full_cast):
    for model in MODELS.values():
        if model in full_cast.rows and model is not Entry:
            assert {row.pk for row in model.objects.all()} == {row.pk for row in full_cast.rows[model].values()}


def is_scoped(model: type[Model]) -> bool:
    points_into_the_tree = any(field.related_model in (Organization, Member) for field in model._meta.local_fields)
    return points_into_the_tree or model in (Organization, Member) or hasattr(model.objects, "visible_to")


def test_every_scoped_model_is_in_the_table():
    scoped = {name for name, model in MODELS.items() if is_scoped(model)}

    assert scoped | {"Entry"} == set(SCOPE) | set(REACHED_THROUGH)


@pytest.mark.parametrize(("name", "parent"), REACHED_THROUGH.items())
def test_a_model_without_a_scope_hangs_on_one_that_has_it(name, parent):
    assert MODELS[name]._meta.get_field(parent).related_model.__name__ in SCOPE


@pytest.mark.parametrize("name", [name for name in SCOPE if name != "Entry"])
def test_a_scope_that_lets_everything_through_is_noticed(full_cast, monkeypatch, name):
    """The negative control: with `visible_to` switched off the table is contradicted for everybody whom it limits."""
    manager = type(MODELS[name].objects)
    monkeypatch.setattr(manager, "visible_to", lambda self, user, *capability: self.all(), raising=False)
    every_row = set(full_cast.rows[MODELS[name]])
    limited = [part for part in PARTS if set(SCOPE[name].get(part, "").split()) != every_row]

    assert "stranger" in limited
    for part in limited:
        assert seen(full_cast, name, part) != set(SCOPE[name].get(part, "").split())


def test_a_trail_that_lets_everything_through_is_noticed(full_cast, monkeypatch):
    monkeypatch.setattr(queries, "visible_entries", lambda user: Entry.objects.all())

    assert seen(full_cast, "Entry", "stranger") != set()


def test_no_scope_is_asked_twice_for_the_same(full_cast, django_assert_max_num_queries):
    """Whatever somebody may see of a model comes out of one query."""
    user = viewer(full_cast, "county_staff")
    for name in SCOPE:
        with django_assert_max_num_queries(1):
            list(visible(MODELS[name], user))


def test_every_scope_takes_the_user_first():
    """`visible_to(user)` and nothing that has to be known besides."""
    for name in SCOPE:
        if name != "Entry":
            first, *others = inspect.signature(MODELS[name].objects.visible_to).parameters.values()
            assert first.name == "user"
            assert all(parameter.default is not parameter.empty for parameter in others)
