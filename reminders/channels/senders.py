"""Ways outside: e-mail, text messages and group robots behind one interface."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import re
import smtplib
import ssl
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import quote_plus
from uuid import UUID

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from members.fields import opened
from reminders.channels.models import ChannelSetup
from reminders.choices import ChannelKind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out, ready to read.

    `address`: an e-mail address or a phone number; "" for a group chat, whose address is in its setup. `link`: a page
    to open, put below the text unless the text has it already.
    """

    address: str
    subject: str
    text: str
    link: str
    message_key: UUID

    @property
    def body(self) -> str:
        return f"{self.text}\n{self.link}" if self.link and self.link not in self.text else self.text


class NotSent(Exception):
    """It certainly didn't go out. The sentence says why, without any address; `again`: another try may do better."""

    def __init__(self, sentence: str, *, again: bool) -> None:
        self.sentence, self.again = sentence, again
        super().__init__(sentence)


class Uncertain(Exception):
    """Nobody knows whether it went out. The sentence says what happened, without any address."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Sender(Protocol):
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        """Send it now; returns when it was taken. Raises NotSent or Uncertain. Never called in a transaction."""


SECONDS = 10
"""How long a host may keep us waiting, for the connection and for each part of its answer."""
ALTOGETHER = 30
"""Seconds after which we hang up, however slowly an answer drips: a worker is not held for ever."""
LONGEST = 64 * 1024
"""Bytes of an answer that are read."""
HEADERS = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
"""Nothing packed comes back: a small answer can't become a large one."""
PORTS = {"https": 443, "http": 80}
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
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        post = _posted(checked(url), content, {**HEADERS, **(headers or {})})
        with ThreadPoolExecutor(1) as thread:  # whoever calls may run a loop already, and there is one a thread
            answered = thread.submit(asyncio.run, post).result()
    except AddressRefused as refused:
        raise NotSent(str(refused), again=False) from None
    except (UnicodeError, httpx.LocalProtocolError):
        raise NotSent(_("The secret has characters that can't be sent."), again=False) from None
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise NotSent(_("The service can't be reached."), again=True) from None
    except (httpx.HTTPError, TimeoutError):
        raise Uncertain(_("The service took the message and didn't answer.")) from None
    _refuse_unless_taken(answered.status)
    return answered


async def _posted(url: httpx.URL, content: bytes, headers: Mapping[str, str]) -> Answered:
    """Asynchronous for `timeout` alone: only a loop can hang up on an answer that drips."""
    async with (
        asyncio.timeout(ALTOGETHER),
        httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=_authorities()) as client,
        client.stream("POST", url, content=content, headers=headers) as response,
    ):
        read = b""
        async for piece in response.aiter_raw():
            read += piece
            if len(read) >= LONGEST:
                break
        return Answered(response.status_code, read[:LONGEST])


@cache
def _authorities() -> ssl.SSLContext:
    """Those that the machine trusts, not those of a package."""
    return ssl.create_default_context()


def checked(address: str) -> httpx.URL:
    """An address to which we may send, as it will be asked. Raises AddressRefused."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise AddressRefused(_("That is no address: it begins with https://.")) from None
    if url.scheme not in PORTS or not url.host or url.userinfo or not PRINTED.fullmatch(address):
        raise AddressRefused(_("That is no address: it begins with https://."))
    names = {f"{url.host}:{url.port or PORTS[url.scheme]}", url.host if url.port is None else ""}
    if names.isdisjoint(settings.OUTSIDE_HOSTS):
        told = {"host": url.host if url.port is None else f"{url.host}:{url.port}"}
        raise AddressRefused(_("The administrator hasn't allowed sending to %(host)s.") % told)
    if url.scheme == "http" and not _is_near(url.host):
        raise AddressRefused(_("The address begins with https://: without it anybody on the way can read along."))
    return url


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


PERMANENT = 500
"""Codes of mail servers from here on mean: never."""


class MailSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        """The key of the message is its Message-ID: the same message sent twice can be seen to be the same."""
        mail = _mail(outgoing)
        connection = get_connection()
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError:
            raise NotSent(_("The mail server doesn't take our user name and password."), again=True) from None
        except (OSError, smtplib.SMTPException):
            raise NotSent(_("The mail server can't be reached."), again=True) from None
        try:
            connection.send_messages([mail])
        except ValueError:
            raise NotSent(_("A mail can't be made of this."), again=False) from None
        except (OSError, smtplib.SMTPException) as problem:
            raise _what_happened(problem) from None
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):  # what it took, it has taken
                connection.close()


def _mail(outgoing: Outgoing) -> EmailMessage:
    """Raises NotSent: Django sends a mail to nobody without a word."""
    try:
        validate_email(outgoing.address)
    except ValidationError:
        raise NotSent(_("That is no e-mail address."), again=False) from None
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    headers = {"Message-ID": f"<{outgoing.message_key}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(
        outgoing.subject, outgoing.body, settings.DEFAULT_FROM_EMAIL, [outgoing.address], headers=headers
    )


def _what_happened(problem: Exception) -> NotSent | Uncertain:
    """Mail servers refuse with a code; without one nobody knows how far it got."""
    code = _code_of(problem)
    if code is None:
        return Uncertain(_("The connection to the mail server broke off while it took the message."))
    sentence = _("The mail server refused the message (%(code)s).") % {"code": code}
    return NotSent(sentence, again=code < PERMANENT)


def _code_of(problem: Exception) -> int | None:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return next((code for code, _said in problem.recipients.values()), PERMANENT)
    return problem.smtp_code if isinstance(problem, smtplib.SMTPResponseException) else None


class SmsSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        """The gateway's secret, where it has one, is a bearer token. The key of the message lets it find doubles."""
        if setup is None:
            raise NotSent(_("No channel is set up for this."), again=False)
        names = settings.SMS_FIELDS
        body = {
            names["phone"]: outgoing.address,
            names["text"]: outgoing.body,
            names["reference"]: str(outgoing.message_key),
        }
        secret = opened(setup.secret)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        _demand_taken(post_json(opened(setup.address), body, headers))


