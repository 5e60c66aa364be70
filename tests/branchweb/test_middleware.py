import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from branchweb.middleware import ClientAddressMiddleware


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
    ],
)
def test_the_address_is_what_the_outermost_of_our_own_proxies_saw(proxies, forwarded, address, rf, settings):
    settings.PROXIES = proxies
    request = rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1")
    seen = ClientAddressMiddleware(lambda request: HttpResponse(request.META["REMOTE_ADDR"]))(request)
    assert seen.content.decode() == address


def test_without_a_proxy_nobody_can_choose_an_address(settings):
    settings.PROXIES = 0
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(HttpResponse)
