"""What the database itself refuses: every constraint of every model, on both databases.

Each part of an app keeps its lines in a `constraints_<part>.py`: `LAWFUL` has a row of each model that is stored;
a line of `REFUSED` breaks it in one place and names the constraint that must object; one of `TWICE` says what two rows
have and what the second changes without being a different row.
"""

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from tests.constraints import build, names, refusal

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent
FILES = sorted(file.relative_to(HERE).with_suffix("") for file in HERE.rglob("constraints_*.py"))
PARTS = [import_module(".".join(("tests", *file.parts))) for file in FILES]
LAWFUL = {model: facts for part in PARTS for model, facts in part.LAWFUL.items()}
REFUSED = [line for part in PARTS for line in part.REFUSED]
TWICE = [line for part in PARTS for line in getattr(part, "TWICE", [])]
SAID_ELSEWHERE = {line for part in PARTS for line in getattr(part, "SAID_ELSEWHERE", set())}
"""Constraints that follow from another one, so that no row breaks them alone, or that have a test of their own."""
BROKEN = [f"{constraint}-{'-'.join(change)}" for _model, constraint, change in REFUSED]
SECOND = [f"{model.__name__}-{constraint}" for model, constraint, *_changes in TWICE]


@pytest.mark.parametrize("model", LAWFUL, ids=lambda model: model.__name__)
def test_a_lawful_row_is_stored(cast, model):
    build(LAWFUL, model, cast).save(force_insert=True)

    assert model.objects.exists()


@pytest.mark.parametrize(("model", "constraint", "change"), REFUSED, ids=BROKEN)
def test_the_database_refuses_a_row_that_breaks_a_rule(cast, model, constraint, change):
    assert names(model, constraint, refusal(build(LAWFUL, model, cast, change)))


@pytest.mark.parametrize(("model", "constraint", "both", "second"), TWICE, ids=SECOND)
def test_the_database_refuses_a_second_row_of_the_same(cast, model, constraint, both, second):
    build(LAWFUL, model, cast, both).save(force_insert=True)

    assert names(model, constraint, refusal(build(LAWFUL, model, cast, both, second)))


def test_every_constraint_has_a_line():
    tested = {(model, constraint) for model, constraint, *_changes in [*REFUSED, *TWICE]} | SAID_ELSEWHERE

    assert {line for model in LAWFUL for line in declared(model)} == tested


@pytest.mark.parametrize("app", ["audit", "members", "dues", "supervision", "assessment", "reminders"])
def test_every_model_has_a_lawful_row(app):
    ours = {model for model in apps.get_app_config(app).get_models() if not model._meta.proxy}

    assert {model for model in LAWFUL if model._meta.app_label == app} == ours


def declared(model):
    """Every constraint and every unique field of a model."""
    unique = {field.name for field in model._meta.local_fields if field.unique and not field.primary_key}
    return {(model, name) for name in unique.union(constraint.name for constraint in model._meta.constraints)}
