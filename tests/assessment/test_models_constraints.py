"""What the database itself refuses about assessment: each line of `REFUSED` breaks a lawful row in one place.

Every part keeps its own lines in `constraints_<part>.py`: LAWFUL, REFUSED, and TWICE and SAID_TWICE where it has some.
"""

from importlib import import_module
from pathlib import Path

import pytest

from tests.constraints import declared, models_of, names, refusal

pytestmark = pytest.mark.django_db

PARTS = [
    import_module(f"tests.assessment.{file.stem}") for file in sorted(Path(__file__).parent.glob("constraints_*.py"))
]
LAWFUL = {model: facts for part in PARTS for model, facts in part.LAWFUL.items()}
REFUSED = [line for part in PARTS for line in part.REFUSED]
TWICE = [line for part in PARTS for line in getattr(part, "TWICE", [])]
SAID_TWICE = {line for part in PARTS for line in getattr(part, "SAID_TWICE", set())}
"""Constraints that follow from another one, so that no row breaks them alone."""


def build(model, cast, *changes):
    fields = LAWFUL[model](cast)
    for change in changes:
        fields |= {name: value(cast) if callable(value) else value for name, value in change.items()}
    return model(**fields)


@pytest.mark.parametrize("model", LAWFUL, ids=lambda model: model.__name__)
def test_a_lawful_row_is_stored(cast, model):
    build(model, cast).save(force_insert=True)

    assert model.objects.exists()


BROKEN = [f"{constraint}-{'-'.join(change)}" for _, constraint, change in REFUSED]


@pytest.mark.parametrize(("model", "constraint", "change"), REFUSED, ids=BROKEN)
def test_the_database_refuses_a_row_that_breaks_a_rule(cast, model, constraint, change):
    assert names(model, constraint, refusal(build(model, cast, change)))


@pytest.mark.parametrize(("model", "constraint", "both", "second"), TWICE, ids=[line[1] for line in TWICE])
def test_the_database_refuses_a_second_row_of_the_same(cast, model, constraint, both, second):
    build(model, cast, both).save(force_insert=True)

    assert names(model, constraint, refusal(build(model, cast, both, second)))


def test_every_constraint_has_a_line():
    tested = {(line[0].__name__, line[1]) for line in [*REFUSED, *TWICE]} | SAID_TWICE

    assert set().union(*(declared(model) for model in models_of("assessment"))) == tested


def test_every_model_has_a_lawful_row():
    assert set(LAWFUL) == set(models_of("assessment"))
