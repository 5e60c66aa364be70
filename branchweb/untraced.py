"""What keeps sealed letters without a trace: below /letters/ nobody is known, and no request is written down."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

PLACE = "/letters/"
TELLING = ("COOKIE", "X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "USER_AGENT", "REFERER", "ACCEPT_LANGUAGE", "VIA")
"""Headers that say who somebody is, from where they come and with what device."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def is_untraced(path: str) -> bool:
    return path.startswith(PLACE)


class UntracedMiddleware:
    """The first of all, so that no other sees it: a request to write a letter loses its cookies and its address.

    Whoever is logged in is a stranger here: no session is read or renewed, no person looked up, nothing counted, and
    no answer sets a cookie or takes one away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_untraced(request.path_info):
            return self.get_response(request)
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


class UntracedFilter(logging.Filter):
    """Of what happens below /letters/ the log says one thing: that the program broke, where in its code.

    Not what was refused or not found, for each line has its second; and no words of the error, which may repeat what
    somebody typed.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is None or not is_untraced(getattr(request, "path_info", "")):
            return True
        if record.levelno < logging.ERROR:
            return False
        delattr(record, "request")  # a report by mail would print all of it
        kind, _words, place = record.exc_info if isinstance(record.exc_info, tuple) else (None, None, None)
        record.msg, record.args = "A page below %s broke: %s", (PLACE, kind.__name__ if kind else "no exception")
        record.exc_info = (RuntimeError, RuntimeError("its words are left out"), place) if place else None
        record.exc_text = None
        return True
