"""python -m benchmarks.worker: answers requests, one a line of standard input, and says how long each took.

A line is `COOKIE PATH`; the answer is JSON. The server's part alone is measured: WSGI in, the whole answer out.
"""

import json
import sys
import time

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory

django.setup()


class Clock:
    """Time and number of queries while a request is answered."""

    def __init__(self) -> None:
        self.seconds, self.queries = 0.0, 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.queries += 1


def answer(application, factory: RequestFactory, cookie: str, path: str) -> dict[str, object]:  # type: ignore[no-untyped-def]
    environ = factory.get(path).environ | {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    statuses: list[str] = []
    clock = Clock()
    with connection.execute_wrapper(clock):
        started, worked = time.perf_counter(), time.thread_time()
        response = application(environ, lambda status, headers: statuses.append(status))
        length = sum(map(len, response))
        seconds, work = time.perf_counter() - started, time.thread_time() - worked
    response.close()
    return {
        "status": int(statuses[0][:3]),
        "bytes": length,
        "seconds": seconds,
        "work": work,
        "database": clock.seconds,
        "queries": clock.queries,
    }


def main() -> None:
    application, factory = get_wsgi_application(), RequestFactory(headers={"host": "localhost"})
    for line in sys.stdin:
        cookie, path = line.split(maxsplit=1)
        print(json.dumps(answer(application, factory, cookie, path.strip())), flush=True)


main()
