"""What the database itself takes and refuses of people, beside `tests/test_constraints.py`."""

from typing import Any

import pytest
from django.db import models

from members.models import (
    Affiliation,
    ContactPerson,
    Export,
    HelpRequest,
    LocalRule,
    Member,
    Office,
    Situation,
    User,
)
from tests.constraints import build, names, refusal
from tests.emptying import triggers_lifted
from tests.members.constraints_members import ENDED, LATE, LAWFUL

pytestmark = pytest.mark.django_db

DIFFERENT: list[tuple[type[models.Model], dict[str, Any], dict[str, Any]]] = [
    # both rows are lawful beside each other
    (Affiliation, {}, {}),
    (Export, {"state": "done", **ENDED}, {"state": "waiting", "ended_at": None, "expires_at": None}),
    (LocalRule, {"valid_until": LATE}, {"valid_until": None, "valid_from": LATE}),
    (Member, {}, {}),
    (Member, {"national_id_print": ""}, {"national_id_print": ""}),
    (Office, {"valid_until": LATE}, {"valid_from": LATE, "valid_until": None}),
    (Office, {}, {"kind": "deputy_secretary"}),
    (Situation, {"valid_until": LATE}, {"valid_from": LATE, "valid_until": None}),
    (Situation, {}, {"kind": "frail"}),
    (User, {"member": None}, {"username": "吴"}),
]


@pytest.mark.parametrize(("model", "first", "second"), DIFFERENT, ids=lambda value: str(value)[:40])
def test_rows_that_differ_where_it_counts_stand_beside_each_other(cast, model, first, second):
    build(LAWFUL, model, cast, first).save(force_insert=True)
    build(LAWFUL, model, cast, first, second).save(force_insert=True)


def test_nobody_is_their_own_contact_person(cast):
    message = refusal(ContactPerson(member=cast.zhang, person=cast.zhang))

    assert "contact_person_is_another" in message


def test_one_open_formal_relation_at_a_time_even_without_the_trigger_against_overlaps(cast):
    second = build(LAWFUL, Affiliation, cast, {"kind": "formal"})

    with triggers_lifted():
        assert names(Affiliation, "affiliation_one_open_formal", refusal(second))


def test_an_answer_with_its_day_and_its_author_is_whole(cast):
    whole = {"answered_on": LATE, "answered_by": cast.secretary, "answer": "借到了"}
    build(LAWFUL, HelpRequest, cast, whole).save(force_insert=True)
