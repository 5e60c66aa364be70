"""When two rows of bills are the same money: what a second export repeats adds nothing, and true twins both count."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

LONG_NUMBER = 12
"""Numbers from this length on are the payment service's own; shorter ones are counted anew by the day or the file."""


class Told(Protocol):
    """A row of a bill as far as it says which money it is."""

    @property
    def came_at(self) -> datetime: ...
    @property
    def payer_name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def gross_fen(self) -> int: ...
    @property
    def transaction(self) -> str: ...
    @property
    def sheet(self) -> int: ...
    @property
    def is_rounded(self) -> bool: ...


def identities(rows: Sequence[Told]) -> list[str]:
    """A digest for each row of one file, in their order.

    A row with a transaction number is that transaction, wherever and however often it is repeated. Without a number,
    rows alike in every field are told apart by how many came before: the second twin of another export is again the
    second. Sheets of one workbook are counted apart. A number that Excel rounded still says that alike rows are one.
    """
    counted: Counter[tuple[int, str]] = Counter()
    found = []
    for row in rows:
        fields = _fields(row)
        counted[row.sheet, fields] += 1
        turn = 1 if row.is_rounded else counted[row.sheet, fields]
        found.append(_digest(_numbered(row) if row.transaction else [fields, turn]))
    return found


def same_fields(came_at: datetime, payer_name: str, note: str, fen: int) -> str:
    """Alike for two rows that differ in nothing but the transaction number."""
    return _digest([int(came_at.timestamp()), _plain(payer_name), _plain(note), fen])


def _numbered(row: Told) -> list[object]:
    if len(row.transaction) >= LONG_NUMBER:
        return [_plain(row.transaction), row.gross_fen]
    return [_plain(row.transaction), _fields(row)]


def _fields(row: Told) -> str:
    return same_fields(row.came_at, row.payer_name, row.note, row.gross_fen)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()
