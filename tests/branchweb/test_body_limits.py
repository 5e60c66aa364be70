"""How large a request may be: refused before a byte is read, and nothing of a stranger's in the temporary folder."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from branchweb.body_limits import ANONYMOUS, MIB, SIGNED_IN
from members.access.policy import public
from tests.world import BACKEND

pytestmark = pytest.mark.django_db
PAGES = ["/letters/", "/letters/write/", "/letters/receipt/", "/letters/add/", "/account/login/", "/preferences/", "/"]
FORM = {"content_type": "multipart/form-data; boundary=x"}


class Unread:
    """A body of which nobody may read a byte."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("somebody reads the body")

    readline = read


@public
def tell_where(request: HttpRequest) -> HttpResponse:
    """Where what was sent lies."""
    return HttpResponse(type(request.FILES["file"]).__name__)


urlpatterns = [path("", include("branchweb.urls")), path("letters/where/", tell_where), path("where/", tell_where)]


def send(client: Client, page: str, **headers: object) -> HttpResponse:
    return client.post(page, "x", **FORM, **{"wsgi.input": Unread(), **headers})


@pytest.mark.parametrize("page", [*PAGES, "/api/"])
@pytest.mark.parametrize("length", [str(ANONYMOUS + 1), str(200 * MIB), "-1", "x", "²"])
def test_a_stranger_sends_no_large_body(client, page, length):
    answer = send(client, page, CONTENT_LENGTH=length)

    assert answer.status_code == 413
    assert answer.text


@pytest.mark.parametrize("page", [*PAGES, "/api/"])
def test_a_body_in_pieces_is_refused_at_once(client, page):
    assert send(client, page, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked").status_code == 413


def test_what_is_not_too_large_is_read(client):
    """The negative control: the body above would be read."""
    with pytest.raises(AssertionError, match="somebody reads"):
        send(client, "/letters/write/", CONTENT_LENGTH=str(ANONYMOUS))


def test_who_is_logged_in_sends_a_workbook_but_no_more(cast, client):
    client.force_login(cast.secretary, backend=BACKEND)

    assert send(client, "/preferences/", CONTENT_LENGTH=str(SIGNED_IN + 1)).status_code == 413
    with pytest.raises(AssertionError, match="somebody reads"):
        send(client, "/preferences/", CONTENT_LENGTH=str(SIGNED_IN))


@pytest.mark.parametrize("headers", [{"cookie": "sessionid=invented"}, {"authorization": "Token invented"}])
def test_to_look_like_somebody_is_not_enough(client, headers):
    assert send(client, "/account/login/", CONTENT_LENGTH=str(ANONYMOUS + 1), headers=headers).status_code == 413


def test_whoever_is_logged_in_is_a_stranger_at_the_letter_box(cast, client):
    client.force_login(cast.secretary, backend=BACKEND)

    assert send(client, "/letters/write/", CONTENT_LENGTH=str(SIGNED_IN)).status_code == 413


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("page", ["/letters/where/", "/where/"])
def test_a_strangers_file_is_never_in_the_temporary_folder(client, page, monkeypatch):
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", Unread)
    file = SimpleUploadedFile("写信人.jpg", b"x" * 4 * MIB)

    assert client.post(page, {"file": file}).text == "InMemoryUploadedFile"


@pytest.mark.urls(__name__)
def test_without_that_it_is(client, monkeypatch):
    """The negative control: what Django does with files here."""
    monkeypatch.setattr("branchweb.body_limits.InMemory", lambda request: _as_elsewhere())
    file = SimpleUploadedFile("写信人.jpg", b"x" * 4 * MIB)

    assert client.post("/letters/where/", {"file": file}).text == "TemporaryUploadedFile"


def _as_elsewhere():
    from django.core.files.uploadhandler import TemporaryFileUploadHandler  # noqa: PLC0415

    return TemporaryFileUploadHandler()


def test_the_letter_boxs_refusal_is_a_page_of_its_own(client):
    answer = send(client, "/letters/write/", CONTENT_LENGTH=str(ANONYMOUS + 1))

    assert answer.headers["Cache-Control"] == "no-store"
    assert 'class="letters"' in answer.text
