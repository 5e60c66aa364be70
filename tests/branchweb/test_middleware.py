import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from branchweb.middleware import ClientAddressMiddleware, PagesCompressedMiddleware


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


def sizes_of(client, address, times=8):
    answers = [client.get(address, headers={"accept-encoding": "gzip"}) for _ in range(times)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.headers.get("Content-Encoding"): {len(answer.content) for answer in answers} for answer in answers}


def test_pages_come_compressed_and_never_twice_of_the_same_length(cast, as_user):
    client = as_user(cast.secretary)
    plain = client.get("/regulations/").content
    [(coding, sizes)] = sizes_of(client, "/regulations/").items()

    assert coding == "gzip"
    assert len(sizes) > 1
    assert max(sizes) < len(plain) / 3


@pytest.mark.parametrize(
    ("address", "kind", "coding"),
    [("/", "text/html", "gzip"), ("/letters/", "text/html", None), ("/", "application/vnd.ms-excel", None)],
)
def test_neither_letters_nor_workbooks_are_compressed(address, kind, coding, rf):
    middleware = PagesCompressedMiddleware(lambda request: HttpResponse(b"x" * 1000, content_type=kind))

    assert middleware(rf.get(address, headers={"accept-encoding": "gzip"})).headers.get("Content-Encoding") == coding
