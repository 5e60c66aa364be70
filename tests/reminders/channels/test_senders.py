"""Robots, the gateway for text messages, and what becomes of a message when they don't answer."""

import json
import logging
from uuid import UUID

import pytest

from members.fields import sealed
from reminders.channels import senders
from reminders.channels.senders import (
    AddressRefused,
    NotSent,
    Outgoing,
    Uncertain,
    checked,
    dingtalk_sign,
    feishu_sign,
    sender_for,
)
from reminders.choices import ChannelKind
from reminders.models import ChannelSetup
from tests.reminders.channels.outside import (
    closed_port,
    dripping_service,
    dropping_service,
    http_service,
    silent_service,
)

KEY = UUID("6f1c7d1e-0000-4000-8000-000000000001")
OUTGOING = Outgoing("13900000001", "开会", "张英同志，请参加", "https://party.example/a/x/", KEY)
SAID = "开会\n张英同志，请参加\nhttps://party.example/a/x/"
SECRET = "SEC-top-secret"
ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
OUTSIDE = (*ROBOTS, ChannelKind.SMS)
TAKEN = b'{"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}'


@pytest.fixture
def service(settings):
    with http_service() as service:
        service.content = TAKEN
        settings.OUTSIDE_HOSTS = (service.host,)
        yield service


def setup_of(kind, address, secret=""):
    return ChannelSetup(kind=kind, name="群", address=sealed(address), secret=sealed(secret))


def send(kind, address, secret="", outgoing=OUTGOING):
    sender_for(kind).send(outgoing, setup_of(kind, address, secret))


# --- What is sent -----------------------------------------------------------------------------------------------------
def test_a_wecom_robot_is_told_subject_text_and_link(service):
    send(ChannelKind.WECOM, service.url("/cgi-bin/webhook/send?key=k"))

    path, headers, body = service.asked[0]
    assert path == "/cgi-bin/webhook/send?key=k"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Accept-Encoding"] == "identity", "nothing packed comes back that would swell"
    assert body == {"msgtype": "text", "text": {"content": SAID}}


def test_a_long_text_is_cut_where_wecom_would_refuse_it(service):
    send(ChannelKind.WECOM, service.url(), outgoing=Outgoing("", "会", "长" * 900, "", KEY))

    content = service.asked[0][2]["text"]["content"]
    assert 2040 < len(content.encode()) <= 2048
    assert content.endswith("长…")


def test_a_dingtalk_robot_sees_the_signature_of_the_millisecond(service, monkeypatch):
    monkeypatch.setattr(senders.time, "time", lambda: 1_795_500_000.1234)
    send(ChannelKind.DINGTALK, service.url(), SECRET)

    path, _headers, body = service.asked[0]
    sign = "qxiNXcxIEac%2FM4ZNbnBvzUqWwjA1d1VeO2fxEWJ1d20%3D"
    assert path == f"/robot/send?access_token=top-secret-token&timestamp=1795500000123&sign={sign}"
    assert body == {"msgtype": "text", "text": {"content": SAID}}


def test_a_dingtalk_robot_without_a_secret_is_not_sent_a_signature(service):
    send(ChannelKind.DINGTALK, service.url())

    assert service.asked[0][0] == "/robot/send?access_token=top-secret-token"


def test_a_feishu_robot_sees_the_signature_of_the_second(service, monkeypatch):
    monkeypatch.setattr(senders.time, "time", lambda: 1_795_500_000.9)
    send(ChannelKind.FEISHU, service.url("/open-apis/bot/v2/hook/token"), SECRET)

    assert service.asked[0][2] == {
        "msg_type": "text",
        "content": {"text": SAID},
        "timestamp": "1795500000",
        "sign": feishu_sign("1795500000", SECRET),
    }


def test_a_feishu_robot_without_a_secret_is_not_sent_a_signature(service):
    send(ChannelKind.FEISHU, service.url())

    assert service.asked[0][2] == {"msg_type": "text", "content": {"text": SAID}}


def test_a_gateway_is_told_phone_text_and_the_key_of_the_message_in_its_own_words(service, settings):
    settings.SMS_FIELDS = {"phone": "mobile", "text": "content", "reference": "id"}
    send(ChannelKind.SMS, service.url("/sms"), SECRET)

    path, headers, body = service.asked[0]
    assert path == "/sms"
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert body == {
        "mobile": "13900000001",
        "content": "张英同志，请参加\nhttps://party.example/a/x/",
        "id": str(KEY),
    }


def test_a_link_that_the_text_has_already_is_not_put_below_it_again():
    assert Outgoing("", "", "见 https://x.example/a/", "https://x.example/a/", KEY).body == "见 https://x.example/a/"


@pytest.mark.parametrize("kind", [ChannelKind.IN_APP, ChannelKind.BY_HAND])
def test_what_goes_no_way_outside_has_no_sender(kind):
    with pytest.raises(KeyError):
        sender_for(kind)


