"""docker-compose.yml and the Dockerfile are read and held to what they promise; nothing is built."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from django.conf import settings

from tests.machine import IN_CI, program
from tests.servers import POSTGRES_FOLDERS

ROOT = settings.BASE_DIR
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
OURS = ["web", "worker", "beat", "migrate"]
LASTING = ["web", "worker", "beat", "postgres", "redis"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LAST_STAGE = DOCKERFILE.split("\nFROM ")[-1]


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def major(text: str) -> int:
    """The first number of a version, as `postgres --version`, `redis-server --version` and image names print it."""
    return int(re.search(r"(?:PostgreSQL\) |v=|:)(\d+)", text).group(1))


@pytest.mark.parametrize(
    ("service", "server", "package", "folders", "oldest"),
    [("postgres", "postgres", "postgresql", POSTGRES_FOLDERS, 15), ("redis", "redis-server", "redis-server", "", 7)],
)
def test_databases_are_those_that_ci_tests_with(service, server, package, folders, oldest):
    path = program(server, package=package, folders=folders)
    here = major(subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout)
    named = major(SERVICES[service]["image"])
    assert min(here, named) >= oldest
    assert here == named or not IN_CI, "CI and docker-compose.yml have come apart"


def test_the_image_has_a_python_that_we_support_and_the_same_in_both_stages():
    versions = set(re.findall(r"^FROM python:([\d.]+)-slim", DOCKERFILE, re.MULTILINE))
    assert len(versions) == 1
    floor = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert [int(part) for part in versions.pop().split(".")] >= [int(part) for part in floor.split(".")]


def test_the_image_can_dump_and_restore_the_database_beside_it():
    """An older pg_dump refuses the server; a newer pg_restore tells it what it doesn't know."""
    of_debian = {"bookworm": 15, "trixie": 17}
    named = set(re.findall(r"^FROM python:[\d.]+-slim-(\w+)", DOCKERFILE, re.MULTILINE))
    assert [of_debian[one] for one in named] == [major(SERVICES["postgres"]["image"])]
    assert "postgresql-client" in LAST_STAGE


def test_there_is_every_part_and_exactly_one_clock():
    assert set(SERVICES) == {*OURS, "postgres", "redis"}
    clocks = [name for name in OURS if {"beat", "--beat", "-B"} & set(SERVICES[name].get("command", []))]
    assert clocks == ["beat"]
    assert "scale" not in COMPOSE_TEXT
    assert "replicas" not in COMPOSE_TEXT


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_started_again(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_tables_are_there(name):
    conditions = {other: wanted["condition"] for other, wanted in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


@pytest.mark.parametrize("name", OURS)
def test_a_program_that_is_broken_into_can_do_little(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service


def test_the_image_runs_as_nobody_special():
    assert re.findall(r"^USER (.*)$", LAST_STAGE, re.MULTILINE) == ["branchweb"]
    assert LAST_STAGE.index("\nUSER ") < LAST_STAGE.index("\nCMD ")
    assert "--uid 10001" in LAST_STAGE


def test_data_lies_on_volumes_that_are_declared():
    mounts = {name: [mount.split(":") for mount in service["volumes"]] for name, service in SERVICES.items()}
    assert set(COMPOSE["volumes"]) == {volume for service in mounts.values() for volume, _ in service}
    assert mounts["web"] == mounts["worker"] == [["data", "/data"]]
    assert "BRANCHWEB_DATA=/data" in LAST_STAGE


def test_only_the_proxy_of_this_machine_reaches_it():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${BRANCHWEB_PORT:-8000}:8000"]}


def test_every_variable_is_in_the_example_and_no_secret_has_a_value_there():
    used = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))
    assert used == set(example())
    assert example()["POSTGRES_PASSWORD"] == ""


def test_required_variables_have_no_silent_default():
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT))
    assert required == {"POSTGRES_PASSWORD", "BRANCHWEB_HOSTS", "BRANCHWEB_ORIGINS"}


def test_the_filled_in_example_is_an_environment_that_the_program_accepts(tmp_path):
    values = {**example(), "POSTGRES_PASSWORD": "a-password"}
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda match: values[match.group(1)], COMPOSE_TEXT)
    given = yaml.safe_load(filled)["services"]["web"]["environment"]
    variables = {name: "" if value is None else str(value) for name, value in given.items()}
    check = [
        sys.executable,
        "-c",
        "import branchweb.settings as s; print(s.DATABASES['default']['HOST'], s.ALLOWED_HOSTS)",
    ]
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path), **variables}
    done = subprocess.run(check, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "postgres ['branchweb.example']\n", done.stderr


def test_the_web_servers_command_is_one_that_it_understands(tmp_path):
    command = json.loads(re.search(r"^CMD (\[.*\])$", LAST_STAGE, re.MULTILINE).group(1))
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path)}
    check = [sys.executable, "-m", *command, "--check-config"]
    done = subprocess.run(check, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_nothing_of_this_machine_gets_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", ".venv", ".env", "var", "staticfiles"} <= set(ignored)
