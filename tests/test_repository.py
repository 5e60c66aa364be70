"""The conventions of docs/architecture.md that can be read off the files."""

import ast
import base64
import hashlib
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from stdnum.cn import ric

ROOT = settings.BASE_DIR
APPS = ("branchweb", "reminders", "assessment", "supervision", "dues", "meetings", "members", "audit", "rulebook")
THIS_FILE = str(Path(__file__).relative_to(ROOT))
TEXT = {".py", ".html", ".txt", ".md", ".toml", ".yml", ".yaml", ".css", ".js", ".po", ".svg", ".example", ""}


def listed() -> list[str]:
    """Every file that is committed or about to be."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in done.stdout.split("\0") if name and (ROOT / name).is_file())


FILES = listed()
MODULES = [name for name in FILES if name.endswith(".py")]
OURS = [name for name in MODULES if name.startswith(APPS) and "/migrations/" not in name]
TEMPLATES = [name for name in FILES if name.startswith("templates/") and name.endswith(".html")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def lines_that_match(pattern: str, names: list[str]) -> list[str]:
    """`file:line: what is there`, for every line in which the pattern is found."""
    wanted = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in names
        for number, line in enumerate(text(name).splitlines(), 1)
        if wanted.search(line)
    ]


def readable(*, without: str = "static/vendor/") -> list[str]:
    return [name for name in FILES if PurePosixPath(name).suffix in TEXT and not name.startswith(without)]


# --- Size and names -------------------------------------------------------------------------------------------------


def test_no_file_is_too_long_to_read():
    written = [name for name in FILES if name.endswith((".py", ".html", ".js")) and "vendor/" not in name]
    lengths = {name: len(text(name).splitlines()) for name in written if "/migrations/" not in name}
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_no_file_is_too_big_to_keep():
    sizes = {name: (ROOT / name).stat().st_size for name in FILES}
    assert {name: size for name, size in sizes.items() if size > 1_000_000} == {}
    pictures = {name: size for name, size in sizes.items() if name.startswith("docs/screenshots/")}
    assert {name: size for name, size in pictures.items() if size > 300_000} == {}


def test_no_module_is_a_place_for_anything():
    vague = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
    assert [name for name in MODULES if vague & set(PurePosixPath(name).with_suffix("").parts)] == []


def test_migrations_say_what_they_do():
    names = [
        PurePosixPath(name).stem for name in MODULES if "/migrations/" in name and not name.endswith("__init__.py")
    ]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)] == []
    assert [name for name in names if "_auto_" in name or name.endswith("_and_more")] == []


def test_decisions_have_a_number_each():
    numbers = Counter(name.split("/")[-1][:4] for name in FILES if name.startswith("docs/adr/0"))
    assert [number for number, count in numbers.items() if count > 1] == []


# --- What happens unseen --------------------------------------------------------------------------------------------


def test_nothing_happens_by_signal():
    assert lines_that_match(r"@receiver\b|import receiver|\bSignal\(|\b(pre|post)_(save|delete|init)\b", OURS) == []


def models() -> list[tuple[str, ast.ClassDef]]:
    """Every class of a models module, with its file."""
    found = []
    for name in OURS:
        if name.endswith("/models.py") or "/models/" in name:
            tree = ast.parse(text(name))
            found += [(name, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return found


def test_saving_a_row_does_nothing_else():
    overridden = [
        f"{name}: {model.name}.{part.name}"
        for name, model in models()
        for part in model.body
        if isinstance(part, ast.FunctionDef) and part.name in {"save", "delete", "save_base"}
    ]
    assert overridden == []


def test_tests_are_left_out_in_one_place_only():
    pattern = r"mark\.(skip|xfail)|pytest\.(skip|xfail|importorskip)\(|skipTest|skipUnless|skipIf"
    names = [name for name in MODULES if name.startswith("tests/") and name not in {"tests/machine.py", THIS_FILE}]
    assert lines_that_match(pattern, names) == []


# --- What must never be committed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        pytest.param(
            r"index[-]url|trusted[-]host|find[-]links", "--extra-index" + "-url", id="the address of an index"
        ),
        pytest.param(r"(?<![\w.}])/([w]ork|[r]oot|[h]ome/\w+)/", "open('/wo" + "rk/x')", id="a folder of one machine"),
        pytest.param(r"\.\./[s]hared", ".." + "/shared/x", id="a folder beside the repository"),
        pytest.param(r"BEGIN [A-Z ]*PRIVATE[ ]KEY", "-----BEGIN PRIVATE" + " KEY-----", id="a private key"),
    ],
)
def test_no_file_names(pattern, example):
    assert re.search(pattern, example)
    assert lines_that_match(pattern, readable()) == []


def test_identity_numbers_are_invented():
    """No county begins with 100: nobody has such a number."""
    looks_real = [
        f"{name}: {number}"
        for name in readable()
        for number in re.findall(r"(?<!\w)[1-9]\d{16}[\dX](?!\w)", text(name))
        if ric.is_valid(number) and not number.startswith("100")
    ]
    assert looks_real == []


# --- Dependencies ---------------------------------------------------------------------------------------------------


def test_every_dependency_says_why_it_is_here():
    rows = re.findall(
        r'^    "[A-Za-z][^"]*[<>=][^"]*",(.*)$', text("pyproject.toml").split("[dependency-groups]")[0], re.M
    )
    assert len(rows) == len(PROJECT["project"]["dependencies"])
    assert all(row.strip().startswith("# ") for row in rows)


def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text(name), re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "groups"),
    [("requirements.txt", []), ("requirements-test.txt", ["test"]), ("requirements-dev.txt", ["test", "dev"])],
)
def test_pinned_versions_are_in_step_with_what_the_project_asks_for(name, groups):
    wanted = [
        *PROJECT["project"]["dependencies"],
        *(row for group in groups for row in PROJECT["dependency-groups"][group]),
    ]
    pins = pinned(name)
    for requirement in map(Requirement, wanted):
        version = pins.get(re.sub(r"[-_.]+", "-", requirement.name).lower())
        assert version, f"{requirement.name} is not in {name}: run scripts/lock"
        assert requirement.specifier.contains(version), f"{name} has {requirement.name} {version}: run scripts/lock"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt", "requirements-dev.txt"])
def test_every_pin_has_a_hash(name):
    blocks = re.split(r"\n(?=[a-z0-9])", text(name).strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_what_runs_is_a_part_of_what_is_tested():
    run, test, dev = map(pinned, ("requirements.txt", "requirements-test.txt", "requirements-dev.txt"))
    assert run.items() <= test.items() <= dev.items()


def test_the_oldest_python_is_said_once_and_checked_by_setup():
    floor = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert f'minimum_python="{floor}"' in text("scripts/machine")
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{floor.replace('.', '')}"
    assert PROJECT["tool"]["mypy"]["python_version"] == floor


# --- What is here from elsewhere ------------------------------------------------------------------------------------

VENDOR = tomllib.loads(text("static/vendor/vendor.toml"))["file"]


@pytest.mark.parametrize("entry", VENDOR, ids=lambda entry: entry["path"])
def test_a_vendored_file_is_the_one_that_was_looked_at(entry):
    assert entry["name"] and entry["version"] and entry["licence"] and entry["source"]
    content = (ROOT / "static/vendor" / entry["path"]).read_bytes()
    assert entry["sha384"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_no_vendored_file_came_without_its_entry_or_its_licence():
    there = {name.removeprefix("static/vendor/") for name in FILES if name.startswith("static/vendor/")}
    listed = {entry["path"] for entry in VENDOR}
    licences = {f"{path.split('/')[0]}/LICENSE" for path in listed}
    assert there == listed | licences | {"vendor.toml"}


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_every_template_is_a_page_of_the_one_look_or_a_part_of_one():
    roots = {"templates/base.html"}
    extending = {name: re.search(r'{% extends "([^"]+)" %}', text(name)) for name in TEMPLATES}
    sources = "\n".join(map(text, [*TEMPLATES, *OURS, "docs/pages.md"]))
    adrift = []
    for name, extends in extending.items():
        short = name.removeprefix("templates/")
        while extends and f"templates/{extends.group(1)}" not in roots:
            extends = extending[f"templates/{extends.group(1)}"]
        if not extends and name not in roots and f'"{short}' not in sources and "/snippets/" not in name:
            adrift.append(short)
    assert adrift == []


def test_pages_carry_no_script_and_no_style_of_their_own():
    pattern = r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")"
    assert lines_that_match(pattern, TEMPLATES) == []


# --- Documents ------------------------------------------------------------------------------------------------------


def test_documents_link_to_files_that_are_there():
    missing = []
    for name in FILES:
        if name.endswith(".md"):
            for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text(name)):
                path = (ROOT / name).parent / target
                if not path.exists():
                    missing.append(f"{name}: {target}")
    assert missing == []


NAMED = re.compile(r"`([\w*.-]+(?:/[\w*.-]+)*\.(?:py|html|toml|css|js|txt|md|po))`")


def named_files() -> Iterator[tuple[str, str]]:
    """The page, and each file that it names: from the top, or by its last folders as `letters/rules.py`, or with a *.

    Decisions name what stood there when they were taken.
    """
    for name in FILES:
        if name.endswith(".md") and not name.startswith("docs/adr/"):
            for path in NAMED.findall(text(name)):
                yield name, path


def test_documents_name_files_that_are_there():
    pages = list(named_files())
    all_files = [f"/{name}" for name in FILES]

    assert len({page for page, _path in pages}) > 10
    assert [f"{page}: {path}" for page, path in pages if not any(fnmatch(one, f"*/{path}") for one in all_files)] == []


def test_every_package_that_an_installation_downloads_is_used():
    wanted = {Requirement(line).name.lower() for line in PROJECT["project"]["dependencies"]}
    modules = [(name.lower(), module) for module, names in packages_distributions().items() for name in names]
    modules = [(name, module) for name, module in modules if name in wanted]
    code = "\n".join(text(name) for name in FILES if name.endswith(".py") and not name.startswith("tests/"))
    code += text("scripts/setup") + text("Dockerfile")
    named_elsewhere = {"psycopg2-binary"}  # by the address of the database
    used = {name for name, module in modules if re.search(rf"\b{module}\b", code)}
    assert wanted - named_elsewhere - used == set()


def test_every_setting_is_explained_to_administrators():
    settable = set(re.findall(r'"((?:BRANCHWEB_|DATABASE_|REDIS_)[A-Z_]+)"', text("branchweb/settings.py")))
    assert {"BRANCHWEB_DATA", "DATABASE_URL", "REDIS_URL"} <= settable
    assert {name for name in settable if name not in text("docs/administration.md")} == set()


def test_the_first_screen_of_the_readme_says_what_it_is_shows_it_and_runs_it():
    first_screen = text("README.md").partition("\n## ")[0]

    assert len(first_screen.splitlines()) <= 40
    assert re.findall(r"^make \w+", first_screen, re.MULTILINE) == ["make run", "make test"]
    assert first_screen.count("](docs/screenshots/") == 1


# --- Where somebody new finds what ------------------------------------------------------------------------------


QUESTION = re.compile(r"^\| [^|]+\? \| ([^|`]+) \| `([\w.]+)` in `([\w/]+\.py)`", re.MULTILINE)
ANSWERS = QUESTION.findall(text("docs/architecture.md"))


def lines_of(module: str, name: str) -> range:
    """Where a function, or a method of a class, stands in its file."""
    body, found = ast.parse(text(module)).body, None
    for part in name.split("."):
        found = next(node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == part)
        body = found.body
    assert found is not None
    return range(found.lineno, (found.end_lineno or 0) + 1)


def test_the_page_answers_what_somebody_new_asks():
    assert len(ANSWERS) == 6


@pytest.mark.parametrize(("words", "name", "module"), ANSWERS)
def test_one_search_finds_the_function_that_answers(words, name, module):
    [hit] = lines_that_match(re.escape(words), OURS)
    found, line, _text = hit.split(":", 2)

    assert found == module
    assert int(line) in lines_of(module, name)
