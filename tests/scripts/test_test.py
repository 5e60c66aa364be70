"""`scripts/test` itself: what it runs, what it says at the end, and what it does where something is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

# Stands for the Python of .venv: writes down what it is asked, and answers as pytest would.
PYTHON = """#!/bin/sh
echo "${PYTHONDONTWRITEBYTECODE:+compiles anew: }$*" >>calls
case "$*" in
    *tests.servers*) echo "$ON_POSTGRESQL"; exit "$POSTGRESQL_EXIT" ;;
    *pytest*) echo "$ON_SQLITE"; exit "$SQLITE_EXIT" ;;
esac
"""
MACHINE = """
missing_to_test() { [ -e installed ] || printf '%s' "$MISSING"; }
can_install() { [ -n "$ROOT" ]; }
install_packages() { echo "installing $*"; touch installed; }
find_postgres() { echo "$POSTGRES"; }
"""
USUAL = {
    "CI": "",
    "MISSING": "",
    "ROOT": "",
    "POSTGRES": "/usr/lib/postgresql/15/bin/initdb",
    "LINT_EXIT": "0",
    "ON_SQLITE": "1 skipped, 12 passed in 3.21s",
    "SQLITE_EXIT": "0",
    "ON_POSTGRESQL": "13 passed in 4.00s",
    "POSTGRESQL_EXIT": "0",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(settings.BASE_DIR / "scripts/test", tmp_path / "scripts/test")
    executable(tmp_path / ".venv/bin/python", PYTHON)
    executable(tmp_path / "scripts/setup", "#!/bin/sh\n")
    executable(tmp_path / "scripts/lint", '#!/bin/sh\nexit "$LINT_EXIT"\n')
    (tmp_path / "scripts/machine").write_text(MACHINE)
    (tmp_path / "calls").touch()
    return tmp_path


def executable(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)


def run(checkout: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **USUAL, **changed}
    return subprocess.run([checkout / "scripts/test", *arguments], env=environment, capture_output=True, text=True)


def calls(checkout: Path) -> list[str]:
    return (checkout / "calls").read_text().splitlines()


def test_the_suite_runs_on_both_databases_and_the_last_line_adds_them_up(checkout):
    done = run(checkout)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "25 passed, 0 failed, 1 skipped"
    on_sqlite, on_postgresql = calls(checkout)
    assert "not slow" not in on_sqlite + on_postgresql
    assert on_postgresql.startswith("-m tests.servers --postgres -- .venv/bin/python -m pytest")


def test_what_is_compiled_is_kept_wherever_it_runs(checkout):
    run(checkout, PYTHONDONTWRITEBYTECODE="1")
    assert len(calls(checkout)) == 2
    assert not any("anew" in call for call in calls(checkout))


def test_arguments_are_handed_to_both_runs(checkout):
    run(checkout, "tests/members", "-k", "import and undo")
    assert all(call.endswith("tests/members -k import and undo") for call in calls(checkout))


def test_fast_asks_no_database_and_is_quick(checkout):
    done = run(checkout, "--fast", "tests/members")
    assert done.stdout.splitlines()[-1] == "12 passed, 0 failed, 1 skipped"
    assert len(calls(checkout)) == 1
    assert calls(checkout)[0].endswith("-m not slow and not database tests/members")


@pytest.mark.parametrize(
    ("changed", "name", "last"),
    [
        ({"LINT_EXIT": "1"}, "linters", "25 passed, 0 failed, 1 skipped"),
        ({"SQLITE_EXIT": "1", "ON_SQLITE": "2 failed, 10 passed in 3s"}, "SQLite", "23 passed, 2 failed, 0 skipped"),
        ({"POSTGRESQL_EXIT": "1", "ON_POSTGRESQL": "1 error in 1s"}, "PostgreSQL", "12 passed, 1 failed, 1 skipped"),
        ({"POSTGRESQL_EXIT": "2", "ON_POSTGRESQL": "crash"}, "PostgreSQL", "12 passed, 0 failed, 1 skipped"),
    ],
)
def test_any_failure_fails_the_whole_after_everything_has_run(changed, name, last, checkout):
    done = run(checkout, **changed)
    assert done.returncode == 1
    assert f"failed: {name}" in done.stdout
    assert done.stdout.splitlines()[-1] == last
    assert len(calls(checkout)) == 2


def test_as_root_what_is_missing_is_installed(checkout):
    done = run(checkout, MISSING="chromium\ngettext", ROOT="yes")
    assert "installing chromium gettext" in done.stdout
    assert done.returncode == 0


def test_without_root_it_says_what_to_install_and_runs_the_rest(checkout):
    done = run(checkout, MISSING="chromium\npostgresql", POSTGRES="")
    assert "apt-get install chromium postgresql" in done.stderr
    assert "The suite on PostgreSQL is left out" in done.stderr
    assert done.returncode == 0
    assert len(calls(checkout)) == 1


def test_in_ci_nothing_is_left_out(checkout):
    done = run(checkout, MISSING="chromium", CI="true")
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr
    assert calls(checkout) == []


def test_databases_of_the_shell_are_not_touched(checkout):
    executable(checkout / ".venv/bin/python", '#!/bin/sh\necho "url:$DATABASE_URL$REDIS_URL"\n')
    done = run(checkout, DATABASE_URL="postgresql://live/data", REDIS_URL="redis://live")
    assert "url:\n" in done.stdout
    assert "live" not in done.stdout
