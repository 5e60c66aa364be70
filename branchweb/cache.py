"""Redis as a cache that may be gone: pages answer all the same, and counters go on within each process."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

SECONDS_LEFT_ALONE = 5.0
"""So long a Redis that didn't answer isn't asked again: a page asks several times."""
SECONDS_TO_ANSWER = 1.0
NEVER = float("-inf")


class ForbearingClient:
    """Asks Redis; while that is away, this process's own memory. Offers what Django's client of Redis does.

    What limits something (log-ins, reveals) then still limits it, in each process by itself. Nothing that has to be
    true is kept here: sessions are rows.
    """

    def __init__(self, servers: list[str], **options: Any) -> None:
        options = {"socket_timeout": SECONDS_TO_ANSWER, "retry": Retry(NoBackoff(), 0), **options}
        self._redis = RedisCacheClient(servers, **options)
        self._own = LocMemCache("while-redis-is-away", {})
        self._away_until = NEVER

    def __getattr__(self, what: str) -> Callable[..., Any]:
        """`get`, `set`, `incr` and the others: both know them by the same names and arguments."""
        return partial(self._ask, what)

    def _ask(self, what: str, *given: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                answer = getattr(self._redis, what)(*given)
            except (RedisError, OSError) as error:
                self._leave_alone(error)
            else:
                self._is_back()
                return answer
        return getattr(self._own, what)(*given)

    def _leave_alone(self, error: Exception) -> None:
        if self._away_until == NEVER:
            log.warning("Redis can't be reached, pages go on without it: %s", error)
        self._away_until = time.monotonic() + SECONDS_LEFT_ALONE

    def _is_back(self) -> None:
        if self._away_until != NEVER:
            self._away_until = NEVER
            self._own.clear()
            log.warning("Redis is back.")


class ForbearingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForbearingClient
