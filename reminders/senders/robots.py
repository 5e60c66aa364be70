"""Robots in group chats. Their secret never leaves: it signs."""

import base64
import hashlib
import hmac
import time
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote_plus

from django.utils.translation import gettext as _

from members.fields import opened
from reminders.models import ChannelSetup
from reminders.senders.outside import post_json
from reminders.senders.sender import NotSent, Outgoing, Uncertain

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
