"""The full cast behind a browser each: asking every page as everybody, without one answer changing the next."""

import contextlib
import copy
import io
import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from unittest import mock
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.db.models import Model
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from meetings.models import Meeting
from members.access import sessions
from members.access.queries import access_for
from members.models import User
from members.offices import Access
from members.pages import listing, navigation
from members.templatetags import look
from tests.full_cast import FullCast
from tests.full_cast_meetings import code_of
from tests.policy_table import PARTS, Block, place_of, shows_code

MISSING = UUID("00000000-0000-4000-8000-00000000dead")
REAL_USER = auth.get_user
WRITTEN_ONCE = listing._start, listing._end, navigation.switches, navigation._drawn, look._written
"""Parts of pages that the process keeps."""
BACKEND = "django.contrib.auth.backends.ModelBackend"
MODELS = {
    model.__name__: model
    for app in apps.get_app_configs()
    if app.path.startswith(str(settings.BASE_DIR)) and ".venv" not in app.path
    for model in app.get_models()
}
"""Our own models by name."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def told(self) -> str:
        """The answer as the policy table writes it."""
        to_login = self.status == 302 and self.headers["Location"].startswith(reverse("account_login"))
        return "login" if to_login else str(self.status)

    @property
    def text(self) -> str:
        """What can be read in it; workbooks are unpacked."""
        content = self.content
        if content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                content = b"\n".join(packed.read(name) for name in packed.namelist())
        return content.decode(errors="replace")


@dataclass
class World:
    """The full cast with a session for everybody; each request is undone after it was answered."""

    full: FullCast
    sessions: dict[str, str]
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(
        self, part: str, method: str, address: str, data: Mapping[str, object] | None = None, **headers: str
    ) -> Answer:
        self.client.cookies.clear()
        if part in self.sessions:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[part]
        with transaction.atomic():
            if "?code=" in address:  # the browser keeps that it was shown, and goes on without it
                self.client.get(address)
                address = address.partition("?")[0]
            if data is None:
                answer = self.client.generic(method, address, headers=headers)
            else:
                answer = getattr(self.client, method.lower())(address, data, headers=headers)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return Answer(answer.status_code, dict(answer.headers), content)

    def address(self, block: Block, named: str) -> str:
        """The address of a block's page for one of its objects, with the code of the half-minute where it is shown."""
        names = block.named(named)
        values = {part: self.value(model, names[part], part) for part, model in block.objects.items()}
        address = reverse(block.name, kwargs=values)
        return f"{address}?code={code_of(self.full.rows[Meeting][names['key']])}" if shows_code(named) else address

    def value(self, model: str, named: str, attribute: str) -> object:
        """What stands in an address for the object; for one that doesn't exist, something of the same kind."""
        if model == "word" or model.isdigit():
            return named if model == "word" else model
        rows = self.full.rows[MODELS[model]]
        row = rows.get(named) or rows.get(place_of(named))
        if row:
            return identity(row, attribute)
        example = identity(next(iter(rows.values())), attribute)
        return MISSING if isinstance(example, UUID) else 987654321 if isinstance(example, int) else "missing"


def identity(row: Model, attribute: str) -> object:
    """What an address says of the row: what it calls so, like its code or the number of its member; else its key."""
    value = getattr(row, attribute, None) or getattr(row, "key", row.pk)
    return value.pk if isinstance(value, Model) else value


@contextlib.contextmanager
def open_world(blocker, make: Callable[[], FullCast]) -> Iterator[World]:
    """For a fixture of a module's scope: one cast for all its tests, in a transaction that is undone at the end."""
    logging.disable(logging.CRITICAL)  # a line and a traceback for each refusal cost more than the refusal
    with blocker.unblock(), transaction.atomic(), people_read_once(), contexts_forgotten():
        full = make()
        yield World(full, {part: session_of(getattr(full.cast, part)) for part in PARTS[1:]})
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def contexts_forgotten() -> contextlib.AbstractContextManager[object]:
    """Django keeps a copy of the context for each part of a page, which nobody asks for in a world."""
    return mock.patch("django.test.client.store_rendered_templates", lambda *_kept, **_signal: None)


@contextlib.contextmanager
def people_read_once() -> Iterator[None]:
    """Who asks, and with which offices, is read once for each session: every answer is undone before the next request.

    Reading them again takes more than half of a request whose page isn't written. tests/members/access asks each time.
    """
    users: dict[str | None, Any] = {}
    offices: dict[tuple[object, date], Access] = {}

    def user_of(request: Any) -> Any:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session.accessed = True  # as by reading who it is, each time
        if key not in users:
            users[key] = REAL_USER(request)
        return copy.copy(users[key])

    def offices_of(user: User, *, on: date) -> Access:
        if (user.pk, on) not in offices:
            offices[user.pk, on] = access_for(user, on=on)
        return offices[user.pk, on]

    with mock.patch.object(auth, "get_user", user_of), mock.patch.object(sessions, "access_for", offices_of):
        yield


@contextlib.contextmanager
def pages_by_name() -> Iterator[None]:
    """Each page is only the name of its template: for whoever asks what is answered, not what it says.

    Writing the page takes two thirds of a request. Every page is written for everybody who is let in by
    tests/security/test_canaries.py.
    """
    with mock.patch.object(Template, "render", lambda page, context=None, request=None: str(page.template.name)):
        yield
    for kept in WRITTEN_ONCE:
        kept.cache_clear()


def session_of(user) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def routes(patterns=None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the program by its full name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
