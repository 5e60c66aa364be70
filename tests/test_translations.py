"""The Chinese catalogue is complete. English is what stands in the code, so it is complete by itself."""

import ast
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
from django.utils import translation

from meetings.meeting.forms import TaskForm
from members.organizations.forms import DescribingForm
from members.roster.filters import FIELDS
from members.roster.headings import LABELS
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


# --- What extraction must know ----------------------------------------
SPEAKS = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"} | {
    "npgettext_lazy", "gettext_noop", "ngettext_noop"
}  # fmt: skip
ALIASES = {None, "_"}
"""xgettext knows Django's own names and `_`; a sentence given to any other name stays English."""


def other_names(source: str) -> list[str]:
    """Names under which extraction doesn't find what a module says."""
    tree = ast.parse(source)
    imported = [
        name.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in SPEAKS and name.asname not in ALIASES | {name.name}
    ]
    given = [
        ast.unparse(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute)
        if ast.unparse(node.value).rpartition(".")[2] in SPEAKS
    ]
    return imported + given


def test_no_sentence_is_given_to_a_name_that_extraction_does_not_know():
    own = [path for top in settings.BASE_DIR.glob("[a-z]*/__init__.py") for path in top.parent.rglob("*.py")]
    own = [path for path in own if path.relative_to(settings.BASE_DIR).parts[0] not in ("tests", "benchmarks")]
    astray = {path.name: found for path in own if (found := other_names(path.read_text()))}

    assert len(own) > 500
    assert astray == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from django.utils.translation import gettext as _now", ["_now"]),
        ("from django.utils import translation\nsay = translation.gettext", ["say"]),
        ("from django.utils.translation import gettext as _, ngettext, get_language as language", []),
    ],
)
def test_other_names_are_noticed(source, found):
    """The negative control."""
    assert other_names(source) == found


# --- Words with two meanings ----------------------------------------
MEANINGS = [
    ("By", {"deadline": "完成期限", None: "经手"}),
    ("by", {"who did it": "经手人", None: "期限"}),
    ("Name", {"of an organization": "名称", None: "姓名"}),
    ("Votes", {"a member": "有表决权", None: "票数"}),
    ("Told", {"call": "已告知", None: "通知对象"}),
    ("Due", {"meetings": "应开", None: "应发时间"}),
    ("Day", {"precision": "日", None: "日期"}),
    ("points", {"scored": "得分", None: "发言要点"}),
    ("who", {"answers for it": "责任人", "talked": "谈话人", None: "操作人"}),
]


@pytest.mark.parametrize(("word", "meanings"), MEANINGS, ids=[word for word, _meanings in MEANINGS])
def test_a_word_with_two_meanings_has_two_translations(written, word, meanings):
    known = messages(written)
    assert {context: known[context, word].string for context in meanings} == meanings


def test_each_place_says_the_meaning_that_it_has():
    """What a secretary met: a deadline called 经手, an organization's name called 姓名, a filter called 票数."""
    with translation.override("zh-hans"):
        assert str(TaskForm.base_fields["due_on"].label) == "完成期限"
        assert str(DescribingForm.base_fields["name"].label) == "名称"
        assert FIELDS["voting"][1]["yes"] == "有表决权"
        assert str(LABELS["address"]) == "住址"
