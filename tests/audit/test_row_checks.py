"""Rows that the program didn't write are named: see also `benchmarks/edits.py`, of which this runs a small part."""

import contextlib
from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.databases.journal import WatchingConnection
from audit.models import Entry, RowSum, TableSum
from audit.row_checks import count_round, differences, take_in, written_round
from audit.verification import checks
from audit.watched import left_out, unwatched, watched_tables
from audit.watching import taking_down
from benchmarks.edits import idle_triggers, lifted, trial, trial_of_the_record
from members.choices import OfficeKind
from members.models import Member, Office
from tests.cast import Cast
from tests.emptying import triggers_lifted
from tests.full_cast import make_full_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(cast) -> Cast:
    """A cast of which everything is added up."""
    connection.add_up()
    return cast


def found(**options):
    return [str(difference) for difference in differences(**options)]


def past_the_program(table, statement, *values):
    """Run a statement as somebody with full access does: triggers lifted, and put back."""
    with lifted(table), connection.cursor() as cursor:
        cursor.execute(statement, values)


def rename(member, name="改名"):
    past_the_program("members_member", "UPDATE members_member SET name = %s WHERE id = %s", name, member.pk)


# --- What is watched --------------------------------------------------------------------------------------------------


def test_every_model_is_watched_or_says_why_not():
    models = {model._meta.label for model in apps.get_models() if model._meta.managed and not model._meta.proxy}
    watched = {one.model._meta.label for one in watched_tables().values()}

    assert watched | set(unwatched()) == models
    assert not watched & set(unwatched())


def test_what_is_left_out_says_why():
    reasons = [
        *unwatched().values(),
        *(why for label in ("members.User", "mfa.Authenticator") for why in left_out(label).values()),
    ]

    assert all(len(reason) > 12 for reason in reasons)


def test_nothing_of_money_votes_attendance_offices_keys_users_and_papers_is_left_out():
    wanted = {
        "dues_payment", "dues_charge", "dues_receipt", "dues_disclosure", "meetings_vote", "meetings_candidate",
        "supervision_tally", "meetings_expected", "members_office", "supervision_inspectorkey", "members_user",
        "mfa_authenticator", "meetings_minutes", "supervision_report",
    }  # fmt: skip

    assert wanted <= set(watched_tables())
    assert {"password", "is_active", "username"} <= set(watched_tables()["members_user"].columns)


# --- What the program writes ------------------------------------------------------------------------------------------


def test_what_the_program_writes_is_no_difference():
    make_full_cast()

    assert found() == []
    assert RowSum.objects.count() > 100


def test_what_was_rolled_back_is_in_no_sum(rows):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=rows.zhang.pk).update(name="别人")
        Member.objects.filter(pk=rows.li.pk).update(name="")

    assert found() == []


def test_a_statement_that_failed_half_way_is_in_no_sum(rows):
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE members_member SET name = CASE WHEN id = %s THEN '' ELSE name END", [rows.li.pk])

    assert found() == []


