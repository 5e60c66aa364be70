"""No path leads from a ballot to a voter: not in the schema, not in what a vote changes, not in what changed last."""

from unittest.mock import patch
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F
from django.urls import reverse

from audit.models import RowSum
from audit.services import record
from meetings.models import AttendanceChange
from members.models import Member
from supervision.appraisals import ballot_services
from supervision.appraisals.ballot_services import cast_ballot
from supervision.choices import AppraisalMark, RoundState
from supervision.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from tests.supervision.appraisals.making import ballot, led_to, people

pytestmark = pytest.mark.django_db
TOUCHED = "audit_touched"
"""PostgreSQL's temporary table of what a transaction wrote, empty when it commits."""


@pytest.fixture
def round(cast):
    people(cast)
    return led_to(cast, RoundState.BALLOT)


# --- The schema -------------------------------------------------------------------------------------------------------
def ways_to_a_voter(model):
    """Columns by which a row that holds somebody's choice could be led back: who, when, in which order, or anything."""
    found = set()
    for field in model._meta.get_fields():
        if field.auto_created and not field.concrete:
            found.add(f"{field.name} points here")
        elif isinstance(field, models.DateField | models.TimeField | models.DurationField):
            found.add(f"{field.name}: when")
        elif isinstance(field, models.JSONField | models.TextField | models.BinaryField | models.UUIDField):
            found.add(f"{field.name}: anything")
        elif field.is_relation and field.related_model is not Appraisee:
            found.add(f"{field.name}: who")
    return found


def test_a_sum_knows_whom_it_is_about_and_nothing_else():
    assert ways_to_a_voter(Tally) == set()
    assert {field.name for field in Tally._meta.get_fields()} == {"id", "appraisee", "mark", "ballots"}


def test_what_says_who_has_voted_says_nothing_else_of_it():
    """No field of a voter's row is written with the vote: no time, no number, no mark."""
    own = {field.name for field in Appraisee._meta.concrete_fields if "vote" in field.name or "ballot" in field.name}
    assert own == {"has_ballot", "has_voted"}
    assert all(type(Appraisee._meta.get_field(name)) is models.BooleanField for name in own)


def test_no_other_table_of_the_program_holds_marks_of_a_ballot():
    holders = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if set(AppraisalMark.values) <= {choice for choice, _label in field.flatchoices}
    }
    assert holders == {Tally}


@pytest.mark.parametrize("model", [MutualAppraisal, AttendanceChange, PaperCount])
def test_the_walk_finds_ways_where_there_are_some(model):
    """The negative control: these rows are meant to lead to who made them."""
    assert ways_to_a_voter(model)


# --- What a vote changes ----------------------------------------------------------------------------------------------
def everything(leave_out=()):
    """Every row of every table, as the database has it."""
    tables = sorted(set(connection.introspection.table_names()) - {TOUCHED} - set(leave_out))
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own
            columns = [column[0] for column in cursor.description]
            found[table] = sorted(repr(dict(zip(columns, row, strict=True))) for row in cursor.fetchall())
    return found


def differing_tables(one, other):
    return {table for table in one if one[table] != other[table]}


def test_a_vote_changes_the_sums_and_that_one_has_voted(round, cast, as_user, today):
    client = as_user(cast.member)
    address = reverse("supervision:appraisal-ballot", args=[round.pk])
    client.get(address)
    before, rows = everything(), Appraisee.objects.in_bulk()
    answer = client.post(address, ballot(round, cast.zhang))

    assert answer.status_code == 302
    assert differing_tables(before, everything()) == {Tally._meta.db_table, Appraisee._meta.db_table}
    for pk, one in Appraisee.objects.in_bulk().items():
        names = [field.attname for field in Appraisee._meta.concrete_fields]
        changed = {name for name in names if getattr(one, name) != getattr(rows[pk], name)}
        assert changed == ({"has_voted"} if one.member_id == cast.zhang.pk else set())
    assert not client.cookies.get("messages") or not client.cookies["messages"].value


