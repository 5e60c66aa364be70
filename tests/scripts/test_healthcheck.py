import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db.migrations.executor import MigrationExecutor


def healthcheck(address: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORT": str(urlsplit(address).port), **variables}
    command = [sys.executable, settings.BASE_DIR / "scripts/healthcheck.py"]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture
def https_site(live_server, settings) -> str:
    """As behind a proxy: one allowed name, and everything else sent to TLS."""
    settings.ALLOWED_HOSTS = ["party.example"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return live_server.url


@pytest.mark.parametrize("hosts", ["party.example", ".party.example, 10.0.0.2"])
def test_a_working_installation_is_healthy_also_when_it_wants_tls_and_its_own_name(hosts, https_site):
    done = healthcheck(https_site, BRANCHWEB_HOSTS=hosts)
    assert (done.returncode, done.stdout.strip()) == (0, '{"ok": true}')


def test_a_waiting_migration_is_not_healthy(live_server, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one more"])
    done = healthcheck(live_server.url)
    assert done.returncode == 1
    assert "migrations wait" in done.stdout


def test_where_nothing_answers_it_is_not_healthy():
    done = healthcheck("http://127.0.0.1:1")
    assert done.returncode == 1
    assert "refused" in done.stdout
