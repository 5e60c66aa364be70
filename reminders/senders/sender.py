"""What every way outside has in common."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from reminders.models import ChannelSetup


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
