"""The Chinese catalogue is complete. English is what stands in the code, so it is complete by itself."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

from tests.machine import program

CATALOGUE = settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po"
IGNORED = (".git", ".venv", "var", "staticfiles", "tests", "benchmarks", "docs", ".*_cache", "*.mo")
OPTIONS = ("-l", "zh_Hans", "--no-location", "--no-obsolete")
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def messages(catalogue: Catalog) -> dict[object, Message]:
    return {(message.context, message.id): message for message in catalogue if message.id}


@pytest.fixture(scope="module")
def written() -> Catalog:
    """What is committed."""
    return read(CATALOGUE)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What code and templates ask for today, gathered in a copy so that nothing here changes."""
    program("xgettext", package="gettext")
    copy = tmp_path_factory.mktemp("messages") / "branchweb"
    shutil.copytree(settings.BASE_DIR, copy, ignore=shutil.ignore_patterns(*IGNORED))
    command = [sys.executable, "manage.py", "makemessages", *OPTIONS]
    done = subprocess.run(command, cwd=copy, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read(copy / "locale/zh_Hans/LC_MESSAGES/django.po")


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_sentence_of_the_program_is_in_the_catalogue(written, extracted):
    assert [key for key in messages(extracted) if key not in messages(written)] == []


def test_no_sentence_is_kept_that_nobody_says(written, extracted):
    assert [key for key in messages(written) if key not in messages(extracted)] == []


def test_every_sentence_is_translated_by_a_person(written):
    unfinished = [message.id for message in messages(written).values() if message.fuzzy or not all(strings(message))]
    assert unfinished == []


def test_translations_keep_the_places_of_their_values(written):
    broken = [(message.id, str(error)) for message in messages(written).values() for error in message.check(written)]
    assert broken == []


def test_translations_name_the_values_that_the_english_names(written):
    names = re.compile(r"%\((\w+)\)|\{(\w*)\}")
    astray = []
    for message in messages(written).values():
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        asked = {value for text in ids for value in names.findall(text)}
        given = {value for text in strings(message) for value in names.findall(text)}
        if all(strings(message)) and (not given <= asked or (isinstance(message.id, str) and given != asked)):
            astray.append(message.id)
    assert astray == []
