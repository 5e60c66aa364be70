"""One JSON object on standard output, sentences apart, exit codes 0, 1 and 2."""

import argparse
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from rulebook.console import JsonCommand, WrongUse, add_json_option, count, day, month, plain, yuan


class Weighing(JsonCommand):
    """Weighs apples: enough of everything a real command does."""

    wrong_use = (LookupError,)
    requires_system_checks: list[str] = []

    def add_options(self, parser):
        parser.add_argument("--apples", type=count, required=True)

    def work(self, *, apples, **options):
        if apples == 13:
            raise LookupError("--apples: thirteen don't fit on the scale.")
        self.tell("The scale is ready.")
        return {"grams": Decimal("150.5") * apples, "on": date(2026, 7, 1), "refused": ["rotten"] if apples > 5 else []}

    def sentences(self, answer):
        return [f"{answer['grams']} g"]


def weigh(*arguments):
    out, err, command = StringIO(), StringIO(), Weighing()
    call_command(command, *arguments, stdout=out, stderr=err)
    return command, out.getvalue(), err.getvalue()


def test_json_is_one_object_and_the_sentence_for_people_stays_out_of_it():
    command, out, err = weigh("--apples", "3", "--json")
    assert json.loads(out) == {"grams": 451.5, "on": "2026-07-01", "refused": []}
    assert err.strip() == "The scale is ready."
    assert command.exit_code == 0


def test_without_json_the_answer_is_a_sentence():
    assert weigh("--apples", "2")[1] == "301.0 g\n"


def test_something_refused_makes_the_exit_code_one(capsys):
    with pytest.raises(SystemExit) as exit:
        Weighing().run_from_argv(["manage.py", "weighing", "--apples", "6", "--json"])
    assert exit.value.code == 1
    assert json.loads(capsys.readouterr().out)["refused"] == ["rotten"]


def test_a_finished_job_does_not_exit_at_all(capsys):
    Weighing().run_from_argv(["manage.py", "weighing", "--apples", "1"])
    assert capsys.readouterr().out == "150.5 g\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--apples", "13"], "--apples: thirteen don't fit on the scale."),
        (["--apples", "13", "--json"], "--apples: thirteen don't fit on the scale."),
        (["--apples", "-1"], "--apples"),
        (["--apples", "two"], "--apples"),
        ([], "--apples"),
        (["--apples", "1", "--pears", "1"], "--pears"),
    ],
)
def test_wrong_use_exits_two_names_the_option_and_prints_no_answer(capsys, arguments, sentence):
    with pytest.raises(SystemExit) as exit:
        Weighing().run_from_argv(["manage.py", "weighing", *arguments])
    spoken = capsys.readouterr()
    assert exit.value.code == 2
    assert sentence in spoken.err
    assert "WrongUse" not in spoken.err
    assert spoken.out == ""


def test_wrong_use_reaches_a_calling_program_as_an_exception_with_its_code():
    with pytest.raises(WrongUse, match="thirteen") as error:
        weigh("--apples", "13")
    assert error.value.returncode == 2


class Empty(Weighing):
    def work(self, **options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT weight FROM no_such_table")


@pytest.mark.django_db
def test_before_the_tables_are_made_it_says_so_instead_of_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr("rulebook.console.lacks_tables", lambda: True)
    with transaction.atomic(), pytest.raises(SystemExit) as exit:
        Empty().run_from_argv(["manage.py", "weighing", "--apples", "1"])

    assert exit.value.code == 2
    assert "manage.py migrate" in capsys.readouterr().err.splitlines()[0]


@pytest.mark.django_db
def test_another_fault_of_the_database_stays_what_it_is():
    with pytest.raises(DatabaseError), transaction.atomic():
        call_command(Empty(), "--apples", "1")


def test_json_may_stand_after_a_subcommand():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    add_json_option(parser.add_subparsers().add_parser("dues"))
    assert [parser.parse_args(words).json for words in (["--json", "dues"], ["dues", "--json"], ["dues"])] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.005"), 0.005),
        (Decimal("20"), 20),
        (Decimal("1E+3"), 1000),
        (date(2024, 2, 29), "2024-02-29"),
        (ValueError("text"), "text"),
    ],
)
def test_json_gets_plain_values(value, expected):
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (day, "2024-02-29", date(2024, 2, 29)),
        (month, "2024-02", date(2024, 2, 1)),
        (yuan, "3000.01", Decimal("3000.01")),
        (yuan, "0", Decimal(0)),
        (count, "0", 0),
        (count, "27", 27),
    ],
)
def test_an_option_is_read(kind, text, value):
    assert kind(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (day, "2023-02-29"),
        (day, "yesterday"),
        (day, ""),
        (month, "2024-13"),
        (month, "2024-02-01"),
        (month, "24-02"),
        (yuan, "-1"),
        (yuan, "4,900"),
        (yuan, "4900元"),
        (yuan, "NaN"),
        (yuan, "1e9"),
        (yuan, "1" * 13),
        (count, "-1"),
        (count, "2.5"),
        (count, "²"),
        (count, ""),
    ],
)
def test_an_option_that_cannot_be_read_says_so(kind, text):
    with pytest.raises(argparse.ArgumentTypeError):
        kind(text)