def _demand_taken(answered: Answered) -> None:
    """Gateways that answer 200 to everything say in a field whether they took it; without one, 2xx means yes."""
    name, wanted = settings.SMS_TAKEN
    if not name:
        return
    said = str(answered.as_json().get(name))
    if said != wanted:
        raise NotSent(_("The gateway refused the message (code %(code)s).") % {"code": said[:20]}, again=False)


WECOM_BYTES = 2048
"""Longest text that a WeCom robot takes."""
WECOM_BUSY = (-1, 45009, 45033)
DINGTALK_BUSY = (-1, 90030, 130101, 410100)
FEISHU_BUSY = (11232, 99991400)
"""Codes that mean: too much at once, or the service is out of order."""


class WeComSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        content = _shortened(_said(outgoing), WECOM_BYTES)
        body = {"msgtype": "text", "text": {"content": content}}
        _demand_zero(post_json(_address(setup), body).as_json(), "errcode", WECOM_BUSY)


class DingTalkSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        address, secret = _address(setup), _secret(setup)
        if secret:
            stamp = str(round(time.time() * 1000))
            sign = quote_plus(dingtalk_sign(stamp, secret))
            address = f"{address}{'&' if '?' in address else '?'}timestamp={stamp}&sign={sign}"
        body = {"msgtype": "text", "text": {"content": _said(outgoing)}}
        _demand_zero(post_json(address, body).as_json(), "errcode", DINGTALK_BUSY)


class FeishuSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": _said(outgoing)}}
        if secret := _secret(setup):
            stamp = str(int(time.time()))
            body |= {"timestamp": stamp, "sign": feishu_sign(stamp, secret)}
        _demand_zero(post_json(_address(setup), body).as_json(), "code", FEISHU_BUSY)


def dingtalk_sign(timestamp: str, secret: str) -> str:
    """Milliseconds and secret, signed with the secret."""
    return _signed(secret, f"{timestamp}\n{secret}")


def feishu_sign(timestamp: str, secret: str) -> str:
    """Nothing, signed with seconds and secret: Feishu's way round."""
    return _signed(f"{timestamp}\n{secret}", "")


def _signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _demand_zero(answer: Mapping[str, Any], field: str, busy: Collection[int]) -> None:
    """Robots answer 200 in any case; a code of 0 means that the message is in the group."""
    code = answer.get(field)
    if not isinstance(code, int) or isinstance(code, bool):
        raise Uncertain(_("The service gave an answer that can't be read."))
    if code in busy:
        raise NotSent(_("The robot is asked too often, or out of order (code %(code)s).") % {"code": code}, again=True)
    if code:
        raise NotSent(
            _("The robot refused the message (code %(code)s): check its address and its secret.") % {"code": code},
            again=False,
        )


def _said(outgoing: Outgoing) -> str:
    return f"{outgoing.subject}\n{outgoing.body}"


def _shortened(text: str, most: int) -> str:
    """At most so many bytes, cut between characters."""
    content = text.encode()
    return text if len(content) <= most else content[: most - 3].decode(errors="ignore") + "…"


def _address(setup: ChannelSetup | None) -> str:
    if setup is None:
        raise NotSent(_("No channel is set up for this."), again=False)
    return opened(setup.address)


def _secret(setup: ChannelSetup | None) -> str:
    return opened(setup.secret) if setup else ""


SENDERS: Mapping[ChannelKind, Sender] = {
    ChannelKind.EMAIL: MailSender(),
    ChannelKind.SMS: SmsSender(),
    ChannelKind.WECOM: WeComSender(),
    ChannelKind.DINGTALK: DingTalkSender(),
    ChannelKind.FEISHU: FeishuSender(),
}


def sender_for(kind: ChannelKind | str) -> Sender:
    """Raises KeyError for in-app messages, which are rows, and for calls, which people make."""
    return SENDERS[ChannelKind(kind)]