# --- What it is answered ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "answer", "again"),
    [
        (ChannelKind.WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, False),
        (ChannelKind.WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, True),
        (ChannelKind.WECOM, {"errcode": -1, "errmsg": "system busy"}, True),
        (ChannelKind.DINGTALK, {"errcode": 310000, "errmsg": "sign not match"}, False),
        (ChannelKind.DINGTALK, {"errcode": 300001, "errmsg": "token is not exist"}, False),
        (ChannelKind.DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}, True),
        (ChannelKind.FEISHU, {"code": 19021, "msg": "sign match fail"}, False),
        (ChannelKind.FEISHU, {"code": 11232, "msg": "frequency limited"}, True),
    ],
)
def test_a_robots_code_says_whether_another_try_is_worth_it(service, kind, answer, again):
    service.content = json.dumps(answer).encode()
    with pytest.raises(NotSent) as refusal:
        send(kind, service.url(), SECRET)

    assert refusal.value.again is again
    assert str(answer.get("errcode", answer.get("code"))) in refusal.value.sentence


@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize(
    ("status", "again"), [(301, False), (302, False), (400, False), (404, False), (429, True), (500, True), (503, True)]
)
def test_the_status_says_whether_another_try_is_worth_it(service, kind, status, again):
    service.status, service.headers = status, {"Location": service.url("/elsewhere")}
    with pytest.raises(NotSent, match=str(status)) as refusal:
        send(kind, service.url())

    assert refusal.value.again is again
    assert len(service.asked) == 1, "a redirect is not followed"


def test_a_gateway_behind_which_nobody_answered_may_have_passed_it_on(service):
    service.status = 504
    with pytest.raises(Uncertain):
        send(ChannelKind.SMS, service.url())


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"errcode": "0", "code": null}', b'{"errcode": true}']
)
def test_an_answer_that_no_robot_gives_leaves_it_uncertain(service, kind, content):
    service.content = content
    with pytest.raises(Uncertain):
        send(kind, service.url())


@pytest.mark.parametrize(
    ("taken", "content", "is_taken"),
    [
        (("", ""), b"anything", True),
        (("code", "0"), b'{"code": 0}', True),
        (("code", "0"), b'{"code": "0"}', True),
        (("code", "0"), b'{"code": 7, "message": "13900000001"}', False),
        (("code", "0"), b"{}", False),
    ],
)
def test_a_gateway_says_in_its_own_field_whether_it_took_the_message(service, settings, taken, content, is_taken):
    settings.SMS_TAKEN, service.content = taken, content
    if is_taken:
        send(ChannelKind.SMS, service.url())
    else:
        with pytest.raises(NotSent) as refusal:
            send(ChannelKind.SMS, service.url())
        assert not refusal.value.again
        assert "13900000001" not in refusal.value.sentence


def test_an_endless_answer_is_read_only_so_far(service, monkeypatch):
    monkeypatch.setattr(senders, "LONGEST", 10)
    service.content = b'{"errcode": 0}' + b" " * 100_000
    with pytest.raises(Uncertain):
        send(ChannelKind.WECOM, service.url())


# --- When nobody answers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", OUTSIDE)
def test_where_nobody_listens_nothing_was_sent_and_it_is_tried_again(kind, settings):
    port = closed_port()
    settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
    with pytest.raises(NotSent) as refusal:
        send(kind, f"http://127.0.0.1:{port}/")

    assert refusal.value.again


