"""Sealed letters (检举控告): what their writer does. Nothing here says who that is, and no audit entry is written.

An entry would carry a moment and a user, which is more than a letter itself carries. What inspectors do with a letter is
in `letter_acts`, with an entry that doesn't say which one.
"""

from collections.abc import Sequence
from datetime import date

from supervision.services.letter_acts import (
    accept,
    answer,
    close,
    not_accept,
    open_by_inspector,
    reseal,
    step_back,
    tell_result,
)
from supervision.services.letter_contents import NamedSubject, Receipt, WriterView
from supervision.services.letter_refusals import Damaged, NoReaders

__all__ = [
    "Damaged",
    "NamedSubject",
    "NoReaders",
    "Receipt",
    "WriterView",
    "accept",
    "add_by_writer",
    "answer",
    "close",
    "not_accept",
    "open_by_inspector",
    "open_by_receipt",
    "reseal",
    "shred_due",
    "step_back",
    "tell_result",
    "write_letter",
]


def write_letter(
    *,
    subjects: Sequence[NamedSubject],
    text: str,
    name: str = "",
    contact: str = "",
    close: Sequence[str] = (),
    receipt: str = "",
    on: date,
) -> Receipt:
    """Route, seal, store. `close`: names of people close to the subjects; they must not get it either.

    `receipt`: 24 digits that the form was rendered with (`sealing.receipt()`), so that a double click stores one letter
    and both answers show the same receipt. Empty: a new one.
    Raises Refused, NoReaders where fewer than two inspectors may read it; nothing is stored then.
    """
    raise NotImplementedError


def open_by_receipt(receipt: str) -> WriterView | None:
    """The letter and what was said since. None for a wrong receipt, after as long as a right one takes.

    Also None once the letter was shredded. Raises Damaged.
    """
    raise NotImplementedError


def add_by_writer(*, receipt: str, text: str, on: date) -> WriterView | None:
    """The writer adds something. None for a wrong receipt. Raises Refused, Damaged."""
    raise NotImplementedError


def shred_due(*, on: date) -> int:
    """Empty every letter whose time is over; how many."""
    raise NotImplementedError
