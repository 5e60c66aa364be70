from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase


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