def test_a_large_transaction_is_added_up_in_parts_and_savepoints_hold(rows, monkeypatch):
    monkeypatch.setattr("audit.databases.sqlite3.base.MANY", 3)
    people = Member.objects.order_by("pk")
    for member in people[:2]:
        Member.objects.filter(pk=member.pk).update(remark="before")
    for is_kept in (True, False):
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            for member in people:
                Member.objects.filter(pk=member.pk).update(remark=f"inside {is_kept}")
            if not is_kept:
                raise ZeroDivisionError

    assert set(people.values_list("remark", flat=True)) == {"inside True"}
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_sums_are_stored_with_the_rows(db):
    Member(name="刘", membership="formal_member").save()
    with transaction.atomic():
        Member.objects.create(name="吕", membership="formal_member")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_member SET name = '柳' WHERE name = '刘'")

    assert RowSum.objects.filter(table_name="members_member").count() == 2
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_sums_that_cannot_be_stored_take_the_rows_with_them(db, monkeypatch):
    monkeypatch.setattr(WatchingConnection, "add_up", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Member.objects.create(name="刘", membership="formal_member")
    monkeypatch.undo()

    assert not Member.objects.exists()


# --- What somebody else writes ----------------------------------------------------------------------------------------


def test_random_edits_are_all_named():
    make_full_cast()
    results = trial(60)

    assert [result for result in results if not result.is_named] == []
    assert set(Counter(result.kind for result in results)) == {"insert", "update", "delete", "swap"}


def test_edits_of_the_record_itself_are_all_named(settings, tmp_path):
    settings.AUDIT_ANCHORS, settings.AUDIT_ROUND = tmp_path / "anchors", tmp_path / "round"
    make_full_cast()

    assert [result for result in trial_of_the_record(6) if not result.is_named] == []


def test_with_sums_of_their_own_edits_are_not_found():
    """The negative control: what finds them is that only the program can make the sums."""
    make_full_cast()
    results = trial(12, after=take_in)

    assert not any(result.is_named for result in results if result.kind != "insert")


def test_row_and_organization_are_named(rows):
    office = Office.objects.filter(organization=rows.branch).first()
    past_the_program(
        "members_office", "UPDATE members_office SET kind = %s WHERE key = %s", OfficeKind.INSPECTOR, stored(office)
    )

    [said] = found()
    assert said.startswith("members_office key ")
    assert said.endswith(f" of {rows.branch.code}: changed")


def stored(row):
    return str(row.pk) if connection.vendor == "postgresql" else row.pk.hex


def test_the_program_writing_there_later_covers_nothing_up(rows):
    rename(rows.zhang)
    zhang = Member.objects.get(pk=rows.zhang.pk)
    zhang.remark = "后来由程序写的"
    zhang.save()
    connection.add_up()

    assert found() == [f"members_member id {rows.zhang.pk} of {rows.branch.code}: changed"]


def test_an_edited_sum_is_found_and_stays_so(rows):
    rename(rows.zhang)
    RowSum.objects.filter(table_name="members_member", place=str(rows.zhang.pk)).update(sum="0" * 64)
    Member.objects.filter(pk=rows.zhang.pk).update(remark="x")

    assert any("its sum was edited" in said for said in found())


def test_a_row_that_goes_with_its_sum_is_missed(rows):
    office = Office.objects.first()
    past_the_program("members_office", "DELETE FROM members_office WHERE key = %s", stored(office))
    RowSum.objects.filter(table_name="members_office").order_by("pk").first().delete()

    assert any(said.startswith("members_office: sums were edited, put back or taken away") for said in found())


def test_what_is_put_back_with_all_its_sums_is_found(rows, tmp_path):
    rounds = tmp_path / "round"
    count_round(rounds)
    earlier = (
        list(TableSum.objects.filter(pk="members_member")),
        list(RowSum.objects.filter(table_name="members_member")),
    )
    Member.objects.filter(pk=rows.zhang.pk).update(remark="x")
    connection.add_up()
    count_round(rounds)
    rename(rows.zhang, rows.zhang.name)
    past_the_program("members_member", "UPDATE members_member SET remark = '' WHERE id = %s", rows.zhang.pk)
    for row in (*earlier[0], *earlier[1]):
        row.save()

    assert found(rounds=rounds) == ["members_member: put back to what it was earlier, sums and all"]
    count_round(rounds)
    assert found(rounds=rounds) == ["members_member: put back to what it was earlier, sums and all"]


def test_a_whole_database_that_is_put_back_contradicts_the_round_outside(
    rows, tmp_path, django_capture_on_commit_callbacks
):
    rounds = tmp_path / "round"
    count_round(rounds)
    earlier = list(TableSum.objects.all())
    with django_capture_on_commit_callbacks(execute=True):
        count_round(rounds)
    for row in earlier:
        row.save()

    assert len(found(rounds=rounds)) == len(watched_tables())
    assert found() == []


def test_a_table_whose_sum_is_taken_away_is_named(rows):
    TableSum.objects.filter(pk="members_office").delete()
    Office.objects.update(decided_by="x")

    assert any("members_office" in said for said in found())


def test_only_the_key_writes_a_round(rows, tmp_path):
    rounds = tmp_path / "round"
    rounds.write_text("9 0123456789abcdef\n")

    assert written_round(rounds) == 0


def test_a_round_is_stored_before_it_is_written_outside(rows, tmp_path, django_capture_on_commit_callbacks):
    rounds = tmp_path / "round"
    with django_capture_on_commit_callbacks():
        count_round(rounds)

    assert not rounds.exists()
    assert found(rounds=rounds) == []


# --- Triggers ---------------------------------------------------------------------------------------------------------


def test_a_trigger_that_tells_nothing_any_more_is_named(rows):
    with connection.cursor() as cursor:
        for statement in [*taking_down(["members_office"]), *idle_triggers("members_office")]:
            cursor.execute(statement)

    [wrong] = [check for check in checks() if check.name == "row_triggers"]
    assert not wrong.ok
    assert "members_office" in wrong.detail


def test_lifting_the_others_leaves_these_alone(rows):
    with triggers_lifted():
        pass

    assert [check.ok for check in checks() if check.name == "row_triggers"] == [True]


# --- Older databases --------------------------------------------------------------------------------------------------


def test_an_older_database_is_taken_in_once_and_says_so(rows):
    RowSum.objects.all().delete()
    TableSum.objects.all().delete()
    call_command("migrate", verbosity=0)

    assert found() == []
    entry = Entry.objects.get(action="take_in_rows")
    assert "members_office" in entry.details["tables"]
    call_command("migrate", verbosity=0)
    assert Entry.objects.filter(action="take_in_rows").count() == 1


# --- Settling ---------------------------------------------------------------------------------------------------------


def test_a_difference_stays_until_somebody_says_why(rows):
    rename(rows.zhang)
    call_command("take_in_rows", "members_member", reason="按纸质档案更正姓名", stdout=StringIO())

    assert found() == []
    entry = Entry.objects.get(action="take_in_rows")
    assert (entry.details["tables"], entry.reason) == ("members_member", "按纸质档案更正姓名")


def test_a_table_that_is_not_watched_is_refused(rows):
    with pytest.raises(CommandError):
        call_command("take_in_rows", "audit_entry", reason="x", stdout=StringIO())