def exchanged(round, one, other):
    """The database after two voters cast two ballots, and after they cast each other's."""
    found = []
    for first, second in (
        (AppraisalMark.EXCELLENT, AppraisalMark.UNQUALIFIED),
        (AppraisalMark.UNQUALIFIED, AppraisalMark.EXCELLENT),
    ):
        with transaction.atomic():
            for voter, mark in ((one, first), (other, second)):
                about = set(ballot(round, one)) & set(ballot(round, other))
                marks = {key: mark if key in about else AppraisalMark.ABSTAINED for key in ballot(round, voter)}
                cast_ballot(round=round, member_id=voter.pk, marks=marks)
            found.append(everything())
            transaction.set_rollback(True)
    return found


def test_two_voters_who_exchange_their_ballots_leave_the_same_database(round, cast):
    one, other = exchanged(round, cast.zhang, Member.objects.get(name="党员0"))
    assert differing_tables(one, other) == set()


def test_an_entry_for_each_ballot_would_tell(round, cast):
    """The negative control: whoever puts a ballot on record is found out by the exchange."""
    add = ballot_services._add

    def add_and_record(held, marks):
        add(held, marks)
        record(action="vote", by="system", subject=held, details={"marks": [str(mark) for mark in marks.values()]})

    with patch.object(ballot_services, "_add", add_and_record):
        one, other = exchanged(round, cast.zhang, Member.objects.get(name="党员0"))
    assert "audit_entry" in differing_tables(one, other)


# --- What changed last ------------------------------------------------------------------------------------------------
def versions(round):
    """Which transaction wrote each sum last. SQLite keeps no such thing in its rows."""
    if connection.vendor != "postgresql":
        return {0}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT t.xmin::text, t.cmin::text FROM supervision_tally t JOIN supervision_appraisee a "
            "ON a.key = t.appraisee_id WHERE a.round_id = %s",
            [round.pk],
        )
        return set(cursor.fetchall())


def test_all_sums_carry_the_same_version(round, cast):
    cast_ballot(round=round, member_id=cast.zhang.pk, marks=ballot(round, cast.zhang))
    assert len(versions(round)) == 1


def test_sums_written_one_by_one_would_tell_the_last_ballot(round, cast):
    """The negative control: with only the chosen sums written, PostgreSQL shows which they were."""

    def add(held, marks):
        for pk, mark in marks.items():
            Tally.objects.filter(appraisee=pk, mark=mark).update(ballots=F("ballots") + 1)

    with patch.object(ballot_services, "_add", add):
        cast_ballot(round=round, member_id=cast.zhang.pk, marks=ballot(round, cast.zhang))
    assert len(versions(round)) > 1 or connection.vendor != "postgresql"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mark", [AppraisalMark.EXCELLENT, AppraisalMark.UNQUALIFIED])
def test_a_ballot_changes_the_same_sums_of_the_record_whatever_it_says(round, cast, mark):
    """Which of them a transaction wrote last is seen on PostgreSQL, beside who voted in it."""
    others = round.appraisees.filter(is_graded=True).exclude(member=cast.zhang)
    before = sums_of(Tally)
    cast_ballot(round=round, member_id=cast.zhang.pk, marks=dict.fromkeys(ballot(round, cast.zhang), mark))
    changed = {place for place, total in sums_of(Tally).items() if total != before.get(place)}

    assert {UUID(place) for place in changed} == {appraisee.pk for appraisee in others}


def sums_of(model):
    """The keyed sums over a table's rows by place."""
    return dict(RowSum.objects.filter(table_name=model._meta.db_table).values_list("place", "sum"))


def test_a_ballot_is_in_no_log(round, cast, as_user, caplog, today):
    caplog.set_level(0)
    as_user(cast.member).post(reverse("supervision:appraisal-ballot", args=[round.pk]), ballot(round, cast.zhang))
    keys = [str(key) for key in AppraisalRound.objects.get().appraisees.values_list("pk", flat=True)]
    # Django's own log of queries is only written with DEBUG, which no installation has.
    told = [line for line in caplog.records if not line.name.startswith("django.db")]
    assert not [line for line in told if any(key in line.getMessage() for key in keys)]
