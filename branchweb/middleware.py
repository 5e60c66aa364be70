"""What stands before every page: the visitor's address behind proxies, and what keeps sealed letters without a trace.

Below /letters/ nobody is known, and no request is written down.
"""

import atexit
import logging
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from supervision.letters.rate_limit import VISITORS

PLACE = "/letters/"
TELLING = ("COOKIE", "X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "USER_AGENT", "REFERER", "ACCEPT_LANGUAGE", "VIA")
"""Headers that say who somebody is, from where they come and with what device."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
logger = logging.getLogger(__name__)


def is_anonymous(path: str) -> bool:
    return path.startswith(PLACE)


class UntracedMiddleware:
    """The first of all, so that no other sees it: a request to write a letter loses its cookies and its address.

    Whoever is logged in is a stranger here: no session is read or renewed, no person looked up, and no answer sets a
    cookie or takes one away. In the address's place stands a mark for the minute (`supervision.letters.rate_limit`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        BROKEN.tell_of_other_days()
        if not is_anonymous(request.path_info):
            return self.get_response(request)
        request.visitor = VISITORS.mark(client_address(request))  # type: ignore[attr-defined]
        forget_who_asks(request)
        response = self.get_response(request)
        response.cookies.clear()
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def forget_who_asks(request: HttpRequest) -> None:
    """`request.COOKIES` and `request.headers` are made of META when they are first asked for: nobody has yet."""
    for name in TELLING:
        request.META.pop(f"HTTP_{name}", None)
    request.META["REMOTE_ADDR"] = ""
    for name in ("REMOTE_HOST", "REMOTE_PORT", "REMOTE_USER"):
        request.META.pop(name, None)


class Broken:
    """What broke below /letters/, told the day after: a line at once would have the second in which somebody wrote.

    Told with the first request of another day, of any page, or when the process ends; in memory until then.
    """

    def __init__(self) -> None:
        self.day: date | None = None
        self.places: Counter[str] = Counter()

    def keep(self, record: logging.LogRecord) -> None:
        """Where in the code, without the error's words, which may repeat what somebody typed."""
        self.day = self.day or timezone.localdate()
        self.places[place_of(record)] += 1

    def tell_of_other_days(self) -> None:
        if self.day and self.day != timezone.localdate():
            self.tell()

    def tell(self) -> None:
        told, self.places, self.day = self.places, Counter(), None
        for place, times in told.items():
            logger.error("A page below %s broke, %s times in one day: %s", PLACE, times, place)


def place_of(record: logging.LogRecord) -> str:
    kind, _words, trace = record.exc_info if isinstance(record.exc_info, tuple) else (None, None, None)
    if kind is None:
        return "no exception"
    frames = traceback.extract_tb(trace)
    return "\n".join([kind.__name__, *(f"  {one.filename}:{one.lineno} in {one.name}" for one in frames)])


BROKEN = Broken()
atexit.register(lambda: BROKEN.tell())


class AnonymousPagesFilter(logging.Filter):
    """Of what happens below /letters/ no line is written: each would have its second."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is None or not is_anonymous(getattr(request, "path_info", "")):
            return True
        if record.levelno >= logging.ERROR:
            BROKEN.keep(record)
        return False


class ClientAddressMiddleware:
    """Behind `PROXIES` proxies: makes REMOTE_ADDR the visitor's address, not the nearest proxy's.

    Log-in attempts are counted by user and address. With one address for everybody, anybody could lock a user out.
    Counted from the right: what stands further left in X-Forwarded-For was written by the visitor and may be invented.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META["REMOTE_ADDR"] = client_address(request)
        return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """Read from META: `request.headers` would keep a copy of what is taken out there later."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.PROXIES else ""
    addresses = [part.strip() for part in forwarded.split(",") if part.strip()]
    if settings.PROXIES and len(addresses) >= settings.PROXIES:
        return addresses[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


class PagesCompressedMiddleware(GZipMiddleware):
    """Text of pages and answers, a few bytes longer by chance each time and with the tokens of forms masked, so that
    its length doesn't tell what is in it. Letters aren't compressed; workbooks are already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if is_anonymous(request.path_info) or not kind.startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)
