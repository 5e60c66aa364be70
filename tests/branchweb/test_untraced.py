"""Below /letters/ nobody is known: no cookie read or set, no session, no address, no line in the log."""

import logging
from datetime import date

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone

from branchweb import middleware
from members.access.policy import public
from tests.cast import Cast
from tests.world import BACKEND

pytestmark = pytest.mark.django_db

ABOUT = "/letters/"
SECRET = "绝密的话"


@public
def tell(request: HttpRequest) -> HttpResponse:
    """What a view could find out about who asks."""
    known = [request.user, request.COOKIES, request.META.get("REMOTE_ADDR"), request.META.get("HTTP_USER_AGENT")]
    return HttpResponse(repr([str(part) for part in known]))


@public
def break_down(request: HttpRequest) -> HttpResponse:
    raise ValueError(SECRET)


urlpatterns = [
    path("", include("branchweb.urls")),
    *[path(f"{place}{view.__name__}/", view) for place in ("letters/", "elsewhere/") for view in (tell, break_down)],
]


@pytest.fixture
def logged_in(cast: Cast) -> Client:
    client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Telltale/1.0"})
    client.force_login(cast.secretary, backend=BACKEND)
    client.cookies["look_language"] = "en"
    return client


def test_the_database_is_asked_nothing_of_the_visitor_and_no_cookie_is_set_or_taken(logged_in):
    before = {name: morsel.value for name, morsel in logged_in.cookies.items()}
    with CaptureQueriesContext(connection) as asked:
        answer = logged_in.get(ABOUT)
    with CaptureQueriesContext(connection) as asked_for_a_stranger:
        Client().get(ABOUT)

    assert [query["sql"] for query in asked] == [query["sql"] for query in asked_for_a_stranger]
    assert not any("session" in query["sql"] for query in asked)

    assert answer.status_code == 200
    assert not answer.cookies
    assert {name: morsel.value for name, morsel in logged_in.cookies.items()} == before
    assert logged_in.get("/").status_code == 200  # still logged in


def test_the_session_isnt_renewed(logged_in):
    before = list(Session.objects.values_list("session_key", "expire_date", "session_data"))
    logged_in.get(ABOUT)

    assert list(Session.objects.values_list("session_key", "expire_date", "session_data")) == before


@pytest.mark.parametrize("address", [ABOUT, "/letters/no-such-page/"])
def test_every_answer_is_forgotten_by_browser_and_proxies(logged_in, address):
    answer = logged_in.get(address)

    assert {name: answer.headers[name] for name in middleware.HEADERS} == middleware.HEADERS
    assert not answer.cookies


@pytest.mark.urls(__name__)
def test_a_view_below_could_not_find_out_who_asks(logged_in):
    told = logged_in.get("/letters/tell/", headers={"x-forwarded-for": "203.0.113.7"}).text

    assert told == repr(["AnonymousUser", "{}", "", "None"])


@pytest.mark.urls(__name__)
def test_elsewhere_a_view_finds_out(logged_in):
    """The negative control."""
    told = logged_in.get("/elsewhere/tell/").text

    assert all(part in told for part in ("secretary", "sessionid", "203.0.113.7", "Telltale"))


def test_the_middleware_is_the_first_so_that_no_other_sees_the_address():
    assert settings.MIDDLEWARE[0] == "branchweb.middleware.UntracedMiddleware"


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_the_address_is_forgotten_too(settings, cast, proxies):
    settings.PROXIES = proxies
    settings.ROOT_URLCONF = __name__
    told = Client().get("/letters/tell/", headers={"x-forwarded-for": "203.0.113.7, 203.0.113.8"}).text

    assert "203.0.113" not in told
    assert "203.0.113" in Client().get("/elsewhere/tell/", headers={"x-forwarded-for": "203.0.113.7, 203.0.113.8"}).text


# --- Logs ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def logged(monkeypatch) -> list[str]:
    """Everything that any handler of any logger would write."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("address", ["/letters/no-such-page/", "/letters/%00/"])
def test_what_isnt_found_leaves_no_line(logged_in, logged, address):
    assert logged_in.get(address).status_code == 404
    assert logged_in.delete(ABOUT).status_code == 405

    assert logged == []


def test_elsewhere_it_leaves_one(logged_in, logged):
    """The negative control."""
    logged_in.get("/no-such-page/")

    assert any("no-such-page" in line for line in logged)


@pytest.fixture(autouse=True)
def broken(monkeypatch) -> middleware.Broken:
    monkeypatch.setattr(middleware, "BROKEN", middleware.Broken())
    return middleware.BROKEN


@pytest.fixture
def tomorrow(monkeypatch):
    """The first request of another day."""

    def come() -> None:
        monkeypatch.setattr(timezone, "localdate", lambda: date(2027, 1, 1))
        Client().get("/health/")

    return come


@pytest.mark.urls(__name__)
def test_a_crash_is_told_the_day_after_where_and_not_what(logged_in, logged, tomorrow):
    for _time in range(3):
        assert logged_in.post("/letters/break_down/", {"text": "告发"}).status_code == 500
    logged_in.get("/health/")
    assert logged == []
    tomorrow(), tomorrow()

    (line,) = logged
    assert "A page below /letters/ broke, 3 times in one day: ValueError" in line
    assert "in break_down" in line
    assert not any(word in line for word in (SECRET, "告发", "203.0.113", "POST"))


@pytest.mark.urls(__name__)
def test_a_crash_is_told_when_the_process_ends(logged_in, logged, broken):
    logged_in.post("/letters/break_down/")
    broken.tell()

    assert len(logged) == 1


@pytest.mark.urls(__name__)
def test_without_holding_back_it_has_its_second(logged_in, logged, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(middleware.AnonymousPagesFilter, "filter", lambda self, record: True)
    logged_in.post("/letters/break_down/")

    assert any("/letters/break_down/" in line for line in logged)


@pytest.mark.parametrize("sent", ["a=1&" * 5001, "text=" + "x" * (5 << 20), "\0"])
def test_what_django_refuses_to_read_leaves_no_line(logged_in, logged, sent):
    answer = logged_in.post("/letters/write/", sent, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (200, 400, 409, 413)
    assert logged == []


def test_a_form_that_breaks_off_leaves_no_line(logged_in, logged):
    broken = "multipart/form-data; boundary="
    assert logged_in.post("/letters/write/", "--x", content_type=broken).status_code == 400
    assert logged == []


@pytest.mark.urls(__name__)
def test_elsewhere_a_crash_says_what(logged_in, logged):
    """The negative control."""
    logged_in.post("/elsewhere/break_down/")

    assert any(SECRET in line and "/elsewhere/break_down/" in line for line in logged)


@pytest.mark.urls(__name__)
def test_a_crash_is_reported_to_no_administrator_by_mail_with_what_was_posted(logged_in, settings, mailoutbox):
    settings.ADMINS = [("管理员", "admin@example.org")]
    logged_in.post("/letters/break_down/", {"text": "告发"})

    assert not any("告发" in mail.body or SECRET in mail.body for mail in mailoutbox)
