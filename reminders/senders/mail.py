"""E-mail by the installation's mail server."""

import contextlib
import smtplib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from reminders.models import ChannelSetup
from reminders.senders.sender import NotSent, Outgoing, Uncertain

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
