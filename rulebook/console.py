"""The shape that every command with `--json` shares: one JSON object, sentences apart, three exit codes."""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

DONE, DONE_IN_PART, WRONG_USE = 0, 1, 2
JSON_HELP = "print one JSON object and nothing else on standard output"

YUAN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
COUNT = re.compile(r"[0-9]{1,9}")


class WrongUse(CommandError):
    """Wrong use or unreadable input: nothing was done, the sentence goes to standard error, the exit code is 2."""

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence), returncode=WRONG_USE)


class JsonCommand(BaseCommand):
    """A command whose answer is a mapping: JSON with `--json`, sentences without.

    A subclass writes `add_options`, `work` and `sentences`. Exceptions named in `wrong_use` become `WrongUse` with
    their own sentence. The exit code is 1 when `refused` says so.
    """

    wrong_use: tuple[type[Exception], ...] = ()
    exit_code = DONE
    _called_from_command_line: bool
    """Django's own: whether the command was given at a terminal."""

    def add_options(self, parser: CommandParser) -> None:
        """The command's own options; `--json` is already there."""

    def work(self, *_args: Any, **options: Any) -> Mapping[str, Any]:
        """Does the job and returns the answer, its keys in the order in which they are printed.

        A subclass names the options it needs: `def work(self, *, org, on, **options)`.
        """
        raise NotImplementedError

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        """The same answer for a person, a line each."""
        return (f"{name}: {value}" for name, value in answer.items())

    def refused(self, answer: Mapping[str, Any]) -> bool:
        """Whether something was left undone, which makes the exit code 1."""
        return bool(answer.get("refused"))

    def tell(self, sentence: object) -> None:
        """Says something to the person at the terminal without touching the answer."""
        self.stderr.write(str(sentence))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help=JSON_HELP)
        self.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = self.work(**options)
        except self.wrong_use as error:
            raise WrongUse(error) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, default=plain))
        else:
            for sentence in self.sentences(answer):
                self.stdout.write(sentence)
        self.exit_code = DONE_IN_PART if self.refused(answer) else DONE

    def execute(self, *args: Any, **options: Any) -> str | None:
        """At a terminal wrong use is its sentence alone; a program that calls the command gets the exception."""
        try:
            return self._executed(*args, **options)
        except WrongUse as error:
            if not self._called_from_command_line or options.get("traceback"):
                raise
            self.stderr.write(str(error))
            self.exit_code = error.returncode
            return None

    def _executed(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            if not lacks_tables():
                raise
            raise WrongUse(_("The database lacks tables of this version: run manage.py migrate first.")) from error

    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv(argv)
        if self.exit_code:
            sys.exit(self.exit_code)


def lacks_tables() -> bool:
    """Whether migrations wait. Raises DatabaseError where the database can't be asked."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Lets `--json` stand after a subcommand as well as before it."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=JSON_HELP)


def plain(value: object) -> object:
    """What JSON has no word for: a day becomes its ISO text, a Decimal a JSON number, any other value its text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def day(text: str) -> date:
    """An option's ISO day; argparse puts the option's name before the sentence."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("“%s” is not a day; write it like 2026-07-01.") % text) from error


def month(text: str) -> date:
    """An option's month as its first day."""
    try:
        return date.fromisoformat(f"{text}-01" if MONTH.fullmatch(text) else "")
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("“%s” is not a month; write it like 2026-07.") % text) from error


def yuan(text: str) -> Decimal:
    """An option's amount in yuan, not negative, at most twelve digits before the point."""
    if not YUAN.fullmatch(text):
        raise argparse.ArgumentTypeError(_("“%s” is not an amount in yuan; write it like 4900 or 4900.50.") % text)
    return Decimal(text)


def count(text: str) -> int:
    """An option's whole number, zero or more."""
    if not COUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(_("“%s” is not a whole number of zero or more.") % text)
    return int(text)