@pytest.mark.parametrize("kind", OUTSIDE)
def test_who_takes_the_call_and_is_silent_leaves_it_uncertain(kind, settings, monkeypatch):
    monkeypatch.setattr(senders, "SECONDS", 0.05)
    with silent_service() as port:
        settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
        with pytest.raises(Uncertain):
            send(kind, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("kind", OUTSIDE)
def test_who_reads_and_hangs_up_leaves_it_uncertain(kind, settings):
    with dropping_service() as port:
        settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
        with pytest.raises(Uncertain):
            send(kind, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("kind", OUTSIDE)
def test_whose_answer_never_ends_is_hung_up_on(kind, settings, monkeypatch):
    monkeypatch.setattr(senders, "ALTOGETHER", 0.1)
    with dripping_service() as port:
        settings.OUTSIDE_HOSTS = (f"127.0.0.1:{port}",)
        with pytest.raises(Uncertain):
            send(kind, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("secret", ["SEC\nX-Header: y", "暗号"])
def test_a_secret_that_no_header_takes_is_said_so_and_not_repeated(service, secret):
    with pytest.raises(NotSent) as refusal:
        send(ChannelKind.SMS, service.url(), secret)

    assert not refusal.value.again
    assert refusal.value.__suppress_context__
    assert secret not in refusal.value.sentence
    assert service.asked == []


@pytest.mark.parametrize("kind", OUTSIDE)
def test_without_a_setup_nothing_is_sent(kind):
    with pytest.raises(NotSent) as refusal:
        sender_for(kind).send(OUTGOING, None)

    assert not refusal.value.again


# --- Where it may go --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://qyapi.weixin.qq.com.evil.example/",
        "https://qyapi.weixin.qq.com@evil.example/",
        "https://me:pw@qyapi.weixin.qq.com/",
        "https://evil.example/qyapi.weixin.qq.com",
        "https://evil.example#qyapi.weixin.qq.com",
        "https://qyapi.weixin.qq.com:8443/",
        "https://qyapi.weixin.qq.com:port/",
        "https://evil.example\\@qyapi.weixin.qq.com/",
        "https://qyapi.weixin.qq.com\\@evil.example/",
        "http://qyapi.weixin.qq.com/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://0x7f000001/",
        "ftp://qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/",
        "//qyapi.weixin.qq.com/",
        "qyapi.weixin.qq.com",
        "https://",
        "https://[",
        "https://qyapi.weixin.qq.com/\r\nX: y",
        "https://qyapi.weixin.qq.com/a b",
        "https://qyapi。weixin.qq.com/",
        "",
    ],
)
def test_an_address_that_the_administrator_did_not_allow_is_refused_before_anything_is_sent(url):
    with pytest.raises(AddressRefused):
        checked(url)
    with pytest.raises(NotSent) as refusal:
        send(ChannelKind.WECOM, url)
    assert not refusal.value.again


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ((), "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"),
        ((), "HTTPS://OAPI.DingTalk.com/robot/send"),
        (("sms.example",), "https://sms.example/send"),
        (("sms.example:8443",), "https://sms.example:8443/send"),
        (("sms.example:443",), "https://sms.example/send"),
        (("sms.example",), "https://sms.example:443/send"),
        (("127.0.0.1:8080",), "http://127.0.0.1:8080/send"),
        (("10.0.0.9",), "http://10.0.0.9/send"),
        (("localhost",), "http://localhost/send"),
    ],
)
def test_an_address_that_the_administrator_allowed_is_taken(settings, hosts, url):
    settings.OUTSIDE_HOSTS = (*settings.OUTSIDE_HOSTS, *hosts)

    assert checked(url).path.startswith(("/send", "/cgi-bin", "/robot"))


@pytest.mark.parametrize("url", ["http://sms.example/send", "http://8.8.8.8/send"])
def test_an_allowed_host_far_away_is_reached_by_tls_only(settings, url):
    settings.OUTSIDE_HOSTS = ("sms.example", "8.8.8.8")
    with pytest.raises(AddressRefused, match="https"):
        checked(url)


def test_without_the_list_of_hosts_the_message_would_have_gone_there(service, settings):
    """The negative control."""
    settings.OUTSIDE_HOSTS = ()
    with pytest.raises(NotSent):
        send(ChannelKind.WECOM, service.url())
    assert service.asked == []
    settings.OUTSIDE_HOSTS = (service.host,)
    send(ChannelKind.WECOM, service.url())
    assert len(service.asked) == 1


# --- Nobody reads the address -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize("case", ["refused", "status", "silent", "unallowed", "unreadable"])
def test_no_sentence_no_log_and_no_traceback_repeats_address_secret_or_phone(
    kind, case, service, settings, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    address = service.url()
    if case == "refused":
        service.content = b'{"errcode": 1, "code": 1, "errmsg": "top-secret-token 13900000001 SEC-top-secret"}'
        settings.SMS_TAKEN = ("code", "0")
    elif case == "status":
        service.status, service.content = 403, b"top-secret-token"
    elif case == "silent":
        address = f"http://127.0.0.1:{closed_port()}/?access_token=top-secret-token"
        settings.OUTSIDE_HOSTS = (address.split("/")[2],)
    elif case == "unallowed":
        settings.OUTSIDE_HOSTS = ()
    else:
        service.content = b"top-secret-token"
        settings.SMS_TAKEN = ("code", "0")
    with pytest.raises((NotSent, Uncertain)) as problem:
        send(kind, address, SECRET)

    told = f"{problem.value!r} {problem.value} {problem.value.__cause__} {caplog.text}"
    assert problem.value.__suppress_context__ or problem.value.__context__ is None
    assert not [private for private in ("top-secret", SECRET, "13900000001") if private in told]
    assert len(problem.value.sentence) <= 300


def test_signatures_are_those_that_openssl_makes():
    """`openssl dgst -sha256 -hmac SECxyz` of "1577262236757\\nSECxyz"; Feishu: of nothing, with both as key."""
    assert dingtalk_sign("1577262236757", "SECxyz") == "R3msoCMLDmHFZ+HHnu8+AYTapAaz0fhSP1MzarAhGcg="
    assert feishu_sign("1599360473", "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
