import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

# Stands for the Python of .venv: writes down what it is asked to do, and leaves behind what the real one would.
RECORDER = """#!/bin/sh
echo "$*" >>calls
case "$*" in
    *compile_translations*) touch locale/zh_Hans/LC_MESSAGES/django.mo ;;
    *collectstatic*) mkdir -p staticfiles && touch staticfiles/staticfiles.json ;;
esac
"""


class Checkout:
    """A folder with the scripts and a pretended .venv."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(settings.BASE_DIR / "scripts", folder / "scripts")
        for name in ("requirements.txt", "requirements-test.txt", "requirements-dev.txt", "branchweb/settings.py"):
            self.write(name, name)
        self.write("static/site.css", "")
        self.write("locale/zh_Hans/LC_MESSAGES/django.po", "")
        self.write(".venv/var/place", f"{folder}\n")
        self.write(".venv/bin/python", RECORDER)
        (folder / ".venv/bin/python").chmod(0o755)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def setup(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **variables}
        return subprocess.run(
            [self.folder / "scripts/setup", *arguments], env=environment, capture_output=True, text=True
        )

    def steps(self, *arguments: str) -> list[str]:
        """What a run of setup did, by one word each."""
        (self.folder / "calls").write_text("")
        assert self.setup(*arguments).returncode == 0
        calls = (self.folder / "calls").read_text()
        words = (
            "requirements.txt",
            "requirements-test.txt",
            "requirements-dev.txt",
            "compile_translations",
            "collectstatic",
        )
        return [word for word in words if word in calls]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a folder with spaces")


def test_the_first_time_everything_is_made_and_the_second_time_nothing(checkout):
    assert checkout.steps() == ["requirements-test.txt", "compile_translations", "collectstatic"]
    assert checkout.steps() == []


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ("requirements-test.txt", ["requirements-test.txt", "collectstatic"]),
        ("locale/zh_Hans/LC_MESSAGES/django.po", ["compile_translations"]),
        ("static/site.css", ["collectstatic"]),
        ("branchweb/settings.py", ["collectstatic"]),
        ("README.md", []),
    ],
)
def test_only_what_depends_on_a_changed_file_is_made_again(checkout, changed, steps):
    checkout.steps()
    checkout.write(changed, "changed")
    assert checkout.steps() == steps


@pytest.mark.parametrize(
    ("removed", "steps"),
    [
        ("locale/zh_Hans/LC_MESSAGES/django.mo", ["compile_translations"]),
        ("staticfiles/staticfiles.json", ["collectstatic"]),
    ],
)
def test_what_somebody_removed_is_made_again(checkout, removed, steps):
    checkout.steps()
    (checkout.folder / removed).unlink()
    assert checkout.steps() == steps


@pytest.mark.parametrize(
    ("option", "requirements"),
    [("--run", "requirements.txt"), ("--test", "requirements-test.txt"), ("--dev", "requirements-dev.txt")],
)
def test_an_option_chooses_what_is_installed(checkout, option, requirements):
    assert checkout.steps(option)[0] == requirements


def test_a_smaller_choice_takes_nothing_away(checkout):
    checkout.steps("--dev")
    assert checkout.steps("--run") == []
    checkout.write("requirements-dev.txt", "changed")
    assert checkout.steps("--run")[0] == "requirements-dev.txt"


def test_without_python_the_package_to_install_is_named(checkout):
    shutil.rmtree(checkout.folder / ".venv")
    done = checkout.setup(PYTHON="/nonexistent/python")
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr


def test_a_python_without_venv_is_told_apart(checkout, tmp_path):
    shutil.rmtree(checkout.folder / ".venv")
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *venv*) exit 1 ;; esac\n')
    python.chmod(0o755)
    done = checkout.setup(PYTHON=str(python))
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("apt-get install python3-venv")


def test_a_wrong_option_is_refused(checkout):
    done = checkout.setup("--everything")
    assert done.returncode == 2
    assert "usage: scripts/setup" in done.stderr


CATALOGUE = """msgid ""
msgstr ""
"Language: \\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Roster"
msgstr "花名册"

#, fuzzy
msgid "Rooster"
msgstr "花名册"

msgid "%(count)s member"
msgid_plural "%(count)s members"
msgstr[0] "%(count)s名党员"
"""


@pytest.mark.parametrize("header", ["", "#, fuzzy\n"])
def test_translations_are_compiled_without_gettext_and_without_guesses(header, tmp_path):
    """What makemessages writes begins with a header marked as a guess, which is no reason to compile nothing."""
    source = tmp_path / "zh_Hans/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(header + CATALOGUE)
    target = source.with_suffix(".mo")
    command = [sys.executable, "-m", "scripts.compile_translations", source, target]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)
    with target.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert translations.gettext("Roster") == "花名册"
    assert translations.gettext("Rooster") == "Rooster"
    assert translations.ngettext("%(count)s member", "%(count)s members", 5) == "%(count)s名党员"
