"""What an inspector does with a sealed letter. Each act is put on record without saying with which letter."""

from datetime import date

from members.models import User
from supervision.models import Letter
from supervision.services.letter_contents import Opened


def open_by_inspector(*, letter: Letter, user: User, passphrase: str) -> Opened:
    """Raises Refused (`passphrase`) for a wrong passphrase or where nothing is sealed to the user; Damaged."""
    raise NotImplementedError


def answer(*, letter: Letter, passphrase: str, text: str, on: date, by: User) -> Opened:
    """Something said to the writer, who reads it with the receipt. Raises Refused, Damaged."""
    raise NotImplementedError


def accept(*, letter: Letter, on: date, by: User) -> None:
    """Accepted, and told so: the writer sees it with the receipt from now on. Raises Refused."""
    raise NotImplementedError


def not_accept(*, letter: Letter, passphrase: str, text: str, on: date, by: User) -> None:
    """Not for the discipline body, with the reason to the writer. It is closed with that. Raises Refused, Damaged."""
    raise NotImplementedError


def close(*, letter: Letter, on: date, by: User) -> None:
    """What was to be done is done; the days to tell the result begin. Raises Refused."""
    raise NotImplementedError


def tell_result(*, letter: Letter, passphrase: str, text: str, on: date, by: User) -> Opened:
    """The result to the writer, after closing. Raises Refused, Damaged."""
    raise NotImplementedError


def step_back(*, letter: Letter, passphrase: str, on: date, by: User) -> None:
    """The inspector should not read this one: it goes to those whom routing finds without them. Raises Refused."""
    raise NotImplementedError


def reseal(*, letter: Letter, passphrase: str, on: date, by: User) -> int:
    """Seal it anew to everybody who may read it today; how many those are. Raises Refused, Damaged."""
    raise NotImplementedError
