import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR


def lint(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts/lint", *names], capture_output=True, text=True)


def test_pre_commit_runs_the_checks_that_ci_runs_and_no_others():
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in configuration["repos"] for hook in repository["hooks"]]
    assert [hook["id"] for hook in hooks] == lint("--list").stdout.split()
    assert [hook["entry"] for hook in hooks] == [f"scripts/lint {hook['id']}" for hook in hooks]


def test_pre_commit_fetches_nothing_from_elsewhere():
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in configuration["repos"]] == ["local"]


@pytest.fixture
def copied_lint(tmp_path: Path) -> Path:
    """`scripts/lint` in a repository of its own, so that no other test meets what is put there."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    ruff = tmp_path / ".venv/bin/ruff"
    ruff.parent.mkdir(parents=True)
    ruff.touch(0o755)
    (tmp_path / "members/migrations").mkdir(parents=True)
    return tmp_path / "scripts/lint"


def test_a_check_that_does_not_exist_is_refused_with_the_names_of_those_that_do(copied_lint):
    done = subprocess.run([copied_lint, "spelling"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "there is no check named spelling" in done.stdout
    assert "migration-names" in done.stdout


@pytest.mark.parametrize(
    ("name", "fails"),
    [
        ("0001_initial", False),
        ("0002_roster_imports", False),
        ("0002_auto_20260101_1200", True),
        ("0003_alter_member_name_and_more", True),
        ("0003_remove_member_age_and_more", True),
    ],
)
def test_a_migration_that_nobody_named_is_found(name, fails, copied_lint):
    (copied_lint.parent.parent / "members/migrations" / f"{name}.py").touch()
    done = subprocess.run([copied_lint, "migration-names"], capture_output=True, text=True)
    assert (done.returncode != 0) == fails
    assert (name in done.stdout) == fails
