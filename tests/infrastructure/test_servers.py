import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dj_database_url
import psycopg2
import pytest
import redis

from tests import machine, servers


def connect(url: str) -> psycopg2.extensions.connection:
    database = dj_database_url.parse(url)
    return psycopg2.connect(host=database["HOST"], user=database["USER"], dbname=database["NAME"])


def ask(connection: psycopg2.extensions.connection, query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def socket_of(redis_url: str) -> Path:
    return Path(redis_url.removeprefix("unix://"))


def test_postgresql_is_there_empty_and_only_on_its_socket():
    with servers.postgres() as url:
        connection = connect(url)
        assert ask(connection, "SELECT count(*) FROM pg_stat_user_tables") == 0
        assert ask(connection, "SHOW listen_addresses") == ""
        assert ask(connection, "SHOW server_encoding") == "UTF8"
        connection.close()


def test_postgresql_is_gone_afterwards_even_when_a_test_failed():
    with pytest.raises(ZeroDivisionError), servers.postgres() as url:
        folder = Path(dj_database_url.parse(url)["HOST"])
        assert folder.exists()
        raise ZeroDivisionError
    assert not folder.exists()
    with pytest.raises(psycopg2.OperationalError):
        connect(url)


def test_a_server_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setitem(servers.POSTGRES_OPTIONS, "shared_buffers", "plenty")
    with pytest.raises(RuntimeError, match="invalid value for parameter"), servers.postgres():
        pass


def test_redis_is_there_empty_and_gone_afterwards():
    with servers.redis_server() as url:
        assert redis.Redis.from_url(url).dbsize() == 0
    assert not socket_of(url).parent.exists()


def test_a_command_finds_the_servers_in_its_environment_and_its_exit_code_is_passed_on():
    program = (
        "import os; print(os.environ['REDIS_URL'], os.path.exists(os.environ['REDIS_URL'][7:])); raise SystemExit(7)"
    )
    command = [sys.executable, "-m", "tests.servers", "--redis", "--", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 7
    url, was_there = done.stdout.split()
    assert was_there == "True"
    assert not socket_of(url).parent.exists()


def test_a_run_that_is_killed_leaves_no_server_behind():
    program = "import os, time; print(os.environ['REDIS_URL'], flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "tests.servers", "--redis", "--", sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        url = run.stdout.readline().strip()
        client = redis.Redis.from_url(url)
        assert client.ping()
        os.killpg(run.pid, signal.SIGKILL)
    assert gone_within(5, client)
    wait_until_gone(socket_of(url).parent)


def test_when_only_the_run_itself_is_killed_its_server_its_command_and_its_folder_go_too():
    program = "import os, time; print(os.getpid(), os.environ['REDIS_URL'], flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "tests.servers", "--redis", "--", sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        number, url = run.stdout.readline().split()
        run.kill()
    assert gone_within(5, redis.Redis.from_url(url))
    wait_until_gone(socket_of(url).parent)
    wait_until_gone(Path("/proc") / number)


def test_a_server_that_did_not_hear_of_the_end_is_ended_by_its_watcher(tmp_path, monkeypatch):
    """Whoever ignores SIGINT, or was started by something that did."""
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as server:
        server.stdout.readline()  # from now on it is deaf
        watch = servers._watch(server.pid, tmp_path)
        watch.stdin.close()
        assert server.wait(30) == -signal.SIGKILL
        watch.wait(10)
    assert not tmp_path.exists()


def wait_until_gone(path: Path) -> None:
    deadline = time.monotonic() + 10
    while path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.05)


def test_without_what_tests_need_it_says_what_to_run():
    blocked = "import runpy, sys; sys.modules['pytest'] = None; runpy.run_module('tests.servers', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", blocked, "--redis"], capture_output=True, text=True)

    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == "pytest isn't installed, which the tests need: run scripts/setup --test, then this again."
    )


def gone_within(seconds: float, client: redis.Redis) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            client.ping()
        except redis.RedisError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("in_ci", "outcome"), [(True, pytest.fail.Exception), (False, pytest.skip.Exception)])
def test_what_is_missing_is_an_error_in_ci_and_a_skip_with_a_sentence_elsewhere(in_ci, outcome, monkeypatch):
    monkeypatch.setattr(machine, "IN_CI", in_ci)
    with pytest.raises(outcome, match="no-such-program is not on this machine: apt-get install some-package"):
        machine.program("no-such-program", package="some-package")
