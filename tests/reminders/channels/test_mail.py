"""E-mail against a mail server on this machine."""

from email import message_from_string
from email.header import decode_header, make_header
from uuid import UUID

import pytest
from django.core.mail.backends.smtp import EmailBackend

from reminders.channels.senders import NotSent, Outgoing, Uncertain, sender_for
from reminders.choices import ChannelKind
from tests.reminders.channels.outside import closed_port, mail_server, silent_service

KEY = UUID("6f1c7d1e-0000-4000-8000-000000000001")
OUTGOING = Outgoing("zhang@party.example", "开会", "张英同志，请参加", "https://party.example/a/x/", KEY)


@pytest.fixture
def server(settings):
    with mail_server() as server:
        use(settings, server.port)
        yield server


def use(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "红旗社区 <branch@party.example>"


def send(outgoing=OUTGOING):
    sender_for(ChannelKind.EMAIL).send(outgoing, None)


def test_a_mail_arrives_with_the_key_of_the_message_as_its_number(server):
    send()

    mail = message_from_string(server.mails[0])
    assert mail["Message-ID"] == f"<{KEY}@party.example>"
    assert str(make_header(decode_header(mail["Subject"]))) == "开会"
    assert mail["To"] == "zhang@party.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "张英同志，请参加\r\nhttps://party.example/a/x/" in server.mails[0]
    assert server.envelopes[0][1:3] == ["mail FROM:<branch@party.example>", "rcpt TO:<zhang@party.example>"]


def test_the_same_message_has_the_same_number_each_time(server):
    send()
    send()

    first, second = (message_from_string(mail)["Message-ID"] for mail in server.mails)
    assert first == second


@pytest.mark.parametrize(
    ("command", "answer", "again"),
    [
        ("MAIL", "550 not you", False),
        ("RCPT", "550 no such user", False),
        ("RCPT", "450 try later", True),
        ("RCPT", "452 mailbox full", True),
        ("DATA", "554 no", False),
        ("TAKEN", "552 too large", False),
        ("TAKEN", "451 try later", True),
        ("MAIL", "421 closing", True),
    ],
)
def test_a_servers_code_says_whether_another_try_is_worth_it(server, command, answer, again):
    server.answers[command] = answer
    with pytest.raises(NotSent, match=answer[:3]) as refusal:
        send()

    assert refusal.value.again is again
    assert server.mails == []
    assert "zhang" not in refusal.value.sentence


@pytest.mark.parametrize("command", ["DATA", "TAKEN"])
def test_a_connection_that_breaks_off_leaves_it_uncertain(server, command):
    server.answers[command] = None
    with pytest.raises(Uncertain):
        send()


def test_a_server_that_hangs_up_after_it_took_the_mail_has_it(server):
    server.answers["QUIT"] = None

    send()

    assert len(server.mails) == 1


@pytest.mark.parametrize("answer", [None, "554 no service", "421 busy"])
def test_who_does_not_let_us_in_was_sent_nothing(server, answer):
    server.answers["CONNECT"] = answer
    with pytest.raises(NotSent) as refusal:
        send()

    assert refusal.value.again


def test_where_nobody_listens_nothing_was_sent(settings):
    use(settings, closed_port())
    with pytest.raises(NotSent) as refusal:
        send()

    assert refusal.value.again


def test_who_takes_the_call_and_says_nothing_was_sent_nothing(settings):
    settings.EMAIL_TIMEOUT = 0.05
    with silent_service() as port:
        use(settings, port)
        with pytest.raises(NotSent) as refusal:
            send()

    assert refusal.value.again


def test_a_wrong_password_of_ours_is_tried_again_when_it_is_put_right(server, settings):
    server.answers |= {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "top-secret"
    with pytest.raises(NotSent) as refusal:
        send()

    assert refusal.value.again
    assert "top-secret" not in repr(refusal.value)


@pytest.mark.parametrize("address", ["zhang@party.example\nBcc: all@party.example", "zhang", "", "张@英@x"])
def test_what_is_no_address_is_sent_nothing_and_not_tried_again(server, address):
    with pytest.raises(NotSent) as refusal:
        send(Outgoing(address, "开会", "请参加", "", KEY))

    assert not refusal.value.again
    assert server.mails == []


def test_a_subject_with_a_line_break_adds_no_header(server):
    with pytest.raises(NotSent):
        send(Outgoing("zhang@party.example", "开会\nBcc: all@party.example", "请参加", "", KEY))

    assert server.mails == []


def test_the_connection_is_closed_whatever_happens(server, monkeypatch):
    closed = []
    monkeypatch.setattr(EmailBackend, "close", lambda self: closed.append(self))
    send()
    server.answers["RCPT"] = "550 no"
    with pytest.raises(NotSent):
        send()

    assert len(closed) == 2
