"""Redis as a cache: it is used while it is there, and no page needs it."""

import logging
import os
import subprocess
import sys

import pytest
import redis
from django.core.cache import caches
from django.test import Client

from branchweb import cache as ours
from branchweb.cache import ForbearingRedisCache
from branchweb.environment import BASE_DIR
from tests import servers
from tests.cast import PASSWORD

GONE = "unix:///nowhere/redis.sock"


@pytest.fixture
def away() -> ForbearingRedisCache:
    return ForbearingRedisCache(GONE, {})


@pytest.fixture
def there(redis_server) -> ForbearingRedisCache:
    cache = ForbearingRedisCache(redis_server, {})
    cache.clear()
    return cache


@pytest.mark.parametrize("cache", ["there", "away"])
def test_everything_that_a_cache_does_it_does_with_and_without_redis(request, cache):
    cache = request.getfixturevalue(cache)
    cache.set("a", 1)
    cache.set_many({"b": [2], "c": "三"})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 1, "b": [2], "c": "三"}
    assert (cache.incr("a"), cache.get("a"), cache.get("d", "nothing")) == (2, 2, "nothing")
    assert (cache.add("a", 5), cache.add("e", 5)) == (False, True)
    assert (cache.touch("a", 60), cache.has_key("a"), cache.delete("a"), cache.has_key("a")) == (
        True,
        True,
        True,
        False,
    )
    cache.delete_many(["b"])
    assert cache.get("b") is None
    cache.clear()
    assert cache.get("c") is None


def test_what_is_kept_while_redis_is_there_is_kept_in_redis(there, redis_server):
    there.set("a", 1)

    assert redis.Redis.from_url(redis_server).keys() == [b":1:a"]


def test_a_counter_that_was_never_begun_is_no_failure_of_redis(there, away):
    for cache in (there, away):
        with pytest.raises(ValueError, match="not found"):
            cache.incr("no-such")


def test_while_it_is_away_it_is_asked_now_and_then_only(away, monkeypatch, caplog):
    asked = []
    monkeypatch.setattr(ours.RedisCacheClient, "get", lambda *_: asked.append(1) or fail())

    def fail():
        raise redis.ConnectionError("gone")

    for second in (0, 1, 4.9, 5.1, 6):
        monkeypatch.setattr(ours.time, "monotonic", lambda second=second: 100 + second)
        away.get("a")

    assert len(asked) == 2
    assert caplog.text.count("can't be reached") == 1


def test_when_it_is_back_what_was_counted_without_it_is_forgotten(monkeypatch, caplog):
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(ours, "SECONDS_LEFT_ALONE", 0.0)
    with servers.redis_server() as url:
        cache = ForbearingRedisCache(url, {})
        cache.set("a", "in Redis")
    client = cache._cache._redis
    cache.set("b", "here")
    assert (cache.get("a"), cache.get("b")) == (None, "here")
    with servers.redis_server() as url:
        client._servers, client._pools = [url], {}
        assert cache.get("b") is None

    assert "Redis is back." in caplog.text
    assert cache._cache._own.get(":1:b") is None


# --- The settings -----------------------------------------------------------------------------------------------------
@pytest.fixture
def without_redis(settings):
    """As with REDIS_URL set and nothing behind it."""
    settings.CACHES = {"default": {"BACKEND": "branchweb.cache.ForbearingRedisCache", "LOCATION": GONE}}
    assert isinstance(caches["default"], ForbearingRedisCache)


def test_sessions_are_rows_so_that_who_logged_out_stays_so_when_redis_comes_back(settings):
    assert settings.SESSION_ENGINE == "members.access.sessions"


def test_with_a_redis_it_is_this_cache_that_is_used(tmp_path):
    look = "import branchweb.settings as s; print(s.CACHES['default']['BACKEND'], s.SESSION_ENGINE)"
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path), "REDIS_URL": GONE}
    done = subprocess.run([sys.executable, "-c", look], env=environment, cwd=BASE_DIR, capture_output=True, text=True)

    assert done.stdout.split() == ["branchweb.cache.ForbearingRedisCache", "members.access.sessions"]


@pytest.mark.django_db
def test_one_logs_in_and_reads_pages_without_it(cast, without_redis):
    client = Client()
    answer = client.post("/account/login/", {"login": "secretary", "password": PASSWORD})
    assert answer.status_code == 302
    for page in ("/", "/meetings/", "/dues/"):
        assert client.get(page).status_code == 200


SEND = """
import time
from kombu.exceptions import OperationalError
from branchweb.celery import app
for _ in range(2):
    began = time.monotonic()
    try:
        app.send_task("celery.backend_cleanup")
    except OperationalError:
        print(time.monotonic() - began)
"""


def test_who_wakes_a_worker_up_does_not_wait_for_a_redis_that_is_gone(tmp_path):
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path), "REDIS_URL": GONE}
    done = subprocess.run([sys.executable, "-c", SEND], env=environment, cwd=BASE_DIR, capture_output=True, text=True)

    _first, second = map(float, done.stdout.split())
    assert second < 1
