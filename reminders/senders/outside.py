"""HTTP to the few hosts outside that the administrator allows. No sentence and no log repeats an address."""

import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from reminders.senders.sender import NotSent, Uncertain

SECONDS = 10
"""How long a host may keep us waiting, for the connection and for each part of its answer."""
ALTOGETHER = 30
"""Seconds after which we hang up, however slowly an answer drips: a worker is not held for ever."""
LONGEST = 64 * 1024
"""Bytes of an answer that are read."""
TOO_MANY, GATEWAY_GAVE_UP = 429, 504
PRINTED = re.compile(r"[!-~]+")
"""No spaces, no line breaks, no letters that look like others."""


class AddressRefused(Exception):
    """We don't send there; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    content: bytes

    def as_json(self) -> dict[str, Any]:
        """The answer as an object. Raises Uncertain: something took the message, but not what we know."""
        try:
            read = json.loads(self.content)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise Uncertain(_("The service gave an answer that can't be read."))
        return read


def post_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answered:
    """Send and return an answer of 2xx. Redirects are not followed, proxies of the environment not used.

    Raises NotSent before anything was written and for a refusal, Uncertain when the answer doesn't come.
    """
    connection, target = _connected(url)
    try:
        content = json.dumps(body, ensure_ascii=False).encode()
        connection.request(
            "POST", target, content, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        )
        with _hung_up_in_the_end(connection):
            response = connection.getresponse()
            answered = Answered(response.status, response.read(LONGEST))
    except ValueError:
        raise NotSent(_("The secret has characters that can't be sent."), again=False) from None
    except (OSError, HTTPException):
        raise Uncertain(_("The service took the message and didn't answer.")) from None
    finally:
        connection.close()
    _refuse_unless_taken(answered.status)
    return answered


@contextlib.contextmanager
def _hung_up_in_the_end(connection: HTTPConnection) -> Iterator[None]:
    """What was read until then may look like an answer: it raises TimeoutError all the same."""
    is_cut = threading.Event()

    def hang_up(used: socket.socket) -> None:
        is_cut.set()
        with contextlib.suppress(OSError):
            used.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(ALTOGETHER, hang_up, [connection.sock])
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
    if is_cut.is_set():
        raise TimeoutError


def checked(url: str) -> SplitResult:
    """The parts of an address to which we may send. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused(_("That is no address: it begins with https://.")) from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or not PRINTED.fullmatch(url):
        raise AddressRefused(_("That is no address: it begins with https://."))
    if (host if port is None else f"{host}:{port}") not in settings.OUTSIDE_HOSTS:
        told = {"host": host if port is None else f"{host}:{port}"}
        raise AddressRefused(_("The administrator hasn't allowed sending to %(host)s.") % told)
    if parts.scheme == "http" and not _is_near(host):
        raise AddressRefused(_("The address begins with https://: without it anybody on the way can read along."))
    return parts


def _connected(url: str) -> tuple[HTTPConnection, str]:
    """An open connection, and what to ask it for."""
    try:
        parts = checked(url)
    except AddressRefused as refused:
        raise NotSent(str(refused), again=False) from None
    connection = _connection(parts)
    try:
        connection.connect()
    except OSError:
        connection.close()
        raise NotSent(_("The service can't be reached."), again=True) from None
    return connection, f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def _connection(parts: SplitResult) -> HTTPConnection:
    if parts.scheme == "http":
        return HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    return HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=ssl.create_default_context())


def _refuse_unless_taken(status: int) -> None:
    if status == GATEWAY_GAVE_UP:
        raise Uncertain(_("The service passed the message on and got no answer (504)."))
    if status == TOO_MANY or status >= 500:
        raise NotSent(
            _("The service has too much to do, or is out of order (%(status)s).") % {"status": status}, again=True
        )
    if not 200 <= status < 300:
        raise NotSent(_("The service refused the message (%(status)s).") % {"status": status}, again=False)


def _is_near(host: str) -> bool:
    """This machine, or one in the same private network, given by its number."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
